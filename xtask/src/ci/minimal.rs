//! The lowest version of each dependency that a manifest names is enough.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Outcome, Stop};
use crate::{cargo_path, git_files, metadata::Metadata, run, target_dir};

/// In a copy, whose lockfile has the lowest versions in place of those that are locked. What nobody
/// names stays as it is.
pub(super) fn check() -> Result<Outcome, Stop> {
    let metadata = Metadata::read()?;
    let target = std::path::absolute(target_dir())?;
    let copy = target.join("minimal-versions");
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new(cargo_path());
        cargo.args(arguments).current_dir(&copy);
        cargo.env("CARGO_TARGET_DIR", &target);
        run(&mut cargo)
    };
    copy_to(&copy)?;
    for (package, lowest) in lower(&metadata) {
        println!("{package} down to {lowest}");
        cargo(&[
            "update",
            "--quiet",
            "--package",
            &package,
            "--precise",
            &lowest,
        ])?;
    }
    let mut check = vec!["check", "--locked", "--all-features"];
    let published = metadata.published();
    for package in &published {
        check.extend(["--package", &package.name]);
    }
    cargo(&check)?;
    Ok(Outcome::Passed)
}

fn copy_to(copy: &Path) -> Result<(), Stop> {
    if copy.exists() {
        fs::remove_dir_all(copy)?;
    }
    for file in git_files(&[])? {
        let place: PathBuf = copy.join(&file);
        fs::create_dir_all(place.parent().unwrap_or(copy))?;
        fs::copy(&file, place)?;
    }
    Ok(())
}

/// The dependencies that are locked at more than the lowest version that is promised to do.
fn lower(metadata: &Metadata) -> BTreeSet<(String, String)> {
    let mut lower = BTreeSet::new();
    for package in metadata.published() {
        for needed in package.dependencies.iter().filter(|it| it.path.is_none()) {
            let lowest = lowest(&needed.req);
            let locked = metadata.needed_by(&package.id);
            let mut locked = locked.iter().filter(|it| it.name == needed.name);
            if let Some(locked) = locked.find(|locked| locked.version != lowest) {
                lower.insert((format!("{}@{}", locked.name, locked.version), lowest));
            }
        }
    }
    lower
}

/// The lowest version that a requirement takes: what it leaves out is zero.
fn lowest(requirement: &str) -> String {
    let named = requirement.trim_start_matches(['^', '=', '~']);
    let missing = 2_usize.saturating_sub(named.matches('.').count());
    format!("{named}{}", ".0".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_version_of_a_requirement_has_three_numbers() {
        for (requirement, version) in [
            ("^1", "1.0.0"),
            ("^0.8.9", "0.8.9"),
            ("=0.52.1", "0.52.1"),
            ("^4.6", "4.6.0"),
        ] {
            assert_eq!(lowest(requirement), version);
        }
    }
}
