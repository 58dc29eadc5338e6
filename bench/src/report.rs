//! The whole run, or some parts of it, and what is written of it.

use std::{fs, path::Path, time::Instant};

use serde::Serialize;

use crate::{
    Outcome, capacity, compare,
    compare::Row,
    findings::Findings,
    machine::{self, Machine},
    parts::{Part, Settings, root},
    table,
};

#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) date: String,
    pub(crate) commit: String,
    /// Whether the numbers only show that the program runs.
    pub(crate) is_quick: bool,
    pub(crate) machine: Machine,
    pub(crate) rows: Vec<Row>,
    pub(crate) findings: Findings,
    pub(crate) failed: Vec<Failed>,
}

/// A part that gave no numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failed {
    pub(crate) part: String,
    pub(crate) reason: String,
}

/// Runs parts one after the other. All of them write the pages; some of them, or a quick run,
/// write everything into `partial/`, which is nobody's result.
///
/// A part that fails costs none of the others what they have measured.
pub(crate) fn run(settings: &Settings, only: &[Part]) -> Outcome {
    use clap::ValueEnum as _;
    let parts = if only.is_empty() {
        Part::value_variants()
    } else {
        only
    };
    let is_whole = only.is_empty() && !settings.is_quick;
    let mut report = Report {
        date: humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string()[..10]
            .to_owned(),
        commit: machine::commit(&root()),
        is_quick: settings.is_quick,
        machine: Machine::look(),
        rows: Vec::new(),
        findings: Findings::default(),
        failed: Vec::new(),
    };
    let started = Instant::now();
    for part in parts {
        say(&format!(
            "{} (after {} s)",
            part.name(),
            started.elapsed().as_secs()
        ));
        match part.run(settings) {
            Ok(findings) => report.findings.extend(findings),
            Err(error) => {
                say(&format!("{} has failed: {error}", part.name()));
                report.failed.push(Failed {
                    part: part.name(),
                    reason: error.to_string(),
                });
            }
        }
        report.rows = compare::rows(&report.findings);
        // So that a run that is broken off isn't lost.
        write(&report, &settings.out, false)?;
    }
    if is_whole {
        write(&report, &settings.out, true)?;
    }
    say(&format!("done after {} s", started.elapsed().as_secs()));
    if report.failed.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = report.failed.iter().map(|one| one.part.as_str()).collect();
    Err(format!("these parts have failed: {}", names.join(", ")).into())
}

fn write(report: &Report, out: &Path, is_whole: bool) -> Outcome {
    let (results, docs, pictures) = if is_whole {
        (out.join("results"), out.join("../docs"), "../bench/results")
    } else {
        (out.join("partial"), out.join("partial"), ".")
    };
    fs::create_dir_all(&results)?;
    fs::create_dir_all(&docs)?;
    let json = serde_json::to_string_pretty(report)? + "\n";
    fs::write(results.join(format!("{}.json", report.date)), json)?;
    for curve in &report.findings.curves {
        fs::write(results.join(format!("{}.svg", curve.name)), curve.svg())?;
    }
    fs::write(docs.join("BENCHMARKS.md"), table::page(report, pictures))?;
    if let Some(page) = capacity::page(report) {
        fs::write(docs.join("CAPACITY.md"), page)?;
    }
    Ok(())
}

fn say(what: &str) {
    eprintln!("bench: {what}");
}
