//! Each shape of failure × each operation: how often it is sent, which wait is asked for, the kind,
//! and whether a mutation is in doubt. Never two webhooks from one `create`.

use std::{ops::RangeInclusive, time::Duration};

use super::{
    server::{Server, TOKEN},
    shapes::table,
};
use monday_webhooks::{BoardId, Client, Subscription, WebhookId, WebhookUrl, client::Error};

const BOARD: BoardId = BoardId::new(1);

pub(super) fn url() -> WebhookUrl {
    WebhookUrl::new("https://example.com/hidden-path").unwrap()
}

pub(super) async fn create(client: &Client) -> Error {
    let created = client
        .webhooks()
        .create(BOARD, &url(), Subscription::CreateItem)
        .await;
    created.unwrap_err()
}

pub(super) async fn list(client: &Client) -> Error {
    client.webhooks().list(BOARD).await.unwrap_err()
}

async fn delete(client: &Client) -> Error {
    let deleted = client.webhooks().delete(WebhookId::new(5)).await;
    deleted.unwrap_err()
}

/// Never shorter than what monday asks for, and at most a second longer.
fn allowed(asked: Option<u64>) -> RangeInclusive<Duration> {
    match asked {
        Some(asked) => Duration::from_secs(asked)..=Duration::from_secs(asked + 1),
        None => Duration::from_millis(500)..=Duration::from_secs(11),
    }
}

#[tokio::test]
async fn each_failure_is_told_and_each_operation_repeated_as_often_as_is_safe() {
    for (name, answer, taken, kind, asked) in table() {
        for operation in ["list", "create", "delete"] {
            let server = Server::start([answer.clone()]).await;
            let is_query = operation == "list";
            let error = match operation {
                "list" => list(&server.client).await,
                "create" => create(&server.client).await,
                _ => delete(&server.client).await,
            };
            let name = format!("{name}, {operation}: {error}");
            let sent = if is_query {
                taken.queries()
            } else {
                taken.mutations()
            };
            assert_eq!((error.kind(), server.calls().len()), (kind, sent), "{name}");
            assert_eq!(error.attempts() as usize, sent, "{name}");
            assert_eq!(
                error.may_have_been_applied(),
                taken.in_doubt() && !is_query,
                "{name}"
            );
            let waits = server.waits();
            assert_eq!(waits.len(), sent - 1, "{name}");
            for wait in waits {
                assert!(allowed(asked).contains(&wait), "{name}: {wait:?}");
            }
            let asked = asked.map(Duration::from_secs);
            assert_eq!(error.retry_after(), asked, "{name}");
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains(TOKEN) && !shown.contains("hidden-path"),
                "{shown}"
            );
            assert_eq!(error.to_string().lines().count(), 1, "{name}");
        }
    }
}
