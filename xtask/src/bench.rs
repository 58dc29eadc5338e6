//! `cargo xtask bench`: builds what is measured, and measures it.

use std::{io, path::Path, process::Command};

use crate::{cargo, nats, target_dir};

/// Runs all benchmarks, those after `--only`, or with `--quick` a short form that shows that they
/// run.
pub(crate) fn run(options: &[&str]) -> io::Result<()> {
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
    bench.arg("--nats-server").arg(nats::server()?);
    if bench.args(options).status()?.success() {
        Ok(())
    } else {
        Err(io::Error::other("the benchmarks have failed"))
    }
}
