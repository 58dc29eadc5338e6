//! Receives deliveries durably, and handles the deliveries of each item in their order.
//!
//! ```console
//! $ MONDAY_SIGNING_SECRET=… cargo run --features server,sqlite --example durable_worker
//! ```
//!
//! Kill it at any moment: what monday was answered 200 for is handled after the next start.

use std::sync::Arc;

use monday_webhooks::{
    Receiver,
    auth::{SigningSecret, Verifier},
    inbox::{self, Failure, Job, Order, SqliteInbox, SqliteOptions, WorkerOptions},
    server::Server,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = SigningSecret::new(std::env::var("MONDAY_SIGNING_SECRET")?)?;
    let inbox = Arc::new(SqliteInbox::open("inbox.sqlite", SqliteOptions::default())?);
    let receiver = Receiver::new(Verifier::new(secret), Arc::clone(&inbox));
    let server = Server::bind("127.0.0.1:8080".parse()?, "/monday").await?;

    let mut options = WorkerOptions::default();
    options.order = Order::PerItem { held: 256 };
    let (_, worked) = tokio::join!(
        server.serve(receiver, interrupted()),
        inbox::run(inbox, handle, options, interrupted()),
    );
    Ok(worked?)
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

async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("Ctrl-C can't be heard, so this stops now: {error}");
    }
}
