//! A URL is checked before it is sent.

use monday_webhooks::{BoardId, Client, Subscription};

async fn subscribe(client: &Client) {
    let _ = client
        .webhooks()
        .create(BoardId::new(1), "http://example.com/monday", Subscription::CreateItem)
        .await;
}

fn main() {}
