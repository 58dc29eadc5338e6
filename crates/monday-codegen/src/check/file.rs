//! One file of operations and fragments.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use apollo_compiler::{
    Name,
    ast::{Definition, Document, OperationType, Selection},
    parser::SourceSpan,
};

use super::diagnostic::{Diagnostic, Severity, at};
use crate::generate::operation_names;

/// A file that parses.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) document: Document,
}

pub(super) type Fragments<'a> = BTreeMap<&'a Name, &'a Definition>;

/// The operations so far, and the Rust modules that they become.
#[derive(Default)]
pub(super) struct Names<'a> {
    operations: BTreeMap<&'a Name, &'a File>,
    modules: BTreeMap<String, (&'a Name, &'a File)>,
}

impl File {
    pub(super) fn has_operation(&self) -> bool {
        self.document
            .definitions
            .iter()
            .any(|definition| matches!(definition, Definition::OperationDefinition(_)))
    }

    pub(super) fn subscribes(&self) -> bool {
        self.document.definitions.iter().any(|definition| {
            matches!(definition, Definition::OperationDefinition(operation)
                if operation.operation_type == OperationType::Subscription)
        })
    }

    /// What the specification allows and code generation doesn't.
    pub(super) fn form<'a>(&'a self, names: &mut Names<'a>) -> Vec<Diagnostic> {
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
                    let (_, module) = operation_names(name);
                    if let Some(first) = names.operations.insert(name, self) {
                        let file = first.path.display();
                        wrong(format!("{file} has an operation {name} already"));
                    } else if let Some((other, file)) =
                        names.modules.insert(module.clone(), (name, self))
                    {
                        wrong(format!(
                            "{name} becomes the Rust module `{module}`, as {other} in {} does; \
                             rename one of them",
                            file.path.display()
                        ));
                    }
                }
            }
        }
        found
    }

    /// The document along with the shared fragments that it reaches, and their names.
    pub(super) fn with_fragments(&self, shared: &Fragments<'_>) -> (Document, BTreeSet<Name>) {
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

    pub(super) fn fragments(&self) -> impl Iterator<Item = (&Name, &Definition)> {
        self.document
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::FragmentDefinition(fragment) => Some((&fragment.name, definition)),
                _ => None,
            })
    }

    pub(super) fn unused(&self, used: &BTreeSet<Name>) -> Vec<Diagnostic> {
        self.fragments()
            .filter(|(name, _)| !used.contains(*name))
            .filter_map(|(name, definition)| {
                let message = format!("no operation uses the fragment {name}");
                self.at(definition.location(), Severity::Warning, message)
            })
            .collect()
    }

    pub(super) fn error_at(
        &self,
        place: Option<SourceSpan>,
        message: String,
    ) -> Option<Diagnostic> {
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

/// Adds the fragments that a definition names.
fn spreads_of(definition: &Definition, into: &mut Vec<Name>) {
    fn walk(selections: &[Selection], into: &mut Vec<Name>) {
        for selection in selections {
            match selection {
                Selection::Field(field) => walk(&field.selection_set, into),
                Selection::InlineFragment(inline) => walk(&inline.selection_set, into),
                Selection::FragmentSpread(spread) => into.push(spread.fragment_name.clone()),
            }
        }
    }
    match definition {
        Definition::OperationDefinition(operation) => walk(&operation.selection_set, into),
        Definition::FragmentDefinition(fragment) => walk(&fragment.selection_set, into),
        _ => {}
    }
}
