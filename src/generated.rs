//! What the build generates from `schema/` and `queries/`; see `build.rs`.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_qualifications,
    clippy::all
)]

include!(concat!(env!("OUT_DIR"), "/monday.rs"));

#[cfg(all(test, feature = "client"))]
mod tests {
    #[test]
    fn generating_again_changes_nothing() {
        let generated = include_str!(concat!(env!("OUT_DIR"), "/monday.rs"));
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/monday.rs");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(golden, generated).unwrap();
        }
        let committed = std::fs::read_to_string(golden).unwrap_or_default();
        assert!(
            committed == generated,
            "build.rs makes other code than {golden}: if that is meant, `cargo xtask schema bless`"
        );
    }
}
