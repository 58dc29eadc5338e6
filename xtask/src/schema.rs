//! `cargo xtask schema update` and `check`: the vendored schema.

use std::{error::Error, fs, path::Path, process::Command};

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
    let schema = VendoredSchema::new(folder, new.sdl, api_version, &today()?, &source);

    // All that can be wrong is known by now.
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
