//! Each shape of failure: how often the call is sent, what the error says, and never two webhooks
//! from one `create`.

use std::time::Duration;

use monday_webhooks::{
    BoardId, Client, Subscription, WebhookId, WebhookUrl,
    client::{Error, ErrorKind, RetryPolicy},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::server::{Answer, Server, TOKEN, client};

const BOARD: BoardId = BoardId::new(1);

fn url() -> WebhookUrl {
    WebhookUrl::new("https://example.com/hidden-path").unwrap()
}

async fn create(client: &Client) -> Error {
    let created = client
        .webhooks()
        .create(BOARD, &url(), Subscription::CreateItem)
        .await;
    created.unwrap_err()
}

async fn list(client: &Client) -> Error {
    client.webhooks().list(BOARD).await.unwrap_err()
}

fn refused(code: &str, message: &str, extensions: &Value) -> Answer {
    let mut all = json!({"code": code});
    for (name, value) in extensions.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    Answer::json(&json!({
        "data": null,
        "errors": [{"message": message, "extensions": all}],
        "account_id": 77,
        "extensions": {"request_id": "req-1"}
    }))
}

/// The answer; how often a query and a creation are sent; the kind; whether a creation may have
/// been carried out.
fn table() -> Vec<(&'static str, Answer, usize, usize, ErrorKind, bool)> {
    use ErrorKind as Kind;
    let legacy = json!({"error_code": "ComplexityException", "error_message": "Complexity budget exhausted", "status_code": 429});
    let texts = json!({"errors": ["Rate limit, reset in 0 seconds"], "status_code": 429});
    let partial = json!({"data": {"create_webhook": {"id": "5"}, "webhooks": [null]}, "errors": [{"message": "a", "extensions": {"code": "InvalidArgumentException"}}]});
    vec![
        (
            "complexity",
            refused(
                "COMPLEXITY_BUDGET_EXHAUSTED",
                "a",
                &json!({"retry_in_seconds": 0}),
            ),
            5,
            5,
            Kind::Complexity,
            false,
        ),
        (
            "concurrency",
            refused("maxConcurrencyExceeded", "a", &json!({"status_code": 429})),
            5,
            5,
            Kind::RateLimit,
            false,
        ),
        (
            "legacy",
            Answer::json(&legacy),
            5,
            5,
            Kind::Complexity,
            false,
        ),
        (
            "texts",
            Answer::text(429, &texts.to_string()),
            5,
            5,
            Kind::RateLimit,
            false,
        ),
        (
            "html 429",
            Answer::text(429, "<html>slow down</html>"),
            5,
            5,
            Kind::RateLimit,
            false,
        ),
        (
            "html 500",
            Answer::text(500, "<html>oops</html>"),
            5,
            1,
            Kind::Server,
            true,
        ),
        ("empty 502", Answer::text(502, ""), 5, 1, Kind::Server, true),
        (
            "internal",
            refused("INTERNAL_SERVER_ERROR", "a", &json!({"status_code": 500})),
            5,
            1,
            Kind::Server,
            true,
        ),
        (
            "truncated",
            Answer::text(200, "{\"data\": {\"webho"),
            5,
            1,
            Kind::Decode,
            true,
        ),
        (
            "html 200",
            Answer::text(200, "<html></html>"),
            5,
            1,
            Kind::Decode,
            true,
        ),
        ("broken", Answer::broken(), 5, 1, Kind::Transport, true),
        (
            "data list",
            Answer::json(&json!({"data": []})),
            1,
            1,
            Kind::Decode,
            true,
        ),
        (
            "data null",
            Answer::json(&json!({"data": null})),
            5,
            1,
            Kind::Decode,
            true,
        ),
        (
            "unauthorized",
            Answer::text(401, &json!({"errors": ["Not Authenticated"]}).to_string()),
            1,
            1,
            Kind::Unauthorized,
            false,
        ),
        (
            "forbidden",
            refused(
                "UserUnauthorizedException",
                "a",
                &json!({"status_code": 403}),
            ),
            1,
            1,
            Kind::Forbidden,
            false,
        ),
        (
            "argument",
            refused(
                "InvalidArgumentException",
                "Board not found",
                &json!({"status_code": 200}),
            ),
            1,
            1,
            Kind::InvalidArgument,
            false,
        ),
        (
            "not found",
            refused("ResourceNotFoundException", "a", &json!({})),
            1,
            1,
            Kind::NotFound,
            false,
        ),
        (
            "locked",
            refused("ResourceLocked", "a", &json!({"status_code": 423})),
            5,
            5,
            Kind::Locked,
            false,
        ),
        (
            "unknown code",
            refused("SomethingNew", "a", &json!({})),
            1,
            1,
            Kind::Other,
            true,
        ),
        (
            "partial",
            Answer::json(&partial),
            1,
            1,
            Kind::InvalidArgument,
            true,
        ),
    ]
}

#[tokio::test]
async fn each_failure_is_told_and_repeated_as_often_as_is_safe() {
    for (name, answer, queries, creations, kind, applied) in table() {
        let server = Server::start([answer.clone()]).await;
        let error = list(&server.client).await;
        assert_eq!(
            (error.kind(), server.calls().len()),
            (kind, queries),
            "{name}: {error}"
        );
        assert!(!error.may_have_been_applied(), "{name}");
        assert_eq!(error.attempts() as usize, queries, "{name}");

        let server = Server::start([answer]).await;
        let error = create(&server.client).await;
        assert_eq!(
            (error.kind(), server.calls().len()),
            (kind, creations),
            "{name}: {error}"
        );
        assert_eq!(error.may_have_been_applied(), applied, "{name}");
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains(TOKEN) && !shown.contains("hidden-path"),
            "{shown}"
        );
        assert_eq!(error.to_string().lines().count(), 1, "{name}");
    }
}

#[tokio::test]
async fn an_error_has_what_monday_said_of_it() {
    let server = Server::start([refused(
        "InvalidArgumentException",
        "Board not found",
        &json!({"status_code": 200, "error_data": {"board_id": 1}}),
    )])
    .await;
    let error = create(&server.client).await;
    assert_eq!(error.code(), Some("InvalidArgumentException"));
    assert_eq!(error.message(), Some("Board not found"));
    assert_eq!(error.request_id(), Some("req-1"));
    assert_eq!(
        error.account_id().map(monday_webhooks::AccountId::get),
        Some(77)
    );
    assert_eq!(error.error_data(), Some(&json!({"board_id": 1})));
    assert_eq!(error.status(), Some(200));
}

#[tokio::test]
async fn a_failure_that_passes_is_not_seen() {
    let good = Answer::json(&json!({"data": {"webhooks": []}}));
    let server = Server::start([
        Answer::text(429, "<html></html>"),
        Answer::text(503, ""),
        Answer::broken(),
        good,
    ])
    .await;
    assert_eq!(server.client.webhooks().list(BOARD).await.unwrap(), []);
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn the_longest_of_several_waits_counts_and_one_too_long_ends_the_call_at_once() {
    let answer = refused(
        "COMPLEXITY_BUDGET_EXHAUSTED",
        "reset in 3 seconds",
        &json!({"retry_in_seconds": 61}),
    )
    .header("retry-after", "2");
    let server = Server::start([answer]).await;
    let error = list(&server.client).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
    assert_eq!(server.calls().len(), 1);
    assert!(error.to_string().contains("retry in 61 s"), "{error}");
}

#[tokio::test]
async fn zero_retries_send_exactly_once() {
    let server = Server::start([Answer::text(503, "")]).await;
    let endpoint = format!("{:?}", server.client);
    let endpoint = endpoint.split('"').nth(1).unwrap();
    let client = Client::builder()
        .endpoint(endpoint)
        .retry(RetryPolicy::never())
        .build(monday_webhooks::ApiToken::new(TOKEN).unwrap())
        .unwrap();
    assert_eq!(list(&client).await.attempts(), 1);
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_seen() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v2", free.local_addr().unwrap());
    drop(free);
    let error = create(&client(&endpoint)).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(!error.may_have_been_applied(), "{error}");
    assert_eq!(error.attempts(), 5);
}

#[tokio::test]
async fn an_echoed_token_is_taken_out_of_the_message() {
    let message = format!("bad token {TOKEN} for https://example.com/hidden-path");
    let server = Server::start([refused("Unauthorized", &message, &json!({}))]).await;
    let error = create(&server.client).await;
    assert_eq!(error.message(), Some("bad token [redacted] for [redacted]"));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let server =
        Server::start([Answer::text(302, "").header("location", "https://example.com/")]).await;
    let error = list(&server.client).await;
    assert_eq!(error.status(), Some(302));
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn scopes_do_not_mix() {
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await;
    let calls = (0..200).map(|number| {
        let client = server
            .client
            .with_token(monday_webhooks::ApiToken::new(format!("token-{number}")).unwrap());
        tokio::spawn(async move { client.webhooks().list(BoardId::new(number)).await.unwrap() })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    for call in server.calls() {
        let board = call.body["variables"]["board_id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(call.headers["authorization"], format!("token-{board}"));
    }
    assert_eq!(server.calls().len(), 200);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z ]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop::sample::select(vec![
            "data",
            "errors",
            "message",
            "extensions",
            "code",
            "status_code",
            "path",
            "error_code",
            "error_message",
            "account_id",
            "request_id",
            "retry_in_seconds",
            "webhooks",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..5).prop_map(|map| {
                Value::Object(
                    map.into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_answer_makes_the_client_panic_or_delete_twice(
        status in prop::sample::select(vec![200u16, 400, 401, 404, 429, 500, 503]),
        body in prop_oneof![any_json().prop_map(|json| json.to_string()), "\\PC{0,40}"],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::start([Answer::text(status, &body)]).await;
            let result = server.client.webhooks().delete(WebhookId::new(5)).await;
            if let Err(error) = result
                && error.may_have_been_applied()
            {
                assert_eq!(server.calls().len(), 1);
            }
        });
    }
}
