//! `cargo xtask schema update` and `check`: the vendored schema.

use std::{error::Error, fs, path::Path, process::Command};

use monday_codegen::{ImportOptions, VendoredSchema, diff, import, write_atomically};

type Done = Result<(), Box<dyn Error>>;

const FOLDER: &str = "schema";

/// Imports a schema as monday serves it, records where it comes from, and says what changed.
pub(crate) fn update(from: &str, api_version: &str) -> Done {
    let folder = Path::new(FOLDER);
    let file = folder.join(VendoredSchema::SDL_FILE);
    let options = ImportOptions::default();
    let old = import(&fs::read(&file)?, &options)?;
    let new = import(&fs::read(from)?, &options)?;
    let mut schema = VendoredSchema::load(folder)?;
    schema.source =
        format!("https://api.monday.com/v2/get_schema?format=json&version={api_version}");
    schema.api_version = api_version.to_owned();
    schema.date = today()?;
    schema.sha256.clone_from(&new.summary.sha256);
    write_atomically(&file, new.sdl.as_bytes())?;
    let record = folder.join(VendoredSchema::RECORD_FILE);
    write_atomically(&record, schema.record().as_bytes())?;
    println!("Draft for CHANGELOG.md:\n\n- Schema: API version {api_version}.");
    for change in diff(&old, &new) {
        println!("  - {}: {}", change.grade, change.message);
    }
    println!("\nWhat no longer compiles:");
    crate::cargo(&["check", "--workspace", "--all-features"])?;
    Ok(())
}

/// The committed schema is the one that its record describes, and importing it changes nothing.
pub(crate) fn check() -> Done {
    let schema = VendoredSchema::load(Path::new(FOLDER))?;
    let imported = import(schema.sdl.as_bytes(), &ImportOptions::default())?;
    if imported.sdl == schema.sdl {
        Ok(())
    } else {
        Err(
            "schema/monday.graphql is not canonical: make it with `cargo xtask schema update`"
                .into(),
        )
    }
}

fn today() -> Result<String, Box<dyn Error>> {
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output()?;
    Ok(String::from_utf8(date.stdout)?.trim().to_owned())
}
