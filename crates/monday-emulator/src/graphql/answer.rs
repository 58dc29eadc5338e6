//! One call, step by step: is it to go wrong, who asks, within which limits, and then its execution.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::execute::execute;
use super::refusal::{Refusal, status_of};
use super::reply::{Body, Reply, envelope};
use super::request::{GraphqlRequest, Outline};
use crate::core::Core;
use crate::fault::{Effect, Fault};
use crate::limits::UnderWay;
use crate::log::LogEvent;
use crate::requests::{RecordedRequest, cut, public_headers};
use crate::tokens::Token;
use crate::versions::Version;

/// A page as a proxy in front of monday shows it.
const HTML: &str = "<!DOCTYPE html><html><head><title>Error</title></head>\
                    <body><h1>Something went wrong</h1></body></html>";

/// How many of a call's fields and errors are told: thousands of events may wait for a slow reader.
const TOLD: usize = 20;

/// Answers one call.
pub(crate) async fn answer(
    core: &Arc<Core>,
    ip: IpAddr,
    headers: &HeaderMap,
    body: &[u8],
) -> Reply {
    let request = GraphqlRequest::read(body);
    let outline = request.as_ref().map(GraphqlRequest::outline);
    let outline = outline.unwrap_or_default();
    let token = caller(core, headers);
    let api_version = header(headers, "api-version");
    record(core, &request, &outline, token.as_ref(), headers);
    let fault = core.faults.take(&outline);
    let instead = fault
        .as_ref()
        .and_then(|fault| in_place_of_execution(core, fault, &outline));
    // Held until the answer leaves: a call that is delayed is still under way.
    let mut _under_way = None;
    let mut reply = match instead {
        Some(reply) => reply,
        None => match admit(core, ip, request, token.clone(), api_version.as_deref()) {
            Ok((under_way, request, token, version)) => {
                _under_way = Some(under_way);
                execute_apart(core, request, token, version).await
            }
            Err(reply) => reply,
        },
    };
    if let Some(fault) = &fault {
        spoil(core, fault, &mut reply).await;
    }
    core.log.push(LogEvent::Request {
        operation: outline.operation.as_deref().map(cut),
        fields: outline
            .fields
            .iter()
            .take(TOLD)
            .map(|field| cut(field))
            .collect(),
        api_version: api_version.as_deref().map(cut),
        token: token.map(|token| token.kind()),
        status: (reply.body != Body::CutOff).then_some(reply.status),
        errors: reply.error_codes().into_iter().take(TOLD).collect(),
        fault: fault.map(|fault| fault.to_string()),
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
        operation: outline.operation.as_deref().map(cut),
        fields: outline.fields.clone(),
        query: request.query,
        variables: request.variables,
        api_version: header(headers, "api-version"),
        token: token.map(Token::kind),
        headers: public_headers(headers),
    });
}

type Admitted<'a> = (UnderWay<'a>, GraphqlRequest, Token, Version);

/// What must hold before the query is looked at.
fn admit<'a>(
    core: &'a Core,
    ip: IpAddr,
    request: Result<GraphqlRequest, Refusal>,
    token: Option<Token>,
    api_version: Option<&str>,
) -> Result<Admitted<'a>, Reply> {
    let refused = |refusal: Refusal| Reply::refused(core, &refusal);
    let token = token.ok_or_else(|| refused(Refusal::unauthorized()))?;
    let version = core
        .versions
        .serve(api_version)
        .ok_or_else(|| refused(Refusal::invalid_version(api_version.unwrap_or_default())))?;
    let request = request.map_err(refused)?;
    let limits = core.limits();
    let under_way = core
        .limiter
        .enter(&limits, core.clock.now(), ip)
        .map_err(|exceeded| Reply::limited(core, exceeded.into(), limits.hint))?;
    Ok((under_way, request, token, version))
}

/// Executes on a thread of its own: the executor's futures can't move between threads.
pub(crate) async fn execute_apart(
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
        .unwrap_or_else(|_| Reply::refused(core, &Refusal::internal()))
}

/// The answer of a fault that keeps a call from being executed.
fn in_place_of_execution(core: &Core, fault: &Fault, outline: &Outline) -> Option<Reply> {
    let failed = |code: &str, status: Option<u16>, retry_in_seconds| {
        let status = status.unwrap_or_else(|| status_of(code));
        let mut refusal = Refusal::new(code.to_owned(), status, code);
        refusal.retry_in_seconds = retry_in_seconds;
        refusal
    };
    let with_data = |data: Value| {
        let mut body = envelope(core);
        body["data"] = data;
        Reply::json(200, body)
    };
    Some(match &fault.effect {
        Effect::Status(status) => Reply::of(*status, Body::Empty),
        Effect::Html(status) => Reply::of(*status, Body::Html(HTML)),
        Effect::Error {
            code,
            status,
            retry_in_seconds,
        } => Reply::refused(core, &failed(code, *status, *retry_in_seconds)),
        Effect::Legacy {
            code,
            status,
            retry_in_seconds,
        } => Reply::legacy(core, &failed(code, *status, *retry_in_seconds)),
        Effect::Reset => Reply::of(200, Body::CutOff),
        Effect::Null => {
            let keys = outline.response_keys.iter().cloned();
            let nulls: Map<String, Value> = keys.map(|key| (key, Value::Null)).collect();
            with_data(nulls.into())
        }
        Effect::NullData => with_data(Value::Null),
        Effect::EmptyData => with_data(json!([])),
        Effect::Delay(_) | Effect::Lost | Effect::Truncate | Effect::Partial => return None,
    })
}

/// What a fault does to an answer.
async fn spoil(core: &Core, fault: &Fault, reply: &mut Reply) {
    reply.retry_after = fault.retry_after.or(reply.retry_after);
    match &fault.effect {
        Effect::Delay(time) => {
            let mut stopped = core.stop.subscribe();
            tokio::select! {
                () = core.clock.sleep_until(core.clock.now().saturating_add(*time)) => {}
                _ = stopped.wait_for(|stop| *stop) => {}
            }
        }
        Effect::Lost => reply.body = Body::CutOff,
        Effect::Truncate => {
            if let Body::Json(body) = &mut reply.body {
                reply.body = Body::Truncated(body.take());
            }
        }
        Effect::Partial => {
            if let Body::Json(body) = &mut reply.body {
                make_partial(body);
            }
        }
        _ => {}
    }
}

/// Replaces the last field of `data` by null and an error.
fn make_partial(body: &mut Value) {
    let fields = body["data"].as_object_mut();
    let Some((field, value)) = fields.and_then(|fields| fields.iter_mut().next_back()) else {
        return;
    };
    *value = Value::Null;
    let refusal = Refusal::internal();
    let error = json!({
        "message": refusal.message,
        "path": [field],
        "extensions": refusal.extensions(),
    });
    match body["errors"].as_array_mut() {
        Some(errors) => errors.push(error),
        None => body["errors"] = json!([error]),
    }
}
