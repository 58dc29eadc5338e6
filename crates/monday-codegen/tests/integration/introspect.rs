//! Introspection of SDL by apollo-compiler: what a server with that schema would answer.

use apollo_compiler::{ExecutableDocument, Schema, introspection, request};
use serde_json::Value;

const QUERY: &str = "query {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name specifiedByURL
      fields(includeDeprecated: true) {
        name args(includeDeprecated: true) { ...Input } type { ...Ref } isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: true) { ...Input }
      interfaces { name }
      enumValues(includeDeprecated: true) { name isDeprecated deprecationReason }
      possibleTypes { name }
    }
    directives { name isRepeatable locations args(includeDeprecated: true) { ...Input } }
  }
}
fragment Input on __InputValue { name type { ...Ref } defaultValue isDeprecated deprecationReason }
fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } }";

/// Introspects SDL. apollo-compiler doesn't know `@oneOf`, so its definition is added.
pub(crate) fn introspect(sdl: &str) -> Value {
    let sdl = format!("{sdl}\ndirective @oneOf on INPUT_OBJECT\n");
    let schema = Schema::parse_and_validate(sdl, "schema.graphql").unwrap();
    let document = ExecutableDocument::parse_and_validate(&schema, QUERY, "query.graphql").unwrap();
    let operation = document.operations.get(None).unwrap();
    let variables =
        request::coerce_variable_values(&schema, operation, &Default::default()).unwrap();
    let response = introspection::partial_execute(
        &schema,
        &schema.implementers_map(),
        &document,
        operation,
        &variables,
    )
    .unwrap();
    serde_json::to_value(&response).unwrap()
}

/// An introspection result without order, without built-in definitions, without what
/// apollo-compiler doesn't answer: comparable.
pub(crate) fn meaning(introspection: &Value) -> Value {
    let schema = introspection.get("data").unwrap_or(introspection)["__schema"].clone();
    let mut schema = sorted(schema);
    let built_in = |value: &Value, names: &[&str]| {
        let name = value["name"].as_str().unwrap();
        name.starts_with("__") || names.contains(&name)
    };
    let types = schema["types"].as_array_mut().unwrap();
    types.retain(|ty| !built_in(ty, &["Boolean", "Float", "ID", "Int", "String"]));
    let directives = schema["directives"].as_array_mut().unwrap();
    directives.retain(|directive| {
        !built_in(
            directive,
            &["deprecated", "include", "oneOf", "skip", "specifiedBy"],
        )
    });
    schema
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
            items.sort_by_key(|item| {
                item["name"]
                    .as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            });
            Value::Array(items)
        }
        Value::Object(entries) => entries
            .into_iter()
            .filter(|(key, value)| {
                let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
                key != "description" && key != "isOneOf" && !empty
            })
            .map(|(key, value)| (key, sorted(value)))
            .collect(),
        other => other,
    }
}
