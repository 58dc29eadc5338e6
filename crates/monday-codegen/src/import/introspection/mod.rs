//! Introspection JSON to AST.

mod response;

use apollo_compiler::ast::{self, Definition, DirectiveLocation, Document, OperationType};
use apollo_compiler::parser::Parser;
use apollo_compiler::{Name, Node};
use serde::Deserialize;
use serde_json::Value;

use self::response::{Directive, EnumValue, Field, Input, Kind, NameOnly, Schema, Type, TypeRef};
use super::ImportError;

/// Reads an introspection result.
pub(super) fn to_ast(text: &str, warnings: &mut Vec<String>) -> Result<Document, ImportError> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            super::sdl::truncated(text)
        } else {
            ImportError::Json(error)
        }
    })?;
    let schema = Schema::deserialize(schema_of(value)?)
        .map_err(|error| ImportError::Malformed(error.to_string()))?;
    let mut document = Document::new();
    document.definitions.push(schema_definition(&schema)?);
    for directive in schema.directives {
        if let Some(definition) = directive_definition(directive, warnings)? {
            document.definitions.push(definition);
        }
    }
    for ty in schema.types {
        document.definitions.push(type_definition(ty)?);
    }
    Ok(document)
}

/// Finds `__schema`, or says what came in its place.
fn schema_of(value: Value) -> Result<Value, ImportError> {
    let Value::Object(mut top) = value else {
        return Err(ImportError::NoSchema);
    };
    if let Some(message) = error_message(&top) {
        return Err(ImportError::ErrorResponse(message));
    }
    if let Some(schema) = top.remove("__schema") {
        return Ok(schema);
    }
    match top.remove("data") {
        Some(Value::Object(mut data)) => data.remove("__schema").ok_or(ImportError::NoSchema),
        _ => Err(ImportError::NoSchema),
    }
}

/// The messages of an error response: GraphQL's `errors`, as objects or as monday's plain
/// strings, or monday's older `error_message`.
fn error_message(top: &serde_json::Map<String, Value>) -> Option<String> {
    if let Some(errors) = top
        .get("errors")
        .and_then(Value::as_array)
        .filter(|e| !e.is_empty())
    {
        let messages: Vec<&str> = errors
            .iter()
            .filter_map(|error| error.as_str().or_else(|| error.get("message")?.as_str()))
            .collect();
        return Some(if messages.is_empty() {
            "no message".into()
        } else {
            messages.join("; ")
        });
    }
    ["error_message", "error_code", "error"]
        .iter()
        .find_map(|key| top.get(*key)?.as_str().map(str::to_owned))
}

fn schema_definition(schema: &Schema) -> Result<Definition, ImportError> {
    let roots = [
        (OperationType::Query, &schema.query_type),
        (OperationType::Mutation, &schema.mutation_type),
        (OperationType::Subscription, &schema.subscription_type),
    ];
    let mut root_operations = Vec::new();
    for (operation, root) in roots {
        if let Some(root) = root {
            root_operations.push(Node::new((operation, name(&root.name)?)));
        }
    }
    Ok(Definition::SchemaDefinition(Node::new(
        ast::SchemaDefinition {
            description: description(schema.description.as_deref()),
            directives: ast::DirectiveList::default(),
            root_operations,
        },
    )))
}

/// A directive definition, or nothing where it has no location that this SDL can express.
fn directive_definition(
    directive: Directive,
    warnings: &mut Vec<String>,
) -> Result<Option<Definition>, ImportError> {
    let mut locations = Vec::new();
    for location in &directive.locations {
        match directive_location(location) {
            Some(location) => locations.push(location),
            // The drafts after 2025 know this one, the server's own `@deprecated` uses it.
            None if location == "DIRECTIVE_DEFINITION" => {}
            None => warnings.push(format!(
                "directive @{} has the unknown location {location}, which is left out",
                directive.name
            )),
        }
    }
    if locations.is_empty() {
        return Ok(None);
    }
    Ok(Some(Definition::DirectiveDefinition(Node::new(
        ast::DirectiveDefinition {
            description: description(directive.description.as_deref()),
            arguments: inputs(directive.args, &format!("@{}", directive.name))?,
            name: name(&directive.name)?,
            repeatable: directive.is_repeatable.unwrap_or(false),
            locations,
        },
    ))))
}

fn directive_location(name: &str) -> Option<DirectiveLocation> {
    use DirectiveLocation as L;
    [
        L::Query,
        L::Mutation,
        L::Subscription,
        L::Field,
        L::FragmentDefinition,
        L::FragmentSpread,
        L::InlineFragment,
        L::VariableDefinition,
        L::Schema,
        L::Scalar,
        L::Object,
        L::FieldDefinition,
        L::ArgumentDefinition,
        L::Interface,
        L::Union,
        L::Enum,
        L::EnumValue,
        L::InputObject,
        L::InputFieldDefinition,
    ]
    .into_iter()
    .find(|location| location.name() == name)
}

fn type_definition(ty: Type) -> Result<Definition, ImportError> {
    let type_name = name(&ty.name)?;
    let description = description(ty.description.as_deref());
    let coordinate = ty.name.as_str();
    Ok(match ty.kind {
        Kind::Scalar => Node::new(ast::ScalarTypeDefinition {
            description,
            name: type_name,
            directives: specified_by(ty.specified_by_url.as_deref())?,
        })
        .into(),
        Kind::Object => Node::new(ast::ObjectTypeDefinition {
            description,
            name: type_name,
            implements_interfaces: names(&ty.interfaces.unwrap_or_default())?,
            directives: ast::DirectiveList::default(),
            fields: fields(required(ty.fields, coordinate, "fields")?, coordinate)?,
        })
        .into(),
        Kind::Interface => Node::new(ast::InterfaceTypeDefinition {
            description,
            name: type_name,
            implements_interfaces: names(&ty.interfaces.unwrap_or_default())?,
            directives: ast::DirectiveList::default(),
            fields: fields(required(ty.fields, coordinate, "fields")?, coordinate)?,
        })
        .into(),
        Kind::Union => Node::new(ast::UnionTypeDefinition {
            description,
            name: type_name,
            directives: ast::DirectiveList::default(),
            members: names(&required(ty.possible_types, coordinate, "possibleTypes")?)?,
        })
        .into(),
        Kind::Enum => Node::new(ast::EnumTypeDefinition {
            description,
            name: type_name,
            directives: ast::DirectiveList::default(),
            values: enum_values(required(ty.enum_values, coordinate, "enumValues")?)?,
        })
        .into(),
        Kind::InputObject => Node::new(ast::InputObjectTypeDefinition {
            description,
            name: type_name,
            directives: one_of(ty.is_one_of.unwrap_or(false))?,
            fields: inputs(
                required(ty.input_fields, coordinate, "inputFields")?,
                coordinate,
            )?,
        })
        .into(),
        Kind::List | Kind::NonNull => {
            return Err(ImportError::Malformed(format!(
                "type {coordinate} is a list or non-null"
            )));
        }
    })
}

/// A list that its kind of type must have: null there means that the query left it out, and a
/// schema made from it would silently lack members.
fn required<T>(list: Option<T>, coordinate: &str, key: &str) -> Result<T, ImportError> {
    list.ok_or_else(|| ImportError::Malformed(format!("type {coordinate} has no `{key}`")))
}

fn fields(
    fields: Vec<Field>,
    parent: &str,
) -> Result<Vec<Node<ast::FieldDefinition>>, ImportError> {
    fields
        .into_iter()
        .map(|field| {
            let coordinate = format!("{parent}.{}", field.name);
            Ok(Node::new(ast::FieldDefinition {
                description: description(field.description.as_deref()),
                name: name(&field.name)?,
                arguments: inputs(field.args, &coordinate)?,
                ty: type_ref(&field.ty, &coordinate)?,
                directives: deprecated(field.is_deprecated, field.deprecation_reason)?,
            }))
        })
        .collect()
}

fn inputs(
    inputs: Vec<Input>,
    parent: &str,
) -> Result<Vec<Node<ast::InputValueDefinition>>, ImportError> {
    inputs
        .into_iter()
        .map(|input| {
            let coordinate = format!("{parent}({}:)", input.name);
            let default_value = match &input.default_value {
                Some(text) => Some(default_value(text, &coordinate)?),
                None => None,
            };
            Ok(Node::new(ast::InputValueDefinition {
                description: description(input.description.as_deref()),
                name: name(&input.name)?,
                ty: Node::new(type_ref(&input.ty, &coordinate)?),
                default_value,
                directives: deprecated(input.is_deprecated, input.deprecation_reason)?,
            }))
        })
        .collect()
}

fn enum_values(values: Vec<EnumValue>) -> Result<Vec<Node<ast::EnumValueDefinition>>, ImportError> {
    values
        .into_iter()
        .map(|value| {
            Ok(Node::new(ast::EnumValueDefinition {
                description: description(value.description.as_deref()),
                value: name(&value.name)?,
                directives: deprecated(value.is_deprecated, value.deprecation_reason)?,
            }))
        })
        .collect()
}

fn type_ref(ty: &TypeRef, coordinate: &str) -> Result<ast::Type, ImportError> {
    let inner = || {
        ty.of_type.as_deref().ok_or_else(|| {
            ImportError::Malformed(format!(
                "the type of {coordinate} is cut off; introspect with more levels of `ofType`"
            ))
        })
    };
    match ty.kind {
        Kind::List => Ok(type_ref(inner()?, coordinate)?.list()),
        Kind::NonNull => {
            let inner = type_ref(inner()?, coordinate)?;
            if inner.is_non_null() {
                return Err(ImportError::Malformed(format!(
                    "the type of {coordinate} is non-null twice"
                )));
            }
            Ok(inner.non_null())
        }
        _ => match &ty.name {
            Some(type_name) => Ok(ast::Type::Named(name(type_name)?)),
            None => Err(ImportError::Malformed(format!(
                "the type of {coordinate} has no name"
            ))),
        },
    }
}

/// Parses a default value, which introspection carries as GraphQL text.
fn default_value(text: &str, coordinate: &str) -> Result<Node<ast::Value>, ImportError> {
    let malformed =
        || ImportError::Malformed(format!("the default value of {coordinate} isn't one value"));
    // The parser has no entry for a lone value, so it stands in a definition of its own, and
    // whatever the text adds to that definition beyond one value shows.
    let wrapped = format!("input I {{ f: T = {text}\n}}");
    let document = Parser::new()
        .parse_ast(wrapped, "default")
        .map_err(|_| malformed())?;
    let [Definition::InputObjectTypeDefinition(input)] = document.definitions.as_slice() else {
        return Err(malformed());
    };
    let [field] = input.fields.as_slice() else {
        return Err(malformed());
    };
    if !field.directives.is_empty() || !input.directives.is_empty() {
        return Err(malformed());
    }
    field.default_value.clone().ok_or_else(malformed)
}

fn deprecated(
    is_deprecated: Option<bool>,
    reason: Option<String>,
) -> Result<ast::DirectiveList, ImportError> {
    // Some servers omit the flag on arguments and give the reason alone.
    if !is_deprecated.unwrap_or(reason.is_some()) {
        return Ok(ast::DirectiveList::default());
    }
    let arguments = match reason {
        Some(reason) => vec![string_argument("reason", &reason)?],
        None => Vec::new(),
    };
    directive("deprecated", arguments)
}

fn specified_by(url: Option<&str>) -> Result<ast::DirectiveList, ImportError> {
    match url {
        Some(url) => directive("specifiedBy", vec![string_argument("url", url)?]),
        None => Ok(ast::DirectiveList::default()),
    }
}

fn one_of(is_one_of: bool) -> Result<ast::DirectiveList, ImportError> {
    if is_one_of {
        directive("oneOf", Vec::new())
    } else {
        Ok(ast::DirectiveList::default())
    }
}

fn directive(
    directive: &str,
    arguments: Vec<Node<ast::Argument>>,
) -> Result<ast::DirectiveList, ImportError> {
    let directive = ast::Directive {
        name: name(directive)?,
        arguments,
    };
    Ok(ast::DirectiveList(vec![Node::new(directive)]))
}

fn string_argument(argument: &str, value: &str) -> Result<Node<ast::Argument>, ImportError> {
    Ok(Node::new(ast::Argument {
        name: name(argument)?,
        value: Node::new(ast::Value::String(value.to_owned())),
    }))
}

fn description(text: Option<&str>) -> Option<Node<str>> {
    text.filter(|text| !text.is_empty()).map(Node::new_str)
}

fn names(list: &[NameOnly]) -> Result<Vec<Name>, ImportError> {
    list.iter().map(|item| name(&item.name)).collect()
}

fn name(text: &str) -> Result<Name, ImportError> {
    Name::new(text).map_err(|_| ImportError::Malformed(format!("{text:?} isn't a GraphQL name")))
}
