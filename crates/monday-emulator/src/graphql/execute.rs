//! Validates a query against the schema and executes it.

use std::sync::Arc;

use apollo_compiler::introspection::check_max_depth;
use apollo_compiler::request::{RequestError, coerce_variable_values};
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use serde_json::{Value, json};

use super::cost::cost_of;
use super::document::Document;
use super::node::Node;
use super::refusal::Refusal;
use super::reply::{Reply, envelope};
use super::request::GraphqlRequest;
use super::resolve::{Call, Resolver};
use super::schema::monday_schema;
use crate::core::Core;
use crate::tokens::Token;
use crate::versions::Version;

/// Executes a request for the holder of `token`.
pub(crate) async fn execute(
    core: &Arc<Core>,
    request: GraphqlRequest,
    token: Token,
    version: Version,
) -> Reply {
    let Ok(monday) = monday_schema() else {
        return Reply::refused(core, &Refusal::internal());
    };
    let document = Document::of(&request.query);
    if !document.errors.is_empty() {
        return invalid_query(core, &document.errors, Refusal::parse);
    }
    let document = match document.executable(&monday.schema) {
        Ok(document) => document,
        Err(errors) => return invalid_query(core, errors, Refusal::validation),
    };
    let not_executable = |error: RequestError| {
        let error = error.to_graphql_error(&document.sources);
        invalid_query(core, &[error], Refusal::validation)
    };
    let prepared = (|| {
        let operation = document.operations.get(request.operation_name.as_deref())?;
        if operation.is_query() {
            check_max_depth(document, operation)?;
        }
        let variables = match JsonValue::from(Value::Object(request.variables)) {
            JsonValue::Object(variables) => variables,
            _ => JsonMap::new(),
        };
        let variables = coerce_variable_values(&monday.schema, operation, &variables)?;
        Ok((operation, variables))
    })();
    let (operation, variables) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return not_executable(error),
    };
    let cost = cost_of(document, operation, &variables);
    let (limits, now) = (core.limits(), core.clock.now());
    let writes = operation.is_mutation();
    let budget = match core.limiter.spend(&limits, now, &token, writes, cost) {
        Ok(budget) => budget,
        Err(exceeded) => return Reply::limited(core, exceeded.into(), limits.hint),
    };
    let call = Call::new(core.clone(), token, version, budget);
    let root = if writes { Node::Mutation } else { Node::Query };
    let executed = Execution::new(&monday.schema, document)
        .operation(operation)
        .implementers_map(&monday.implementers)
        .coerced_variable_values(&variables)
        .enable_schema_introspection(true)
        .execute_async(&Resolver::new(call.clone(), root))
        .await;
    match executed {
        Ok(executed) => {
            let data = executed
                .data
                .and_then(|data| serde_json::to_value(data).ok());
            completed(core, &call, data.unwrap_or_default(), &executed.errors)
        }
        Err(error) => not_executable(error),
    }
}

/// The answer to a query that was executed.
fn completed(core: &Core, call: &Call, data: Value, errors: &[GraphQLError]) -> Reply {
    let mut body = envelope(core);
    let mut status = 200;
    if !errors.is_empty() {
        let nothing_done = data
            .as_object()
            .is_none_or(|data| data.values().all(Value::is_null));
        let errors: Vec<Value> = errors
            .iter()
            .map(|error| {
                let refusal = call
                    .refusal_behind(&error.message)
                    .unwrap_or_else(Refusal::internal);
                if nothing_done {
                    status = status.max(refusal.status);
                }
                error_json(error, &refusal)
            })
            .collect();
        body["errors"] = errors.into();
    }
    body["data"] = data;
    for (mark, coordinates) in [("defaults", call.defaults()), ("ignored", call.ignored())] {
        if !coordinates.is_empty() {
            body["extensions"]["emulator"][mark] = coordinates.into();
        }
    }
    Reply::json(status, body)
}

/// The answer to a query that isn't valid.
fn invalid_query(
    core: &Core,
    errors: &[GraphQLError],
    refusal: impl Fn(String) -> Refusal,
) -> Reply {
    let mut body = envelope(core);
    body["errors"] = errors
        .iter()
        .map(|error| error_json(error, &refusal(error.message.clone())))
        .collect();
    Reply::json(200, body)
}

fn error_json(error: &GraphQLError, refusal: &Refusal) -> Value {
    let mut json = json!({
        "message": refusal.message,
        "extensions": refusal.extensions(),
    });
    if !error.locations.is_empty() {
        json["locations"] = error
            .locations
            .iter()
            .map(|at| json!({"line": at.line, "column": at.column}))
            .collect();
    }
    if !error.path.is_empty() {
        json["path"] = serde_json::to_value(&error.path).unwrap_or_default();
    }
    json
}
