//! A creation whose answer was lost, against the emulator.

use std::time::Duration;

use axum::{Router, body::Bytes};
use monday_emulator::{DEFAULT_BOARD_ID, Effect, Emulator, Fault};
use monday_webhooks::{
    ApiToken, BoardId, Client, ColumnId, Subscription, WebhookUrl,
    client::{Creation, ErrorKind, Limits, RetryPolicy},
};
use serde_json::json;

use super::server::{Answer, Server, refused};

const BOARD: BoardId = BoardId::new(DEFAULT_BOARD_ID);

/// An endpoint that echoes whatever comes, as a challenge wants it.
pub(super) async fn endpoint() -> WebhookUrl {
    let router =
        Router::new().fallback(async |body: Bytes| ([("content-type", "application/json")], body));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    WebhookUrl::dangerous_http(format!("http://{address}/monday")).unwrap()
}

fn client(emulator: &Emulator) -> Client {
    Client::builder()
        .endpoint(emulator.endpoint())
        .tell_waits(|_| {})
        .build(ApiToken::app(emulator.app_token().expose()).unwrap())
        .unwrap()
}

fn subscriptions() -> [Subscription; 2] {
    let column = ColumnId::new("status").unwrap();
    [
        Subscription::CreateItem,
        Subscription::ChangeSpecificColumnValue { column },
    ]
}

#[tokio::test]
async fn a_lost_answer_is_made_good_also_beside_an_older_twin() {
    let emulator = Emulator::start().await.unwrap();
    let (client, url) = (client(&emulator), endpoint().await);
    for subscription in subscriptions() {
        for effect in [Effect::Lost, Effect::Truncate] {
            let webhooks = client.webhooks();
            let older = webhooks
                .create_or_find(BOARD, &url, subscription.clone())
                .await
                .unwrap();
            let Creation::Answered(older) = older else {
                panic!("{older:?}");
            };
            emulator.add_fault(Fault::new(effect).on("create_webhook"));
            let before = emulator.webhooks(DEFAULT_BOARD_ID).len();
            let creation = webhooks
                .create_or_find(BOARD, &url, subscription.clone())
                .await
                .unwrap();
            let Creation::Found(found) = creation else {
                panic!("{creation:?}");
            };
            assert_ne!(found.id, older.id);
            // Somebody else may have made it.
            assert_eq!(found.deliveries_are_signed(), None);
            assert_eq!(older.deliveries_are_signed(), Some(true));
            assert_eq!((&found.event, &found.config), (&older.event, &older.config));
            let all = emulator.webhooks(DEFAULT_BOARD_ID);
            assert_eq!(all.len(), before + 1);
            assert_eq!(all.last().unwrap().id, found.id.get());
        }
    }
}

#[tokio::test]
async fn a_creation_that_left_no_trace_stays_in_doubt_and_is_not_sent_again() {
    let emulator = Emulator::start().await.unwrap();
    let (client, url) = (client(&emulator), endpoint().await);
    for effect in [
        Effect::Reset,
        Effect::Html(502),
        Effect::Null,
        Effect::NullData,
    ] {
        emulator.forget_requests();
        emulator.add_fault(Fault::new(effect).on("create_webhook"));
        let error = client
            .webhooks()
            .create_or_find(BOARD, &url, Subscription::CreateItem)
            .await
            .unwrap_err();
        assert!(error.may_have_been_applied(), "{error}");
        assert_eq!(error.operation(), "CreateWebhook");
        let fields: Vec<_> = emulator
            .requests()
            .iter()
            .flat_map(|request| request.fields.clone())
            .collect();
        assert_eq!(fields, ["webhooks", "create_webhook", "webhooks"]);
        assert_eq!(emulator.webhooks(DEFAULT_BOARD_ID).len(), 0);
    }
}

#[tokio::test]
async fn a_refusal_is_no_reason_to_look_again() {
    let emulator = Emulator::start().await.unwrap();
    let error = client(&emulator)
        .webhooks()
        .create_or_find(BoardId::new(5), &endpoint().await, Subscription::CreateItem)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(emulator.requests().len(), 2);
}

#[tokio::test]
async fn where_the_clients_own_limits_leave_no_room_for_a_look_nothing_is_sent() {
    let emulator = Emulator::start().await.unwrap();
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .limits(Limits::none().with_calls_per_minute(1))
        .retry(RetryPolicy::never().with_max_elapsed(Duration::from_millis(300)))
        .build(ApiToken::app(emulator.app_token().expose()).unwrap())
        .unwrap();
    client.webhooks().list(BOARD).await.unwrap();
    let url = endpoint().await;
    let webhooks = client.webhooks();
    let outcome = webhooks.create_or_find(BOARD, &url, Subscription::CreateItem);
    let error = outcome.await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimit, 0));
    assert!(!error.may_have_been_applied());
    assert!(error.to_string().contains("own limits"), "{error}");
    assert_eq!(emulator.requests().len(), 1);
}

/// The look waits its turn for longer than one request may take.
#[tokio::test]
async fn a_look_that_waits_for_the_clients_own_limits_is_not_lost() {
    let emulator = Emulator::start().await.unwrap();
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .limits(
            Limits::none()
                .with_calls_per_minute(1)
                .with_minute(Duration::from_millis(300)),
        )
        .retry(RetryPolicy::never())
        .build(ApiToken::app(emulator.app_token().expose()).unwrap())
        .unwrap();
    client.webhooks().list(BOARD).await.unwrap();
    emulator.forget_requests();
    emulator.add_fault(Fault::new(Effect::Lost).on("create_webhook"));
    let url = endpoint().await;
    let webhooks = client.webhooks();
    let creation = webhooks
        .create_or_find(BOARD, &url, Subscription::CreateItem)
        .await
        .unwrap();
    assert!(matches!(creation, Creation::Found(_)), "{creation:?}");
    assert_eq!(emulator.requests().len(), 3);
}

fn webhook(id: u64, event: &str) -> serde_json::Value {
    json!({"id": id.to_string(), "board_id": "1", "event": event, "config": null})
}

fn listed(webhooks: &serde_json::Value) -> Answer {
    Answer::json(&json!({"data": {"webhooks": webhooks}}))
}

/// What `create_or_find` comes to with these lists before and after a creation that broke off.
async fn outcome(
    before: Answer,
    after: Answer,
) -> Result<Creation, monday_webhooks::client::Error> {
    let server = Server::start([before, Answer::broken(), after]).await;
    let url = WebhookUrl::new("https://example.com/hook").unwrap();
    let webhooks = server.client.webhooks();
    let outcome = webhooks
        .create_or_find(BoardId::new(1), &url, Subscription::CreateItem)
        .await;
    let calls = server.calls();
    let created = calls.iter().filter(|call| {
        let query = call.body["query"].as_str().unwrap();
        query.contains("create_webhook")
    });
    assert_eq!(created.count(), 1);
    outcome
}

#[tokio::test]
async fn nothing_but_exactly_one_new_webhook_is_certain() {
    let old = webhook(1, "create_item");
    let new = webhook(2, "create_item");
    let other = webhook(3, "change_name");
    let scope = refused("missingRequiredPermissions", "a", &json!({}));
    let before = || listed(&json!([old]));

    let found = outcome(before(), listed(&json!([other, new, old]))).await;
    assert_eq!(found.unwrap().into_webhook().id.get(), 2);

    for (before, after) in [
        (before(), listed(&json!([old]))),
        (before(), listed(&json!([old, other]))),
        (
            before(),
            listed(&json!([old, new, webhook(4, "create_item")])),
        ),
        (before(), listed(&json!([old, new, null]))),
        (before(), listed(&json!(null))),
        (listed(&json!(null)), listed(&json!([new]))),
        (listed(&json!([null])), listed(&json!([new]))),
        (scope.clone(), listed(&json!([new]))),
        (before(), scope),
    ] {
        let error = outcome(before, after).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(error.may_have_been_applied());
    }
}
