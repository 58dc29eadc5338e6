//! The lowest version of each dependency that a manifest names is enough.

use std::{fs, path::Path, process::Command};

use super::{Outcome, Stop};
use crate::{cargo_path, git_files, metadata::Metadata, run, target_dir};

/// In a copy, since it needs a lockfile of its own. Only choosing the versions takes an unstable
/// option; what compiles is the toolchain as it is.
pub(super) fn check() -> Result<Outcome, Stop> {
    let target = std::path::absolute(target_dir())?;
    let copy = target.join("minimal-versions");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    for file in git_files(&[])? {
        let place = copy.join(&file);
        fs::create_dir_all(place.parent().unwrap_or(&copy))?;
        fs::copy(&file, place)?;
    }
    fs::remove_file(copy.join("Cargo.lock"))?;
    run(within(&copy, &target)
        .args([
            "generate-lockfile",
            "--quiet",
            "-Z",
            "direct-minimal-versions",
        ])
        .env("RUSTC_BOOTSTRAP", "1"))?;
    let mut check = within(&copy, &target);
    check.args(["check", "--locked", "--all-features"]);
    for package in Metadata::read()?.published() {
        check.args(["--package", &package.name]);
    }
    run(&mut check)?;
    Ok(Outcome::Passed)
}

fn within(copy: &Path, target: &Path) -> Command {
    let mut cargo = Command::new(cargo_path());
    cargo.current_dir(copy).env("CARGO_TARGET_DIR", target);
    cargo
}
