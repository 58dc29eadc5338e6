//! Reading a folder of operations, one a file, with the fragments that they share.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use graphql_parser::query::{
    Definition, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    VariableDefinition,
};

#[cfg(feature = "validate")]
use crate::refusal::Refusal;
use crate::request;

/// A definition and the text it was parsed from.
#[derive(Debug, Clone)]
pub(crate) struct Sourced<T> {
    pub(crate) definition: T,
    pub(crate) text: String,
}

pub(crate) type Fragment = Sourced<FragmentDefinition<'static, String>>;

/// One operation with the fragments that it uses, and no others.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// The operation's name in its document.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// The file that defines it.
    pub(crate) file: PathBuf,
    /// Where in the file: line and column, from 1.
    pub(crate) place: (usize, usize),
    pub(crate) variables: Vec<VariableDefinition<'static, String>>,
    pub(crate) selection: SelectionSet<'static, String>,
    pub(crate) text: String,
    /// By name, without the operation's own.
    pub(crate) fragments: BTreeMap<String, Fragment>,
}

/// What an operation does; subscriptions aren't supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Mutation,
}

/// Why a folder of operations can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperationsError {
    /// A file or folder can't be read.
    #[error("can't read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// There is nothing to read.
    #[error("there is no .graphql file below {}{}", folder.display(), but(.passed_over))]
    NoFiles {
        /// The folder.
        folder: PathBuf,
        /// Files with an extension that is nearly the right one, such as `.gql`.
        passed_over: Vec<PathBuf>,
    },
    /// A document doesn't parse.
    #[error("{}: {message}", file.display())]
    Syntax {
        /// The document.
        file: PathBuf,
        /// What the parser said.
        message: String,
    },
    /// A file with an operation that has no name, or with more than one operation.
    #[error("{}: expected one named query or mutation, and fragments that it uses", file.display())]
    NotOneOperation {
        /// The document.
        file: PathBuf,
    },
    /// An operation uses a fragment that no file defines.
    #[error("{}: there is no fragment {fragment}", file.display())]
    NoSuchFragment {
        /// The document.
        file: PathBuf,
        /// The fragment's name.
        fragment: String,
    },
    /// Two operations or two fragments have one name.
    #[error("{name} is defined in {} and in {}", first.display(), second.display())]
    Duplicate {
        /// The name.
        name: String,
        /// The first file.
        first: PathBuf,
        /// The second file.
        second: PathBuf,
    },
}

struct Document {
    file: PathBuf,
    operations: Vec<Sourced<OperationDefinition<'static, String>>>,
    fragments: BTreeMap<String, Fragment>,
}

fn but(passed_over: &[PathBuf]) -> String {
    let files: Vec<String> = passed_over
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    match files.as_slice() {
        [] => String::new(),
        [file] => format!("; {file} is passed over for its extension"),
        _ => format!("; passed over for their extension: {}", files.join(", ")),
    }
}

/// Every `.graphql` file below a folder, in the order of their paths: one at least.
pub(crate) fn graphql_files(folder: &Path) -> Result<Vec<PathBuf>, OperationsError> {
    let (mut files, mut passed_over) = (Vec::new(), Vec::new());
    collect(folder, &mut files, &mut passed_over)?;
    if files.is_empty() {
        // A module without operations would only show where somebody misses one.
        passed_over.sort();
        return Err(OperationsError::NoFiles {
            folder: folder.to_owned(),
            passed_over,
        });
    }
    files.sort();
    Ok(files)
}

fn collect(
    folder: &Path,
    files: &mut Vec<PathBuf>,
    passed_over: &mut Vec<PathBuf>,
) -> Result<(), OperationsError> {
    let failed = |source| OperationsError::Read {
        path: folder.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_nearly = |extension: &std::ffi::OsStr| {
            extension.eq_ignore_ascii_case("graphql") || extension.eq_ignore_ascii_case("gql")
        };
        if path.is_dir() {
            collect(&path, files, passed_over)?;
        } else if path.extension().is_some_and(|found| found == "graphql") {
            files.push(path);
        } else if path.extension().is_some_and(is_nearly) {
            passed_over.push(path);
        }
    }
    Ok(())
}

/// A file's text without a byte-order mark.
pub(crate) fn read_text(file: &Path) -> Result<String, OperationsError> {
    let text = std::fs::read_to_string(file).map_err(|source| OperationsError::Read {
        path: file.to_owned(),
        source,
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// Reads every operation below a folder, in the order of their names. A file without an
/// operation holds fragments for all others; fragments beside an operation are its own.
pub(crate) fn read_operations(folder: &Path) -> Result<Vec<Operation>, OperationsError> {
    let mut shared: BTreeMap<String, (PathBuf, Fragment)> = BTreeMap::new();
    let mut documents = Vec::new();
    for file in graphql_files(folder)? {
        let document = parse(&file)?;
        if !document.operations.is_empty() {
            documents.push(document);
            continue;
        }
        for (name, fragment) in document.fragments {
            if let Some((first, _)) = shared.insert(name.clone(), (file.clone(), fragment)) {
                return Err(OperationsError::Duplicate {
                    name,
                    first,
                    second: file,
                });
            }
        }
    }
    let mut operations: BTreeMap<String, Operation> = BTreeMap::new();
    for document in documents {
        let operation = assemble(document, &shared)?;
        if let Some(first) = operations.get(&operation.name) {
            return Err(OperationsError::Duplicate {
                name: operation.name,
                first: first.file.clone(),
                second: operation.file,
            });
        }
        operations.insert(operation.name.clone(), operation);
    }
    Ok(operations.into_values().collect())
}

/// Why code can't be generated from a document that the specification allows, if so.
#[cfg(feature = "validate")]
pub(crate) fn refusal(text: &str) -> Option<Refusal> {
    let read = |text: &str| definitions(text).map(drop);
    read(text)
        .err()
        .map(|error| Refusal::new(text, &error, read))
}

/// The definitions of a document, each with its text.
fn definitions(text: &str) -> Result<Vec<Sourced<Definition<'static, String>>>, String> {
    let parsed = graphql_parser::parse_query::<String>(text)
        .map_err(|error| error.to_string())?
        .into_static();
    let pieces = request::definitions(text);
    if pieces.len() != parsed.definitions.len() {
        return Err("the definitions of this document can't be told apart".into());
    }
    let pieces = pieces.into_iter().map(str::to_owned);
    let definitions = parsed.definitions.into_iter().zip(pieces);
    Ok(definitions
        .map(|(definition, text)| Sourced { definition, text })
        .collect())
}

fn parse(file: &Path) -> Result<Document, OperationsError> {
    let text = read_text(file)?;
    let definitions = definitions(&text).map_err(|message| OperationsError::Syntax {
        file: file.to_owned(),
        message,
    })?;
    let mut document = Document {
        file: file.to_owned(),
        operations: Vec::new(),
        fragments: BTreeMap::new(),
    };
    for Sourced { definition, text } in definitions {
        match definition {
            Definition::Operation(definition) => {
                document.operations.push(Sourced { definition, text });
            }
            Definition::Fragment(definition) => {
                let name = definition.name.clone();
                let fragment = Sourced { definition, text };
                if document.fragments.insert(name.clone(), fragment).is_some() {
                    let (first, second) = (file.to_owned(), file.to_owned());
                    return Err(OperationsError::Duplicate {
                        name,
                        first,
                        second,
                    });
                }
            }
        }
    }
    Ok(document)
}

/// Takes an operation together with the fragments that it reaches.
fn assemble(
    document: Document,
    shared: &BTreeMap<String, (PathBuf, Fragment)>,
) -> Result<Operation, OperationsError> {
    let Document {
        file,
        mut operations,
        fragments,
    } = document;
    let (Some(Sourced { definition, text }), true) = (operations.pop(), operations.is_empty())
    else {
        return Err(OperationsError::NotOneOperation { file });
    };
    let (kind, position, name, variables, selection) = match definition {
        OperationDefinition::Query(query) => (
            Kind::Query,
            query.position,
            query.name,
            query.variable_definitions,
            query.selection_set,
        ),
        OperationDefinition::Mutation(mutation) => (
            Kind::Mutation,
            mutation.position,
            mutation.name,
            mutation.variable_definitions,
            mutation.selection_set,
        ),
        _ => return Err(OperationsError::NotOneOperation { file }),
    };
    let Some(name) = name else {
        return Err(OperationsError::NotOneOperation { file });
    };

    let mut used: BTreeMap<String, Fragment> = BTreeMap::new();
    let mut wanted = BTreeSet::new();
    spreads(&selection, &mut wanted);
    while let Some(fragment) = wanted.pop_first() {
        if used.contains_key(&fragment) {
            continue;
        }
        let own = fragments.get(&fragment);
        let Some(found) = own.or_else(|| shared.get(&fragment).map(|(_, found)| found)) else {
            return Err(OperationsError::NoSuchFragment { file, fragment });
        };
        spreads(&found.definition.selection_set, &mut wanted);
        used.insert(fragment, found.clone());
    }
    Ok(Operation {
        name,
        kind,
        file,
        place: (position.line, position.column),
        variables,
        selection,
        text,
        fragments: used,
    })
}

/// Collects the fragments that a selection names.
fn spreads(selection: &SelectionSet<'static, String>, into: &mut BTreeSet<String>) {
    for item in &selection.items {
        match item {
            Selection::Field(field) => spreads(&field.selection_set, into),
            Selection::InlineFragment(inline) => spreads(&inline.selection_set, into),
            Selection::FragmentSpread(spread) => {
                into.insert(spread.fragment_name.clone());
            }
        }
    }
}
