//! A webhook's id is no board's.

use monday_webhooks::{Client, WebhookId};

async fn list(client: &Client, webhook: WebhookId) {
    let _ = client.webhooks().list(webhook).await;
}

fn main() {}
