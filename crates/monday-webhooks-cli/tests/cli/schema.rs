//! `schema import`, `fetch`, `diff` and `check`.

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

#[test]
fn a_difference_is_graded() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let old = file("old", "type Query { a: Int b(c: Int): Int } enum E { X }");
    let new = file("new", "type Query { b(c: Int): Int d: Int } enum E { X Y }");
    let rows = run(&mut command(&["schema", "diff", &old, &new, "--json"])).json();
    let rows: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["path"].as_str().unwrap(),
                row["grade"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("E.Y", "dangerous"),
            ("Query.a", "breaking"),
            ("Query.d", "safe")
        ]
    );
    let failing = ["schema", "diff", &old, &new, "--fail-on", "breaking"];
    assert_eq!(run(&mut command(&failing)).code(), 1);
    let same = ["schema", "diff", &old, &old, "--fail-on", "safe", "--json"];
    assert_eq!(run(&mut command(&same)).json(), serde_json::json!([]));
    let webhooks = ["schema", "diff", &old, &new, "--webhooks", "--json"];
    assert_eq!(run(&mut command(&webhooks)).json(), serde_json::json!([]));
}

#[test]
fn a_change_names_the_operations_that_it_touches() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (old, new, operations) = (path("old.graphql"), path("new.graphql"), path("queries"));
    fs::write(&old, "type Query { a: Int b: Int c: Int }").unwrap();
    fs::write(&new, "type Query { a: Int c: String }").unwrap();
    fs::create_dir(&operations).unwrap();
    fs::write(path("queries/a.graphql"), "query ReadA { a }").unwrap();
    fs::write(path("queries/c.graphql"), "query ReadC { a c }").unwrap();

    let diff = ["schema", "diff", &old, &new, "--operations", &operations];
    let rows = run(command(&diff).arg("--json")).json();
    assert_eq!(rows[0]["path"], "Query.b");
    assert_eq!(rows[0]["operations"], serde_json::json!([]));
    assert_eq!(rows[1]["path"], "Query.c");
    assert_eq!(rows[1]["operations"], serde_json::json!(["ReadC"]));
    let table = run(&mut command(&diff));
    let header = table.stdout().lines().next().unwrap();
    assert!(header.contains("OPERATIONS"), "{table:?}");
    assert!(table.stdout().contains("ReadC"), "{table:?}");

    let failing = run(command(&diff).args(["--fail-on", "breaking"]));
    assert_eq!(failing.code(), 1, "{failing:?}");
    fs::remove_file(path("queries/c.graphql")).unwrap();
    let untouched = run(command(&diff).args(["--fail-on", "breaking"]));
    assert_eq!(untouched.code(), 0, "{untouched:?}");
    run(&mut command(&[
        "schema",
        "diff",
        &old,
        &new,
        "--operations",
        "/nonexistent",
    ]))
    .refused(1, "/nonexistent");
}

#[test]
fn operations_are_checked_with_the_place_of_each_error() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let check = ["schema", "check", "--json", "--operations", dir];
    fs::write(
        folder.path().join("good.graphql"),
        "query Good { me { id } }",
    )
    .unwrap();
    assert_eq!(run(&mut command(&check)).json(), serde_json::json!([]));

    fs::write(
        folder.path().join("bad.graphql"),
        "query Bad {\n  me { id nonsense }\n}",
    )
    .unwrap();
    let ran = run(&mut command(&check));
    assert_eq!(ran.code(), 1, "{ran:?}");
    let rows: serde_json::Value = serde_json::from_str(ran.stdout()).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(
        (&rows[0]["line"], &rows[0]["column"]),
        (&2.into(), &11.into())
    );
    assert_eq!(rows[0]["severity"], "error");
    assert!(rows[0]["file"].as_str().unwrap().ends_with("bad.graphql"));
    assert_eq!(
        run(&mut command(&[
            "schema",
            "check",
            "--operations",
            dir,
            SCHEMA
        ]))
        .code(),
        1
    );
    run(&mut command(&[
        "schema",
        "check",
        "--operations",
        "/nonexistent",
    ]))
    .refused(1, "/nonexistent");
}

#[test]
fn a_folder_without_operations_is_refused_and_says_what_was_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    fs::write(folder.path().join("me.gql"), "query Me { me { id } }").unwrap();
    for arguments in [
        &["schema", "check", "--operations", dir][..],
        &["schema", "diff", SCHEMA, SCHEMA, "--operations", dir],
    ] {
        let says = format!(
            "there is no .graphql file below {dir}; {dir}/me.gql is passed over for its extension"
        );
        run(&mut command(arguments)).refused(1, &says);
    }
}

#[test]
fn a_schema_is_fetched_as_it_is_served() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let emulator = runtime
        .block_on(monday_emulator::Emulator::start())
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("schema.json");
    let fetch = |version| {
        let endpoint = emulator.endpoint();
        run(&mut command(&[
            "schema",
            "fetch",
            "--endpoint",
            &endpoint,
            "--api-version",
            version,
            "--out",
            out.to_str().unwrap(),
        ]))
    };
    assert_eq!(fetch(monday_webhooks::API_VERSION).code(), 0);
    let imported = run(&mut command(&["schema", "import", out.to_str().unwrap()]));
    assert!(imported.stdout() == fs::read_to_string(SCHEMA).unwrap());
    run(&mut command(&[
        "schema",
        "fetch",
        "--endpoint",
        "http://127.0.0.1:1/v2",
    ]))
    .refused(1, "could not be fetched");
}

#[test]
fn where_a_schema_is_fetched_from_follows_the_same_rules_as_every_call() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let emulator = runtime
        .block_on(monday_emulator::Emulator::start())
        .unwrap();
    let fetch = ["schema", "fetch"];
    let mut here = command(&fetch);
    let ran = run(here.env("MONDAY_API_URL", emulator.endpoint()));
    assert_eq!((ran.code(), ran.stderr()), (0, ""));
    assert!(ran.stdout().contains("__schema"));

    for (option, value, says) in [
        (
            "--endpoint",
            "http://example.com/v2",
            "http URL on loopback",
        ),
        (
            "--endpoint",
            "https://me:hidden@example.com/",
            "without credentials",
        ),
        ("--api-version", "2026-11", "YYYY-MM"),
    ] {
        let ran = run(&mut command(&[&fetch[..], &[option, value]].concat()));
        ran.refused(2, says);
        assert!(!ran.stderr().contains("hidden"), "{ran:?}");
    }
}
