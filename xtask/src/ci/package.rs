//! What is published: only what its users need, and it builds from that alone.

use std::process::Command;

use super::{Outcome, Stop};
use crate::{cargo_path, metadata::Metadata};

/// What may be in a package, by how it begins.
const ALLOWED: [&str; 12] = [
    ".cargo_vcs_info.json",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-",
    "README.md",
    "build.rs",
    "docs/guide/",
    "queries/",
    "schema/",
    "src/",
];

/// What has to be.
const NEEDED: [&str; 4] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

pub(super) fn check() -> Result<Outcome, Stop> {
    let metadata = Metadata::read()?;
    let mut package = vec!["package", "--allow-dirty"];
    for published in metadata.published() {
        let complaints = complaints(&contents(&published.name)?);
        if !complaints.is_empty() {
            return Err(format!("{}: {}", published.name, complaints.join(", ")).into());
        }
        package.extend(["--package", &published.name]);
    }
    // In the order that they need each other in, each from the packages of those before it.
    crate::cargo(&package)?;
    Ok(Outcome::Passed)
}

fn contents(name: &str) -> Result<Vec<String>, Stop> {
    let output = Command::new(cargo_path())
        .args(["package", "--allow-dirty", "--list", "--package", name])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let files = String::from_utf8(output.stdout)?;
    Ok(files.lines().map(|file| file.replace('\\', "/")).collect())
}

fn complaints(files: &[String]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        if !ALLOWED.iter().any(|start| file.starts_with(start)) {
            complaints.push(format!("{file} is nothing for others"));
        }
    }
    for needed in NEEDED {
        if !files.iter().any(|file| file == needed) {
            complaints.push(format!("{needed} is missing"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_nothing_for_others_and_a_licence_is_needed() {
        let files = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let mut whole = files(&NEEDED);
        whole.extend(files(&[
            "src/lib.rs",
            "schema/monday.graphql",
            ".cargo_vcs_info.json",
        ]));
        assert!(complaints(&whole).is_empty());
        whole.push("tests/main.rs".into());
        assert_eq!(complaints(&whole), ["tests/main.rs is nothing for others"]);
        whole.retain(|file| file != "LICENSE-MIT" && file != "tests/main.rs");
        assert_eq!(complaints(&whole), ["LICENSE-MIT is missing"]);
    }
}
