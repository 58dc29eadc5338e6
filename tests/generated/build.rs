//! Makes Rust of operations with nasty names, and of the SDK's and the example's operations
//! against each version of monday's schema.

use std::{path::Path, process::ExitCode};

use monday_codegen::{Compile, CompileError};

/// Also in `src/lib.rs`, which includes what is made here.
const VERSIONS: [&str; 4] = ["2026-01", "2026-04", "2026-07", "2026-10"];

/// The schemas that were vendored before.
const KEPT: &str = "../../crates/monday-codegen/tests/schemas";
const VENDORED: &str = "../../schema/monday.graphql";

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
    for version in VERSIONS {
        let kept = Path::new(KEPT).join(format!("{version}.graphql"));
        let schema = if kept.exists() { kept } else { VENDORED.into() };
        for (name, operations) in [
            ("sdk", "../../queries"),
            ("example", "../../examples/downstream/queries"),
        ] {
            Compile::new(operations)
                .schema(&schema, version)
                .output(&format!("{name}-{version}.rs"))
                .try_run()?;
        }
    }
    Ok(())
}
