//! A call through the client, against reqwest and serde by hand, to the same emulator.

use monday_emulator::{DEFAULT_BOARD_ID, Emulator, Limits};
use monday_webhooks::{ApiToken, BoardId, Client, Subscription, WebhookUrl};
use serde::Deserialize;
use serde_json::json;

use crate::{Outcome, findings::Findings, measured::Measured};

const CALLS: u32 = 500;
const ROUNDS: usize = 9;

pub(crate) fn run() -> Outcome {
    // The emulator has a thread of its own: its allocations aren't counted.
    let monday = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let emulator = monday.block_on(Emulator::builder().limits(Limits::none()).start())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::personal(emulator.personal_token().expose())?)?;
    let board = BoardId::new(DEFAULT_BOARD_ID);
    let by_hand = ByHand::new(&emulator.endpoint(), emulator.personal_token().expose());

    let mut ours = Measured::new("client call", "ns");
    let mut theirs = Measured::new("call by hand", "ns");
    let mut ours_allocated = Measured::new("client call's allocations", "allocations");
    let mut theirs_allocated = Measured::new("allocations of a call by hand", "allocations");
    for round in 0..=ROUNDS {
        let start = std::time::Instant::now();
        let counted = allocation_counter::measure(|| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    let listed = client.webhooks().list(board).await;
                    assert!(listed.is_ok_and(|webhooks| webhooks.is_empty()));
                }
            });
        });
        let time = start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS);
        let start = std::time::Instant::now();
        let counted_by_hand = allocation_counter::measure(|| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    let listed = by_hand.list().await;
                    assert!(listed.is_ok_and(|webhooks| webhooks.is_empty()));
                }
            });
        });
        let time_by_hand = start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS);
        // The first round connects and warms up.
        if round > 0 {
            ours.rounds.push(time);
            theirs.rounds.push(time_by_hand);
            ours_allocated
                .rounds
                .push(counted.count_total as f64 / f64::from(CALLS));
            theirs_allocated
                .rounds
                .push(counted_by_hand.count_total as f64 / f64::from(CALLS));
        }
    }
    // Both do what they say: a webhook that is there is seen by both.
    let seen = runtime.block_on(async {
        let service = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", service.local_addr()?);
        tokio::spawn(async move {
            let echo =
                async |body: axum::body::Bytes| ([("content-type", "application/json")], body);
            let router = axum::Router::new().route("/", axum::routing::post(echo));
            axum::serve(service, router).await
        });
        let url = WebhookUrl::dangerous_http(url)?;
        let webhooks = client.webhooks();
        webhooks
            .create(board, &url, Subscription::CreateItem)
            .await?;
        Outcome::Ok((
            webhooks.list(board).await?.len(),
            by_hand.list().await?.len(),
        ))
    })?;
    if seen != (1, 1) {
        return Err(format!("the contenders see {seen:?} webhooks").into());
    }
    Findings::from(vec![ours, theirs, ours_allocated, theirs_allocated]).print()
}

/// What one would write without the SDK.
pub(crate) struct ByHand {
    http: reqwest::Client,
    endpoint: String,
    token: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    webhooks: Vec<Webhook>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read, as an application would")]
pub(crate) struct Webhook {
    id: String,
    board_id: String,
    event: String,
    config: Option<String>,
}

impl ByHand {
    pub(crate) fn new(endpoint: &str, token: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            endpoint: endpoint.to_owned(),
            token: token.to_owned(),
        }
    }

    pub(crate) async fn list(&self) -> Outcome<Vec<Webhook>> {
        let body = json!({
            "query": "query ($board: ID!) { webhooks(board_id: $board) { id board_id event config } }",
            "variables": {"board": DEFAULT_BOARD_ID.to_string()},
        });
        let request = self
            .http
            .post(&self.endpoint)
            .header("authorization", &self.token);
        let answer = request.json(&body).send().await?.error_for_status()?;
        let answer: Answer = answer.json().await?;
        Ok(answer.data.webhooks)
    }
}
