//! `schema`: monday's GraphQL schema, fetched, made canonical, compared, and checked against.

use std::{fs, path::Path};

use monday_codegen::{Grade, ImportOptions, Imported, Severity, write_atomically};
use monday_webhooks::{API_VERSION, client::DEFAULT_ENDPOINT};

use crate::{
    args::{CheckArgs, DiffArgs, FailOn, FetchArgs, Global, ImportArgs},
    failure::{Failure, with_causes},
    output,
};

pub(crate) fn import(args: &ImportArgs) -> Result<(), Failure> {
    let mut options = ImportOptions::default();
    options.keep_descriptions = args.keep_descriptions;
    let imported = read(&args.file, &options)?;
    for warning in &imported.warnings {
        anstream::eprintln!("warning: {warning}");
    }
    write(args.out.as_deref(), imported.sdl.as_bytes())?;
    match args.out {
        Some(_) => output::json(&imported.summary),
        None => Ok(()),
    }
}

fn read(file: &Path, options: &ImportOptions) -> Result<Imported, Failure> {
    let input =
        fs::read(file).map_err(|error| Failure::failed(format!("{}: {error}", file.display())))?;
    monday_codegen::import(&input, options)
        .map_err(|error| Failure::failed(format!("{}: {}", file.display(), with_causes(&error))))
}

pub(crate) fn diff(global: &Global, args: &DiffArgs) -> Result<(), Failure> {
    let options = ImportOptions::default();
    let old = read(&args.old, &options)?;
    let new = read(&args.new, &options)?;
    let mut changes = monday_codegen::diff(&old, &new);
    if args.webhooks {
        changes = monday_codegen::webhook_changes(&changes, &old, &new);
    }
    if global.json {
        output::json(&changes)?;
    } else {
        output::table(
            &["GRADE", "WHAT", "CHANGE"],
            changes.iter().map(|change| {
                vec![
                    change.grade.to_string(),
                    change.path.clone(),
                    change.message.clone(),
                ]
            }),
        )?;
    }
    let fails = |grade: Grade| match args.fail_on {
        None => false,
        Some(FailOn::Breaking) => grade == Grade::Breaking,
        Some(FailOn::Dangerous) => grade != Grade::Safe,
        Some(FailOn::Safe) => true,
    };
    if changes.iter().any(|change| fails(change.grade)) {
        return Err(Failure::Reported);
    }
    Ok(())
}

pub(crate) fn check(global: &Global, args: &CheckArgs) -> Result<(), Failure> {
    let imported;
    let sdl = match &args.file {
        Some(file) => {
            imported = read(file, &ImportOptions::default())?;
            &imported.sdl
        }
        None => monday_webhooks::SCHEMA,
    };
    let found = monday_codegen::check(sdl, &args.operations)
        .map_err(|error| Failure::failed(with_causes(&error)))?;
    if global.json {
        output::json(&found)?;
    } else {
        for diagnostic in &found {
            output::line(&diagnostic.to_string())?;
        }
    }
    if found.iter().any(|found| found.severity == Severity::Error) {
        return Err(Failure::Reported);
    }
    Ok(())
}

pub(crate) fn fetch(global: &Global, args: &FetchArgs) -> Result<(), Failure> {
    let version = global.api_version.as_deref().unwrap_or(API_VERSION);
    let endpoint = global.endpoint.as_deref().unwrap_or(DEFAULT_ENDPOINT);
    let url = reqwest::Url::parse_with_params(
        &format!("{}/get_schema", endpoint.trim_end_matches('/')),
        [("format", "json"), ("version", version)],
    )
    .map_err(|_| Failure::usage("--endpoint takes a URL"))?;
    let schema = super::block_on(async {
        let failed = |error: reqwest::Error| {
            Failure::failed(format!(
                "monday's schema could not be fetched: {}",
                with_causes(&error.without_url())
            ))
        };
        let response = reqwest::get(url).await.map_err(failed)?;
        let response = response.error_for_status().map_err(failed)?;
        response.bytes().await.map_err(failed)
    })?;
    // What can't be imported isn't a schema, and doesn't replace one.
    monday_codegen::import(&schema, &ImportOptions::default()).map_err(|error| {
        Failure::failed(format!("monday sent no schema: {}", with_causes(&error)))
    })?;
    write(args.out.as_deref(), &schema)
}

fn write(out: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    match out {
        Some(path) => write_atomically(path, bytes)
            .map_err(|error| Failure::failed(format!("{}: {error}", path.display()))),
        None => output::line(String::from_utf8_lossy(bytes).trim_end()),
    }
}
