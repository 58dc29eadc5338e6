//! How long generation takes, and how much it makes, by schema and by number of operations.

use std::{fs, path::Path, time::Instant};

use monday_codegen::Compile;

use crate::{Outcome, findings::Findings, measured::Measured};

const OPERATION: &str = "query ItemsNUMBER($board: ID!, $limit: Int!) {
  boards(ids: [$board]) {
    items_page(limit: $limit) { cursor items { id name column_values { id text value } } }
  }
}";

const ROUNDS: usize = 3;

pub(crate) fn run() -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let schemas = root.join("crates/monday-codegen/tests/schemas");
    let current = root.join("schema/monday.graphql");
    let mut measured = Vec::new();
    for version in ["2026-01", "2026-04", "2026-07", "2026-10"] {
        let schema = match version {
            "2026-10" => current.clone(),
            _ => schemas.join(format!("{version}.graphql")),
        };
        measured.extend(timed(&format!("schema {version}"), &schema, 10)?);
    }
    for operations in [1, 10, 50, 100, 200] {
        measured.extend(timed(
            &format!("{operations} operations"),
            &current,
            operations,
        )?);
    }
    Findings::from(measured).print()
}

fn timed(name: &str, schema: &Path, operations: usize) -> Outcome<[Measured; 3]> {
    let folder = tempfile::tempdir()?;
    let queries = folder.path().join("queries");
    fs::create_dir(&queries)?;
    for number in 0..operations {
        let operation = OPERATION.replace("NUMBER", &number.to_string());
        fs::write(queries.join(format!("{number}.graphql")), operation)?;
    }
    let mut time = Measured::new(&format!("generate: {name}"), "ms");
    let mut size = Measured::new(&format!("generated: {name}"), "bytes");
    let mut input = Measured::new(&format!("schema's size: {name}"), "bytes");
    input.rounds.push(fs::metadata(schema)?.len() as f64);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let code = Compile::new("queries").generate(schema, &queries, folder.path())?;
        time.rounds.push(start.elapsed().as_secs_f64() * 1e3);
        size.rounds = vec![code.len() as f64];
    }
    Ok([time, size, input])
}
