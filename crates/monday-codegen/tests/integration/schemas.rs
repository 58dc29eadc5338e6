//! The canonical SDL of the API versions at hand.

use std::path::PathBuf;

use monday_codegen::VendoredSchema;

/// The API versions that verdicts are recorded for, in their order.
pub(crate) const VERSIONS: [&str; 4] = ["2026-01", "2026-04", "2026-07", "2026-10"];

/// Where the canonical SDL of an API version lies: here, as `cargo xtask schema update` puts it where
/// another one takes its place, and until then as it is vendored.
pub(crate) fn schema_path(version: &str) -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let kept = package
        .join("tests/schemas")
        .join(format!("{version}.graphql"));
    if kept.exists() {
        return kept;
    }
    let vendored = VendoredSchema::load(&package.join("../../schema")).unwrap();
    assert_eq!(vendored.api_version, version, "its SDL isn't at hand");
    vendored.path
}

/// The canonical SDL of an API version.
pub(crate) fn schema(version: &str) -> String {
    std::fs::read_to_string(schema_path(version)).unwrap()
}
