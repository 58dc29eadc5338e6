//! `cargo xtask ci`: the gate, step by step.

mod api;
mod clippy;
mod dependencies;
mod docs;
mod features;
mod format;
mod links;
mod minimal;
mod package;
mod semver;
mod spelling;
mod toolchain;

use std::time::{Duration, Instant};

use crate::{schema, test};

pub(crate) use api::bless;
pub(crate) use dependencies::advisories;

type Stop = Box<dyn std::error::Error>;

/// What a step says of itself when it hasn't failed.
pub(crate) enum Outcome {
    Passed,
    /// It couldn't be tried here, and why.
    Skipped(String),
}

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<Outcome, Stop>,
}

/// rustdoc for what a stable toolchain hides.
const UNSTABLE_RUSTDOC: &str = "xtask/unstable-rustdoc";

/// What fails within seconds comes first.
const STEPS: &[Step] = &[
    step("format", "all Rust code is formatted", format::check),
    step("spelling", "no known misspelling", spelling::check),
    step(
        "links",
        "links between documents lead somewhere",
        links::check,
    ),
    step(
        "toolchain",
        "rust-version is what this is tried with",
        toolchain::check,
    ),
    step(
        "schema",
        "the vendored schema is what its record says, the operations fit",
        || schema::check().map(|()| Outcome::Passed),
    ),
    step("unused", "no dependency is unused", dependencies::used),
    step(
        "dependencies",
        "licences, bans and sources of dependencies",
        dependencies::allowed,
    ),
    step("clippy", "no lint fires in the workspace", clippy::check),
    step("tests", "the workspace's tests", || {
        test::workspace().map(|()| Outcome::Passed)
    }),
    step("browser", "the inspector's page in Chromium", test::browser),
    step("doc-tests", "the examples in the documentation", || {
        test::documentation().map(|()| Outcome::Passed)
    }),
    step("crash", "nothing is lost when processes are killed", || {
        test::crashes().map(|()| Outcome::Passed)
    }),
    step(
        "examples",
        "the tests of the example applications, where no lint fires either",
        || test::examples(&clippy::AS_COMPILER).map(|()| Outcome::Passed),
    ),
    step(
        "fuzz",
        "a smoke of each fuzz target, where no lint fires either",
        || test::fuzz(&clippy::AS_COMPILER).map(|()| Outcome::Passed),
    ),
    step(
        "docs",
        "the documentation has no warning, and labels features",
        docs::check,
    ),
    step(
        "features",
        "each crate without features, and with each alone",
        features::check,
    ),
    step(
        "minimal",
        "the lowest versions that the manifests allow",
        minimal::check,
    ),
    step("api", "the public API is the one in `api/`", api::check),
    step(
        "semver",
        "no break since the last tag without a version for it",
        semver::check,
    ),
    step(
        "package",
        "the crates hold what they should, and build from it",
        package::check,
    ),
];

const fn step(name: &'static str, what: &'static str, run: fn() -> Result<Outcome, Stop>) -> Step {
    Step { name, what, run }
}

/// The steps of those names, or all. Stops at the first that fails.
pub(crate) fn run(names: &[&str]) -> Result<(), Stop> {
    if names == ["--list"] {
        for step in STEPS {
            println!("{:13} {}", step.name, step.what);
        }
        return Ok(());
    }
    if let Some(unknown) = names
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        return Err(format!("there is no step `{unknown}`: see `cargo xtask ci --list`").into());
    }
    let mut report = Vec::new();
    let mut failure = None;
    for step in STEPS {
        if !names.is_empty() && !names.contains(&step.name) {
            continue;
        }
        println!("\n=== {}: {}", step.name, step.what);
        let started = Instant::now();
        let outcome = (step.run)();
        report.push(line(step.name, started.elapsed(), outcome.as_ref()));
        if let Err(error) = outcome {
            failure = Some(format!("{}: {error}", step.name).into());
            break;
        }
    }
    println!("\n{}", report.join("\n"));
    failure.map_or(Ok(()), Err)
}

fn line(name: &str, took: Duration, outcome: Result<&Outcome, &Stop>) -> String {
    let outcome = match outcome {
        Ok(Outcome::Passed) => "passed".to_owned(),
        Ok(Outcome::Skipped(why)) => format!("not tried: {why}"),
        Err(_) => "FAILED".to_owned(),
    };
    format!("{name:13} {:7.1} s  {outcome}", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributors_are_told_of_every_step_in_its_order() {
        let told: Vec<&str> = include_str!("../../../CONTRIBUTING.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
            .map(|(name, what)| {
                let step = STEPS.iter().find(|step| step.name == name);
                let what = what.trim_end_matches(" |");
                assert_eq!(step.map(|step| step.what), Some(what), "{name}");
                name
            })
            .collect();
        let steps: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        assert_eq!(told, steps);
    }
}
