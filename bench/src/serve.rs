//! The contenders that receive: each on one thread, and each does what it says.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use monday_webhooks::{
    Receiver,
    auth::{SigningSecret, Verifier},
    inbox::{
        self, Inbox, Job, MemoryInbox, MemoryOptions, SqliteInbox, SqliteOptions, WorkerOptions,
    },
    server::Server,
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{
    Outcome,
    sample::{AUDIENCE, SECRET},
};

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Contender {
    /// axum: reads the body and answers 200
    Echo,
    /// axum by hand: jsonwebtoken, `Value`, a set of ids
    Hand,
    /// The SDK's server, receiver and inbox in memory
    Sdk,
    /// The same with the inbox in SQLite
    SdkSqlite,
}

pub(crate) fn run(contender: Contender) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match contender {
            Contender::Echo => {
                let echo = async |body: Bytes| {
                    std::hint::black_box(body);
                    "{}"
                };
                axum(Router::new().route("/", post(echo))).await
            }
            Contender::Hand => axum(by_hand()?).await,
            Contender::Sdk => sdk(MemoryInbox::new(MemoryOptions::default())).await,
            Contender::SdkSqlite => {
                // A temporary folder may be memory.
                let folder = tempfile::tempdir_in(".")?;
                let path = folder.path().join("inbox.db");
                sdk(SqliteInbox::open(path, SqliteOptions::default())?).await
            }
        }
    })
}

async fn axum(router: Router) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

struct ByHand {
    key: DecodingKey,
    validation: Validation,
    seen: Mutex<HashSet<String>>,
    handled: AtomicU64,
}

/// As a competent developer would write it in an afternoon.
fn by_hand() -> Outcome<Router> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    let state = Arc::new(ByHand {
        key: DecodingKey::from_secret(SECRET.as_bytes()),
        validation,
        seen: Mutex::default(),
        handled: AtomicU64::new(0),
    });
    Ok(Router::new().route("/", post(receive)).with_state(state))
}

async fn receive(
    State(state): State<Arc<ByHand>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<&'static str, StatusCode> {
    let token = headers.get(header::AUTHORIZATION);
    let token = token.and_then(|token| token.to_str().ok());
    let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
    jsonwebtoken::decode::<Value>(token, &state.key, &state.validation)
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    let delivery: Value = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let id = delivery["event"]["triggerUuid"].as_str();
    let id = id.ok_or(StatusCode::BAD_REQUEST)?.to_owned();
    let mut seen = state.seen.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.insert(id) {
        state.handled.fetch_add(1, Ordering::Relaxed);
    }
    Ok("{}")
}

async fn sdk<I: Inbox>(inbox: I) -> Outcome {
    let inbox = Arc::new(inbox);
    let verifier = Verifier::new(SigningSecret::new(SECRET)?).audience(AUDIENCE);
    let receiver = Receiver::new(verifier, Arc::clone(&inbox));
    let handled = Arc::new(AtomicU64::new(0));
    let handler = move |_: Job| {
        handled.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok::<(), inbox::Failure>(()))
    };
    // The handler takes no time, so many at once are no burden: with the default of 16 the worker
    // would get a turn after every 64 requests, and the inbox fill up.
    let mut options = WorkerOptions::default();
    options.concurrency = 1024;
    tokio::spawn(inbox::run(inbox, handler, options, std::future::pending()));
    let server = Server::bind(([127, 0, 0, 1], 0).into(), "/").await?;
    println!("{}", server.local_addr()?);
    server.serve(receiver, std::future::pending()).await;
    Ok(())
}
