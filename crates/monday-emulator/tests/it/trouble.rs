//! Faults, limits, scopes and the control API.

use std::time::Duration;

use monday_emulator::{Clock, DEFAULT_BOARD_ID, Emulator, Limits, Scopes, Token, TokenKind};
use serde_json::{Value, json};

use crate::support::{CREATE_WEBHOOK, Receiver, board, code, data, http, message, try_call};

const LIST: &str = "query($board: ID!) { webhooks(board_id: $board) { id } }";

async fn list(emulator: &Emulator) -> (u16, Value) {
    let (status, text) = send(
        emulator,
        emulator.personal_token(),
        LIST,
        json!({"board": board()}),
    )
    .await
    .unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The status and the text of the answer, where there is one.
async fn send(
    emulator: &Emulator,
    token: &Token,
    query: &str,
    variables: Value,
) -> reqwest::Result<(u16, String)> {
    let response = http()
        .post(emulator.endpoint())
        .header("content-type", "application/json")
        .header("authorization", token.expose())
        .body(json!({"query": query, "variables": variables}).to_string())
        .send()
        .await?;
    Ok((response.status().as_u16(), response.text().await?))
}

#[tokio::test]
async fn a_fault_meets_the_calls_it_is_for_and_as_often_as_it_says() {
    let emulator = Emulator::start().await.unwrap();
    emulator.add_fault(
        "webhooks:error=COMPLEXITY_BUDGET_EXHAUSTED,retry-in=16,times=2"
            .parse()
            .unwrap(),
    );
    for _ in 0..2 {
        let (_, answer) = list(&emulator).await;
        assert_eq!(code(&answer), "COMPLEXITY_BUDGET_EXHAUSTED");
        assert_eq!(answer["errors"][0]["extensions"]["retry_in_seconds"], 16);
    }
    let (status, answer) = list(&emulator).await;
    assert_eq!((status, data(&answer)), (200, &json!({"webhooks": []})));
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_webhook_was_made() {
    let emulator = Emulator::start().await.unwrap();
    let receiver = Receiver::start().await;
    emulator.add_fault("create_webhook:lost".parse().unwrap());
    let variables = json!({"board": board(), "url": receiver.url(), "event": "create_item"});
    let lost = send(&emulator, emulator.app_token(), CREATE_WEBHOOK, variables).await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(emulator.webhooks(DEFAULT_BOARD_ID).len(), 1);
}

#[tokio::test]
async fn calls_beyond_the_minutes_limit_wait_for_the_next_minute() {
    let mut limits = Limits::none();
    limits.calls_per_minute = Some(2);
    let emulator = Emulator::builder()
        .clock(Clock::manual())
        .limits(limits)
        .start()
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(list(&emulator).await.0, 200);
    }
    let (status, answer) = list(&emulator).await;
    assert_eq!(status, 429, "{answer}");
    emulator.advance(Duration::from_secs(60)).await;
    assert_eq!(list(&emulator).await.0, 200);
}

#[tokio::test]
async fn a_token_without_the_scope_may_not() {
    let emulator = Emulator::start().await.unwrap();
    let scoped = Token::new(TokenKind::App, 7, "scoped").with_scopes(Scopes::only(["boards:read"]));
    emulator.accept_token(scoped.clone());
    let (_, answer) = try_call(&emulator, &scoped, LIST, json!({"board": board()})).await;
    assert!(!code(&answer).is_empty(), "{answer}");
    assert!(!message(&answer).is_empty());
}

#[tokio::test]
async fn another_process_scripts_it_over_http() {
    let emulator = Emulator::builder()
        .control_addr("127.0.0.1:0".parse().unwrap())
        .start()
        .await
        .unwrap();
    let control = emulator.control_endpoint().unwrap();
    let request = |method: reqwest::Method, path: &str, body: Value| {
        http()
            .request(method, format!("{control}{path}"))
            .header("content-type", "application/json")
            .body(body.to_string())
    };
    let post = reqwest::Method::POST;
    let added = request(post.clone(), "/faults", json!({"spec": "status=503"}));
    assert_eq!(added.send().await.unwrap().status(), 200);
    assert_eq!(list(&emulator).await.0, 503);
    assert_eq!(list(&emulator).await.0, 200);

    let bad = request(post.clone(), "/faults", json!({"spec": "nonsense"}));
    assert_eq!(bad.send().await.unwrap().status(), 400);
    let from_a_page =
        request(post, "/faults", json!({"spec": "reset"})).header("origin", "https://example.com");
    assert_eq!(from_a_page.send().await.unwrap().status(), 403);
    let state = request(reqwest::Method::GET, "/state", json!({}));
    assert_eq!(state.send().await.unwrap().status(), 200);
}
