//! What is found, with its place and its report.

use std::{fmt, path::PathBuf};

use apollo_compiler::{
    diagnostic::{CliReport, Color, ToCliReport},
    parser::{SourceMap, SourceSpan},
    validation::{DiagnosticData, DiagnosticList},
};
use serde::Serialize;

/// Something that is wrong with an operation, or will be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// Whether it keeps the operations from being used.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The same with the lines around it and an arrow, for people.
    #[serde(skip)]
    pub report: String,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// The operation is wrong.
    Error,
    /// The operation is right, and uses something deprecated, or a fragment is of no use.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            severity,
            message,
            ..
        } = self;
        write!(
            f,
            "{}:{line}:{column}: {severity}: {message}",
            file.display()
        )
    }
}

pub(super) fn diagnostics(errors: &DiagnosticList) -> Vec<Diagnostic> {
    errors.iter().map(|error| diagnostic(&error)).collect()
}

pub(super) type Found<'a> = apollo_compiler::diagnostic::Diagnostic<'a, DiagnosticData>;

pub(super) fn diagnostic(found: &Found<'_>) -> Diagnostic {
    let start = found.line_column_range().map(|range| range.start);
    let location = found.error.location();
    let file = location.and_then(|place| found.sources.get(&place.file_id()));
    Diagnostic {
        file: file.map_or_else(PathBuf::new, |file| file.path().to_owned()),
        line: start.as_ref().map_or(1, |start| start.line),
        column: start.map_or(1, |start| start.column),
        severity: Severity::Error,
        message: found.error.to_string(),
        report: as_rustc(
            &found.to_report(Color::Never).into_string(),
            Severity::Error,
        ),
    }
}

/// A report begins as rustc's do.
fn as_rustc(report: &str, severity: Severity) -> String {
    let text = report.strip_prefix("Error: ").unwrap_or(report);
    format!("{severity}: {text}")
}

/// A diagnostic of our own, with the lines around it.
pub(super) fn at(
    sources: &SourceMap,
    place: Option<SourceSpan>,
    severity: Severity,
    message: String,
) -> Option<Diagnostic> {
    let place = place?;
    let start = place.line_column(sources)?;
    let mut report = CliReport::builder(sources, Some(place), Color::Never);
    report.with_message(&message);
    report.with_label_opt(Some(place), "here");
    Some(Diagnostic {
        file: sources.get(&place.file_id())?.path().to_owned(),
        line: start.line,
        column: start.column,
        severity,
        report: as_rustc(&report.into_string(), severity),
        message,
    })
}
