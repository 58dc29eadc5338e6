//! `schema import`.

use std::fs;

use crate::support::{command, run};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/monday.graphql");

#[test]
fn importing_the_canonical_schema_changes_nothing() {
    let ran = run(&mut command(&["schema", "import", SCHEMA]));
    assert_eq!(ran.code(), 0, "{ran:?}");
    assert!(ran.stdout() == fs::read_to_string(SCHEMA).unwrap());
}

#[test]
fn junk_leaves_the_old_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (junk, out) = (
        folder.path().join("junk"),
        folder.path().join("out.graphql"),
    );
    fs::write(&out, "type Query { a: Int }").unwrap();
    for text in ["", "<html></html>", "{\"errors\":[]}", "type Query {"] {
        fs::write(&junk, text).unwrap();
        let arguments = [
            "schema",
            "import",
            junk.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        run(&mut command(&arguments)).refused(1, "error: ");
    }
    assert_eq!(fs::read_to_string(&out).unwrap(), "type Query { a: Int }");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
