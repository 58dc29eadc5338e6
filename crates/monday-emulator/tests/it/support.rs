//! A receiver and an API client as small as a test needs them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse as _;
use monday_emulator::{DEFAULT_BOARD_ID, Emulator, Token};
use serde_json::{Value, json};

/// The default board, as text.
pub(crate) fn board() -> String {
    DEFAULT_BOARD_ID.to_string()
}

/// What a receiver got.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) authorization: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Value,
}

#[derive(Default)]
struct Inner {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<u16>>,
    refuse_all: Mutex<Option<u16>>,
}

/// An endpoint that echoes challenges and answers deliveries as it is told.
pub(crate) struct Receiver {
    url: String,
    inner: Arc<Inner>,
    server: tokio::task::JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Inner::default());
        let router = Router::new().fallback(receive).with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, inner, server }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The same server under another path.
    pub(crate) fn url_to(&self, path: &str) -> String {
        self.url.replace("/hook", path)
    }

    /// Answers the next deliveries with these statuses, those after them with 200.
    pub(crate) fn answer_next(&self, statuses: impl IntoIterator<Item = u16>) {
        self.inner.answers.lock().unwrap().extend(statuses);
    }

    /// Answers every delivery with this status, or again with 200.
    pub(crate) fn answer_all(&self, status: Option<u16>) {
        *self.inner.refuse_all.lock().unwrap() = status;
    }

    /// Everything received but challenges.
    pub(crate) fn deliveries(&self) -> Vec<Received> {
        let mut received = self.inner.received.lock().unwrap().clone();
        received.retain(|received| received.body.get("challenge").is_none());
        received
    }

    /// The challenges received.
    pub(crate) fn challenges(&self) -> Vec<Received> {
        let mut received = self.inner.received.lock().unwrap().clone();
        received.retain(|received| received.body.get("challenge").is_some());
        received
    }

    /// The events delivered so far, in order.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.deliveries()
            .into_iter()
            .map(|received| received.body["event"].clone())
            .collect()
    }

    pub(crate) fn forget(&self) {
        self.inner.received.lock().unwrap().clear();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Receiver {
    /// Closes the port.
    pub(crate) async fn stop(mut self) {
        self.server.abort();
        // Aborted on purpose.
        let _ = (&mut self.server).await;
    }
}

async fn receive(
    State(inner): State<Arc<Inner>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let received = Received {
        authorization: text("authorization"),
        content_type: text("content-type"),
        body: serde_json::from_slice(&body).unwrap(),
    };
    let is_challenge = received.body.get("challenge").is_some();
    let first_challenge = {
        let mut all = inner.received.lock().unwrap();
        all.push(received);
        let challenges = all.iter().filter(|one| one.body.get("challenge").is_some());
        challenges.count() == 1
    };
    if is_challenge {
        return match uri.path() {
            "/second" if first_challenge => StatusCode::BAD_GATEWAY.into_response(),
            "/silent" => StatusCode::OK.into_response(),
            "/created" => (StatusCode::CREATED, body).into_response(),
            "/other" => r#"{"challenge":"another"}"#.into_response(),
            "/moved" => (StatusCode::FOUND, [("location", "/hook")]).into_response(),
            _ => ([("content-type", "application/json")], body).into_response(),
        };
    }
    let refuse_all = *inner.refuse_all.lock().unwrap();
    let next = inner.answers.lock().unwrap().pop_front();
    let status = refuse_all.or(next).unwrap_or(200);
    StatusCode::from_u16(status).unwrap().into_response()
}

/// Calls the API with a token.
pub(crate) async fn call(
    emulator: &Emulator,
    token: &Token,
    query: &str,
    variables: Value,
) -> Value {
    let (status, body) = try_call(emulator, token, query, variables).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// Calls the API and returns status and body.
pub(crate) async fn try_call(
    emulator: &Emulator,
    token: &Token,
    query: &str,
    variables: Value,
) -> (u16, Value) {
    let body = json!({"query": query, "variables": variables});
    post(emulator, &[("authorization", token.expose())], &body).await
}

/// Calls the API with these headers and this body.
pub(crate) async fn post(
    emulator: &Emulator,
    headers: &[(&str, &str)],
    body: &Value,
) -> (u16, Value) {
    let mut request = http()
        .post(emulator.endpoint())
        .header("content-type", "application/json")
        .body(body.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// The `data` of an answer without errors.
pub(crate) fn data(answer: &Value) -> &Value {
    assert!(answer.get("errors").is_none(), "{answer}");
    &answer["data"]
}

/// The first error's code.
pub(crate) fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("no code in {answer}"))
}

/// The first error's message.
pub(crate) fn message(answer: &Value) -> &str {
    answer["errors"][0]["message"].as_str().unwrap()
}

pub(crate) const CREATE_WEBHOOK: &str = "mutation Create($board: ID!, $url: String!, $event: WebhookEventType!, $config: JSON) { create_webhook(board_id: $board, url: $url, event: $event, config: $config) { id board_id event config } }";

/// Makes a webhook and returns its id.
pub(crate) async fn subscribe(
    emulator: &Emulator,
    token: &Token,
    url: &str,
    event: &str,
    config: Value,
) -> u64 {
    let variables = json!({"board": board(), "url": url, "event": event, "config": config});
    let answer = call(emulator, token, CREATE_WEBHOOK, variables).await;
    data(&answer)["create_webhook"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}
