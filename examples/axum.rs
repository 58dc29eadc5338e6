//! An axum application with two endpoints: deliveries of board webhooks go to an inbox before they
//! are answered, and events in the life of the app are handled at once.
//!
//! ```console
//! $ export MONDAY_SIGNING_SECRET=… MONDAY_CLIENT_SECRET=…
//! $ export MONDAY_WEBHOOK_URL=https://…/monday MONDAY_APP_WEBHOOK_URL=https://…/monday/app
//! $ cargo run --features axum,server,sqlite --example axum
//! ```
//!
//! axum's own accept loop has no time limit for a request's header: this is for behind a proxy that
//! has one, as nginx does. Without such a proxy use `monday_webhooks::server`.
//!
//! `tests/axum` drives it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, State},
    http::StatusCode,
    routing::post,
};
use monday_webhooks::{
    Delivery, LifecycleEvent, LifecycleKind,
    auth::{ClientSecret, SigningSecret, Verifier},
    inbox::{self, Failure, Job, SqliteInbox, SqliteOptions, WorkerOptions},
    receiver::{Refusal, Sink, Verified},
    server::stop_signal,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let inbox = Arc::new(SqliteInbox::open("inbox.sqlite", SqliteOptions::default())?);
    // Why a request was refused: RUST_LOG=monday_webhooks=debug says it.
    tracing_subscriber::fmt().with_env_filter(log()).init();
    let signing = SigningSecret::new(std::env::var("MONDAY_SIGNING_SECRET")?)?;
    let client = ClientSecret::new(std::env::var("MONDAY_CLIENT_SECRET")?)?;
    // The URLs that monday calls: a token for another endpoint is not taken.
    let app = App {
        board: Verifier::new(signing).audience(std::env::var("MONDAY_WEBHOOK_URL")?),
        lifecycle: Verifier::new(client).audience(std::env::var("MONDAY_APP_WEBHOOK_URL")?),
        inbox: Arc::clone(&inbox),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    // Where one of the two ends with an error the other one does, too: nothing is answered 200 that
    // nobody handles.
    tokio::try_join!(
        async {
            let server = axum::serve(listener, router(app));
            let served = server.with_graceful_shutdown(stop_signal()).await;
            served.map_err(Box::<dyn std::error::Error>::from)
        },
        async {
            let worked = inbox::run(inbox, handle, WorkerOptions::default(), stop_signal()).await;
            worked.map_err(Box::from)
        },
    )?;
    Ok(())
}

fn log() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into())
}

/// What the endpoints need. Each extractor takes its verifier from here.
#[derive(Debug, Clone)]
pub struct App {
    /// Who may bring deliveries.
    pub board: Verifier<SigningSecret>,
    /// Who may bring events in the life of the app.
    pub lifecycle: Verifier<ClientSecret>,
    /// Where deliveries are kept until they are handled.
    pub inbox: Arc<SqliteInbox>,
}

/// The application.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/monday", post(deliver))
        .route("/monday/app", post(live))
        .with_state(app)
}

/// monday is answered 200 once the delivery is kept, and 503 where it can't be.
async fn deliver(
    State(app): State<App>,
    delivery: Verified<Delivery>,
) -> Result<StatusCode, Refusal> {
    app.inbox.take(delivery).await?;
    Ok(StatusCode::OK)
}

async fn live(event: Verified<LifecycleEvent>) -> StatusCode {
    let account = event.sender().account_id;
    match event.message().kind() {
        LifecycleKind::Installed => eprintln!("installed by account {account:?}"),
        LifecycleKind::Uninstalled => eprintln!("uninstalled by account {account:?}"),
        other => eprintln!("{other} for account {account:?}"),
    }
    StatusCode::OK
}

async fn handle(job: Job) -> Result<(), Failure> {
    eprintln!("{} (attempt {})", job.received.delivery.kind(), job.attempt);
    Ok(())
}

impl FromRef<App> for Verifier<SigningSecret> {
    fn from_ref(app: &App) -> Self {
        app.board.clone()
    }
}

impl FromRef<App> for Verifier<ClientSecret> {
    fn from_ref(app: &App) -> Self {
        app.lifecycle.clone()
    }
}
