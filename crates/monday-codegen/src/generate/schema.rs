//! The schema as generation needs it: types by name.

use std::collections::BTreeMap;

use graphql_parser::schema::{
    Definition, Directive, Document, Field as FieldDefinition, Type, TypeDefinition,
};

use super::GenerateError;
use crate::refusal::Refusal;

pub(crate) type GraphqlType = Type<'static, String>;

/// The types of a schema.
#[derive(Debug, Clone)]
pub(crate) struct SchemaIndex {
    types: BTreeMap<String, TypeInfo>,
    /// By the coordinate: `Type`, `Type.field` or `Enum.VALUE`.
    descriptions: BTreeMap<String, String>,
    query: String,
    mutation: String,
}

#[derive(Debug, Clone)]
pub(crate) enum TypeInfo {
    Scalar,
    Enum(Vec<String>),
    Input {
        one_of: bool,
        fields: Vec<InputField>,
    },
    Object {
        interfaces: Vec<String>,
        fields: BTreeMap<String, GraphqlType>,
    },
    Interface {
        fields: BTreeMap<String, GraphqlType>,
    },
    Union(Vec<String>),
}

#[derive(Debug, Clone)]
pub(crate) struct InputField {
    pub(crate) name: String,
    pub(crate) ty: GraphqlType,
    pub(crate) has_default: bool,
}

impl SchemaIndex {
    /// Reads canonical SDL, with the types of single fields replaced. A field that the API
    /// documents as text and that carries JSON is decoded as what it carries; its nullability
    /// stays.
    pub(crate) fn parse(
        sdl: &str,
        field_types: &BTreeMap<String, String>,
    ) -> Result<Self, GenerateError> {
        let document = graphql_parser::parse_schema::<String>(sdl)
            .map(Document::into_static)
            .map_err(|error| GenerateError::Schema(unread(sdl, &error.to_string())))?;
        let mut index = Self {
            types: BTreeMap::new(),
            descriptions: BTreeMap::new(),
            query: "Query".into(),
            mutation: "Mutation".into(),
        };
        for definition in document.definitions {
            match definition {
                Definition::TypeDefinition(definition) => {
                    index.describe(&definition);
                    let (name, info) = type_info(definition);
                    index.types.insert(name, info);
                }
                Definition::SchemaDefinition(schema) => {
                    index.query = schema.query.unwrap_or_default();
                    index.mutation = schema.mutation.unwrap_or_default();
                }
                _ => {}
            }
        }
        for (coordinate, replacement) in field_types {
            index.replace(coordinate, replacement)?;
        }
        Ok(index)
    }

    fn replace(&mut self, coordinate: &str, replacement: &str) -> Result<(), GenerateError> {
        if self.get(replacement).is_none() && !is_built_in(replacement) {
            return Err(GenerateError::Unknown(format!("type {replacement}")));
        }
        let field =
            coordinate
                .split_once('.')
                .and_then(|(ty, field)| match self.types.get_mut(ty)? {
                    TypeInfo::Object { fields, .. } | TypeInfo::Interface { fields } => {
                        fields.get_mut(field)
                    }
                    _ => None,
                });
        let Some(field) = field else {
            return Err(GenerateError::Unknown(format!("field {coordinate}")));
        };
        *field = with_name(field, replacement);
        Ok(())
    }

    fn describe(&mut self, definition: &TypeDefinition<'static, String>) {
        let mut parts: Vec<(&str, &Option<String>)> = Vec::new();
        let (name, description) = match definition {
            TypeDefinition::Scalar(found) => (&found.name, &found.description),
            TypeDefinition::Union(found) => (&found.name, &found.description),
            TypeDefinition::Object(found) => {
                parts.extend(found.fields.iter().map(|f| (&*f.name, &f.description)));
                (&found.name, &found.description)
            }
            TypeDefinition::Interface(found) => {
                parts.extend(found.fields.iter().map(|f| (&*f.name, &f.description)));
                (&found.name, &found.description)
            }
            TypeDefinition::InputObject(found) => {
                parts.extend(found.fields.iter().map(|f| (&*f.name, &f.description)));
                (&found.name, &found.description)
            }
            TypeDefinition::Enum(found) => {
                parts.extend(found.values.iter().map(|v| (&*v.name, &v.description)));
                (&found.name, &found.description)
            }
        };
        let parts = parts
            .into_iter()
            .map(|(part, text)| (format!("{name}.{part}"), text));
        let described = std::iter::once((name.clone(), description)).chain(parts);
        self.descriptions
            .extend(described.filter_map(|(coordinate, text)| Some((coordinate, text.clone()?))));
    }

    /// What the schema says of a type, a field or a value, where descriptions were kept.
    pub(crate) fn description(&self, coordinate: &str) -> Option<&str> {
        self.descriptions.get(coordinate).map(String::as_str)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&TypeInfo> {
        self.types.get(name)
    }

    /// A type's name, borrowed from the schema.
    pub(crate) fn name_of(&self, name: &str) -> Option<&str> {
        self.types
            .get_key_value(name)
            .map(|(name, _)| name.as_str())
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = (&str, &TypeInfo)> {
        self.types.iter().map(|(name, info)| (name.as_str(), info))
    }

    /// The root type of queries.
    pub(crate) fn query(&self) -> &str {
        &self.query
    }

    /// The root type of mutations.
    pub(crate) fn mutation(&self) -> &str {
        &self.mutation
    }

    /// The values of an enum.
    pub(crate) fn enum_values(&self, name: &str) -> Option<&[String]> {
        match self.get(name)? {
            TypeInfo::Enum(values) => Some(values),
            _ => None,
        }
    }

    /// The type of a field of an object or interface.
    pub(crate) fn field(&self, ty: &str, field: &str) -> Option<&GraphqlType> {
        match self.get(ty)? {
            TypeInfo::Object { fields, .. } | TypeInfo::Interface { fields } => fields.get(field),
            _ => None,
        }
    }

    /// Whether a type is an interface or a union.
    pub(crate) fn is_abstract(&self, name: &str) -> bool {
        matches!(
            self.get(name),
            Some(TypeInfo::Interface { .. } | TypeInfo::Union(_))
        )
    }

    /// Whether a type has fields to select.
    pub(crate) fn is_composite(&self, name: &str) -> bool {
        self.is_abstract(name) || matches!(self.get(name), Some(TypeInfo::Object { .. }))
    }

    /// The object types that a value of a type can have, in the order of their names.
    pub(crate) fn possible(&self, name: &str) -> Vec<&str> {
        match self.get(name) {
            Some(TypeInfo::Union(members)) => {
                let mut members: Vec<&str> = members.iter().map(String::as_str).collect();
                members.sort_unstable();
                members
            }
            Some(TypeInfo::Interface { .. }) => self
                .types()
                .filter(|(_, info)| {
                    matches!(info, TypeInfo::Object { interfaces, .. }
                        if interfaces.iter().any(|interface| interface == name))
                })
                .map(|(object, _)| object)
                .collect(),
            _ => self
                .types
                .get_key_value(name)
                .map(|(name, _)| name.as_str())
                .into_iter()
                .collect(),
        }
    }
}

/// What can't be read of a schema, with its line: where that stands in a text that was made
/// canonical says nothing.
fn unread(sdl: &str, error: &str) -> String {
    let parse = |sdl: &str| {
        let parsed = graphql_parser::parse_schema::<String>(sdl);
        parsed.map(drop).map_err(|error| error.to_string())
    };
    let refusal = Refusal::new(sdl, error, parse);
    format!("{}: `{}`", refusal.message, refusal.line(sdl))
}

/// Whether every schema has a scalar of this name.
pub(crate) fn is_built_in(name: &str) -> bool {
    ["Boolean", "Float", "ID", "Int", "String"].contains(&name)
}

/// The named type within lists and non-nulls.
pub(crate) fn inner_name(ty: &GraphqlType) -> &str {
    match ty {
        Type::NamedType(name) => name,
        Type::ListType(inner) | Type::NonNullType(inner) => inner_name(inner),
    }
}

/// The same type around another name.
pub(crate) fn with_name(ty: &GraphqlType, name: &str) -> GraphqlType {
    match ty {
        Type::NamedType(_) => Type::NamedType(name.to_owned()),
        Type::ListType(inner) => Type::ListType(Box::new(with_name(inner, name))),
        Type::NonNullType(inner) => Type::NonNullType(Box::new(with_name(inner, name))),
    }
}

/// The same type, with null allowed.
pub(crate) fn nullable(ty: GraphqlType) -> GraphqlType {
    match ty {
        Type::NonNullType(inner) => *inner,
        other => other,
    }
}

fn type_info(definition: TypeDefinition<'static, String>) -> (String, TypeInfo) {
    match definition {
        TypeDefinition::Scalar(scalar) => (scalar.name, TypeInfo::Scalar),
        TypeDefinition::Enum(found) => (
            found.name,
            TypeInfo::Enum(found.values.into_iter().map(|value| value.name).collect()),
        ),
        TypeDefinition::Union(union) => (union.name, TypeInfo::Union(union.types)),
        TypeDefinition::Object(object) => {
            let fields = fields(object.fields);
            (
                object.name,
                TypeInfo::Object {
                    interfaces: object.implements_interfaces,
                    fields,
                },
            )
        }
        TypeDefinition::Interface(interface) => (
            interface.name,
            TypeInfo::Interface {
                fields: fields(interface.fields),
            },
        ),
        TypeDefinition::InputObject(input) => {
            let one_of = has_directive(&input.directives, "oneOf");
            let fields = input
                .fields
                .into_iter()
                .map(|field| InputField {
                    name: field.name,
                    ty: field.value_type,
                    has_default: field.default_value.is_some(),
                })
                .collect();
            (input.name, TypeInfo::Input { one_of, fields })
        }
    }
}

fn fields(fields: Vec<FieldDefinition<'static, String>>) -> BTreeMap<String, GraphqlType> {
    fields
        .into_iter()
        .map(|field| (field.name, field.field_type))
        .collect()
}

fn has_directive(directives: &[Directive<'static, String>], name: &str) -> bool {
    directives.iter().any(|directive| directive.name == name)
}
