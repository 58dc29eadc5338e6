//! Receives deliveries durably, and handles the deliveries of each item in their order.
//!
//! ```console
//! $ export MONDAY_SIGNING_SECRET=… MONDAY_WEBHOOK_URL=https://…/monday
//! $ cargo run --features server,sqlite --example durable_worker
//! ```
//!
//! Kill it at any moment: what monday was answered 200 for is handled after the next start.

use std::sync::Arc;

use monday_webhooks::{
    Receiver,
    auth::{SigningSecret, Verifier},
    inbox::{self, Failure, Job, Order, SqliteInbox, SqliteOptions, WorkerOptions},
    server::{Server, stop_signal},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Why a request was refused: RUST_LOG=monday_webhooks=debug says it.
    tracing_subscriber::fmt().with_env_filter(log()).init();
    let secret = SigningSecret::new(std::env::var("MONDAY_SIGNING_SECRET")?)?;
    let inbox = Arc::new(SqliteInbox::open("inbox.sqlite", SqliteOptions::default())?);
    // The URL that monday calls: a token for another endpoint is not taken.
    let verifier = Verifier::new(secret).audience(std::env::var("MONDAY_WEBHOOK_URL")?);
    let receiver = Receiver::new(verifier, Arc::clone(&inbox));
    let server = Server::bind("127.0.0.1:8080".parse()?, "/monday").await?;

    let mut options = WorkerOptions::default();
    options.order = Order::PerItem { held: 256 };
    // Where the worker ends with an error the server does, too: nothing is answered 200 that nobody
    // handles.
    tokio::try_join!(
        async {
            server.serve(receiver, stop_signal()).await;
            Ok(())
        },
        inbox::run(inbox, handle, options, stop_signal()),
    )?;
    Ok(())
}

fn log() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into())
}

/// It may see a delivery again, after a failure or a crash: the dedupe key tells.
async fn handle(job: Job) -> Result<(), Failure> {
    let delivery = &job.received.delivery;
    eprintln!(
        "{}: {} (attempt {})",
        delivery.dedupe_key(),
        delivery.kind(),
        job.attempt
    );
    Ok(())
}
