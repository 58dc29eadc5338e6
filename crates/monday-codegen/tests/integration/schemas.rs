//! The canonical SDL of the API versions at hand.

use std::path::PathBuf;

/// The API versions whose canonical SDL is at hand, the vendored one last.
pub(crate) const VERSIONS: [&str; 4] = ["2026-01", "2026-04", "2026-07", "2026-10"];

/// Where the canonical SDL of an API version lies.
pub(crate) fn schema_path(version: &str) -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    if version == "2026-10" {
        package.join("../../schema/monday.graphql")
    } else {
        package
            .join("tests/schemas")
            .join(format!("{version}.graphql"))
    }
}

/// The canonical SDL of an API version.
pub(crate) fn schema(version: &str) -> String {
    std::fs::read_to_string(schema_path(version)).unwrap()
}
