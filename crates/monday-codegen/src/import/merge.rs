//! Folding `extend …` into what it extends.

use std::collections::BTreeMap;

use apollo_compiler::ast::{self, Definition, Document};
use apollo_compiler::{Name, Node};

use super::ImportError;
use super::roots::default_root_operations;

/// Appends each extension's members to the definition they belong to, and refuses what is no
/// type system definition.
pub(super) fn extensions_into_definitions(
    document: Document,
) -> Result<Vec<Definition>, ImportError> {
    let mut definitions = Vec::with_capacity(document.definitions.len());
    let mut extensions = Vec::new();
    for definition in document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                return Err(ImportError::Executable(match &operation.name {
                    Some(name) => format!("the operation {name}"),
                    None => "an operation".into(),
                }));
            }
            Definition::FragmentDefinition(fragment) => {
                return Err(ImportError::Executable(format!(
                    "the fragment {}",
                    fragment.name
                )));
            }
            extension if extension.is_extension_definition() => extensions.push(extension),
            definition => definitions.push(definition),
        }
    }
    let places: BTreeMap<Option<Name>, usize> = definitions
        .iter()
        .enumerate()
        .filter(|(_, definition)| !matches!(definition, Definition::DirectiveDefinition(_)))
        .map(|(place, definition)| (definition.name().cloned(), place))
        .collect();
    let mut implied_schema: Option<Definition> = None;
    for extension in extensions {
        let target = match places.get(&extension.name().cloned()) {
            Some(place) => &mut definitions[*place],
            None if matches!(extension, Definition::SchemaExtension(_)) => {
                implied_schema.get_or_insert_with(|| implied(&definitions))
            }
            None => return Err(undefined(&extension)),
        };
        if !extend(target, &extension) {
            return Err(undefined(&extension));
        }
    }
    definitions.extend(implied_schema);
    Ok(definitions)
}

fn undefined(extension: &Definition) -> ImportError {
    let name = extension.name().map_or("schema", Name::as_str);
    ImportError::Undefined {
        what: name.to_owned(),
        by: format!("`extend … {name}`"),
    }
}

/// The schema definition that a document without one means.
fn implied(definitions: &[Definition]) -> Definition {
    let roots = default_root_operations(definitions);
    Definition::SchemaDefinition(Node::new(ast::SchemaDefinition {
        description: None,
        directives: ast::DirectiveList::default(),
        root_operations: roots.into_iter().map(Node::new).collect(),
    }))
}

/// Adds an extension's members. False where the two aren't of the same kind.
fn extend(definition: &mut Definition, extension: &Definition) -> bool {
    use Definition as D;
    match (definition, extension) {
        (D::SchemaDefinition(to), D::SchemaExtension(from)) => {
            let to = to.make_mut();
            to.directives.0.extend_from_slice(&from.directives.0);
            to.root_operations.extend_from_slice(&from.root_operations);
        }
        (D::ScalarTypeDefinition(to), D::ScalarTypeExtension(from)) => {
            to.make_mut()
                .directives
                .0
                .extend_from_slice(&from.directives.0);
        }
        (D::ObjectTypeDefinition(to), D::ObjectTypeExtension(from)) => {
            let to = to.make_mut();
            to.directives.0.extend_from_slice(&from.directives.0);
            to.implements_interfaces
                .extend_from_slice(&from.implements_interfaces);
            to.fields.extend_from_slice(&from.fields);
        }
        (D::InterfaceTypeDefinition(to), D::InterfaceTypeExtension(from)) => {
            let to = to.make_mut();
            to.directives.0.extend_from_slice(&from.directives.0);
            to.implements_interfaces
                .extend_from_slice(&from.implements_interfaces);
            to.fields.extend_from_slice(&from.fields);
        }
        (D::UnionTypeDefinition(to), D::UnionTypeExtension(from)) => {
            let to = to.make_mut();
            to.directives.0.extend_from_slice(&from.directives.0);
            to.members.extend_from_slice(&from.members);
        }
        (D::EnumTypeDefinition(to), D::EnumTypeExtension(from)) => {
            let to = to.make_mut();
            to.directives.0.extend_from_slice(&from.directives.0);
            to.values.extend_from_slice(&from.values);
        }
        (D::InputObjectTypeDefinition(to), D::InputObjectTypeExtension(from)) => {
            let to = to.make_mut();
            to.directives.0.extend_from_slice(&from.directives.0);
            to.fields.extend_from_slice(&from.fields);
        }
        _ => return false,
    }
    true
}
