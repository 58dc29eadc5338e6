//! No token, no secret of a URL and no payload in logs, `Debug` or `Display`, at any level.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use monday_webhooks::{
    ApiToken, BoardId, Client, ColumnId, Subscription, WebhookId, WebhookUrl,
    client::{Limits, RetryPolicy},
};
use serde_json::{Value, json};
use tracing_subscriber::{filter::LevelFilter, fmt::format::FmtSpan};

use super::server::{Answer, Server, refused};

/// Every text that must not show has it in it.
const CANARY: &str = "canary";

#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that any crate tells in this thread goes into the log.
pub(super) fn listen(log: &Log) -> tracing::subscriber::DefaultGuard {
    let log = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || log.clone())
        .finish();
    tracing::subscriber::set_default(subscriber)
}

fn webhook() -> Value {
    json!({"id": "7", "board_id": "1", "event": "create_item", "config": "{\"columnId\":\"canary-config\"}"})
}

/// What monday might say: of the URL only to the one who sent it.
fn answers(echo: &str) -> Vec<Answer> {
    let complexity = json!({"before": 9, "after": 8, "query": 1, "reset_in_x_seconds": 5});
    let data = json!({
        "create_webhook": webhook(),
        "delete_webhook": webhook(),
        "webhooks": [webhook()],
        "monday_webhooks_complexity": complexity,
    });
    let error_data = json!({"error_data": {"secret": "canary-data"}, "retry_in_seconds": 1});
    vec![
        Answer::json(&json!({"data": data, "extensions": {"request_id": "req-1"}})),
        refused("InvalidArgumentException", echo, &error_data),
        refused("COMPLEXITY_BUDGET_EXHAUSTED", echo, &error_data),
        refused("canary-token-1", echo, &json!({"status_code": "401"})),
        Answer::json(
            &json!({"data": data, "errors": [{"message": echo, "path": ["canary-token-1"]}]}),
        ),
        Answer::json(&json!({"error_code": "X", "error_message": echo, "status_code": 500})),
        Answer::json(
            &json!({"data": {"webhooks": "canary-data", "create_webhook": "canary-data", "delete_webhook": 1}}),
        ),
        Answer::text(429, "<html>canary-data</html>").header("x-request-id", "canary-token-1"),
        Answer::text(200, "{\"data\": {\"canary-data"),
        Answer::text(502, "canary-data"),
        Answer::text(404, "canary-data"),
        Answer::text(302, "").header("location", "https://example.com/canary-data"),
        Answer::broken(),
        Answer::silence(),
    ]
}

#[tokio::test]
async fn no_secret_and_no_payload_shows_anywhere() {
    let log = Log::default();
    let _listening = listen(&log);
    let mut shown = String::new();
    let url = WebhookUrl::new("https://example.com/canary-path?key=canary-value").unwrap();
    let column = ColumnId::new("canary-column").unwrap();
    let subscription = Subscription::ChangeSpecificColumnValue { column };
    let board = BoardId::new(1);
    let token =
        "token canary-token-1, gateway canary-gateway, target /canary-way/v2?key=canary-key";
    let url_too = format!(
        "{token}, url {}, target /canary-path?key=canary-value",
        url.as_str()
    );
    let told = answers(token).into_iter().map(|answer| (answer, false));
    let told_url = answers(&url_too).into_iter().map(|answer| (answer, true));
    for (answer, creates) in told.chain(told_url) {
        let server = Server::start([answer]).await;
        let builder = Client::builder()
            .endpoint(
                server
                    .endpoint
                    .replace("/v2", "/canary-way/v2?key=canary-key"),
            )
            .request_timeout(Duration::from_millis(100))
            .retry(RetryPolicy::default().with_max_retries(1))
            .limits(Limits::none().with_complexity())
            .header("x-gateway-key", "canary-gateway")
            .tell_waits(|_| {});
        shown += &format!("{builder:?} ");
        let client = builder
            .build(ApiToken::app("canary-token-1").unwrap())
            .unwrap();
        let webhooks = client.webhooks();
        shown += &format!("{client:?} {webhooks:?} {url:?} ");
        let errors = if creates {
            [
                webhooks
                    .create(board, &url, subscription.clone())
                    .await
                    .err(),
                webhooks
                    .create_or_find(board, &url, subscription.clone())
                    .await
                    .err(),
            ]
        } else {
            [
                webhooks.list(board).await.err(),
                webhooks.delete(WebhookId::new(7)).await.err(),
            ]
        };
        for error in errors.into_iter().flatten() {
            shown += &format!("{error} {error:?} {error:#?} ");
            let mut source = std::error::Error::source(&error);
            while let Some(error) = source {
                shown += &format!("{error} {error:?} ");
                source = error.source();
            }
        }
    }
    let log = log.text();
    for text in [&log, &shown] {
        let around = text.find(CANARY).map(|at| {
            let from = text[..at]
                .char_indices()
                .rev()
                .nth(200)
                .map_or(0, |(at, _)| at);
            &text[from..at + CANARY.len()]
        });
        assert_eq!(around, None);
    }
    // What is there to be seen was seen.
    for told in [
        "graphql.operation.name=\"CreateWebhookWithConfig\"",
        "graphql.operation.type=\"mutation\"",
        "http.request.method=\"POST\"",
        "server.address=\"127.0.0.1\"",
        "http.response.status_code=429",
        "http.request.resend_count=1",
        "error.type=\"rate_limit\"",
        "monday.error_code=\"InvalidArgumentException\"",
        "monday.request_id=\"req-1\"",
        "monday.wait_ms=",
        "hyper_util",
    ] {
        assert!(log.contains(told), "{told} isn't in the log");
    }
    assert!(shown.contains("[redacted]"));
}
