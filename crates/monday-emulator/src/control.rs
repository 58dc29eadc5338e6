//! The control API: what a test in another process does, over HTTP and as JSON.
//!
#![doc = include_str!("control.md")]

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, Response, StatusCode, Uri, header};
use axum::middleware;
use axum::response::IntoResponse as _;
use monday_webhooks::SubscriptionKind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::handle::Handle;
use crate::own_host::only_local_programs;
use crate::routes::{error, json_response};

/// What can be asked.
const CONTROLS: &str = include_str!("control.md");

/// The control API of an emulator, at this address.
pub(crate) fn router(emulator: Handle, addr: SocketAddr) -> Router {
    Router::new()
        .fallback(handle)
        .layer(middleware::from_fn_with_state(addr, only_local_programs))
        .with_state(emulator)
}

async fn handle(
    State(emulator): State<Handle>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response<Body> {
    if method == Method::GET && uri.path() == "/" {
        let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        return (text, CONTROLS).into_response();
    }
    match answer(&emulator, &method, uri.path(), &body).await {
        Ok(json) => json_response(StatusCode::OK, &json),
        Err(refusal) => error(refusal.status, &refusal.message),
    }
}

struct Refusal {
    status: StatusCode,
    message: String,
}

fn refuse(status: StatusCode, message: &impl ToString) -> Refusal {
    Refusal {
        status,
        message: message.to_string(),
    }
}

async fn answer(
    emulator: &Handle,
    method: &Method,
    path: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    Ok(match (method.as_str(), path) {
        ("GET", "/state") => state(emulator),
        ("GET", "/webhooks") => listed(&emulator.all_webhooks()),
        ("GET", "/boards") => listed(&emulator.boards()),
        ("GET", "/items") => listed(&emulator.items()),
        ("GET", "/deliveries") => listed(&emulator.deliveries()),
        ("GET", "/requests") => listed(&emulator.requests()),
        ("GET", "/faults") => {
            let faults = emulator.faults();
            listed(&faults.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        ("GET", "/behaviour") => listed(&emulator.behaviour()),
        ("GET", "/limits") => listed(&emulator.limits()),
        ("POST", "/behaviour") => {
            let changed = merged(&emulator.behaviour(), body)?;
            emulator.change_behaviour(|behaviour| *behaviour = changed);
            listed(&changed)
        }
        ("POST", "/limits") => {
            let changed = merged(&emulator.limits(), body)?;
            emulator.set_limits(changed);
            listed(&changed)
        }
        ("POST", "/faults") => {
            let AddFault { spec } = read(body)?;
            let fault: Fault = spec
                .parse()
                .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error))?;
            let added = fault.to_string();
            emulator.add_fault(fault);
            json!({ "added": added })
        }
        ("DELETE", "/faults") => {
            emulator.clear_faults();
            json!({})
        }
        ("DELETE", "/requests") => {
            emulator.forget_requests();
            json!({})
        }
        ("POST", "/emit") => emit(emulator, read(body)?).await?,
        ("POST", "/deliver") => {
            let Deliver { webhook, event } = read(body)?;
            let delivered = emulator.deliver(webhook, event).await;
            listed(&delivered.map_err(|error| refuse(StatusCode::NOT_FOUND, &error))?)
        }
        ("POST", "/restore_item") => {
            let Restore { item } = read(body)?;
            let restored = emulator.restore_item(item);
            listed(&restored.map_err(|error| refuse(StatusCode::NOT_FOUND, &error))?)
        }
        ("POST", "/move_subitem") => {
            let MoveSubitem { item, parent } = read(body)?;
            let moved = emulator.move_subitem(item, parent);
            listed(&moved.map_err(|error| refuse(StatusCode::NOT_FOUND, &error))?)
        }
        ("POST", "/advance") => {
            let Advance { seconds } = read(body)?;
            if !emulator.clock().is_manual() {
                return Err(refuse(StatusCode::CONFLICT, &"the clock runs by itself"));
            }
            let by = Duration::try_from_secs_f64(seconds)
                .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error))?;
            emulator.advance(by).await;
            state(emulator)
        }
        ("POST", "/pause") => {
            emulator.pause_deliveries();
            json!({})
        }
        ("POST", "/resume") => {
            emulator.resume_deliveries();
            json!({})
        }
        ("POST", "/wait") => wait(emulator, read(body)?).await?,
        _ => {
            return Err(refuse(
                StatusCode::NOT_FOUND,
                &"there is no such control; GET / lists them",
            ));
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddFault {
    spec: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Emit {
    event: String,
    board: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deliver {
    webhook: u64,
    event: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restore {
    item: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveSubitem {
    item: u64,
    parent: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    until: Until,
    webhook: Option<u64>,
    event: Option<String>,
    #[serde(default = "usual_timeout")]
    timeout: f64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Until {
    Delivered,
    Idle,
    Settled,
}

fn usual_timeout() -> f64 {
    30.0
}

fn state(emulator: &Handle) -> Value {
    let deliveries = emulator.deliveries();
    let pending = deliveries
        .iter()
        .filter(|one| !one.state.is_final())
        .count();
    json!({
        "graphql": emulator.endpoint(),
        "now": emulator.clock().now().as_secs_f64(),
        "manual_clock": emulator.clock().is_manual(),
        "webhooks": emulator.all_webhooks().len(),
        "deliveries": deliveries.len(),
        "pending": pending,
    })
}

async fn emit(emulator: &Handle, Emit { event, board }: Emit) -> Result<Value, Refusal> {
    let kind: SubscriptionKind = event
        .parse()
        .map_err(|_| refuse(StatusCode::BAD_REQUEST, &"event must name an event"))?;
    if matches!(kind, SubscriptionKind::Other(_)) {
        return Err(refuse(StatusCode::BAD_REQUEST, &"there is no such event"));
    }
    Ok(listed(&emulator.emit(&kind, board).await))
}

async fn wait(emulator: &Handle, wait: Wait) -> Result<Value, Refusal> {
    let timeout = Duration::try_from_secs_f64(wait.timeout)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error))?;
    let reached = async {
        match wait.until {
            Until::Idle => {
                emulator.until_idle().await;
                json!({})
            }
            Until::Settled => {
                emulator.until_settled().await;
                json!({})
            }
            Until::Delivered => listed(
                &emulator
                    .until_delivered(|delivery| {
                        wait.webhook.is_none_or(|id| delivery.webhook_id == id)
                            && wait
                                .event
                                .as_ref()
                                .is_none_or(|event| delivery.event == *event)
                    })
                    .await,
            ),
        }
    };
    tokio::time::timeout(timeout, reached)
        .await
        .map_err(|_| refuse(StatusCode::REQUEST_TIMEOUT, &"it hasn't come to that"))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| refuse(StatusCode::BAD_REQUEST, &error))
}

/// `current` with those fields replaced that are given.
fn merged<T: Serialize + DeserializeOwned>(current: &T, body: &[u8]) -> Result<T, Refusal> {
    let given: serde_json::Map<String, Value> = read(body)?;
    let mut all = listed(current);
    if let Some(all) = all.as_object_mut() {
        all.extend(given);
    }
    serde_json::from_value(all).map_err(|error| refuse(StatusCode::BAD_REQUEST, &error))
}

fn listed(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
