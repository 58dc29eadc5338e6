//! Each way in which a call can go wrong on purpose.

use std::time::Duration;

use monday_emulator::{Clock, Effect, Emulator, Fault};
use serde_json::{Value, json};

use crate::support::{call, code, data, http};

const MUTATION: &str = "mutation { made: create_board(board_name: \"New\", board_kind: public) { id } version_of: complexity { query } }";

async fn send(emulator: &Emulator) -> reqwest::Result<(reqwest::Response, usize)> {
    let body = json!({ "query": MUTATION }).to_string();
    let response = http()
        .post(emulator.endpoint())
        .header("authorization", emulator.app_token().expose())
        .body(body)
        .send()
        .await?;
    Ok((response, emulator.boards().len()))
}

async fn with_fault(spec: &str) -> Emulator {
    let fault = spec.parse().unwrap();
    Emulator::builder().fault(fault).start().await.unwrap()
}

/// Status, text and whether the mutation was executed.
async fn outcome(spec: &str) -> (reqwest::header::HeaderMap, u16, String, bool) {
    let emulator = with_fault(spec).await;
    let before = emulator.boards().len();
    let (response, after) = send(&emulator).await.unwrap();
    let (headers, status) = (response.headers().clone(), response.status().as_u16());
    (
        headers,
        status,
        response.text().await.unwrap(),
        after > before,
    )
}

#[tokio::test]
async fn a_status_comes_without_a_body_and_with_a_waiting_time_if_asked() {
    let (headers, status, text, executed) = outcome("status=503,retry-after=3").await;
    assert_eq!((status, text.as_str(), executed), (503, "", false));
    assert_eq!(headers["retry-after"], "3");
}

#[tokio::test]
async fn a_page_of_html_can_come_in_place_of_json() {
    let (headers, status, text, executed) = outcome("html=429").await;
    assert_eq!((status, executed), (429, false));
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert!(text.contains("<html>"));
}

#[tokio::test]
async fn an_error_has_the_status_of_its_code_or_the_one_that_is_given() {
    for (spec, expected) in [
        ("error=UserUnauthorizedException", 403),
        ("error=ComplexityException", 429),
        ("error=SomethingElse", 200),
        ("error=SomethingElse,http=418", 418),
    ] {
        let (_, status, text, executed) = outcome(spec).await;
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, executed), (expected, false), "{spec}");
        assert!(spec.contains(code(&body)), "{spec}");
    }
}

#[tokio::test]
async fn complexity_errors_carry_the_code_and_the_waiting_time_alone() {
    let (_, status, text, _) = outcome("error=COMPLEXITY_BUDGET_EXHAUSTED,retry-in=16").await;
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 429);
    assert_eq!(
        body["errors"][0]["extensions"],
        json!({"code": "COMPLEXITY_BUDGET_EXHAUSTED", "retry_in_seconds": 16})
    );
}

#[tokio::test]
async fn an_error_can_have_the_form_of_before_2025() {
    let (_, status, text, executed) = outcome("legacy=ComplexityException,retry-in=7").await;
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, executed), (429, false));
    assert_eq!(body["error_code"], "ComplexityException");
    assert_eq!(body["status_code"], 429);
    let text = body["errors"][0].as_str().unwrap();
    assert!(text.ends_with("reset in 7 seconds"), "{text}");
}

#[tokio::test]
async fn data_can_be_missing_without_an_error() {
    for (spec, expected) in [
        ("null", json!({"made": null, "version_of": null})),
        ("null-data", json!(null)),
        ("empty-data", json!([])),
    ] {
        let (_, status, text, executed) = outcome(spec).await;
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, executed), (200, false), "{spec}");
        assert_eq!(data(&body), &expected, "{spec}");
    }
}

#[tokio::test]
async fn data_can_be_partial_with_an_error_about_the_rest() {
    let (_, status, text, executed) = outcome("partial").await;
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, executed), (200, true));
    assert!(body["data"]["made"]["id"].is_string());
    assert_eq!(body["data"]["version_of"], json!(null));
    assert_eq!(body["errors"][0]["path"], json!(["version_of"]));
    assert_eq!(code(&body), "INTERNAL_SERVER_ERROR");
}

#[tokio::test]
async fn a_connection_is_reset_before_or_after_the_execution() {
    for (spec, executed) in [("reset", false), ("lost", true)] {
        let emulator = with_fault(spec).await;
        let before = emulator.boards().len();
        assert!(send(&emulator).await.is_err(), "{spec}");
        assert_eq!(emulator.boards().len() > before, executed, "{spec}");
        let (next, _) = send(&emulator).await.unwrap();
        assert_eq!(next.status(), 200);
    }
}

#[tokio::test]
async fn an_answer_can_break_off_in_the_middle() {
    let emulator = with_fault("truncate").await;
    let (mut response, _) = send(&emulator).await.unwrap();
    let promised = response.content_length().unwrap();
    let mut received = 0;
    let broken = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => received += chunk.len() as u64,
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken);
    assert_eq!(received, promised / 2);
}

#[tokio::test]
async fn a_delayed_answer_waits_for_the_clock_after_the_execution() {
    let emulator = Emulator::builder()
        .clock(Clock::manual())
        .fault(Fault::new(Effect::Delay(Duration::from_secs(30))))
        .start()
        .await
        .unwrap();
    let before = emulator.boards().len();
    let mut events = emulator.events();
    let (token, handle) = (emulator.app_token().expose().to_owned(), emulator.handle());
    let waiting = tokio::spawn(async move {
        http()
            .post(handle.endpoint())
            .header("authorization", token)
            .body(json!({ "query": MUTATION }).to_string())
            .send()
            .await
            .unwrap()
            .status()
    });
    while emulator.boards().len() == before {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    // The delay is counted from the end of the execution, which the clock doesn't show: it stands
    // still until the answer has gone out.
    while !waiting.is_finished() {
        emulator.advance(Duration::from_secs(30)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(waiting.await.unwrap(), 200);
    let line = serde_json::to_value(events.next().await.unwrap()).unwrap();
    assert_eq!(line["fault"], "delay=30000ms");
}

#[tokio::test]
async fn faults_that_are_forgotten_meet_nobody() {
    let emulator = with_fault("status=500,times=always").await;
    assert_eq!(send(&emulator).await.unwrap().0.status(), 500);
    assert_eq!(emulator.faults().len(), 1);
    emulator.clear_faults();
    assert_eq!(send(&emulator).await.unwrap().0.status(), 200);
}

#[tokio::test]
async fn the_librarys_own_calls_meet_no_fault() {
    let emulator = with_fault("reset").await;
    emulator.run("{ me { id } }", json!({})).await.unwrap();
    assert_eq!(emulator.faults().len(), 1);
    let failed = emulator.run("{ nonsense }", json!({})).await.unwrap_err();
    assert_eq!(code(&failed.0), "GRAPHQL_VALIDATION_FAILED");
    assert!(emulator.requests().is_empty());
    emulator.clear_faults();
    call(&emulator, emulator.app_token(), "{ me { id } }", json!({})).await;
    assert_eq!(emulator.requests().len(), 1);
}
