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

/// Where the tests that need a browser are, in the command's tests. Modules of two crates have this
/// in their names, too.
const BROWSER: &str = "page::";

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
        cargo_with(&nextest(), &variables)?;
    } else {
        cargo_with(&all_targets(), &variables)?;
        cargo_with(&units_called_as_the_browsers(), &variables)?;
    }
    Ok(())
}

pub(crate) fn has_nextest() -> bool {
    answers(cargo_path(), &["nextest", "--version"])
}

fn nextest() -> Vec<&'static str> {
    let filter = ["--filterset", "not test(/^page::/)"];
    [&["nextest", "run"][..], &EVERYTHING, &filter].concat()
}

fn all_targets() -> Vec<&'static str> {
    let runner = ["--all-targets", "--", "--skip", BROWSER];
    [&["test"][..], &EVERYTHING, &runner].concat()
}

/// Cargo's runner skips by a part of a name, and with the browser's tests these.
fn units_called_as_the_browsers() -> Vec<&'static str> {
    let runner = ["--lib", "--bins", "--", BROWSER];
    [&["test"][..], &EVERYTHING, &runner].concat()
}

/// The tests that need a browser, by the module that they are in. Without one they aren't tried,
/// but in CI they fail.
pub(crate) fn browser() -> Result<Outcome, Box<dyn std::error::Error>> {
    if env::var_os("CI").is_none() && !answers("chromedriver", &["--version"]) {
        return Ok(Outcome::Skipped("chromedriver isn't installed".into()));
    }
    matching(
        &[&EVERYTHING[..], &["--test", "cli"]].concat(),
        BROWSER,
        &[],
    )?;
    Ok(Outcome::Passed)
}

/// The tests of a target that have this in their name: one at least, since cargo takes none for a
/// success.
pub(crate) fn matching(target: &[&str], name: &str, variables: &[(&str, &str)]) -> Done {
    let test = [&["test"][..], target, &["--", name]].concat();
    let list = Command::new(cargo_path())
        .args([&test[..], &["--list"]].concat())
        .envs(variables.iter().copied())
        .stderr(Stdio::inherit())
        .output()?;
    if !list.status.success() {
        return Err(format!("`cargo {}` failed: {}", test.join(" "), list.status).into());
    }
    some_listed(&String::from_utf8_lossy(&list.stdout), &test)?;
    cargo_with(&test, variables)?;
    Ok(())
}

/// Whether a list of the test harness names a test.
fn some_listed(list: &str, test: &[&str]) -> Result<(), String> {
    if list.lines().any(|line| line.ends_with(": test")) {
        Ok(())
    } else {
        Err(format!("`cargo {}` means no test", test.join(" ")))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_means_no_test_is_an_error() {
        let test = ["test", "--test", "cli", "--", "page::"];
        let error = Err("`cargo test --test cli -- page::` means no test".to_owned());
        assert_eq!(some_listed("\n0 tests, 0 benchmarks\n", &test), error);
        assert_eq!(some_listed("page::a: benchmark\n", &test), error);
        assert_eq!(some_listed("page::a: test\n\n1 test\n", &test), Ok(()));
    }

    #[test]
    fn what_needs_a_browser_alone_is_left_to_its_step_by_either_runner() {
        let filter = format!("not test(/^{BROWSER}/)");
        assert_eq!(nextest().last(), Some(&&*filter));
        assert!(all_targets().ends_with(&["--", "--skip", BROWSER]));
        let units = ["--lib", "--bins", "--", BROWSER];
        assert!(units_called_as_the_browsers().ends_with(&units));
    }
}
