//! `cargo xtask test`: every test and doc test of the workspace, and of the crates outside of it.

use std::{
    io,
    process::{Command, Stdio},
};

use crate::{cargo, cargo_path, target_dir};

/// Crates with dependencies that nobody else in the workspace has.
pub(crate) const OUTSIDE: [&str; 5] = [
    "examples/actix-web",
    "examples/code-first",
    "examples/downstream",
    "examples/lambda",
    "fuzz",
];

/// With nextest where it is installed, with cargo's own runner elsewhere: the tests are the same.
pub(crate) fn run() -> io::Result<()> {
    if has_nextest() {
        cargo(&["nextest", "run", "--workspace", "--all-features"])?;
    } else {
        cargo(&["test", "--workspace", "--all-features", "--all-targets"])?;
    }
    cargo(&["test", "--workspace", "--all-features", "--doc"])?;
    let target = target_dir();
    for folder in OUTSIDE {
        let manifest = format!("{folder}/Cargo.toml");
        cargo(&[
            "test",
            "--manifest-path",
            &manifest,
            "--target-dir",
            &target,
        ])?;
    }
    Ok(())
}

fn has_nextest() -> bool {
    Command::new(cargo_path())
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
