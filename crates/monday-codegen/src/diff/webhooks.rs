//! The changes that somebody who only uses webhooks has to read.

use std::collections::BTreeSet;

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, FieldDefinition};

use super::Change;
use crate::import::Imported;

/// Keeps the changes of webhook operations and types, and of the scalars, enums and input types
/// that these use in either schema.
///
/// ```
/// use monday_codegen::{ImportOptions, diff, import, webhook_changes};
///
/// # fn main() -> Result<(), monday_codegen::ImportError> {
/// let old = import(b"type Query { webhooks: [ID] boards: [ID] }", &ImportOptions::new())?;
/// let new = import(b"type Query { webhooks: [ID!] boards: [ID!] }", &ImportOptions::new())?;
/// let changes = webhook_changes(&diff(&old, &new), &old, &new);
/// let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
/// assert_eq!(paths, ["Query.webhooks"]);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn webhook_changes(changes: &[Change], old: &Imported, new: &Imported) -> Vec<Change> {
    let mut used = used_by_webhooks(&old.definitions);
    used.extend(used_by_webhooks(&new.definitions));
    changes
        .iter()
        .filter(|change| {
            let ty = change.path.split(['.', '(']).next().unwrap_or_default();
            is_webhook(&change.path) || used.contains(ty)
        })
        .cloned()
        .collect()
}

fn is_webhook(coordinate: &str) -> bool {
    coordinate.to_ascii_lowercase().contains("webhook")
}

/// The leaf and input types that webhook fields and types name.
fn used_by_webhooks(definitions: &[Definition]) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    for definition in definitions {
        let (name, fields) = match definition {
            Definition::ObjectTypeDefinition(object) => (&object.name, &object.fields),
            Definition::InterfaceTypeDefinition(interface) => (&interface.name, &interface.fields),
            _ => continue,
        };
        for field in fields
            .iter()
            .filter(|field| is_webhook(name) || is_webhook(&field.name))
        {
            used.extend(named_by(field));
        }
    }
    let mut pending: Vec<&str> = used.iter().copied().collect();
    while let Some(name) = pending.pop() {
        let input = definitions.iter().find_map(|definition| match definition {
            Definition::InputObjectTypeDefinition(input) if input.name == name => Some(input),
            _ => None,
        });
        for field in input.iter().flat_map(|input| &input.fields) {
            let ty = field.ty.inner_named_type().as_str();
            if used.insert(ty) {
                pending.push(ty);
            }
        }
    }
    used.retain(|name| {
        definitions.iter().any(|definition| {
            definition.name().is_some_and(|found| found == name)
                && matches!(
                    definition,
                    Definition::ScalarTypeDefinition(_)
                        | Definition::EnumTypeDefinition(_)
                        | Definition::InputObjectTypeDefinition(_)
                )
        })
    });
    used
}

fn named_by(field: &Node<FieldDefinition>) -> impl Iterator<Item = &str> {
    let arguments = field
        .arguments
        .iter()
        .map(|argument| argument.ty.inner_named_type().as_str());
    arguments.chain([field.ty.inner_named_type().as_str()])
}
