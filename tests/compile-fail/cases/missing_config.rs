//! A specific column has to be named.

use monday_webhooks::{BoardId, Client, Subscription, WebhookUrl};

async fn subscribe(client: &Client, url: &WebhookUrl) {
    let _ = client
        .webhooks()
        .create(BoardId::new(1), url, Subscription::ChangeSpecificColumnValue)
        .await;
}

fn main() {}
