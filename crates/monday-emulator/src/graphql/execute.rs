//! One call, step by step: who asks, in which version, is it valid, and then its execution.

use std::sync::Arc;

use apollo_compiler::ast::Document;
use apollo_compiler::introspection::check_max_depth;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::cost::cost_of;
use super::node::Node;
use super::refusal::Refusal;
use super::request::{GraphqlRequest, Outline};
use super::resolve::{Call, Resolver};
use super::schema::monday_schema;
use crate::core::Core;
use crate::log::LogEvent;
use crate::random::hex_id;
use crate::requests::{RecordedRequest, public_headers};
use crate::tokens::Token;
use crate::versions::Version;

/// What goes back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Answers one call.
pub(crate) async fn answer(core: &Arc<Core>, headers: &HeaderMap, body: &[u8]) -> Reply {
    let request = GraphqlRequest::read(body);
    let outline = request.as_ref().map(GraphqlRequest::outline);
    let outline = outline.unwrap_or_default();
    let token = caller(core, headers);
    let api_version = header(headers, "api-version");
    record(core, &request, &outline, token.as_ref(), headers);
    let reply = match admit(core, request, token.clone(), api_version.as_deref()) {
        Ok((request, token, version)) => execute_apart(core, request, token, version).await,
        Err(refusal) => refused(core, &[refusal]),
    };
    core.log.push(LogEvent::Request {
        operation: outline.operation,
        fields: outline.fields,
        api_version,
        token: token.map(|token| token.kind()),
        status: Some(reply.status),
        errors: error_codes(&reply.body),
    });
    reply
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The token of the bare `Authorization` header, where it is a known one.
fn caller(core: &Core, headers: &HeaderMap) -> Option<Token> {
    let mut values = headers.get_all("authorization").iter();
    let text = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    core.tokens.find(text, core.clock.now())
}

fn record(
    core: &Core,
    request: &Result<GraphqlRequest, Refusal>,
    outline: &Outline,
    token: Option<&Token>,
    headers: &HeaderMap,
) {
    let request = request.as_ref().ok().cloned().unwrap_or_default();
    core.requests.push(RecordedRequest {
        operation: outline.operation.clone(),
        fields: outline.fields.clone(),
        query: request.query,
        variables: request.variables,
        api_version: header(headers, "api-version"),
        token: token.map(Token::kind),
        headers: public_headers(headers),
    });
}

/// What must hold before the query is looked at.
fn admit(
    core: &Core,
    request: Result<GraphqlRequest, Refusal>,
    token: Option<Token>,
    api_version: Option<&str>,
) -> Result<(GraphqlRequest, Token, Version), Refusal> {
    let token = token.ok_or_else(Refusal::unauthorized)?;
    let version = core
        .versions
        .serve(api_version)
        .ok_or_else(|| Refusal::invalid_version(api_version.unwrap_or_default()))?;
    Ok((request?, token, version))
}

/// Executes on a thread of its own: the executor's futures can't move between threads.
async fn execute_apart(
    core: &Arc<Core>,
    request: GraphqlRequest,
    token: Token,
    version: Version,
) -> Reply {
    let here = core.clone();
    let executed = tokio::task::spawn_blocking(move || {
        here.runtime
            .block_on(execute(&here, request, token, version))
    });
    executed
        .await
        .unwrap_or_else(|_| refused(core, &[Refusal::internal()]))
}

/// Validates the query against the schema and executes it.
async fn execute(
    core: &Arc<Core>,
    request: GraphqlRequest,
    token: Token,
    version: Version,
) -> Reply {
    let Ok(monday) = monday_schema() else {
        return refused(core, &[Refusal::internal()]);
    };
    let document = match Document::parse(request.query, "request.graphql") {
        Ok(document) => document,
        Err(invalid) => {
            let errors = invalid.errors.iter().map(|error| error.to_json());
            return invalid_query(core, errors, Refusal::parse);
        }
    };
    let document = match document.to_executable_validate(&monday.schema) {
        Ok(document) => document,
        Err(invalid) => {
            let errors = invalid.errors.iter().map(|error| error.to_json());
            return invalid_query(core, errors, Refusal::validation);
        }
    };
    let prepared = (|| {
        let operation = document.operations.get(request.operation_name.as_deref())?;
        if operation.is_query() {
            check_max_depth(&document, operation)?;
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
        Err(error) => {
            let error: apollo_compiler::request::RequestError = error;
            let error = error.to_graphql_error(&document.sources);
            return invalid_query(core, [error].into_iter(), Refusal::validation);
        }
    };
    let cost = cost_of(&document, operation, &variables);
    let call = Call::new(core.clone(), token, version, cost);
    let root = if operation.is_mutation() {
        Node::Mutation
    } else {
        Node::Query
    };
    let executed = Execution::new(&monday.schema, &document)
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
        Err(error) => {
            let error = error.to_graphql_error(&document.sources);
            invalid_query(core, [error].into_iter(), Refusal::validation)
        }
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
    let defaults = call.defaults();
    if !defaults.is_empty() {
        body["extensions"]["emulator"] = json!({ "defaults": defaults });
    }
    Reply { status, body }
}

/// The answer to a query that isn't valid.
fn invalid_query(
    core: &Core,
    errors: impl Iterator<Item = GraphQLError>,
    refusal: impl Fn(String) -> Refusal,
) -> Reply {
    let mut body = envelope(core);
    body["errors"] = errors
        .map(|error| error_json(&error, &refusal(error.message.clone())))
        .collect();
    Reply { status: 200, body }
}

/// The answer to a call that is refused as a whole.
pub(crate) fn refused(core: &Core, refusals: &[Refusal]) -> Reply {
    let mut body = envelope(core);
    body["errors"] = refusals
        .iter()
        .map(|refusal| json!({"message": refusal.message, "extensions": refusal.extensions()}))
        .collect();
    let status = refusals.iter().map(|refusal| refusal.status).max();
    Reply {
        status: status.unwrap_or(200),
        body,
    }
}

fn envelope(core: &Core) -> Value {
    json!({"account_id": core.account_id, "extensions": {"request_id": hex_id()}})
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

fn error_codes(body: &Value) -> Vec<String> {
    body["errors"].as_array().map_or_else(Vec::new, |errors| {
        errors
            .iter()
            .filter_map(|error| error["extensions"]["code"].as_str())
            .map(str::to_owned)
            .collect()
    })
}
