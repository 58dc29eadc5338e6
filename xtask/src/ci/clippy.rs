//! The lints of `Cargo.toml`, as errors.

use super::{Outcome, Stop};
use crate::{cargo, target_dir, test::OUTSIDE};

pub(super) fn check() -> Result<Outcome, Stop> {
    let everything = ["clippy", "--workspace", "--all-targets", "--all-features"];
    cargo(&[&everything[..], &["--", "-D", "warnings"]].concat())?;
    let target = target_dir();
    for folder in OUTSIDE {
        let manifest = format!("{folder}/Cargo.toml");
        let place = ["--manifest-path", &manifest, "--target-dir", &target];
        let clippy = ["clippy", "--all-targets"];
        cargo(&[&clippy[..], &place, &["--", "-D", "warnings"]].concat())?;
    }
    Ok(Outcome::Passed)
}
