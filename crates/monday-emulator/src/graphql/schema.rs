//! The vendored schema, parsed once a process.

use std::sync::OnceLock;

use apollo_compiler::collections::HashMap;
use apollo_compiler::introspection::partial_execute;
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};

/// The query that tools ask for a whole schema with.
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// monday's schema as canonical SDL.
pub(crate) const SDL: &str = monday_webhooks::SCHEMA;

/// The schema and what execution needs to know about it.
pub(crate) struct MondaySchema {
    pub(crate) schema: Valid<Schema>,
    pub(crate) implementers: HashMap<Name, Implementers>,
}

/// The parsed schema.
///
/// # Errors
///
/// What is wrong with the vendored file, as text with positions.
pub(crate) fn monday_schema() -> Result<&'static MondaySchema, &'static str> {
    static PARSED: OnceLock<Result<MondaySchema, String>> = OnceLock::new();
    PARSED
        .get_or_init(|| {
            let schema = Schema::parse_and_validate(SDL, "monday.graphql")
                .map_err(|invalid| invalid.errors.to_string())?;
            let implementers = schema.implementers_map();
            Ok(MondaySchema {
                schema,
                implementers,
            })
        })
        .as_ref()
        .map_err(String::as_str)
}

/// The schema as the result of an introspection query, `{"data": {"__schema": …}}`.
pub(crate) fn introspection() -> Option<serde_json::Value> {
    let monday = monday_schema().ok()?;
    let document = ExecutableDocument::parse_and_validate(
        &monday.schema,
        INTROSPECTION,
        "introspection.graphql",
    )
    .ok()?;
    let operation = document.operations.get(None).ok()?;
    let response = partial_execute(
        &monday.schema,
        &monday.implementers,
        &document,
        operation,
        &Valid::assume_valid(JsonMap::new()),
    )
    .ok()?;
    serde_json::to_value(response).ok()
}
