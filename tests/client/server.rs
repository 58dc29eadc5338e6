//! A server that answers one call after the other as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response},
};
use monday_webhooks::{ApiToken, Client, client::RetryPolicy};
use serde_json::{Value, json};

pub(super) const TOKEN: &str = "hidden-token";

/// An answer, or what comes instead.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: Reply,
}

#[derive(Debug, Clone)]
pub(super) enum Reply {
    Text(String),
    /// The end of the connection within the answer.
    Broken,
    /// Nothing, for as long as the client waits.
    Silence,
}

/// monday's refusal with a code.
pub(super) fn refused(code: &str, message: &str, extensions: &Value) -> Answer {
    let mut all = json!({"code": code});
    for (name, value) in extensions.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    Answer::json(&json!({
        "data": null,
        "errors": [{"message": message, "extensions": all}],
        "account_id": 77,
        "extensions": {"request_id": "req-1"}
    }))
}

impl Answer {
    pub(super) fn json(body: &Value) -> Self {
        Self::text(200, &body.to_string())
    }

    pub(super) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Reply::Text(body.to_owned()),
        }
    }

    pub(super) fn broken() -> Self {
        Self {
            body: Reply::Broken,
            ..Self::text(200, "")
        }
    }

    pub(super) fn silence() -> Self {
        Self {
            body: Reply::Silence,
            ..Self::text(200, "")
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// A call that arrived.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    calls: Mutex<Vec<Call>>,
}

pub(super) struct Server {
    pub(super) client: Client,
    pub(super) endpoint: String,
    script: Arc<Script>,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Server {
    /// The last answer is given again and again.
    pub(super) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let script = Arc::new(Script::default());
        script.answers.lock().unwrap().extend(answers);
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let endpoint = format!("http://{address}/v2");
        let waits: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let told = Arc::clone(&waits);
        let client = Client::builder()
            .endpoint(endpoint.as_str())
            .tell_waits(move |wait| told.lock().unwrap().push(wait))
            .build(ApiToken::new(TOKEN).unwrap())
            .unwrap();
        Self {
            client,
            endpoint,
            script,
            waits,
        }
    }

    /// The waits between the attempts so far, none of which was really waited.
    pub(super) fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.script.calls.lock().unwrap().clone()
    }
}

/// A client with the usual policy, but for waits that are as good as none.
pub(super) fn client(endpoint: &str) -> Client {
    Client::builder()
        .endpoint(endpoint)
        .retry(RetryPolicy::default().with_max_wait(Duration::from_millis(1)))
        .build(ApiToken::new(TOKEN).unwrap())
        .unwrap()
}

async fn answer(
    State(script): State<Arc<Script>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    // A redirect may make a call without a body of it.
    let body = match &*body {
        [] => Value::Null,
        body => serde_json::from_slice(body).unwrap(),
    };
    script.calls.lock().unwrap().push(Call { headers, body });
    let answer = {
        let mut answers = script.answers.lock().unwrap();
        match answers.len() {
            0 | 1 => answers.front().cloned(),
            _ => answers.pop_front(),
        }
    };
    let answer = answer.expect("the script has an answer");
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = match answer.body {
        Reply::Text(text) => Body::from(text),
        Reply::Silence => std::future::pending().await,
        // More is announced than comes.
        Reply::Broken => {
            response = response.header("content-length", "100");
            Body::from_stream(Cut)
        }
    };
    response.body(body).unwrap()
}

/// A body that breaks off.
struct Cut;

impl futures_core::Stream for Cut {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}
