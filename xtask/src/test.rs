//! `cargo xtask test`: every test and doc test of the workspace, and of the crates outside of it.

use std::{
    env,
    ffi::OsStr,
    process::{Command, Stdio},
};

use crate::{
    cargo, cargo_path, cargo_with,
    ci::Outcome,
    crash::{Kind, crash, seed},
    nats, target_dir,
};

type Done = Result<(), Box<dyn std::error::Error>>;

/// Crates with dependencies that nobody else in the workspace has.
pub(crate) const OUTSIDE: [&str; 5] = [
    "examples/actix-web",
    "examples/code-first",
    "examples/downstream",
    "examples/lambda",
    FUZZ,
];

const FUZZ: &str = "fuzz";

const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

pub(crate) fn run() -> Done {
    workspace()?;
    browser()?;
    documentation()?;
    crashes()?;
    examples(&[])?;
    fuzz(&[])
}

/// All but the browser's, with nextest where it is installed, with cargo's own runner elsewhere:
/// the tests are the same.
pub(crate) fn workspace() -> Done {
    let server = nats::server()?;
    let server = server.to_string_lossy();
    let variables = [("NATS_SERVER", server.as_ref())];
    if has_nextest() {
        let filter = ["--filterset", "not test(/^page::/)"];
        let nextest = [&["nextest", "run"][..], &EVERYTHING, &filter].concat();
        cargo_with(&nextest, &variables)?;
    } else {
        let all_targets = [&["test"][..], &EVERYTHING, &["--all-targets"]].concat();
        cargo_with(&all_targets, &variables)?;
    }
    Ok(())
}

pub(crate) fn has_nextest() -> bool {
    answers(cargo_path(), &["nextest", "--version"])
}

/// The tests that need a browser, by the module that they are in. Without one they aren't tried,
/// but in CI they fail.
pub(crate) fn browser() -> Result<Outcome, Box<dyn std::error::Error>> {
    if env::var_os("CI").is_none() && !answers("chromedriver", &["--version"]) {
        return Ok(Outcome::Skipped("chromedriver isn't installed".into()));
    }
    let tests = ["--test", "cli", "--", "page::"];
    cargo(&[&["test"][..], &EVERYTHING, &tests].concat())?;
    Ok(Outcome::Passed)
}

pub(crate) fn documentation() -> Done {
    cargo(&[&["test"][..], &EVERYTHING, &["--doc"]].concat())?;
    Ok(())
}

pub(crate) fn crashes() -> Done {
    // With the tests, which have the features of the whole workspace: it is there already.
    cargo(&[&["test", "--quiet"][..], &EVERYTHING, &["--no-run"]].concat())?;
    for (kind, rounds) in [(Kind::Sqlite, 20), (Kind::Nats, 6), (Kind::Cluster, 3)] {
        crash(kind, rounds, seed())?;
    }
    Ok(())
}

/// With variables for cargo.
pub(crate) fn examples(variables: &[(&str, &str)]) -> Done {
    for folder in OUTSIDE.iter().filter(|folder| **folder != FUZZ) {
        outside(folder, variables)?;
    }
    Ok(())
}

pub(crate) fn fuzz(variables: &[(&str, &str)]) -> Done {
    outside(FUZZ, variables)
}

fn outside(folder: &str, variables: &[(&str, &str)]) -> Done {
    let manifest = format!("{folder}/Cargo.toml");
    let target = target_dir();
    let place = ["--manifest-path", &manifest, "--target-dir", &target];
    cargo_with(&[&["test"][..], &place].concat(), variables)?;
    Ok(())
}

fn answers(program: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
