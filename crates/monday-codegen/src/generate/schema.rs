//! The schema as the generator is to see it.

use std::collections::{BTreeMap, BTreeSet};

use graphql_parser::schema::{Definition, Document, ObjectType, Type, TypeDefinition};

use super::GenerateError;

/// The schema with replaced field types, and the names that settings refer to.
pub(super) struct Adapted {
    pub(super) sdl: String,
    pub(super) enums: BTreeSet<String>,
    pub(super) scalars: BTreeSet<String>,
}

/// Parses canonical SDL.
pub(super) fn parse(sdl: &str) -> Result<Document<'static, String>, GenerateError> {
    graphql_parser::parse_schema::<String>(sdl)
        .map(Document::into_static)
        .map_err(|error| GenerateError::Schema(error.to_string()))
}

/// Replaces the types of single fields. A field that the API documents as text and that carries
/// JSON is decoded as what it carries; its nullability stays.
pub(super) fn adapt(
    sdl: &str,
    field_types: &BTreeMap<String, String>,
) -> Result<Adapted, GenerateError> {
    let mut document = parse(sdl)?;
    let mut adapted = Adapted {
        sdl: String::new(),
        enums: BTreeSet::new(),
        scalars: BTreeSet::new(),
    };
    let mut pending = field_types.clone();
    for definition in &mut document.definitions {
        let Definition::TypeDefinition(definition) = definition else {
            continue;
        };
        match definition {
            TypeDefinition::Enum(found) => {
                adapted.enums.insert(found.name.clone());
            }
            TypeDefinition::Scalar(found) => {
                adapted.scalars.insert(found.name.clone());
            }
            TypeDefinition::Object(object) => replace_in(object, &mut pending),
            _ => {}
        }
    }
    if let Some(coordinate) = pending.into_keys().next() {
        return Err(GenerateError::Unknown(format!("field {coordinate}")));
    }
    adapted.sdl = if field_types.is_empty() {
        sdl.to_owned()
    } else {
        document.to_string()
    };
    Ok(adapted)
}

fn replace_in(object: &mut ObjectType<'static, String>, pending: &mut BTreeMap<String, String>) {
    for field in &mut object.fields {
        if let Some(replacement) = pending.remove(&format!("{}.{}", object.name, field.name)) {
            field.field_type = replaced(&field.field_type, replacement);
        }
    }
}

fn replaced(ty: &Type<'static, String>, name: String) -> Type<'static, String> {
    match ty {
        Type::NamedType(_) => Type::NamedType(name),
        Type::ListType(inner) => Type::ListType(Box::new(replaced(inner, name))),
        Type::NonNullType(inner) => Type::NonNullType(Box::new(replaced(inner, name))),
    }
}
