//! The oldest compiler that is promised, `rust-version`, is the one that all of this is tried with.

use std::{env, process::Command};

use super::{Outcome, Stop};
use crate::metadata::Metadata;

pub(super) fn check() -> Result<Outcome, Stop> {
    let metadata = Metadata::read()?;
    let mut promised = None;
    for package in metadata.published() {
        let version = package
            .rust_version
            .as_deref()
            .ok_or_else(|| format!("{} has no rust-version", package.name))?;
        if *promised.get_or_insert(version) != version {
            return Err(format!("{} has another rust-version", package.name).into());
        }
    }
    let promised = promised.ok_or("nothing is published")?;
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output()?;
    let output = String::from_utf8(output.stdout)?;
    let used = output
        .split_whitespace()
        .nth(1)
        .ok_or("rustc says no version")?;
    if used == promised || used.starts_with(&format!("{promised}.")) {
        Ok(Outcome::Passed)
    } else if env::var_os("CI").is_some() {
        Err(format!("rust-version is {promised}, and CI runs {used}").into())
    } else {
        Ok(Outcome::Skipped(format!(
            "this is Rust {used}: {promised} is tried in CI"
        )))
    }
}
