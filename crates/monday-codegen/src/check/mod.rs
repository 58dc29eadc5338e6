//! Validating a folder of operations against a schema, spec-complete, before anything is made of
//! them: `graphql_client` itself accepts unknown arguments, missing ones and wrongly typed
//! variables.

mod deprecated;
mod diagnostic;
mod file;
mod usage;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use apollo_compiler::{
    Name, Schema,
    ast::Document,
    diagnostic::ToCliReport,
    parser::{SourceMap, SourceSpan},
    validation::{DiagnosticList, Valid},
};

use self::{
    deprecated::deprecations,
    diagnostic::{Found, at_offset, diagnostic, diagnostics},
    file::{File, Fragments, Names},
};
use crate::operations::{OperationsError, graphql_files, read_text, refusal};

pub use self::{
    diagnostic::{Diagnostic, Severity},
    usage::{Usage, usages},
};

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

/// Checks every operation below a folder against a schema in SDL, and returns all that is wrong,
/// in the order of the files.
///
/// A file without an operation holds fragments for all others. A file with one has its operation
/// and the fragments that only this operation uses.
///
/// ```
/// use monday_codegen::{Severity, check};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("me.graphql"), "query Me { me { nonsense } }")?;
/// let schema = "type Query { me: User } type User { id: ID! }";
/// let found = check(schema, folder.path())?;
/// assert_eq!((found[0].line, found[0].severity), (1, Severity::Error));
/// assert!(found[0].message.contains("nonsense"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`CheckError`] where the folder can't be read or has no `.graphql` file, or the schema has errors
/// itself.
pub fn check(sdl: &str, folder: &Path) -> Result<Vec<Diagnostic>, CheckError> {
    let schema = schema(sdl)?;
    let mut found = BTreeSet::new();
    let files = read(folder, &schema, &mut found)?;
    let (operations, libraries): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.has_operation());
    let shared = shared_fragments(&libraries, &mut found);
    let mut used = BTreeSet::new();
    let mut names = Names::default();
    for file in operations {
        found.extend(file.form(&mut names));
        let (document, reached) = file.with_fragments(&shared);
        used.extend(reached);
        // That there are none is said of the form, and plainer.
        let subscribes = file.subscribes();
        found.extend(validate(&schema, &document, |name| {
            !subscribes || name != "UndefinedRootOperation"
        }));
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

/// Every file that parses.
fn read(
    folder: &Path,
    schema: &Schema,
    found: &mut BTreeSet<Diagnostic>,
) -> Result<Vec<File>, OperationsError> {
    let mut files = Vec::new();
    for path in graphql_files(folder)? {
        let text = read_text(&path)?;
        match Document::parse(text.as_str(), &path) {
            Ok(document) => {
                // Generation reads it with another parser, which doesn't know all of GraphQL.
                if let Some(refusal) = refusal(&text) {
                    found.extend(at_offset(&document, refusal.offset, refusal.message));
                }
                files.push(File { path, document });
            }
            Err(errors) => found.extend(diagnostics(&errors.errors)),
        }
    }
    share_sources(&mut files, &schema.sources);
    Ok(files)
}

/// monday has served an input type without fields, which the specification doesn't allow and an
/// operation doesn't mind. So the schema is only built, and not validated.
fn schema(sdl: &str) -> Result<Valid<Schema>, CheckError> {
    Schema::parse(sdl, "monday.graphql")
        .map(Valid::assume_valid)
        .map_err(|errors| CheckError::Schema(first_line(&errors.errors)))
}

fn first_line(errors: &DiagnosticList) -> String {
    let first = errors.iter().next();
    first.map_or_else(String::new, |first| first.error.to_string())
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

/// The errors of the specification that count here, and what is deprecated.
fn validate(
    schema: &Valid<Schema>,
    document: &Document,
    counts: impl Fn(&str) -> bool,
) -> Vec<Diagnostic> {
    match document.to_executable_validate(schema) {
        Ok(valid) => deprecations(schema, &valid),
        Err(invalid) => {
            let errors: Vec<_> = invalid
                .errors
                .iter()
                .filter(|error| error.error.unstable_error_name().is_none_or(&counts))
                .collect();
            let found: Vec<_> = errors
                .iter()
                .filter(|error| !follows(error, &errors))
                .map(diagnostic)
                .collect();
            if found.is_empty() {
                deprecations(schema, &invalid.partial)
            } else {
                found
            }
        }
    }
}

/// Whether an error says only that nothing is left of a selection whose fields are errors
/// themselves.
fn follows(error: &Found<'_>, all: &[Found<'_>]) -> bool {
    let within = |outer: SourceSpan, inner: SourceSpan| {
        outer != inner
            && outer.file_id() == inner.file_id()
            && (outer.offset()..outer.end_offset()).contains(&inner.offset())
    };
    error.error.unstable_error_name() == Some("MissingSubselection")
        && error.error.location().is_some_and(|outer| {
            all.iter()
                .filter_map(|other| other.error.location())
                .any(|inner| within(outer, inner))
        })
}
