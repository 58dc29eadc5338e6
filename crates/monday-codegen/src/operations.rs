//! Reading a folder of operations, one a file, with the fragments that they share.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use graphql_parser::query::{
    Definition, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};

/// One operation and the text that its request carries.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// The operation's name in its document.
    pub(crate) name: String,
    /// The file that defines it.
    pub(crate) file: PathBuf,
    /// The operation and the fragments it uses, and no others, without insignificant space.
    pub(crate) request: String,
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

type Fragment = FragmentDefinition<'static, String>;

struct Document {
    file: PathBuf,
    operations: Vec<OperationDefinition<'static, String>>,
    fragments: BTreeMap<String, Fragment>,
}

/// Every `.graphql` file below a folder, in the order of their paths.
pub(crate) fn graphql_files(folder: &Path) -> Result<Vec<PathBuf>, OperationsError> {
    let failed = |source| OperationsError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            files.extend(graphql_files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "graphql")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
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

fn parse(file: &Path) -> Result<Document, OperationsError> {
    let text = std::fs::read_to_string(file).map_err(|source| OperationsError::Read {
        path: file.to_owned(),
        source,
    })?;
    let parsed =
        graphql_parser::parse_query::<String>(&text).map_err(|error| OperationsError::Syntax {
            file: file.to_owned(),
            message: error.to_string(),
        })?;
    let mut document = Document {
        file: file.to_owned(),
        operations: Vec::new(),
        fragments: BTreeMap::new(),
    };
    for definition in parsed.into_static().definitions {
        match definition {
            Definition::Operation(operation) => document.operations.push(operation),
            Definition::Fragment(fragment) => {
                let name = fragment.name.clone();
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

/// Puts an operation's request together from it and the fragments that it reaches.
fn assemble(
    document: Document,
    shared: &BTreeMap<String, (PathBuf, Fragment)>,
) -> Result<Operation, OperationsError> {
    let Document {
        file,
        operations,
        fragments,
    } = document;
    let [operation] = operations.as_slice() else {
        return Err(OperationsError::NotOneOperation { file });
    };
    let (name, selection) = match operation {
        OperationDefinition::Query(query) => (query.name.clone(), &query.selection_set),
        OperationDefinition::Mutation(mutation) => (mutation.name.clone(), &mutation.selection_set),
        _ => return Err(OperationsError::NotOneOperation { file }),
    };
    let Some(name) = name else {
        return Err(OperationsError::NotOneOperation { file });
    };

    let mut used: BTreeMap<String, &Fragment> = BTreeMap::new();
    let mut wanted = BTreeSet::new();
    spreads(selection, &mut wanted);
    while let Some(fragment) = wanted.pop_first() {
        if used.contains_key(&fragment) {
            continue;
        }
        let own = fragments.get(&fragment);
        let Some(found) = own.or_else(|| shared.get(&fragment).map(|(_, found)| found)) else {
            return Err(OperationsError::NoSuchFragment { file, fragment });
        };
        spreads(&found.selection_set, &mut wanted);
        used.insert(fragment, found);
    }

    let mut text = operation.to_string();
    for fragment in used.values() {
        text.push_str(&fragment.to_string());
    }
    let request = graphql_parser::minify_query(text).map_err(|error| OperationsError::Syntax {
        file: file.clone(),
        message: error.to_string(),
    })?;
    Ok(Operation {
        name,
        file,
        request,
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
