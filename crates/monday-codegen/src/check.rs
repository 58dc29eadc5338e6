//! Validating a folder of operations against a schema, spec-complete, before anything is made of
//! them: `graphql_client` itself accepts unknown arguments, missing ones and wrongly typed
//! variables.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    ast::{Definition, DirectiveList, Document, OperationType, Selection as AstSelection},
    diagnostic::{CliReport, Color, ToCliReport},
    executable::{Selection, SelectionSet},
    parser::{SourceMap, SourceSpan},
    validation::{DiagnosticData, DiagnosticList, Valid},
};
use serde::Serialize;

use crate::operations::{OperationsError, graphql_files, read_text};

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

/// Why operations can't be checked at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// A file or folder can't be read.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// The schema isn't one.
    #[error("the schema has errors of its own: {0}")]
    Schema(String),
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Self {
            file,
            line,
            column,
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

/// Checks every operation below a folder against a schema in SDL, and returns all that is wrong,
/// in the order of the files.
///
/// A file without an operation holds fragments for all others. A file with one has its operation
/// and the fragments that only this operation uses.
///
/// # Errors
///
/// [`CheckError`] where the folder can't be read, or the schema has errors itself.
pub fn check(sdl: &str, folder: &Path) -> Result<Vec<Diagnostic>, CheckError> {
    let schema = schema(sdl)?;
    let mut found = BTreeSet::new();
    let mut files = Vec::new();
    for path in graphql_files(folder)? {
        match Document::parse(read_text(&path)?, &path) {
            Ok(document) => files.push(File { path, document }),
            Err(errors) => found.extend(diagnostics(&errors.errors)),
        }
    }
    share_sources(&mut files, &schema.sources);
    let (operations, libraries): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.has_operation());
    let shared = shared_fragments(&libraries, &mut found);
    let mut used = BTreeSet::new();
    let mut names: BTreeMap<&Name, &File> = BTreeMap::new();
    for file in operations {
        found.extend(file.form(&mut names));
        let (document, reached) = file.with_fragments(&shared);
        used.extend(reached);
        found.extend(validate(&schema, &document, |_| true));
    }
    for file in &libraries {
        // Beside the operations that use it, so that a fragment nobody uses is right, too.
        let (document, _) = file.with_fragments(&shared);
        found.extend(validate(&schema, &document, |name| {
            name != "UnusedFragment"
        }));
        found.extend(file.unused(&used));
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.dedup_by(|one, other| {
        (&one.file, one.line, one.column, &one.message)
            == (&other.file, other.line, other.column, &other.message)
    });
    Ok(found)
}

/// monday has served an input type without fields, which the specification doesn't allow and an
/// operation doesn't mind. So the schema is only built, and not validated.
fn schema(sdl: &str) -> Result<Valid<Schema>, CheckError> {
    Schema::parse(sdl, "schema.graphql")
        .map(Valid::assume_valid)
        .map_err(|errors| CheckError::Schema(first_line(&errors.errors)))
}

fn first_line(errors: &DiagnosticList) -> String {
    let first = errors.iter().next();
    first.map_or_else(String::new, |first| first.error.to_string())
}

struct File {
    path: PathBuf,
    document: Document,
}

type Fragments<'a> = BTreeMap<&'a Name, &'a Definition>;

impl File {
    fn has_operation(&self) -> bool {
        self.document
            .definitions
            .iter()
            .any(|definition| matches!(definition, Definition::OperationDefinition(_)))
    }

    /// What the specification allows and code generation doesn't.
    fn form<'a>(&'a self, names: &mut BTreeMap<&'a Name, &'a Self>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut operations = 0;
        for definition in &self.document.definitions {
            let Definition::OperationDefinition(operation) = definition else {
                continue;
            };
            operations += 1;
            let mut wrong = |message: String| {
                found.extend(self.error_at(operation.location(), message));
            };
            if operations > 1 {
                wrong("a file has one operation; move this one to a file of its own".into());
            }
            if operation.operation_type == OperationType::Subscription {
                wrong("monday's API has queries and mutations, and no subscriptions".into());
            }
            match &operation.name {
                None => {
                    wrong("an operation needs a name: its Rust types are called after it".into());
                }
                Some(name) => {
                    if let Some(first) = names.insert(name, self) {
                        let file = first.path.display();
                        wrong(format!("{file} has an operation {name} already"));
                    }
                }
            }
        }
        found
    }

    /// The document along with the shared fragments that it reaches, and their names.
    fn with_fragments(&self, shared: &Fragments<'_>) -> (Document, BTreeSet<Name>) {
        let mut document = self.document.clone();
        let own: BTreeSet<Name> = self.fragments().map(|(name, _)| name.clone()).collect();
        let mut reached = BTreeSet::new();
        let mut wanted = Vec::new();
        for definition in &self.document.definitions {
            spreads_of(definition, &mut wanted);
        }
        while let Some(name) = wanted.pop() {
            if own.contains(&name) || reached.contains(&name) {
                continue;
            }
            if let Some(definition) = shared.get(&name) {
                spreads_of(definition, &mut wanted);
                document.definitions.push((*definition).clone());
                reached.insert(name);
            }
        }
        (document, reached)
    }

    fn fragments(&self) -> impl Iterator<Item = (&Name, &Definition)> {
        self.document
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::FragmentDefinition(fragment) => Some((&fragment.name, definition)),
                _ => None,
            })
    }

    fn unused(&self, used: &BTreeSet<Name>) -> Vec<Diagnostic> {
        self.fragments()
            .filter(|(name, _)| !used.contains(*name))
            .filter_map(|(name, definition)| {
                let message = format!("no operation uses the fragment {name}");
                self.at(definition.location(), Severity::Warning, message)
            })
            .collect()
    }

    fn error_at(&self, place: Option<SourceSpan>, message: String) -> Option<Diagnostic> {
        self.at(place, Severity::Error, message)
    }

    fn at(
        &self,
        place: Option<SourceSpan>,
        severity: Severity,
        message: String,
    ) -> Option<Diagnostic> {
        at(&self.document.sources, place, severity, message)
    }
}

/// Lets every document know the text of all, since fragments cross from one to another, and of the
/// schema, which errors point into.
fn share_sources(files: &mut [File], schema: &SourceMap) {
    let mut all = Arc::clone(schema);
    for file in files.iter() {
        let sources = file.document.sources.iter();
        Arc::make_mut(&mut all).extend(sources.map(|(id, source)| (*id, Arc::clone(source))));
    }
    for file in files {
        file.document.sources = Arc::clone(&all);
    }
}

/// The fragments of files without an operation, by name.
fn shared_fragments<'a>(libraries: &[&'a File], found: &mut BTreeSet<Diagnostic>) -> Fragments<'a> {
    let mut shared = Fragments::new();
    let mut homes: BTreeMap<&Name, &Path> = BTreeMap::new();
    for file in libraries {
        for (name, definition) in file.fragments() {
            match homes.get(name) {
                // Twice in one file is against the specification, and found there.
                Some(home) if *home != file.path => {
                    let message = format!("{} has a fragment {name} already", home.display());
                    found.extend(file.error_at(definition.location(), message));
                }
                _ => {
                    homes.insert(name, &file.path);
                    shared.insert(name, definition);
                }
            }
        }
    }
    shared
}

/// Adds the fragments that a definition names.
fn spreads_of(definition: &Definition, into: &mut Vec<Name>) {
    fn walk(selections: &[AstSelection], into: &mut Vec<Name>) {
        for selection in selections {
            match selection {
                AstSelection::Field(field) => walk(&field.selection_set, into),
                AstSelection::InlineFragment(inline) => walk(&inline.selection_set, into),
                AstSelection::FragmentSpread(spread) => into.push(spread.fragment_name.clone()),
            }
        }
    }
    match definition {
        Definition::OperationDefinition(operation) => walk(&operation.selection_set, into),
        Definition::FragmentDefinition(fragment) => walk(&fragment.selection_set, into),
        _ => {}
    }
}

/// The errors of the specification that count here, and what is deprecated.
fn validate(
    schema: &Valid<Schema>,
    document: &Document,
    counts: impl Fn(&str) -> bool,
) -> Vec<Diagnostic> {
    match document.to_executable_validate(schema) {
        Ok(valid) => deprecations(&valid),
        Err(invalid) => {
            let errors = invalid.errors.iter().filter(|diagnostic| {
                let name = diagnostic.error.unstable_error_name();
                name.is_none_or(&counts)
            });
            let found: Vec<_> = errors.map(|error| diagnostic(&error)).collect();
            if found.is_empty() {
                deprecations(&invalid.partial)
            } else {
                found
            }
        }
    }
}

fn diagnostics(errors: &DiagnosticList) -> Vec<Diagnostic> {
    errors.iter().map(|error| diagnostic(&error)).collect()
}

type Found<'a> = apollo_compiler::diagnostic::Diagnostic<'a, DiagnosticData>;

fn diagnostic(found: &Found<'_>) -> Diagnostic {
    let start = found.line_column_range().map(|range| range.start);
    let location = found.error.location();
    let file = location.and_then(|place| found.sources.get(&place.file_id()));
    Diagnostic {
        file: file.map_or_else(PathBuf::new, |file| file.path().to_owned()),
        line: start.as_ref().map_or(1, |start| start.line),
        column: start.map_or(1, |start| start.column),
        severity: Severity::Error,
        message: found.error.to_string(),
        report: found.to_report(Color::Never).into_string(),
    }
}

/// A diagnostic of our own, with the lines around it.
fn at(
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
        report: report.into_string(),
        message,
    })
}

/// A warning for each deprecated field and argument.
fn deprecations(document: &ExecutableDocument) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for operation in document.operations.iter() {
        deprecated(&document.sources, &operation.selection_set, &mut found);
    }
    for fragment in document.fragments.values() {
        deprecated(&document.sources, &fragment.selection_set, &mut found);
    }
    found
}

fn deprecated(sources: &SourceMap, selections: &SelectionSet, found: &mut Vec<Diagnostic>) {
    for selection in &selections.selections {
        match selection {
            Selection::InlineFragment(inline) => {
                deprecated(sources, &inline.selection_set, found);
            }
            Selection::FragmentSpread(_) => {}
            Selection::Field(field) => {
                let ty = &selections.ty;
                if let Some(reason) = reason(&field.definition.directives) {
                    let message = format!("{ty}.{} is deprecated: {reason}", field.name);
                    found.extend(at(
                        sources,
                        field.name.location(),
                        Severity::Warning,
                        message,
                    ));
                }
                for argument in &field.arguments {
                    let definition = field.definition.argument_by_name(&argument.name);
                    let Some(reason) = definition.and_then(|known| reason(&known.directives))
                    else {
                        continue;
                    };
                    let message = format!(
                        "{ty}.{}({}:) is deprecated: {reason}",
                        field.name, argument.name
                    );
                    let place = argument.name.location();
                    found.extend(at(sources, place, Severity::Warning, message));
                }
                deprecated(sources, &field.selection_set, found);
            }
        }
    }
}

/// Why something is deprecated, if it is.
fn reason(directives: &DirectiveList) -> Option<String> {
    let deprecated = directives.get("deprecated")?;
    let reason = deprecated
        .specified_argument_by_name("reason")
        .and_then(|reason| reason.as_str());
    Some(reason.unwrap_or("no reason is given").to_owned())
}
