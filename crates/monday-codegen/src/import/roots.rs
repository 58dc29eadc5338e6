//! The root operation types of a schema.

use std::collections::BTreeMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, OperationType, SchemaDefinition};

/// The three operations in the order that schemas name them.
pub(super) const OPERATIONS: [OperationType; 3] = [
    OperationType::Query,
    OperationType::Mutation,
    OperationType::Subscription,
];

/// The root types by operation, `query`, `mutation` and `subscription`.
pub(crate) fn root_operations(definitions: &[Definition]) -> BTreeMap<&'static str, Name> {
    let roots = match schema_definition(definitions) {
        Some(schema) => schema
            .root_operations
            .iter()
            .map(|root| (**root).clone())
            .collect(),
        None => default_root_operations(definitions),
    };
    roots
        .into_iter()
        .map(|(operation, name)| (operation.name(), name))
        .collect()
}

/// The schema definition, where a document has one.
pub(super) fn schema_definition(definitions: &[Definition]) -> Option<&SchemaDefinition> {
    definitions.iter().find_map(|definition| match definition {
        Definition::SchemaDefinition(schema) => Some(&**schema),
        _ => None,
    })
}

/// What a document without a schema definition means: the object types with the default names.
pub(super) fn default_root_operations(definitions: &[Definition]) -> Vec<(OperationType, Name)> {
    OPERATIONS
        .into_iter()
        .filter_map(|operation| {
            let name = definitions.iter().find_map(|definition| match definition {
                Definition::ObjectTypeDefinition(object)
                    if object.name == operation.default_type_name() =>
                {
                    Some(object.name.clone())
                }
                _ => None,
            })?;
            Some((operation, name))
        })
        .collect()
}
