//! `cargo xtask test`: every test and doc test of the workspace, and of the crates outside of it.

use std::process::{Command, Stdio};

use crate::{
    cargo, cargo_path, cargo_with,
    crash::{Kind, crash, seed},
    nats, target_dir,
};

/// Crates with dependencies that nobody else in the workspace has.
pub(crate) const OUTSIDE: [&str; 5] = [
    "examples/actix-web",
    "examples/code-first",
    "examples/downstream",
    "examples/lambda",
    "fuzz",
];

/// With nextest where it is installed, with cargo's own runner elsewhere: the tests are the same.
pub(crate) fn run() -> Result<(), Box<dyn std::error::Error>> {
    let server = nats::server()?;
    let server = server.to_string_lossy();
    let variables = [("NATS_SERVER", server.as_ref())];
    if has_nextest() {
        let arguments = ["nextest", "run", "--workspace", "--all-features"];
        cargo_with(&arguments, &variables)?;
    } else {
        let arguments = ["test", "--workspace", "--all-features", "--all-targets"];
        cargo_with(&arguments, &variables)?;
    }
    cargo(&["test", "--workspace", "--all-features", "--doc"])?;
    // The tests of the command have built it.
    for (kind, rounds) in [(Kind::Sqlite, 20), (Kind::Nats, 6), (Kind::Cluster, 3)] {
        crash(kind, rounds, seed())?;
    }
    let target = target_dir();
    for folder in OUTSIDE {
        let manifest = format!("{folder}/Cargo.toml");
        cargo(&[
            "test",
            "--manifest-path",
            &manifest,
            "--target-dir",
            &target,
        ])?;
    }
    Ok(())
}

fn has_nextest() -> bool {
    Command::new(cargo_path())
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
