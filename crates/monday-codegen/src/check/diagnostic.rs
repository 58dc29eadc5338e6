//! What is found, with its place and its report.

use std::{fmt, iter, path::PathBuf, sync::Arc};

use apollo_compiler::{
    ast::{Definition, Document, Selection},
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
    let location = found.error.location();
    let file = location.and_then(|place| found.sources.get(&place.file_id()));
    let start = location.and_then(|place| start(found.sources, place));
    let (line, column) = start.unwrap_or((1, 1));
    Diagnostic {
        file: file.map_or_else(PathBuf::new, |file| file.path().to_owned()),
        line,
        column,
        severity: Severity::Error,
        message: found.error.to_string(),
        report: as_rustc(
            &found.to_report(Color::Never).into_string(),
            Severity::Error,
        ),
    }
}

/// The line and the column of a place's start. apollo-compiler's own columns count bytes.
fn start(sources: &SourceMap, place: SourceSpan) -> Option<(usize, usize)> {
    let start = place.line_column(sources)?;
    let text = sources.get(&place.file_id())?.source_text();
    let begin = place.offset().checked_sub(start.column.checked_sub(1)?)?;
    let before = text.get(begin..place.offset())?;
    Some((start.line, before.chars().count() + 1))
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
    let (line, column) = start(sources, place)?;
    let mut report = CliReport::builder(sources, Some(place), Color::Never);
    report.with_message(&message);
    report.with_label_opt(Some(place), "here");
    Some(Diagnostic {
        file: sources.get(&place.file_id())?.path().to_owned(),
        line,
        column,
        severity,
        report: as_rustc(&report.into_string(), severity),
        message,
    })
}

/// An error at a byte of a document, whether or not a node of it begins there.
pub(super) fn at_offset(document: &Document, offset: usize, message: String) -> Option<Diagnostic> {
    let Some(before) = offset.checked_sub(1) else {
        let place = document.definitions.first()?.location();
        return at(&document.sources, place, Severity::Error, message);
    };
    // apollo-compiler makes no place of an offset, only of what it parses: so it parses a name that
    // stands just there, and shows its place in the text that is meant.
    let stand_in = Document::parse(format!("{}{{a}}", " ".repeat(before)), "").ok()?;
    let place = match stand_in.definitions.first()? {
        Definition::OperationDefinition(operation) => match operation.selection_set.first()? {
            Selection::Field(field) => field.name.location()?,
            _ => return None,
        },
        _ => return None,
    };
    let source = document.sources.values().next()?;
    let sources = Arc::new(iter::once((place.file_id(), Arc::clone(source))).collect());
    at(&sources, Some(place), Severity::Error, message)
}
