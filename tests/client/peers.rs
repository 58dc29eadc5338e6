//! What other clients of monday's get wrong, one test for each.

use std::time::Duration;

use monday_webhooks::{
    ApiToken, BoardId, Client, Subscription, WebhookId,
    client::{ErrorKind, RetryPolicy},
};
use serde_json::{Value, json};

use super::{
    server::{Answer, Server, TOKEN, refused},
    table::{create, list, url},
};

const BOARD: BoardId = BoardId::new(1);

fn empty_list() -> Answer {
    Answer::json(&json!({"data": {"webhooks": []}}))
}

#[tokio::test]
async fn an_exhausted_complexity_budget_is_waited_out_for_as_long_as_monday_says() {
    let exhausted = refused(
        "COMPLEXITY_BUDGET_EXHAUSTED",
        "a",
        &json!({"retry_in_seconds": 16}),
    );
    let server = Server::start([exhausted, empty_list()]).await;
    assert_eq!(server.client.webhooks().list(BOARD).await.unwrap(), []);
    let [wait] = server.waits().try_into().unwrap();
    // Not the 60 seconds that others wait whatever they are told.
    assert!(wait >= Duration::from_secs(16) && wait <= Duration::from_secs(17));
}

#[tokio::test]
async fn a_rate_limit_in_html_is_waited_out_too() {
    let server = Server::start([Answer::text(429, "<html></html>"), empty_list()]).await;
    assert_eq!(server.client.webhooks().list(BOARD).await.unwrap(), []);
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_creation_that_times_out_is_not_sent_again() {
    let server = Server::start([Answer::silence()]).await;
    let client = Client::builder()
        .endpoint(server.endpoint.as_str())
        .request_timeout(Duration::from_millis(50))
        .tell_waits(|_| {})
        .build(ApiToken::new(TOKEN).unwrap())
        .unwrap();
    let error = create(&client).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.may_have_been_applied());
    assert_eq!(server.calls().len(), 1);
    // A query is.
    assert_eq!(list(&client).await.attempts(), 5);
    assert_eq!(server.calls().len(), 6);
}

#[tokio::test]
async fn a_null_is_an_error_with_what_is_known_of_the_request_or_an_empty_list() {
    let null = |field: &str| {
        let extensions = json!({"request_id": "req-7"});
        Answer::json(&json!({"data": {field: null}, "account_id": 5, "extensions": extensions}))
    };
    let server = Server::start([null("create_webhook")]).await;
    let created = create(&server.client).await;
    assert_eq!(created.kind(), ErrorKind::Server);
    assert!(created.may_have_been_applied());
    assert_eq!(server.calls().len(), 1);

    let server = Server::start([Answer::text(429, ""), null("delete_webhook")]).await;
    let webhooks = server.client.webhooks();
    let deleted = webhooks.delete(WebhookId::new(5)).await.unwrap_err();
    assert_eq!(deleted.kind(), ErrorKind::NotFound);
    assert!(!deleted.may_have_been_applied());
    let gone = webhooks.delete_if_exists(WebhookId::new(5)).await;
    assert_eq!(gone.unwrap(), None);

    for (error, attempts) in [(created, 1), (deleted, 2)] {
        assert_eq!(error.request_id(), Some("req-7"));
        assert_eq!(
            error.account_id().map(monday_webhooks::AccountId::get),
            Some(5)
        );
        assert_eq!(error.status(), Some(200));
        assert_eq!(error.attempts(), attempts);
    }

    let server = Server::start([null("webhooks")]).await;
    assert_eq!(server.client.webhooks().list(BOARD).await.unwrap(), []);
}

#[tokio::test]
async fn with_no_retries_a_call_is_sent_exactly_once() {
    let server = Server::start([Answer::text(503, "")]).await;
    let client = Client::builder()
        .endpoint(server.endpoint.as_str())
        .retry(RetryPolicy::never())
        .build(ApiToken::new(TOKEN).unwrap())
        .unwrap();
    assert_eq!(list(&client).await.attempts(), 1);
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn the_api_version_is_sent_with_every_call() {
    let server = Server::start([empty_list()]).await;
    server.client.webhooks().list(BOARD).await.unwrap();
    let client = Client::builder()
        .endpoint(server.endpoint.as_str())
        .api_version("2027-01")
        .build(ApiToken::new(TOKEN).unwrap())
        .unwrap();
    client.webhooks().list(BOARD).await.unwrap();
    let versions: Vec<_> = server
        .calls()
        .iter()
        .map(|call| call.headers["api-version"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(versions, [monday_webhooks::API_VERSION, "2027-01"]);
}

#[tokio::test]
async fn a_config_that_is_not_json_is_kept_rather_than_lost() {
    let webhook = json!({"id": "1", "board_id": "1", "event": "create_item", "config": "not json"});
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": [webhook]}}))]).await;
    let [webhook] = server
        .client
        .webhooks()
        .list(BOARD)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert!(webhook.config.is_some());
    assert!(webhook.subscription().is_err());
}

#[tokio::test]
async fn an_error_keeps_all_that_monday_said() {
    let errors = json!([
        {"message": "a", "path": ["delete_webhook"], "extensions": {"code": "X", "new": [1]}},
        {"message": "b"},
    ]);
    let body = json!({"data": {"create_webhook": null, "delete_webhook": null, "webhooks": null}, "errors": errors});
    let server = Server::start([Answer::json(&body)]).await;
    let webhooks = server.client.webhooks();
    let listed = webhooks.list(BOARD).await.unwrap_err();
    let deleted = webhooks.delete(WebhookId::new(1)).await.unwrap_err();
    let created = webhooks
        .create(BOARD, &url(), Subscription::CreateItem)
        .await
        .unwrap_err();
    for error in [listed, deleted, created] {
        assert_eq!(Value::from(error.errors().to_vec()), errors);
        assert_eq!(error.code(), Some("X"));
        assert_eq!(error.path(), Some("delete_webhook"));
        assert!(error.data().is_some());
    }
}

#[test]
fn the_key_is_in_no_debug_output() {
    let client = Client::new(ApiToken::new(TOKEN).unwrap()).unwrap();
    let shown = format!(
        "{client:?} {:?} {:#?}",
        client.webhooks(),
        Client::builder()
    );
    assert!(!shown.contains(TOKEN), "{shown}");
}
