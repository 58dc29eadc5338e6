//! Each limit, and the three ways in which a caller is told how long to wait.

use std::time::Duration;

use monday_emulator::{Clock, Effect, Emulator, Fault, Limits, RetryHint};
use serde_json::{Value, json};

use crate::support::{code, http, try_call};

const ME: &str = "{ me { id } }";

async fn start(change: impl FnOnce(&mut Limits)) -> Emulator {
    let mut limits = Limits::none();
    change(&mut limits);
    let builder = Emulator::builder().clock(Clock::manual()).limits(limits);
    builder.start().await.unwrap()
}

async fn me(emulator: &Emulator) -> (u16, Value) {
    try_call(emulator, emulator.app_token(), ME, json!({})).await
}

#[tokio::test]
async fn each_limit_has_its_code_and_its_window() {
    for (name, change, expected, window) in [
        (
            "calls_per_minute",
            (|limits: &mut Limits| limits.calls_per_minute = Some(1)) as fn(&mut Limits),
            "Minute limit rate exceeded",
            60,
        ),
        (
            "calls_per_ip",
            |limits: &mut Limits| limits.calls_per_ip = Some(1),
            "IP_RATE_LIMIT_EXCEEDED",
            10,
        ),
        (
            "calls_per_day",
            |limits: &mut Limits| limits.calls_per_day = Some(1),
            "DAILY_LIMIT_EXCEEDED",
            86_400,
        ),
        (
            "complexity_per_minute",
            |limits: &mut Limits| limits.complexity_per_minute = Some(3),
            "COMPLEXITY_BUDGET_EXHAUSTED",
            60,
        ),
    ] {
        let emulator = start(change).await;
        assert_eq!(me(&emulator).await.0, 200, "{name}");
        let (status, answer) = me(&emulator).await;
        assert_eq!((status, code(&answer)), (429, expected), "{name}");
        let wait = &answer["errors"][0]["extensions"]["retry_in_seconds"];
        assert_eq!(wait, window, "{name}");
        emulator.advance(Duration::from_secs(window - 1)).await;
        assert_eq!(me(&emulator).await.0, 429, "{name}");
        emulator.advance(Duration::from_secs(1)).await;
        assert_eq!(me(&emulator).await.0, 200, "{name}");
    }
}

#[tokio::test]
async fn one_query_can_be_too_complex() {
    let emulator = start(|limits| limits.query_complexity = Some(1_000)).await;
    let query = "{ boards(limit: 100) { items_page(limit: 100) { items { id } } } }";
    let (status, answer) = try_call(&emulator, emulator.app_token(), query, json!({})).await;
    assert_eq!((status, code(&answer)), (429, "ComplexityException"));
    assert_eq!(me(&emulator).await.0, 200);
}

#[tokio::test]
async fn a_limit_variable_counts_like_a_literal() {
    let emulator = start(|limits| limits.query_complexity = Some(1_000)).await;
    let query = "query($n: Int!) { boards(limit: $n) { id name state } }";
    for (limit, expected) in [(10, 200), (1_000, 429)] {
        let token = emulator.app_token();
        let (status, _) = try_call(&emulator, token, query, json!({ "n": limit })).await;
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn calls_at_the_same_time_are_limited() {
    let emulator = start(|limits| limits.concurrent_calls = Some(1)).await;
    emulator.add_fault(Fault::new(Effect::Delay(Duration::from_secs(5))));
    let first = tokio::spawn({
        let (handle, token) = (emulator.handle(), emulator.app_token().expose().to_owned());
        async move {
            let request = http()
                .post(handle.endpoint())
                .header("authorization", token);
            let response = request
                .body(json!({ "query": ME }).to_string())
                .send()
                .await;
            response.unwrap().status()
        }
    });
    while !emulator.faults().is_empty() {
        tokio::task::yield_now().await;
    }
    let (status, answer) = me(&emulator).await;
    assert_eq!((status, code(&answer)), (429, "maxConcurrencyExceeded"));
    while !first.is_finished() {
        emulator.advance(Duration::from_secs(5)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(first.await.unwrap(), 200);
    assert_eq!(me(&emulator).await.0, 200);
}

#[tokio::test]
async fn a_caller_is_told_how_long_to_wait_in_one_of_three_ways() {
    for hint in [
        RetryHint::Extension,
        RetryHint::Header,
        RetryHint::LegacyText,
    ] {
        let emulator = start(|limits| {
            limits.calls_per_minute = Some(0);
            limits.hint = hint;
        })
        .await;
        let response = http()
            .post(emulator.endpoint())
            .header("authorization", emulator.app_token().expose())
            .body(json!({ "query": ME }).to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 429);
        let header = response.headers().get("retry-after").cloned();
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        let extension = &body["errors"][0]["extensions"]["retry_in_seconds"];
        let text = body["errors"][0].as_str().unwrap_or_default();
        assert_eq!(header.is_some(), hint == RetryHint::Header);
        assert_eq!(extension.is_u64(), hint == RetryHint::Extension);
        assert_eq!(
            text.ends_with("reset in 60 seconds"),
            hint == RetryHint::LegacyText
        );
    }
}

#[tokio::test]
async fn the_budget_that_complexity_shows_is_the_one_that_is_spent() {
    let emulator = start(|limits| limits.complexity_per_minute = Some(100)).await;
    let query = "{ complexity { before query after reset_in_x_seconds } }";
    let mut left = 100;
    for _ in 0..3 {
        let (_, answer) = try_call(&emulator, emulator.app_token(), query, json!({})).await;
        let complexity = &answer["data"]["complexity"];
        assert_eq!(complexity["before"], left);
        left -= complexity["query"].as_u64().unwrap();
        assert_eq!(complexity["after"], left);
    }
}

#[tokio::test]
async fn limits_can_be_lifted_while_it_runs() {
    let emulator = start(|limits| limits.calls_per_minute = Some(0)).await;
    assert_eq!(me(&emulator).await.0, 429);
    emulator.set_limits(Limits::enterprise());
    assert_eq!(me(&emulator).await.0, 200);
    assert_eq!(emulator.limits().calls_per_minute, Some(5_000));
}
