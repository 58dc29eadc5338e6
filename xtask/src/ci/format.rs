//! The format of all Rust code.

use super::{Outcome, Stop};
use crate::{cargo, test::OUTSIDE};

pub(super) fn check() -> Result<Outcome, Stop> {
    cargo(&["fmt", "--all", "--check"])?;
    for folder in OUTSIDE {
        let manifest = format!("{folder}/Cargo.toml");
        cargo(&["fmt", "--manifest-path", &manifest, "--check"])?;
    }
    Ok(Outcome::Passed)
}
