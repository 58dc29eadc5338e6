//! The code that is made of `queries/`, to read and to compare.

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
        "build.rs makes other code than {golden}; if that is meant, run this test with BLESS=1"
    );
}
