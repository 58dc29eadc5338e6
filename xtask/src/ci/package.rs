//! What is published: only what its users need, and it builds from that alone.

use std::{fs, process::Command};

use super::{Outcome, Stop};
use crate::{
    cargo, cargo_path,
    metadata::{Metadata, Package},
    run, target_dir,
};

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
    let published = metadata.published();
    let mut package = vec!["package", "--allow-dirty", "--no-verify"];
    for Package { name, .. } in &published {
        let complaints = complaints(&contents(name)?);
        if !complaints.is_empty() {
            return Err(format!("{name}: {}", complaints.join(", ")).into());
        }
        package.extend(["--package", name]);
    }
    cargo(&package)?;
    builds(&published)?;
    Ok(Outcome::Passed)
}

/// Whether what is in the archives is enough, each with the others from theirs. Cargo's own
/// verification would compile every dependency once more.
fn builds(published: &[&Package]) -> Result<(), Stop> {
    let target = std::path::absolute(target_dir())?;
    let unpacked = target.join("package/unpacked");
    if unpacked.exists() {
        fs::remove_dir_all(&unpacked)?;
    }
    fs::create_dir_all(&unpacked)?;
    for package in published {
        let archive = target.join("package").join(folder(package) + ".crate");
        run(Command::new("tar")
            .arg("-xzf")
            .arg(archive)
            .arg("-C")
            .arg(&unpacked))?;
    }
    let manifest = unpacked.join("Cargo.toml");
    fs::write(&manifest, workspace(published))?;
    fs::copy("Cargo.lock", unpacked.join("Cargo.lock"))?;
    run(Command::new(cargo_path())
        .args(["check", "--all-features", "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", target))?;
    Ok(())
}

fn folder(package: &Package) -> String {
    format!("{}-{}", package.name, package.version)
}

/// A workspace of the unpacked archives.
fn workspace(published: &[&Package]) -> String {
    let folders: Vec<String> = published.iter().map(|package| folder(package)).collect();
    let mut manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {folders:?}\n");
    manifest.push_str("\n[patch.crates-io]\n");
    for (package, folder) in published.iter().zip(&folders) {
        manifest.push_str(&format!("{} = {{ path = {folder:?} }}\n", package.name));
    }
    manifest
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
