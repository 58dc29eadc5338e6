//! Speaking with cargo from a build script.

use std::path::{Path, PathBuf};

/// Asks cargo to run the build script again when a file or anything in a folder changes.
#[expect(
    clippy::print_stdout,
    reason = "cargo reads a build script's standard output"
)]
pub(crate) fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

/// Hands a value to the build scripts of direct dependents, as `DEP_<links>_<KEY>`.
#[expect(
    clippy::print_stdout,
    reason = "cargo reads a build script's standard output"
)]
pub(crate) fn metadata(key: &str, value: &str) {
    println!("cargo::metadata={key}={value}");
}

/// The folder for a build script's output, where cargo has set one.
pub(crate) fn out_dir() -> Option<PathBuf> {
    std::env::var_os("OUT_DIR").map(PathBuf::from)
}

/// The folder of the package being built, where cargo has set one.
pub(crate) fn manifest_dir() -> Option<PathBuf> {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

/// The SDK's schema, where the package being built depends on the SDK.
#[cfg(any(feature = "cynic", feature = "validate"))]
pub(crate) fn schema() -> Option<PathBuf> {
    std::env::var_os("DEP_MONDAY_SCHEMA_SCHEMA").map(PathBuf::from)
}

/// Has cargo show a warning. Each line that a build script prints can be a directive, so a text of
/// several, as a deprecation's reason can be, becomes one.
#[cfg(feature = "validate")]
#[expect(
    clippy::print_stdout,
    reason = "cargo reads a build script's standard output"
)]
pub(crate) fn warning(text: &str) {
    let words: Vec<&str> = text.split_whitespace().collect();
    println!("cargo::warning={}", words.join(" "));
}
