//! `schema`: monday's GraphQL schema, fetched and made canonical.

use std::{fs, path::Path};

use monday_codegen::{ImportOptions, write_atomically};
use monday_webhooks::{API_VERSION, client::DEFAULT_ENDPOINT};

use crate::{
    args::{FetchArgs, Global, ImportArgs},
    failure::{Failure, with_causes},
    output,
};

pub(crate) fn import(_: &Global, args: &ImportArgs) -> Result<(), Failure> {
    let input = fs::read(&args.file)
        .map_err(|error| Failure::failed(format!("{}: {error}", args.file.display())))?;
    let mut options = ImportOptions::default();
    options.keep_descriptions = args.keep_descriptions;
    let imported = monday_codegen::import(&input, &options).map_err(|error| {
        Failure::failed(format!("{}: {}", args.file.display(), with_causes(&error)))
    })?;
    for warning in &imported.warnings {
        anstream::eprintln!("warning: {warning}");
    }
    write(args.out.as_deref(), imported.sdl.as_bytes())?;
    match args.out {
        Some(_) => output::json(&imported.summary),
        None => Ok(()),
    }
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
