//! `schema`: monday's GraphQL schema, fetched, made canonical, compared, and checked against.

use std::{fs, path::Path, time::Duration};

use monday_codegen::{Change, Grade, ImportOptions, Imported, Severity, write_atomically};
use monday_webhooks::{API_VERSION, client::DEFAULT_ENDPOINT};

use serde::Serialize;

use crate::{
    advice,
    args::{CheckArgs, DiffArgs, FailOn, FetchArgs, Global, ImportArgs, Settings},
    failure::{Failure, with_causes},
    net, output,
    progress::Progress,
    secrets,
};

/// How long fetching a schema may take, where the settings don't say.
const FETCH_TIME: Duration = Duration::from_secs(60);

/// The longest schema that is fetched, in bytes.
const MAX_SCHEMA: usize = 64 * 1024 * 1024;

pub(crate) fn import(args: &ImportArgs) -> Result<(), Failure> {
    let mut options = ImportOptions::default();
    options.keep_descriptions = args.keep_descriptions;
    let imported = read(&args.file, &options)?;
    for warning in &imported.warnings {
        output::say(&format!("warning: {warning}"));
    }
    write(args.out.as_deref(), &imported.sdl)?;
    match args.out {
        Some(_) => output::json(&imported.summary),
        None => Ok(()),
    }
}

fn read(file: &Path, options: &ImportOptions) -> Result<Imported, Failure> {
    let input = fs::read(file).map_err(|error| advice::unread(file, &error))?;
    monday_codegen::import(&input, options).map_err(|error| {
        Failure::failed(format!("{}: {}", file.display(), with_causes(&error)))
            .advise("a schema is SDL or an introspection result; `monday-webhooks schema fetch` gets monday's")
    })
}

pub(crate) fn diff(global: &Global, args: &DiffArgs) -> Result<(), Failure> {
    let options = ImportOptions::default();
    let old = read(&args.old, &options)?;
    let new = read(&args.new, &options)?;
    let mut changes = monday_codegen::diff(&old, &new);
    if args.webhooks {
        changes = monday_codegen::webhook_changes(&changes, &old, &new);
    }
    let usages = match &args.operations {
        Some(folder) => Some(
            monday_codegen::usages(&old.sdl, folder)
                .map_err(|error| Failure::failed(with_causes(&error)))?,
        ),
        None => None,
    };
    let rows: Vec<Row> = changes
        .iter()
        .map(|change| Row {
            change,
            operations: usages.as_ref().map(|usages| {
                let touched = usages.iter().filter(|usage| usage.is_touched_by(change));
                touched.map(|usage| usage.operation.as_str()).collect()
            }),
        })
        .collect();
    show(global, &rows)?;
    let fails = |grade: Grade| match args.fail_on {
        None => false,
        Some(FailOn::Breaking) => grade == Grade::Breaking,
        Some(FailOn::Dangerous) => grade != Grade::Safe,
        Some(FailOn::Safe) => true,
    };
    let counts = |row: &Row| {
        row.operations
            .as_ref()
            .is_none_or(|touched| !touched.is_empty())
    };
    if rows
        .iter()
        .any(|row| fails(row.change.grade) && counts(row))
    {
        return Err(Failure::Reported);
    }
    Ok(())
}

/// A change, and the operations that it touches where they were asked for.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    change: &'a Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    operations: Option<Vec<&'a str>>,
}

fn show(global: &Global, rows: &[Row]) -> Result<(), Failure> {
    if global.json {
        return output::json(&rows);
    }
    let mut header = vec!["GRADE", "WHAT", "CHANGE"];
    if rows.iter().any(|row| row.operations.is_some()) {
        header.push("OPERATIONS");
    }
    output::table(
        &header,
        rows.iter().map(|row| {
            let mut cells = vec![
                row.change.grade.to_string(),
                row.change.path.clone(),
                row.change.message.clone(),
            ];
            cells.extend(row.operations.as_ref().map(|touched| touched.join(", ")));
            cells
        }),
    )
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
    let found = monday_codegen::check(sdl, &args.operations).map_err(|error| {
        Failure::failed(with_causes(&error)).advise("--operations names the folder to check")
    })?;
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

pub(crate) fn fetch(global: &Global, settings: &Settings, args: &FetchArgs) -> Result<(), Failure> {
    let config = secrets::config(global, settings)?;
    let version = config.api_version.as_deref().unwrap_or(API_VERSION);
    let endpoint = config.endpoint.as_deref().unwrap_or(DEFAULT_ENDPOINT);
    let http = net::client(&config)?;
    let url = reqwest::Url::parse_with_params(
        &format!("{}/get_schema", endpoint.trim_end_matches('/')),
        [("format", "json"), ("version", version)],
    )
    .map_err(|_| Failure::usage("--endpoint takes a URL, such as https://api.monday.com/v2"))?;
    let schema = super::interruptible(super::NOTHING_CHANGED, async {
        let mut progress = Progress::saying("waiting for monday's schema");
        let failed = |error: reqwest::Error| {
            Failure::failed(format!(
                "monday's schema could not be fetched: {}",
                with_causes(&error.without_url())
            ))
            .advise("check the connection, --endpoint and --api-version")
        };
        let time = config.request_timeout.unwrap_or(FETCH_TIME);
        let mut request = http.get(url).timeout(time);
        for (name, value) in &config.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(failed)?;
        let mut response = response.error_for_status().map_err(failed)?;
        let mut schema = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            schema.extend_from_slice(&chunk);
            progress.say(&format!("monday's schema: {} KiB", schema.len() / 1024));
            if schema.len() > MAX_SCHEMA {
                return Err(Failure::failed("what is fetched is too long for a schema"));
            }
        }
        Ok(schema)
    })?;
    // What can't be imported isn't a schema, and doesn't replace one.
    monday_codegen::import(&schema, &ImportOptions::default()).map_err(|error| {
        Failure::failed(format!("monday sent no schema: {}", with_causes(&error)))
            .advise("check --endpoint and --api-version")
    })?;
    let schema = String::from_utf8_lossy(&schema);
    match &args.out {
        Some(_) => write(args.out.as_deref(), &schema),
        None => write(None, &output::shown(&schema)),
    }
}

fn write(out: Option<&Path>, text: &str) -> Result<(), Failure> {
    match out {
        Some(path) => write_atomically(path, text.as_bytes()).map_err(|error| {
            Failure::failed(format!("{} can't be written: {error}", path.display()))
                .advise("name another file with --out")
        }),
        None => output::line(text.trim_end()),
    }
}
