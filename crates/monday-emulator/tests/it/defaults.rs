//! Every field of the schema that the emulator has no model of has an answer of its type.

use apollo_compiler::Schema;
use apollo_compiler::schema::{ExtendedType, FieldDefinition, Type};
use apollo_compiler::validation::Valid;
use monday_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::post;

/// How far a selection goes down.
const DEPTH: usize = 2;

fn schema() -> Valid<Schema> {
    Schema::parse_and_validate(monday_webhooks::SCHEMA, "monday.graphql").unwrap()
}

/// A value of an argument's type, as GraphQL.
fn literal(schema: &Schema, ty: &Type) -> String {
    if ty.is_list() {
        return "[]".to_owned();
    }
    match (
        ty.inner_named_type().as_str(),
        &schema.types[ty.inner_named_type()],
    ) {
        ("Int", _) => "1".to_owned(),
        ("Float", _) => "1.5".to_owned(),
        ("Boolean", _) => "true".to_owned(),
        (_, ExtendedType::Scalar(_)) => "\"1\"".to_owned(),
        (_, ExtendedType::Enum(values)) => values.values.keys().next().unwrap().to_string(),
        (_, ExtendedType::InputObject(input)) => {
            let fields = input.fields.values().filter(|field| field.is_required());
            let fields: Vec<_> = fields
                .map(|field| format!("{}: {}", field.name, literal(schema, &field.ty)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => panic!("no input: {other:?}"),
    }
}

fn call_of(schema: &Schema, field: &FieldDefinition, depth: usize) -> Option<String> {
    let required = field
        .arguments
        .iter()
        .filter(|argument| argument.is_required());
    let arguments: Vec<_> = required
        .map(|argument| format!("{}: {}", argument.name, literal(schema, &argument.ty)))
        .collect();
    let arguments = match arguments.as_slice() {
        [] => String::new(),
        some => format!("({})", some.join(", ")),
    };
    let selection = selection(schema, &field.ty, depth)?;
    Some(format!("{}{arguments}{selection}", field.name))
}

/// The fields below a field of this type; `None` where that goes too deep.
fn selection(schema: &Schema, ty: &Type, depth: usize) -> Option<String> {
    let fields = match &schema.types[ty.inner_named_type()] {
        ExtendedType::Object(object) => &object.fields,
        ExtendedType::Interface(interface) => &interface.fields,
        ExtendedType::Union(_) => return Some(" { __typename }".to_owned()),
        _ => return Some(String::new()),
    };
    let depth = depth.checked_sub(1)?;
    let fields = fields
        .values()
        .filter_map(|field| call_of(schema, field, depth));
    let fields: Vec<_> = fields.collect();
    Some(format!(" {{ __typename {} }}", fields.join(" ")))
}

/// Whether a value is one of this type, with every field that was asked for.
fn fits(schema: &Schema, ty: &Type, value: &Value) -> bool {
    match (ty, value) {
        (Type::Named(_) | Type::List(_), Value::Null) => true,
        (Type::List(inner) | Type::NonNullList(inner), Value::Array(elements)) => {
            elements.iter().all(|element| fits(schema, inner, element))
        }
        (Type::Named(name) | Type::NonNullNamed(name), value) => {
            match &schema.types[name] {
                ExtendedType::Scalar(_) => match name.as_str() {
                    "Int" => value.is_i64(),
                    "Float" => value.is_number(),
                    "Boolean" => value.is_boolean(),
                    "ID" | "String" => value.is_string(),
                    _ => !value.is_null(),
                },
                ExtendedType::Enum(values) => value
                    .as_str()
                    .is_some_and(|value| values.values.contains_key(value)),
                _ => value["__typename"].as_str().is_some_and(|concrete| {
                    let object = schema.get_object(concrete).unwrap();
                    let is_one = concrete == name.as_str() || schema.is_subtype(name, concrete);
                    let answered = value.as_object().unwrap().iter();
                    is_one
                        && answered.filter(|(field, _)| *field != "__typename").all(
                            |(field, value)| fits(schema, &object.fields[field.as_str()].ty, value),
                        )
                }),
            }
        }
        _ => false,
    }
}

#[tokio::test]
async fn every_root_field_without_a_model_is_answered_in_its_type_and_marked() {
    let emulator = Emulator::start().await.unwrap();
    let schema = schema();
    let token = ("authorization", emulator.app_token().expose());
    let mut answered = 0;
    for (keyword, root) in [("query", "Query"), ("mutation", "Mutation")] {
        for field in schema.get_object(root).unwrap().fields.values() {
            let call = call_of(&schema, field, DEPTH).unwrap();
            let body = json!({"query": format!("{keyword} {{ {call} }}")});
            let (_, answer) = post(&emulator, &[token], &body).await;
            let marked = answer["extensions"]["emulator"]["defaults"].as_array();
            let coordinate = format!("{root}.{}", field.name);
            if !marked.is_some_and(|marked| marked.contains(&json!(coordinate))) {
                // It has a model, and that answers for itself.
                continue;
            }
            answered += 1;
            assert_eq!(answer.get("errors"), None, "{call}: {answer}");
            let value = &answer["data"][field.name.as_str()];
            assert!(fits(&schema, &field.ty, value), "{call}: {answer}");
        }
    }
    assert!(answered > 200, "only {answered} fields were looked at");
}
