//! How long generation takes, and how much it makes, by schema and by number of operations.

use std::{fs, path::Path, time::Instant};

use monday_codegen::Compile;

use crate::{
    Outcome,
    findings::Findings,
    measured::Measured,
    plot::{Axis, Curve, Line},
};

const OPERATION: &str = "query ItemsNUMBER($board: ID!, $limit: Int!) {
  boards(ids: [$board]) {
    items_page(limit: $limit) { cursor items { id name column_values { id text value } } }
  }
}";

const ROUNDS: usize = 3;

const VERSIONS: [&str; 4] = ["2026-01", "2026-04", "2026-07", "2026-10"];
const OPERATIONS: [usize; 5] = [1, 10, 50, 100, 200];

pub(crate) fn run() -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let schemas = root.join("crates/monday-codegen/tests/schemas");
    let current = root.join("schema/monday.graphql");
    let mut measured = Vec::new();
    for version in VERSIONS {
        // The newest is the SDK's own, until another one takes its place.
        let kept = schemas.join(format!("{version}.graphql"));
        let schema = if kept.exists() { kept } else { current.clone() };
        measured.extend(timed(&format!("schema {version}"), &schema, 10)?);
    }
    for operations in OPERATIONS {
        measured.extend(timed(
            &format!("{operations} operations"),
            &current,
            operations,
        )?);
    }
    let mut findings = Findings::from(measured);
    findings.curves = curves(&findings);
    findings.print()
}

/// The numbers of [`run`] as pictures.
pub(crate) fn curves(findings: &Findings) -> Vec<Curve> {
    let median = |what: &str, of: &str| Some(findings.find(&format!("{what}: {of}"))?.median());
    let by_operations = |what: &str, unit: f64| -> Vec<_> {
        let point = |count: usize| {
            let number = median(what, &format!("{count} operations"))?;
            Some((count as f64, number / unit))
        };
        OPERATIONS.into_iter().filter_map(point).collect()
    };
    let by_schema = |version| {
        let of = format!("schema {version}");
        Some((
            median("schema's size", &of)? / 1024.0,
            median("generate", &of)?,
        ))
    };
    let curve = |name: &str, title: &str, x: &str, y: &str, points: Vec<_>| Curve {
        name: name.to_owned(),
        title: title.to_owned(),
        x: Axis::linear(x),
        y: Axis::linear(y),
        lines: vec![Line::new("monday-codegen", points)],
    };
    let mut curves = vec![
        curve(
            "generate-operations",
            "Generating, by operations",
            "operations",
            "ms",
            by_operations("generate", 1.0),
        ),
        curve(
            "generated-operations",
            "What is generated, by operations",
            "operations",
            "KiB",
            by_operations("generated", 1024.0),
        ),
        curve(
            "generate-schema",
            "Generating ten operations, by the length of the schema, 2026-01 to 2026-10",
            "KiB",
            "ms",
            VERSIONS.into_iter().filter_map(by_schema).collect(),
        ),
    ];
    curves.retain(|curve| curve.lines.iter().all(|line| !line.points.is_empty()));
    curves
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::single;

    #[test]
    fn the_curves_are_of_the_numbers_that_there_are() {
        let findings = Findings::from(vec![
            single("generate: 1 operations", "ms", 30.0),
            single("generate: 200 operations", "ms", 340.0),
            single("generate: schema 2026-10", "ms", 48.0),
            single("schema's size: schema 2026-10", "bytes", 2048.0),
        ]);
        let curves = curves(&findings);
        let points: Vec<_> = curves
            .iter()
            .map(|curve| (curve.name.as_str(), curve.lines[0].points.clone()))
            .collect();
        assert_eq!(
            points,
            [
                ("generate-operations", vec![(1.0, 30.0), (200.0, 340.0)]),
                ("generate-schema", vec![(2.0, 48.0)]),
            ]
        );
    }
}
