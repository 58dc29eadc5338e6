//! The whole run, or some parts of it, and what is written of it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use serde::{Deserialize, Serialize};

use crate::{
    Outcome, capacity, compare,
    compare::Row,
    findings::Findings,
    generate,
    machine::{self, Machine},
    parts::{Part, Settings, root},
    table,
};

#[derive(Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Writes the pages and pictures of a run anew, from its results.
pub(crate) fn write_again(results: &Path, out: &Path) -> Outcome {
    let mut report: Report = serde_json::from_str(&fs::read_to_string(results)?)?;
    let drawn = generate::curves(&report.findings);
    let curves = &mut report.findings.curves;
    curves.retain(|curve| drawn.iter().all(|again| again.name != curve.name));
    curves.extend(drawn);
    report.rows = compare::rows(&report.findings);
    write_pages(&report, &Places::new(out, true))
}

/// Where results and pages go; pictures go to the results, which the pages call that.
struct Places {
    results: PathBuf,
    pages: PathBuf,
    pictures: &'static str,
}

impl Places {
    fn new(out: &Path, is_whole: bool) -> Self {
        let (results, pages, pictures) = if is_whole {
            (out.join("results"), out.join("../docs"), "../bench/results")
        } else {
            (out.join("partial"), out.join("partial"), ".")
        };
        Self {
            results,
            pages,
            pictures,
        }
    }
}

fn write(report: &Report, out: &Path, is_whole: bool) -> Outcome {
    let places = Places::new(out, is_whole);
    fs::create_dir_all(&places.results)?;
    let json = serde_json::to_string_pretty(report)? + "\n";
    fs::write(places.results.join(format!("{}.json", report.date)), json)?;
    write_pages(report, &places)
}

fn write_pages(report: &Report, places: &Places) -> Outcome {
    fs::create_dir_all(&places.pages)?;
    for curve in &report.findings.curves {
        let picture = places.results.join(format!("{}.svg", curve.name));
        fs::write(picture, curve.svg())?;
    }
    let page = table::page(report, places.pictures);
    fs::write(places.pages.join("BENCHMARKS.md"), page)?;
    if let Some(page) = capacity::page(report) {
        fs::write(places.pages.join("CAPACITY.md"), page)?;
    }
    Ok(())
}

fn say(what: &str) {
    eprintln!("bench: {what}");
}
