//! Makes Rust of operations with nasty names, and of the SDK's and the example's operations
//! against each version of monday's schema.

use std::process::ExitCode;

use monday_codegen::{Compile, CompileError};

/// Also in `src/lib.rs`, which includes what is made here.
const VERSIONS: [(&str, &str); 4] = [
    (
        "2026-01",
        "../../crates/monday-codegen/tests/schemas/2026-01.graphql",
    ),
    (
        "2026-04",
        "../../crates/monday-codegen/tests/schemas/2026-04.graphql",
    ),
    (
        "2026-07",
        "../../crates/monday-codegen/tests/schemas/2026-07.graphql",
    ),
    ("2026-10", "../../schema/monday.graphql"),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if let CompileError::Operations { found, .. } = &error {
                for diagnostic in found {
                    eprintln!("{}", diagnostic.report);
                }
            }
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), CompileError> {
    Compile::new("nasty/queries")
        .schema("nasty/schema.graphql", "2026-10")
        .scalar("Money", "crate::Money")
        .output("nasty.rs")
        .try_run()?;
    for (version, schema) in VERSIONS {
        for (name, operations) in [
            ("sdk", "../../queries"),
            ("example", "../../examples/downstream/queries"),
        ] {
            Compile::new(operations)
                .schema(schema, version)
                .output(&format!("{name}-{version}.rs"))
                .try_run()?;
        }
    }
    Ok(())
}
