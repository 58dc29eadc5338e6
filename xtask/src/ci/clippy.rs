//! The lints of `Cargo.toml`, as errors.

use super::{Outcome, Stop};
use crate::cargo;

/// Clippy compiles what isn't a dependency. That is what `cargo clippy` does to check it; where a crate
/// is built all the same, none of its dependencies has to be compiled a second time for that.
pub(super) const AS_COMPILER: [(&str, &str); 2] = [
    ("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"),
    ("CLIPPY_ARGS", "-Dwarnings"),
];

pub(super) fn check() -> Result<Outcome, Stop> {
    let everything = ["clippy", "--workspace", "--all-targets", "--all-features"];
    cargo(&[&everything[..], &["--", "-D", "warnings"]].concat())?;
    Ok(Outcome::Passed)
}
