//! The public API of each library that is published, as text in `api/`: a change of it is seen.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use public_api::Builder;

use super::{Outcome, Stop, UNSTABLE_RUSTDOC};
use crate::{
    cargo_with,
    metadata::{Metadata, Package},
    target_dir,
};

pub(super) const FOLDER: &str = "api";

/// A feature that isn't listed: it adds a type for each of the schema's, from the schema.
const GENERATED: &str = "cynic";

pub(super) fn check() -> Result<Outcome, Stop> {
    let mut changed = String::new();
    for package in libraries(&Metadata::read()?) {
        let file = file(package);
        let before = fs::read_to_string(&file).unwrap_or_default();
        let difference = difference(&before, &listing(package)?);
        if !difference.is_empty() {
            changed.push_str(&format!("\n{}\n{difference}", file.display()));
        }
    }
    if changed.is_empty() {
        Ok(Outcome::Passed)
    } else {
        let advice = "if it is meant to change: `cargo xtask ci api --bless`";
        Err(format!("{changed}\n{advice}").into())
    }
}

/// Writes the files anew.
pub(crate) fn bless() -> Result<(), Stop> {
    fs::create_dir_all(FOLDER)?;
    for package in libraries(&Metadata::read()?) {
        fs::write(file(package), listing(package)?)?;
    }
    Ok(())
}

fn libraries(metadata: &Metadata) -> Vec<&Package> {
    let mut libraries = metadata.published();
    libraries.retain(|package| package.is_library());
    libraries
}

fn file(package: &Package) -> PathBuf {
    Path::new(FOLDER).join(format!("{}.txt", package.name))
}

/// Everything that others can name, one a line.
fn listing(package: &Package) -> Result<String, Stop> {
    let rustdoc = fs::canonicalize(UNSTABLE_RUSTDOC)?;
    let features = package.features.keys().map(String::as_str);
    let features: Vec<_> = features.filter(|name| *name != GENERATED).collect();
    let features = features.join(",");
    let what = ["rustdoc", "--package", &package.name, "--lib"];
    let what = [&what[..], &["--features", &features]].concat();
    let how = ["--", "-Z", "unstable-options", "--output-format", "json"];
    cargo_with(
        &[&what[..], &how, &["--cap-lints", "allow"]].concat(),
        &[("RUSTDOC", &rustdoc.to_string_lossy())],
    )?;
    let json = format!("doc/{}.json", package.name.replace('-', "_"));
    // What the compiler adds to every type says nothing.
    let api = Builder::from_rustdoc_json(Path::new(&target_dir()).join(json))
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()?;
    Ok(api.items().map(|item| format!("{item}\n")).collect())
}

/// What went and what came.
fn difference(before: &str, now: &str) -> String {
    let only_in = |one: &str, other: &str, sign: char| -> String {
        let other: HashSet<&str> = other.lines().collect();
        let missing = one.lines().filter(|line| !other.contains(line));
        missing.map(|line| format!("{sign} {line}\n")).collect()
    };
    only_in(before, now, '-') + &only_in(now, before, '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_what_went_and_what_came() {
        let before = "pub fn a()\npub fn b()\n";
        assert_eq!(difference(before, before), "");
        let now = "pub fn b()\npub fn c()\n";
        assert_eq!(difference(before, now), "- pub fn a()\n+ pub fn c()\n");
    }
}
