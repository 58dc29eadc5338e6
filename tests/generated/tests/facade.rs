//! The SDK's own library with other schemas: it compiles with those of monday's other versions,
//! and not where they have other events than the facade.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use monday_codegen::{VendoredSchema, sha256_hex};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The SDK's library alone, in a folder and with a name of its own, with another schema. Copies
/// of one name are built one after the other.
fn sdk_with(name: &str, change: impl Fn(&VendoredSchema) -> (String, String)) -> tempfile::TempDir {
    let root = root();
    let folder = tempfile::tempdir().unwrap();
    let to = |file: &str| folder.path().join(file);
    copy_tree(&root.join("src"), &to("src"));
    copy_tree(&root.join("queries"), &to("queries"));
    for file in ["build.rs", "README.md", "Cargo.lock"] {
        fs::copy(root.join(file), to(file)).unwrap();
    }

    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let (head, _) = manifest.split_once("[dev-dependencies]").unwrap();
    let members = head
        .lines()
        .find(|line| line.starts_with("members"))
        .unwrap();
    let manifest = head
        .replace(members, "members = []")
        .replace(
            "name = \"monday-webhooks\"",
            &format!("name = \"monday-webhooks-{name}\""),
        )
        .replace(
            "path = \"crates/",
            &format!("path = \"{}/crates/", root.display()),
        );
    fs::write(to("Cargo.toml"), manifest).unwrap();

    let mut schema = VendoredSchema::load(&root.join("schema")).unwrap();
    let (version, sdl) = change(&schema);
    assert_ne!(sdl, schema.sdl);
    schema.api_version = version;
    schema.sha256 = sha256_hex(sdl.as_bytes());
    fs::create_dir(to("schema")).unwrap();
    fs::write(to("schema/monday.graphql"), sdl).unwrap();
    fs::write(to("schema/schema.toml"), schema.record()).unwrap();
    folder
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_tree(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// What the compiler says; nothing where it has no objection.
fn errors(sdk: &tempfile::TempDir) -> Option<String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--quiet", "--offline", "--lib"])
        .args(["--color", "never"])
        .args(["--no-default-features", "--features", "client"])
        .current_dir(sdk)
        .env("CARGO_TARGET_DIR", target)
        // The places that a message names differ with it.
        .env("CARGO_INCREMENTAL", "1")
        .output()
        .unwrap();
    (!output.status.success()).then(|| String::from_utf8(output.stderr).unwrap())
}

/// The first error that the compiler finds, without warnings before it and without the place of
/// generated code, which is in the target folder.
fn first_error(sdk: &tempfile::TempDir) -> String {
    let stderr = errors(sdk).unwrap();
    let lines = stderr.lines().skip_while(|line| !line.starts_with("error"));
    let shown = lines.take_while(|line| !line.starts_with("note:") && !line.contains(":::"));
    shown.map(|line| format!("{line}\n")).collect()
}

fn edited(from: &str, to: &str) -> tempfile::TempDir {
    sdk_with("events", |schema| {
        (schema.api_version.clone(), schema.sdl.replace(from, to))
    })
}

fn assert_golden(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(file);
    if env::var_os("BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), text);
}

#[test]
fn a_schema_with_another_event_does_not_compile() {
    let events = "enum WebhookEventType {\n";
    let added = edited(events, &format!("{events}  brand_new_event\n"));
    assert_golden("event_added.stderr", &first_error(&added));
    let removed = edited("  move_subitem\n", "");
    assert_golden("event_removed.stderr", &first_error(&removed));
}

#[test]
fn the_facade_compiles_with_each_version_of_the_schema() {
    let schemas = root().join("crates/monday-codegen/tests/schemas");
    let vendored = VendoredSchema::load(&root().join("schema")).unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(schemas).unwrap() {
        let path = entry.unwrap().path();
        let Some(version) = path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .strip_suffix(".graphql")
        else {
            continue;
        };
        let sdl = fs::read_to_string(&path).unwrap();
        // The SDK itself is built with that.
        if sdl == vendored.sdl {
            continue;
        }
        let sdk = sdk_with("versions", |_| (version.to_owned(), sdl.clone()));
        assert_eq!(errors(&sdk), None, "{version}");
        seen += 1;
    }
    assert!(seen >= 3, "{seen}");
}
