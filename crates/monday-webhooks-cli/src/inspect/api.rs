//! What the page asks for.
//!
//! | request | answer |
//! |---|---|
//! | `GET /` | the page |
//! | `POST /login {"token"}` | the cookie |
//! | `GET /api/about` | what the page is about |
//! | `GET /api/entries?q=TEXT` | the entries, those that contain a text |
//! | `GET /api/entries/ID` | all of one |
//! | `GET /api/changes` | entries as they come and change, as server-sent events |
//! | `POST /api/entries/ID/replay` | hands it over once more |
//! | `GET /api/webhooks?board=ID` | the webhooks |
//! | `GET /api/dead`, `POST /api/dead/ID/requeue` | dead letters |

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use monday_webhooks::inbox::DeadLetterId;
use serde::Serialize;
use serde_json::json;
use tokio::sync::{Semaphore, broadcast::error::RecvError};

use super::{About, Backend, Record, Session, guard, page, serve, session};

/// How many may look on at the same time: each of them keeps a connection for itself, and others
/// have to get an answer, too.
const LOOKING_ON: usize = serve::CONNECTIONS / 2;

#[derive(Clone)]
struct Shared {
    record: Arc<Record>,
    backend: Arc<dyn Backend>,
    looking_on: Arc<Semaphore>,
    /// Another word for each process: a page that was there before knows other entries.
    process: Arc<str>,
}

#[derive(Serialize)]
struct AboutProcess<'a> {
    #[serde(flatten)]
    about: About,
    process: &'a str,
}

pub(super) fn router(
    record: Arc<Record>,
    session: Option<Session>,
    backend: Arc<dyn Backend>,
) -> Router {
    let open = Router::new()
        .route("/", get(page::page))
        .route(session::PATH, post(session::log_in))
        .with_state(session.clone());
    Router::new()
        .route("/api/about", get(about))
        .route("/api/entries", get(entries))
        .route("/api/entries/{id}", get(entry))
        .route("/api/entries/{id}/replay", post(replay))
        .route("/api/changes", get(changes))
        .route("/api/webhooks", get(webhooks))
        .route("/api/dead", get(dead))
        .route("/api/dead/{id}/requeue", post(requeue))
        .with_state(Shared {
            record,
            backend,
            looking_on: Arc::new(Semaphore::new(LOOKING_ON)),
            process: uuid::Uuid::new_v4().simple().to_string().into(),
        })
        .merge(open)
        .layer(middleware::from_fn_with_state(session, guard::guard))
        .layer(middleware::from_fn(harden))
}

/// Headers that keep what is shown here to this page.
async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in [
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // An answer that isn't the page is no page.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    response
}

fn answer(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn failed(status: StatusCode, reason: &str) -> Response {
    (status, answer(&json!({"error": reason}))).into_response()
}

async fn about(State(shared): State<Shared>) -> Response {
    answer(&AboutProcess {
        about: shared.backend.about(),
        process: &shared.process,
    })
}

async fn entries(State(shared): State<Shared>, uri: Uri) -> Response {
    let text = parameter(&uri, "q").unwrap_or_default().to_lowercase();
    let mut entries = shared.record.all();
    if !text.is_empty() {
        entries.retain(|entry| entry.contains(&text));
    }
    let entries: Vec<_> = entries.iter().map(AsRef::as_ref).collect();
    answer(&entries)
}

async fn entry(State(shared): State<Shared>, Path(id): Path<u64>) -> Response {
    match shared.record.get(id) {
        Some(entry) => answer(&entry.whole()),
        None => gone(),
    }
}

fn gone() -> Response {
    failed(StatusCode::NOT_FOUND, "this is no longer kept")
}

async fn replay(State(shared): State<Shared>, Path(id): Path<u64>) -> Response {
    let Some(entry) = shared.record.get(id) else {
        return gone();
    };
    match shared.backend.replay(entry).await {
        Ok(()) => answer(&json!({})),
        Err(reason) => failed(StatusCode::CONFLICT, &reason),
    }
}

/// Each entry that is new or has changed. A reader that lags behind is told to load all anew.
async fn changes(State(shared): State<Shared>) -> Response {
    let Ok(place) = shared.looking_on.try_acquire_owned() else {
        return failed(StatusCode::SERVICE_UNAVAILABLE, "too many look on already");
    };
    let state = (shared.record.changes(), shared.record, place);
    let events = futures_util::stream::unfold(state, async |(mut changes, record, place)| {
        let event = loop {
            match changes.recv().await {
                // What is forgotten already is no longer of interest.
                Ok(id) => {
                    if let Some(entry) = record.get(id) {
                        let json = serde_json::to_string(entry.as_ref()).ok()?;
                        break Event::default().data(json);
                    }
                }
                Err(RecvError::Lagged(_)) => break Event::default().event("reload").data(""),
                Err(RecvError::Closed) => return None,
            }
        };
        Some((Ok::<_, Infallible>(event), (changes, record, place)))
    });
    Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response()
}

async fn webhooks(State(shared): State<Shared>, uri: Uri) -> Response {
    match shared.backend.webhooks(parameter(&uri, "board")).await {
        Ok(webhooks) => answer(&webhooks),
        Err(reason) => failed(StatusCode::CONFLICT, &reason),
    }
}

async fn dead(State(shared): State<Shared>) -> Response {
    match shared.backend.dead_letters().await {
        Ok(letters) => answer(&letters),
        Err(reason) => failed(StatusCode::CONFLICT, &reason),
    }
}

async fn requeue(State(shared): State<Shared>, Path(id): Path<u64>) -> Response {
    match shared.backend.requeue(DeadLetterId::new(id)).await {
        Ok(true) => answer(&json!({})),
        Ok(false) => failed(
            StatusCode::NOT_FOUND,
            "there is no such dead letter any more",
        ),
        Err(reason) => failed(StatusCode::CONFLICT, &reason),
    }
}

/// A parameter of the query.
fn parameter(uri: &Uri, name: &str) -> Option<String> {
    // Only for its parser: the query needs a URL around it.
    let url = reqwest::Url::parse(&format!("http://localhost/?{}", uri.query()?)).ok()?;
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}
