//! A schema with other events than the facade has doesn't compile.

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

/// The SDK's library alone, in a folder and with a name of its own, with another schema.
fn sdk_with(change: impl Fn(&str) -> String) -> tempfile::TempDir {
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
            "name = \"monday-webhooks-copy\"",
        )
        .replace(
            "path = \"crates/",
            &format!("path = \"{}/crates/", root.display()),
        );
    fs::write(to("Cargo.toml"), manifest).unwrap();

    let mut schema = VendoredSchema::load(&root.join("schema")).unwrap();
    let sdl = change(&schema.sdl);
    assert_ne!(sdl, schema.sdl);
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
        .args(["check", "--offline", "--lib", "--color", "never"])
        .args(["--no-default-features", "--features", "client"])
        .current_dir(sdk)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    (!output.status.success()).then(|| String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_schema_with_another_event_does_not_compile() {
    let events = "enum WebhookEventType {\n";
    let same = sdk_with(|sdl| format!("{sdl}\n"));
    assert_eq!(errors(&same), None);

    let added = sdk_with(|sdl| sdl.replace(events, &format!("{events}  brand_new_event\n")));
    let stderr = errors(&added).unwrap();
    assert!(
        stderr.contains(
            "non-exhaustive patterns: `generated::WebhookEventType::BrandNewEvent` not covered"
        ),
        "{stderr}"
    );
    assert!(stderr.contains("src/subscription.rs"), "{stderr}");

    let removed = sdk_with(|sdl| sdl.replace("  move_subitem\n", ""));
    let stderr = errors(&removed).unwrap();
    assert!(
        stderr.contains("no variant") && stderr.contains("`MoveSubitem`"),
        "{stderr}"
    );
}
