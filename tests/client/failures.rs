//! What an error says, and what it never says.

use std::time::Duration;

use monday_webhooks::{
    BoardId, Client, WebhookId,
    client::{ErrorKind, RetryPolicy, TransportCause},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::{
    server::{Answer, Server, TOKEN, client, refused},
    table::{create, list},
};

const BOARD: BoardId = BoardId::new(1);

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
async fn a_wait_beyond_all_bounds_is_longer_than_any_limit() {
    let endless = refused(
        "maxConcurrencyExceeded",
        "a",
        &json!({"retry_in_seconds": 1e300}),
    );
    let digits = Answer::text(429, "").header("retry-after", "99999999999999999999");
    let date = Answer::text(503, "").header("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT");
    for answer in [endless, digits, date] {
        let server = Server::start([answer]).await;
        let error = list(&server.client).await;
        assert_eq!(server.calls().len(), 1, "{error}");
        assert!(server.waits().is_empty());
        assert!(
            error.retry_after().unwrap() > Duration::from_secs(60),
            "{error}"
        );
        assert!(
            error.to_string().contains("retry in more than a year"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_whole_call_ends_within_its_time_whatever_monday_asks_for() {
    let answer = refused(
        "maxConcurrencyExceeded",
        "a",
        &json!({"retry_in_seconds": 50}),
    );
    let server = Server::start([answer]).await;
    let error = list(&server.client).await;
    // Two waits of 50 seconds fit into two minutes, a third doesn't.
    assert_eq!(error.attempts(), 3);
    assert_eq!(server.waits().len(), 2);
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_seen() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v2", free.local_addr().unwrap());
    drop(free);
    let error = create(&client(&endpoint)).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.transport_cause(), Some(TransportCause::Refused));
    assert!(!error.may_have_been_applied(), "{error}");
    assert_eq!(error.attempts(), 5);
    assert!(
        error
            .to_string()
            .contains("check the host and port of the endpoint, or of the proxy"),
        "{error}"
    );
}

#[tokio::test]
async fn the_cause_of_a_failed_connection_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // It speaks, but not TLS.
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            });
        }
    });
    for (endpoint, cause) in [
        (format!("https://{address}/v2"), TransportCause::Tls),
        (
            "https://no-such-host.invalid/v2".to_owned(),
            TransportCause::Dns,
        ),
    ] {
        let error = list(&client(&endpoint)).await;
        assert_eq!(error.transport_cause(), Some(cause), "{error:?}");
        assert!(error.to_string().contains("check the endpoint"), "{error}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_and_an_answer_that_does_not_come_are_told_apart() {
    let server = Server::start([Answer::broken()]).await;
    let broken = list(&server.client).await;
    assert_eq!(broken.transport_cause(), Some(TransportCause::Broken));
    let server = Server::start([Answer::silence()]).await;
    let build = |policy: RetryPolicy, timeout| {
        Client::builder()
            .endpoint(server.endpoint.as_str())
            .request_timeout(Duration::from_millis(timeout))
            .retry(policy)
            .build(monday_webhooks::ApiToken::new(TOKEN).unwrap())
            .unwrap()
    };
    let silent = list(&build(RetryPolicy::never(), 20)).await;
    assert_eq!(
        silent.transport_cause(),
        Some(TransportCause::RequestTimeout)
    );
    let policy = RetryPolicy::never().with_max_elapsed(Duration::from_millis(20));
    let late = list(&build(policy, 60_000)).await;
    assert_eq!(late.transport_cause(), Some(TransportCause::Deadline));
    assert!(late.to_string().contains("max_elapsed"), "{late}");
}

#[tokio::test]
async fn an_echoed_token_is_taken_out_of_the_message() {
    let message = format!("bad token {TOKEN} for https://example.com/hidden-path");
    let server = Server::start([refused("Unauthorized", &message, &json!({}))]).await;
    let error = create(&server.client).await;
    assert_eq!(error.message(), Some("bad token [redacted] for [redacted]"));

    let message = "/hidden-path is down\u{202e}, hidd\u{200b}en-token\u{7}";
    let server = Server::start([refused("Unauthorized", message, &json!({}))]).await;
    let error = create(&server.client).await;
    assert_eq!(error.message(), Some("[redacted] is down, [redacted]"));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let server =
        Server::start([Answer::text(302, "").header("location", "https://example.com/")]).await;
    let error = list(&server.client).await;
    assert_eq!(error.status(), Some(302));
    assert_eq!(server.calls().len(), 1);
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
