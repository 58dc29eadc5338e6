//! Whether a schema is whole: nothing defined twice, nothing referred to and missing.

use std::collections::BTreeSet;

use apollo_compiler::ast::{self, Definition, OperationType};
use apollo_compiler::{Name, Node};

use super::ImportError;
use super::canonical::BUILT_IN_SCALARS;
use super::roots::root_operations;

/// Checks canonical definitions.
pub(super) fn check(definitions: &[Definition]) -> Result<(), ImportError> {
    let types = type_names(definitions)?;
    let defined = |name: &str, by: &str| {
        if types.contains(name) || BUILT_IN_SCALARS.contains(&name) {
            return Ok(());
        }
        Err(ImportError::Undefined {
            what: format!("type {name}"),
            by: by.to_owned(),
        })
    };
    let inputs = |inputs: &[Node<ast::InputValueDefinition>], parent: &str, arguments: bool| {
        no_duplicates(inputs.iter().map(|input| input.name.as_str()), parent)?;
        inputs.iter().try_for_each(|input| {
            let coordinate = if arguments {
                format!("{parent}({}:)", input.name)
            } else {
                format!("{parent}.{}", input.name)
            };
            defined(input.ty.inner_named_type(), &coordinate)
        })
    };
    let fields = |fields: &[Node<ast::FieldDefinition>], parent: &str| {
        no_duplicates(fields.iter().map(|field| field.name.as_str()), parent)?;
        fields.iter().try_for_each(|field| {
            let coordinate = format!("{parent}.{}", field.name);
            defined(field.ty.inner_named_type(), &coordinate)?;
            inputs(&field.arguments, &coordinate, true)
        })
    };
    for definition in definitions {
        match definition {
            Definition::SchemaDefinition(d) => {
                d.root_operations
                    .iter()
                    .try_for_each(|root| defined(&root.1, "schema"))?;
            }
            Definition::DirectiveDefinition(d) => {
                inputs(&d.arguments, &format!("@{}", d.name), true)?;
            }
            Definition::ObjectTypeDefinition(d) => {
                d.implements_interfaces
                    .iter()
                    .try_for_each(|name| defined(name, &d.name))?;
                fields(&d.fields, &d.name)?;
            }
            Definition::InterfaceTypeDefinition(d) => {
                d.implements_interfaces
                    .iter()
                    .try_for_each(|name| defined(name, &d.name))?;
                fields(&d.fields, &d.name)?;
            }
            Definition::UnionTypeDefinition(d) => {
                no_duplicates(d.members.iter().map(Name::as_str), &d.name)?;
                d.members
                    .iter()
                    .try_for_each(|name| defined(name, &d.name))?;
            }
            Definition::EnumTypeDefinition(d) => {
                no_duplicates(d.values.iter().map(|value| value.value.as_str()), &d.name)?;
            }
            Definition::InputObjectTypeDefinition(d) => inputs(&d.fields, &d.name, false)?,
            _ => {}
        }
    }
    has_query_root(definitions)
}

fn type_names(definitions: &[Definition]) -> Result<BTreeSet<&str>, ImportError> {
    let mut types = BTreeSet::new();
    let mut directives = BTreeSet::new();
    let mut schemas = 0;
    for definition in definitions {
        let name = definition.name().map_or("", |name| name.as_str());
        match definition {
            Definition::SchemaDefinition(_) => {
                schemas += 1;
                if schemas > 1 {
                    return Err(ImportError::Duplicate("`schema`".into()));
                }
            }
            Definition::DirectiveDefinition(_) => {
                if !directives.insert(name) {
                    return Err(ImportError::Duplicate(format!("directive @{name}")));
                }
            }
            _ => {
                if !types.insert(name) {
                    return Err(ImportError::Duplicate(format!("type {name}")));
                }
            }
        }
    }
    Ok(types)
}

fn no_duplicates<'a>(
    names: impl Iterator<Item = &'a str>,
    parent: &str,
) -> Result<(), ImportError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(ImportError::Duplicate(format!("{name} of {parent}")));
        }
    }
    Ok(())
}

fn has_query_root(definitions: &[Definition]) -> Result<(), ImportError> {
    let query = OperationType::Query.name();
    if root_operations(definitions).contains_key(query) {
        return Ok(());
    }
    Err(ImportError::NoQueryRoot)
}
