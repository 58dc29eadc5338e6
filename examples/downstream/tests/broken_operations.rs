//! A crate with a wrong operation doesn't build, and cargo says where and why: `tests/broken` has
//! each operation and what cargo shows. `BLESS=1` writes anew what it shows.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// This crate, once more, in a folder and with a name of its own: two packages of one name in one
/// target folder would be taken for each other.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(ROOT);
        let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
        let above = root.parent().unwrap().parent().unwrap();
        let manifest = manifest
            .replace("\"../..", &format!("\"{}", above.display()))
            .replace("\"downstream\"", &format!("\"{name}\""));
        fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        for file in ["Cargo.lock", "build.rs"] {
            fs::copy(root.join(file), folder.path().join(file)).unwrap();
        }
        for part in ["src", "queries", "queries/fragments"] {
            copy_files(&root.join(part), &folder.path().join(part));
        }
        Self { folder }
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }

    /// Builds as a user would; what this crate depends on is built already.
    fn build(&self) -> Output {
        Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["check", "--offline", "--color", "never"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target_dir())
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }
}

fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What the build script wrote to standard error, with the crate's folder left out.
fn reported(output: &Output, folder: &Path) -> String {
    let stderr = text(&output.stderr);
    let (_, report) = stderr
        .split_once("--- stderr\n")
        .unwrap_or_else(|| panic!("no report of a build script: {stderr}"));
    // What cargo says of its other jobs isn't the build script's.
    let report = report.split("\nwarning: ").next().unwrap_or_default();
    let folder = folder.canonicalize().unwrap();
    report
        .replace(&format!("{}/", folder.display()), "")
        .lines()
        .map(|line| {
            line.strip_prefix("  ")
                .unwrap_or(line)
                .trim_end()
                .to_owned()
                + "\n"
        })
        .collect()
}

#[test]
fn each_broken_operation_fails_the_build_with_its_place_and_cause() {
    let copy = Copy::new("broken");
    assert!(copy.build().status.success());
    let mut cases: Vec<_> = fs::read_dir(Path::new(ROOT).join("tests/broken"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "graphql")
        })
        .collect();
    cases.sort();
    assert!(cases.len() >= 12);
    let mut differing = Vec::new();
    for case in cases {
        copy.write(
            "queries/operation.graphql",
            &fs::read_to_string(&case).unwrap(),
        );
        let output = copy.build();
        assert_eq!(output.status.code(), Some(101), "{}", case.display());
        let report = reported(&output, copy.folder.path());
        let golden = case.with_extension("stderr");
        if env::var_os("BLESS").is_some() {
            fs::write(&golden, &report).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != report {
            differing.push(format!("{}:\n{report}", case.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn a_deprecated_field_is_a_warning_of_cargo_with_its_place() {
    let copy = Copy::new("deprecated");
    copy.write(
        "queries/operation.graphql",
        "query Deprecated {\n  boards {\n    owner {\n      id\n    }\n  }\n}\n",
    );
    let output = copy.build();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("operation.graphql:3:5: warning: Board.owner is deprecated"),
        "{stderr}"
    );
}

#[test]
fn a_response_has_no_field_that_was_not_asked_for() {
    let copy = Copy::new("nonsense");
    copy.write(
        "src/lib.rs",
        "pub mod monday { monday_webhooks::include_operations!(); }\n\
         pub fn id(data: monday::first_items::ResponseData) -> usize { data.nonsense }\n",
    );
    let output = copy.build();
    assert!(!output.status.success());
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("error[E0609]: no field `nonsense` on type `"),
        "{stderr}"
    );
    assert!(stderr.contains("src/lib.rs:2:"), "{stderr}");
}

#[test]
fn a_package_without_the_sdk_is_told_what_it_needs() {
    let copy = Copy::new("lonely");
    let manifest = fs::read_to_string(copy.folder.path().join("Cargo.toml")).unwrap();
    let sdk = manifest
        .lines()
        .find(|line| line.starts_with("monday-webhooks ="))
        .unwrap();
    copy.write("Cargo.toml", &manifest.replace(sdk, ""));
    copy.write("src/lib.rs", "");
    let output = copy.build();
    assert_eq!(output.status.code(), Some(101));
    let report = reported(&output, copy.folder.path());
    assert!(
        report.starts_with("error: DEP_MONDAY_SCHEMA_SCHEMA isn't set")
            && report.contains("depends on monday-webhooks"),
        "{report}"
    );
}
