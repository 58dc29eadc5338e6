//! `cargo xtask bench`: builds what is measured, and measures it.

use std::{io, path::Path, process::Command};

use crate::{cargo, target_dir};

/// Runs all benchmarks, or with `--quick` a short form that shows that they run.
pub(crate) fn run(quick: bool) -> io::Result<()> {
    cargo(&[
        "build",
        "--release",
        "--package",
        "monday-webhooks-bench",
        "--package",
        "monday-webhooks-cli",
    ])?;
    let built = Path::new(&target_dir()).join("release");
    let mut bench = Command::new(built.join("bench"));
    bench.args(["all", "--out", "bench", "--listen"]);
    bench.arg(built.join("monday-webhooks"));
    if quick {
        bench.args(["--rounds", "1", "--seconds", "0.5"]);
    }
    if bench.status()?.success() {
        Ok(())
    } else {
        Err(io::Error::other("the benchmarks have failed"))
    }
}
