//! Each shape of failure × each operation: how often it is sent, which wait is asked for, the kind,
//! and whether a mutation is in doubt. Never two webhooks from one `create`.

use std::{ops::RangeInclusive, time::Duration};

use super::{
    server::{Answer, Server, TOKEN},
    shapes::table,
};
use graphql_client::{GraphQLQuery, QueryBody};
use monday_webhooks::{
    API_VERSION, BoardId, Client, Subscription, WebhookId, WebhookUrl,
    client::{Error, Operation, OperationKind},
};
use serde::Deserialize;
use serde_json::{Value, json};

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

async fn create_or_find(client: &Client) -> Error {
    let created = client
        .webhooks()
        .create_or_find(BOARD, &url(), Subscription::CreateItem)
        .await;
    created.unwrap_err()
}

/// An operation of one's own, as code that is generated or written by hand has it.
struct Own<const IS_MUTATION: bool>;

#[derive(Debug, Deserialize)]
struct OwnData {
    #[expect(dead_code, reason = "it fails before that")]
    webhooks: Vec<Value>,
}

impl<const IS_MUTATION: bool> GraphQLQuery for Own<IS_MUTATION> {
    type Variables = Value;
    type ResponseData = OwnData;

    fn build_query(variables: Value) -> QueryBody<Value> {
        QueryBody {
            variables,
            query: if IS_MUTATION {
                "mutation Own { webhooks: delete_webhook(id: 5) { id } }"
            } else {
                "query Own { webhooks(board_id: 1) { id } }"
            },
            operation_name: "Own",
        }
    }
}

impl<const IS_MUTATION: bool> Operation for Own<IS_MUTATION> {
    const API_VERSION: &'static str = API_VERSION;
    const KIND: OperationKind = if IS_MUTATION {
        OperationKind::Mutation
    } else {
        OperationKind::Query
    };
}

async fn own<const IS_MUTATION: bool>(client: &Client) -> Error {
    let data = client.execute::<Own<IS_MUTATION>>(json!({})).await;
    data.unwrap_err()
}

/// How often an operation is sent, of these how often for the sake of its own error, and how often
/// it waits.
struct Sent {
    calls: usize,
    attempts: usize,
    waits: usize,
}

impl Sent {
    fn so_often(attempts: usize) -> Self {
        Self {
            calls: attempts,
            attempts,
            waits: attempts - 1,
        }
    }
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
        for operation in [
            "list",
            "create",
            "delete",
            "own query",
            "own mutation",
            "create or find",
            "create or find, which can't look before",
        ] {
            let looks = operation == "create or find";
            let before = Answer::json(&json!({"data": {"webhooks": []}}));
            let before = looks.then_some(before);
            let server = Server::start(before.into_iter().chain([answer.clone()])).await;
            let client = &server.client;
            let error = match operation {
                "list" => list(client).await,
                "create" => create(client).await,
                "delete" => delete(client).await,
                "own query" => own::<false>(client).await,
                "own mutation" => own::<true>(client).await,
                _ => create_or_find(client).await,
            };
            let is_query = matches!(operation, "list" | "own query");
            let mut sent = Sent::so_often(if is_query {
                taken.queries()
            } else {
                taken.mutations()
            });
            if operation.starts_with("create or find") {
                // The look before, which is sent once.
                sent.calls += 1;
            }
            if looks && taken.in_doubt() {
                // The look afterwards.
                sent.calls += taken.queries();
                sent.waits += taken.queries() - 1;
            }
            let name = format!("{name}, {operation}: {error}");
            assert_eq!(
                (error.kind(), server.calls().len()),
                (kind, sent.calls),
                "{name}"
            );
            assert_eq!(error.attempts() as usize, sent.attempts, "{name}");
            assert_eq!(
                error.may_have_been_applied(),
                taken.in_doubt() && !is_query,
                "{name}"
            );
            let waits = server.waits();
            assert_eq!(waits.len(), sent.waits, "{name}");
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
