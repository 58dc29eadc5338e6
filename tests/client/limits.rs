//! Many creations at once, against an emulator that enforces monday's limits.

use std::{
    collections::HashSet,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use monday_emulator::{Clock, DEFAULT_BOARD_ID, Emulator};
use monday_webhooks::{
    AccountId, ApiToken, BoardId, Client, ColumnId, Subscription,
    client::{ErrorKind, Limits, RetryPolicy},
};
use serde_json::json;

use super::{
    canary::{self, Log},
    create_or_find::endpoint,
    server::{Answer, Server, refused},
    table::list,
};

const TASKS: u64 = 64;

/// The emulator's minutes last a second.
const FASTER: NonZeroU32 = NonZeroU32::new(60).unwrap();
const MINUTE: Duration = Duration::from_secs(1);

async fn monday(limits: monday_emulator::Limits) -> Emulator {
    Emulator::builder()
        .limits(limits)
        .clock(Clock::scaled(FASTER))
        .start()
        .await
        .unwrap()
}

/// Creates so many webhooks, none like another, and sees that monday refused no call.
async fn create_all(emulator: &Emulator, limits: Limits, creations: u64) {
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .limits(limits.with_minute(MINUTE))
        .retry(RetryPolicy::never().with_max_elapsed(Duration::from_secs(600)))
        .build(ApiToken::app(emulator.app_token().expose()).unwrap())
        .unwrap();
    let url = endpoint().await;
    let next = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (client, url, next) = (client.clone(), url.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= creations {
                        break;
                    }
                    let column = ColumnId::new(format!("column_{number}")).unwrap();
                    let subscription = Subscription::ChangeSpecificColumnValue { column };
                    let board = BoardId::new(DEFAULT_BOARD_ID);
                    let webhooks = client.webhooks();
                    webhooks.create(board, &url, subscription).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let webhooks = emulator.webhooks(DEFAULT_BOARD_ID);
    let configs: HashSet<_> = webhooks.iter().map(|webhook| &webhook.config).collect();
    assert_eq!(
        (webhooks.len(), configs.len()),
        (creations as usize, creations as usize)
    );
    assert_eq!(emulator.requests().len(), creations as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn creations_through_64_tasks_meet_no_limit_of_mondays_and_leave_no_duplicate() {
    let mut limits = monday_emulator::Limits::basic();
    limits.calls_per_minute = Some(200);
    let emulator = monday(limits).await;
    let limits = Limits::basic().with_calls_per_minute(200);
    create_all(&emulator, limits, 500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_creations_through_64_tasks_meet_no_limit_of_mondays() {
    let emulator = monday(monday_emulator::Limits::enterprise()).await;
    create_all(&emulator, Limits::enterprise(), 10_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complexity_budget_is_kept_to_by_what_the_answers_say() {
    let mut limits = monday_emulator::Limits::none();
    limits.complexity_per_minute = Some(3_000);
    let emulator = monday(limits).await;
    let limits = Limits::none().with_concurrent_calls(40).with_complexity();
    create_all(&emulator, limits, 300).await;
    let asked = emulator.requests();
    let cost = "monday_webhooks_complexity: complexity";
    assert!(asked.iter().all(|request| request.query.contains(cost)));
}

#[tokio::test]
async fn without_limits_nothing_is_asked_about_complexity() {
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await;
    server
        .client
        .webhooks()
        .list(BoardId::new(1))
        .await
        .unwrap();
    let [call] = server.calls().try_into().unwrap();
    assert!(!call.body["query"].as_str().unwrap().contains("complexity"));
}

#[tokio::test]
async fn what_a_refused_mutation_cost_is_no_result_of_it() {
    let complexity = json!({"before": 9, "after": 8, "query": 1, "reset_in_x_seconds": 5});
    let body = json!({
        "data": {"create_webhook": null, "monday_webhooks_complexity": complexity},
        "errors": [{"message": "a", "extensions": {"code": "InvalidArgumentException"}}],
    });
    let server = Server::start([Answer::json(&body)]).await;
    let error = super::table::create(&server.client).await;
    assert!(!error.may_have_been_applied());
}

#[tokio::test]
async fn a_refusal_makes_all_scopes_of_the_account_wait_and_no_others() {
    let limited = refused(
        "maxConcurrencyExceeded",
        "a",
        &json!({"retry_in_seconds": 50}),
    );
    let empty = Answer::json(&json!({"data": {"webhooks": []}}));
    let server = Server::start([limited, empty]).await;
    let token = |text: &str, account| {
        let token = ApiToken::app(text).unwrap();
        token.with_account(AccountId::new(account))
    };
    let client = Client::builder()
        .endpoint(server.endpoint.as_str())
        .limits(Limits::basic())
        .retry(RetryPolicy::never().with_max_elapsed(Duration::from_millis(200)))
        .build(token("a", 77))
        .unwrap();
    assert_eq!(list(&client).await.kind(), ErrorKind::RateLimit);

    let waiting = list(&client.with_token(token("b", 77))).await;
    assert_eq!(waiting.kind(), ErrorKind::RateLimit);
    assert_eq!(waiting.attempts(), 0);
    assert!(waiting.retry_after().unwrap() > Duration::from_secs(40));
    assert!(
        waiting.to_string().contains("asked this account to wait"),
        "{waiting}"
    );
    assert_eq!(server.calls().len(), 1);

    let other = client.with_token(token("c", 78));
    assert_eq!(other.webhooks().list(BoardId::new(1)).await.unwrap(), []);
}

#[tokio::test]
async fn a_call_for_which_there_is_no_room_in_time_says_so() {
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await;
    let client = Client::builder()
        .endpoint(server.endpoint.as_str())
        .limits(Limits::none().with_calls_per_minute(1))
        .retry(RetryPolicy::never().with_max_elapsed(Duration::from_millis(200)))
        .build(ApiToken::new("token").unwrap())
        .unwrap();
    let first = client.webhooks().list(BoardId::new(1)).await;
    assert_eq!(first.unwrap(), []);
    let second = list(&client).await;
    assert_eq!(
        (second.kind(), second.attempts()),
        (ErrorKind::RateLimit, 0)
    );
    assert!(
        second.to_string().contains("this client's own limits"),
        "{second}"
    );
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_wait_for_the_own_limits_is_told() {
    let log = Log::default();
    let _listening = canary::listen(&log);
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await;
    let limits = Limits::none().with_calls_per_minute(1);
    let client = Client::builder()
        .endpoint(server.endpoint.as_str())
        .limits(limits.with_minute(Duration::from_millis(50)))
        .build(ApiToken::new("token").unwrap())
        .unwrap();
    let told = "a call waited for the client's own limits";
    client.webhooks().list(BoardId::new(1)).await.unwrap();
    assert!(!log.text().contains(told));
    client.webhooks().list(BoardId::new(1)).await.unwrap();
    let log = log.text();
    let line = log.lines().find(|line| line.contains(told)).unwrap();
    assert!(line.contains("monday.attempt=1"), "{line}");
    assert!(line.contains("monday.wait_ms="), "{line}");
}
