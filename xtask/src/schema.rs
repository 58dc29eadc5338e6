//! `cargo xtask schema update` and `check`: the vendored schema.

use std::{error::Error, fs, io, path::Path, process::Command};

use monday_codegen::{
    ImportOptions, Imported, Severity, Usage, VendoredSchema, diff, import, is_api_version, usages,
    write_atomically,
};

use crate::{
    changelog,
    test::{self, OUTSIDE},
};

type Done = Result<(), Box<dyn Error>>;

const FOLDER: &str = "schema";
const CHANGELOG: &str = "CHANGELOG.md";

/// Where the tests have the schemas that were vendored before.
const KEPT: &str = "crates/monday-codegen/tests/schemas";

/// The operations of the SDK and of its examples.
const OPERATIONS: [&str; 2] = ["queries", "examples/downstream/queries"];

/// Imports a schema as monday serves it, records where it comes from, says what changed, and shows
/// what no longer compiles.
pub(crate) fn update(from: &str, api_version: &str) -> Done {
    if !is_api_version(api_version) {
        let message = format!("{api_version} is no version of monday's API, such as 2026-10");
        return Err(message.into());
    }
    let folder = Path::new(FOLDER);
    let file = folder.join(VendoredSchema::SDL_FILE);
    let old = read(&file)?;
    let new = read(Path::new(from))?;
    for warning in &new.warnings {
        println!("warning: {warning}");
    }
    let changes = diff(&old, &new);
    let draft = changelog::draft(api_version, &changes, &operations(&old)?);
    let changed = changelog::with_draft(&fs::read_to_string(CHANGELOG)?, &draft);
    let source = format!("https://api.monday.com/v2/get_schema?format=json&version={api_version}");
    // One that was edited is nothing to keep.
    let before = VendoredSchema::load(folder).ok();
    let schema = VendoredSchema::new(folder, new.sdl, api_version, &today()?, &source);

    // All that can be wrong is known by now.
    if let Some(before) = before {
        keep(&before, &schema, Path::new(KEPT))?;
    }
    write_atomically(&schema.path, schema.sdl.as_bytes())?;
    let record = folder.join(VendoredSchema::RECORD_FILE);
    write_atomically(&record, schema.record().as_bytes())?;
    if !changes.is_empty() {
        write_atomically(Path::new(CHANGELOG), changed.as_bytes())?;
    }
    println!("{draft}");
    if !changes.is_empty() {
        println!("It stands in {CHANGELOG}, to be worded for users.\n");
    }
    compile()
}

/// Keeps the schema that another one replaces for the tests that know what changed since, and until,
/// its version. What is kept stays as it is.
fn keep(before: &VendoredSchema, now: &VendoredSchema, folder: &Path) -> io::Result<()> {
    let file = folder.join(format!("{}.graphql", before.api_version));
    let is_same = before.sha256 == now.sha256 && before.api_version == now.api_version;
    if is_same || file.exists() {
        return Ok(());
    }
    write_atomically(&file, before.sdl.as_bytes())
}

fn read(file: &Path) -> Result<Imported, Box<dyn Error>> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    import(&bytes, &ImportOptions::default())
        .map_err(|error| format!("{}: {error}", file.display()).into())
}

fn operations(schema: &Imported) -> Result<Vec<Usage>, Box<dyn Error>> {
    let mut all = Vec::new();
    for folder in OPERATIONS {
        all.extend(usages(&schema.sdl, Path::new(folder))?);
    }
    Ok(all)
}

/// Builds everything that the schema goes into, to the end, and brings the golden files up to date
/// where it all builds.
fn compile() -> Done {
    println!("What no longer compiles:");
    let target = crate::target_dir();
    let mut broken = Vec::new();
    let everything = ["check", "--workspace", "--all-targets", "--all-features"];
    if crate::cargo(&[&everything[..], &["--keep-going"]].concat()).is_err() {
        broken.push("the workspace");
    }
    for folder in OUTSIDE {
        let manifest = format!("{folder}/Cargo.toml");
        let check = ["check", "--all-targets", "--keep-going"];
        let place = ["--manifest-path", &manifest, "--target-dir", &target];
        if crate::cargo(&[&check[..], &place].concat()).is_err() {
            broken.push(folder);
        }
    }
    if !broken.is_empty() {
        let broken = broken.join(", ");
        return Err(format!("to be mended: {broken}; then `cargo xtask schema bless`").into());
    }
    println!("Nothing.\n");
    bless()
}

/// Writes anew the golden files that depend on the schema.
pub(crate) fn bless() -> Done {
    let bless = [("BLESS", "1")];
    let target = crate::target_dir();
    let downstream = ["--manifest-path", "examples/downstream/Cargo.toml"];
    test::matching(&["--lib"], "generated", &bless)?;
    crate::cargo_with(
        &["test", "--package", "generated-code", "--test", "facade"],
        &bless,
    )?;
    crate::cargo_with(
        &[&["test"][..], &downstream, &["--target-dir", &target]].concat(),
        &bless,
    )?;
    println!(
        "The golden files are up to date. `cargo xtask schema check` and `test`, then commit."
    );
    Ok(())
}

/// The committed schema is the one that its record describes, importing it changes nothing, and
/// the operations fit it.
pub(crate) fn check() -> Done {
    let schema = VendoredSchema::load(Path::new(FOLDER))?;
    let imported = import(schema.sdl.as_bytes(), &ImportOptions::default())?;
    if imported.sdl != schema.sdl {
        return Err(
            "schema/monday.graphql is not canonical: make it with `cargo xtask schema update`"
                .into(),
        );
    }
    for folder in OPERATIONS {
        let found = monday_codegen::check(&schema.sdl, Path::new(folder))?;
        for diagnostic in &found {
            eprintln!("{}", diagnostic.report);
        }
        if found.iter().any(|found| found.severity == Severity::Error) {
            return Err(format!("an operation below {folder} doesn't fit the schema").into());
        }
    }
    Ok(())
}

fn today() -> Result<String, Box<dyn Error>> {
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output()?;
    Ok(String::from_utf8(date.stdout)?.trim().to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_is_replaced_is_kept_for_the_tests_once() {
        let folder = tempfile::tempdir().unwrap();
        let vendored = |sdl: &str, version: &str| {
            VendoredSchema::new(Path::new("schema"), sdl.into(), version, "2026-11-24", "")
        };
        let (first, fixed) = (vendored("one", "2026-10"), vendored("two", "2026-10"));
        let next = vendored("two", "2027-01");
        let kept = || fs::read_to_string(folder.path().join("2026-10.graphql")).ok();
        keep(&first, &first, folder.path()).unwrap();
        assert_eq!(kept(), None);
        keep(&first, &fixed, folder.path()).unwrap();
        assert_eq!(kept().as_deref(), Some("one"));
        keep(&fixed, &next, folder.path()).unwrap();
        assert_eq!(kept().as_deref(), Some("one"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        // Also one that the next version didn't change: it goes by another name then.
        let last = vendored("two", "2027-04");
        keep(&next, &last, folder.path()).unwrap();
        let kept = fs::read_to_string(folder.path().join("2027-01.graphql"));
        assert_eq!(kept.unwrap(), "two");
    }
}
