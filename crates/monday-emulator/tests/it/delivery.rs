//! How deliveries are sent, repeated and given up.

use std::time::Duration;

use monday_emulator::{
    Acknowledgement, Behaviour, Clock, DEFAULT_BOARD_ID, DEFAULT_SUBITEMS_BOARD_ID, DeliveryState,
    Emulator, LogEvent, Ordering, Outcome, RetryToken, RetryTriggerUuid,
};
use monday_webhooks::auth::Verifier;
use monday_webhooks::{Delivery, SubscriptionKind};
use serde_json::{Value, json};

use crate::support::{Receiver, call, subscribe, try_call};

const MINUTE: Duration = Duration::from_secs(60);

async fn start(change: impl FnOnce(&mut Behaviour)) -> (Emulator, Receiver) {
    let mut behaviour = Behaviour::default();
    change(&mut behaviour);
    let emulator = Emulator::builder()
        .clock(Clock::manual())
        .behaviour(behaviour)
        .start()
        .await
        .unwrap();
    (emulator, Receiver::start().await)
}

fn event(name: &str) -> Value {
    json!({"type": "create_pulse", "pulseName": name, "isRetry": false, "originalTriggerUuid": null})
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn an_app_webhook_is_delivered_with_a_token_and_a_personal_one_without() {
    let (emulator, receiver) = start(|_| ()).await;
    let url = receiver.url_to("/hook?key=1");
    let app = subscribe(
        &emulator,
        emulator.app_token(),
        &url,
        "create_item",
        json!(null),
    )
    .await;
    let personal = subscribe(
        &emulator,
        emulator.personal_token(),
        &url,
        "create_item",
        json!(null),
    )
    .await;
    let delivery = emulator.deliver(app, event("a")).await.unwrap();
    assert!(delivery.signed);
    assert_eq!(delivery.state, DeliveryState::Acknowledged);
    assert!(!emulator.deliver(personal, event("b")).await.unwrap().signed);
    let received = receiver.deliveries();
    let claims = claims(received[0].authorization.as_ref().unwrap());
    let seconds = |name: &str| claims[name].as_u64().unwrap();
    assert_eq!(claims["aud"], url);
    assert_eq!(claims["accountId"], 5_000_001);
    assert_eq!(claims["userId"], emulator.app_token().user_id());
    assert_eq!(seconds("exp") - seconds("iat"), 300);
    assert_eq!(received[1].authorization, None);
    for received in &received {
        assert_eq!(received.content_type.as_deref(), Some("application/json"));
    }
    assert_eq!(received[0].body["event"]["subscriptionId"], app);
    assert_eq!(received[1].body["event"]["subscriptionId"], personal);
}

#[tokio::test]
async fn the_audience_can_leave_the_query_out() {
    let (emulator, receiver) = start(|behaviour| behaviour.audience_keeps_query = false).await;
    let url = receiver.url_to("/hook?key=1");
    let id = subscribe(
        &emulator,
        emulator.app_token(),
        &url,
        "create_item",
        json!(null),
    )
    .await;
    emulator.deliver(id, event("a")).await.unwrap();
    let token = receiver.deliveries()[0].authorization.clone().unwrap();
    assert_eq!(claims(&token)["aud"], receiver.url());
}

#[tokio::test]
async fn the_short_lived_token_works_for_five_minutes() {
    let (emulator, receiver) = start(|_| ()).await;
    let token = emulator.app_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    emulator.deliver(id, event("a")).await.unwrap();
    let sent = receiver.deliveries()[0].authorization.clone().unwrap();
    let short_lived = claims(&sent)["shortLivedToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = monday_emulator::Token::new(monday_emulator::TokenKind::App, 0, short_lived);
    call(&emulator, &token, "{ me { id } }", json!({})).await;
    emulator.advance(5 * MINUTE).await;
    let (status, _) = try_call(&emulator, &token, "{ me { id } }", json!({})).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn an_unanswered_delivery_is_retried_once_a_minute_for_thirty_minutes() {
    let (emulator, receiver) = start(|_| ()).await;
    let token = emulator.personal_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    receiver.answer_all(Some(503));
    let start = emulator.clock().now();
    let delivery = emulator.deliver(id, event("a")).await.unwrap();
    assert_eq!(delivery.state, DeliveryState::Pending);
    emulator.advance(Duration::from_secs(59)).await;
    assert_eq!(receiver.deliveries().len(), 1);
    emulator.advance(Duration::from_secs(1)).await;
    assert_eq!(receiver.deliveries().len(), 2);
    emulator.advance(60 * MINUTE).await;
    let delivery = &emulator.deliveries()[0];
    assert_eq!(delivery.state, DeliveryState::GivenUp);
    let minutes: Vec<u64> = delivery
        .attempts
        .iter()
        .map(|attempt| (attempt.at - start).as_secs() / 60)
        .collect();
    assert_eq!(minutes, (0..=30).collect::<Vec<_>>());
    assert_eq!(delivery.attempts[30].outcome, Outcome::Status(503));
    assert_eq!(receiver.deliveries().len(), 31);
}

#[tokio::test]
async fn a_retry_that_is_acknowledged_is_the_last_and_says_that_it_is_one() {
    let (emulator, receiver) = start(|_| ()).await;
    let token = emulator.personal_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    receiver.answer_next([500, 302]);
    emulator.deliver(id, event("a")).await.unwrap();
    emulator.advance(10 * MINUTE).await;
    let events = receiver.events();
    let retries: Vec<_> = events
        .iter()
        .map(|event| event["isRetry"].clone())
        .collect();
    assert_eq!(retries, [false, true, true]);
    for event in &events {
        assert_eq!(event["triggerUuid"], events[0]["triggerUuid"]);
        assert_eq!(event["originalTriggerUuid"], json!(null));
    }
}

#[tokio::test]
async fn a_receiver_that_is_down_is_tried_again() {
    let (emulator, receiver) = start(|_| ()).await;
    let token = emulator.personal_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    receiver.stop().await;
    let delivery = emulator.deliver(id, event("a")).await.unwrap();
    assert!(matches!(delivery.attempts[0].outcome, Outcome::Failed(_)));
    assert_eq!(delivery.state, DeliveryState::Pending);
    emulator.advance(MINUTE).await;
    assert_eq!(emulator.deliveries()[0].attempts.len(), 2);
}

#[tokio::test]
async fn a_retry_may_carry_a_new_trigger_uuid() {
    let (emulator, receiver) =
        start(|behaviour| behaviour.retry_trigger_uuid = RetryTriggerUuid::Fresh).await;
    let token = emulator.personal_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    receiver.answer_next([500, 500]);
    emulator.deliver(id, event("a")).await.unwrap();
    emulator.advance(10 * MINUTE).await;
    let events = receiver.events();
    let uuids: std::collections::HashSet<_> = events
        .iter()
        .map(|event| event["triggerUuid"].to_string())
        .collect();
    assert_eq!(uuids.len(), 3);
    assert_eq!(events[1]["originalTriggerUuid"], events[0]["triggerUuid"]);
    assert_eq!(events[2]["originalTriggerUuid"], events[0]["triggerUuid"]);
}

#[tokio::test]
async fn a_retry_carries_a_fresh_token_or_the_same() {
    for (setting, expected) in [(RetryToken::Fresh, 2), (RetryToken::Same, 1)] {
        let (emulator, receiver) = start(|behaviour| behaviour.retry_token = setting).await;
        let token = emulator.app_token();
        let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
        receiver.answer_next([500]);
        emulator.deliver(id, event("a")).await.unwrap();
        emulator.advance(MINUTE).await;
        let tokens: std::collections::HashSet<_> = receiver
            .deliveries()
            .into_iter()
            .map(|received| received.authorization.unwrap())
            .collect();
        assert_eq!(tokens.len(), expected, "{setting:?}");
    }
}

#[tokio::test]
async fn token_times_can_follow_the_emulators_clock() {
    let start_time = Duration::from_secs(1_000_000);
    let mut behaviour = Behaviour::default();
    behaviour.token_time = monday_emulator::TokenTime::Emulator;
    let emulator = Emulator::builder()
        .clock(Clock::manual_from(start_time))
        .behaviour(behaviour)
        .start()
        .await
        .unwrap();
    let receiver = Receiver::start().await;
    let token = emulator.app_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    emulator.deliver(id, event("a")).await.unwrap();
    let sent = receiver.deliveries()[0].authorization.clone().unwrap();
    assert_eq!(claims(&sent)["iat"], 1_000_000);
    assert_eq!(
        receiver.events()[0]["triggerTime"],
        "1970-01-12T13:46:40.000Z"
    );
}

#[tokio::test]
async fn a_client_error_is_retried_or_not() {
    for (retried, expected) in [(true, 2), (false, 1)] {
        let (emulator, receiver) = start(|behaviour| behaviour.retry_client_errors = retried).await;
        let token = emulator.personal_token();
        let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
        receiver.answer_next([404]);
        emulator.deliver(id, event("a")).await.unwrap();
        emulator.advance(2 * MINUTE).await;
        assert_eq!(receiver.deliveries().len(), expected);
    }
}

#[tokio::test]
async fn success_other_than_200_acknowledges_or_not() {
    for (setting, state) in [
        (Acknowledgement::AnySuccess, DeliveryState::Acknowledged),
        (Acknowledgement::OnlyOk, DeliveryState::Pending),
    ] {
        let (emulator, receiver) = start(|behaviour| behaviour.acknowledgement = setting).await;
        let token = emulator.personal_token();
        let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
        receiver.answer_next([202]);
        assert_eq!(emulator.deliver(id, event("a")).await.unwrap().state, state);
    }
}

#[tokio::test]
async fn a_failed_delivery_holds_up_the_next_only_with_strict_ordering() {
    for (ordering, expected) in [
        (Ordering::FirstAttempts, vec!["a", "b", "a"]),
        (Ordering::Strict, vec!["a", "a", "b"]),
    ] {
        let (emulator, receiver) = start(|behaviour| behaviour.ordering = ordering).await;
        let token = emulator.personal_token();
        let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
        receiver.answer_next([500]);
        emulator.pause_deliveries();
        let both = async {
            tokio::join!(
                emulator.deliver(id, event("a")),
                emulator.deliver(id, event("b")),
                async { emulator.resume_deliveries() },
                async {
                    emulator.advance(MINUTE).await;
                    emulator.advance(MINUTE).await;
                }
            )
        };
        let (a, b, (), ()) = both.await;
        assert!(a.is_ok() && b.is_ok());
        let names: Vec<_> = receiver
            .events()
            .iter()
            .map(|event| event["pulseName"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, expected, "{ordering:?}");
    }
}

#[tokio::test]
async fn waiting_deliveries_can_arrive_newest_first() {
    let (emulator, receiver) = start(|behaviour| behaviour.ordering = Ordering::NewestFirst).await;
    let token = emulator.personal_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    emulator.pause_deliveries();
    let (a, b, c, ()) = tokio::join!(
        emulator.deliver(id, event("a")),
        emulator.deliver(id, event("b")),
        emulator.deliver(id, event("c")),
        async { emulator.resume_deliveries() }
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    let names: Vec<_> = receiver
        .events()
        .iter()
        .map(|event| event["pulseName"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["c", "b", "a"]);
}

#[tokio::test]
async fn an_acknowledged_delivery_can_arrive_again() {
    let (emulator, receiver) = start(|behaviour| behaviour.duplicates = 2).await;
    let token = emulator.personal_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    emulator.deliver(id, event("a")).await.unwrap();
    emulator.until_settled().await;
    let events = receiver.events();
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| *event == events[0]));
}

#[tokio::test]
async fn what_a_deleted_webhook_was_still_to_get_is_dropped() {
    let (emulator, receiver) = start(|_| ()).await;
    let token = emulator.personal_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    receiver.answer_all(Some(500));
    emulator.deliver(id, event("a")).await.unwrap();
    let delete = format!("mutation {{ delete_webhook(id: {id}) {{ id }} }}");
    call(&emulator, token, &delete, json!({})).await;
    emulator.advance(10 * MINUTE).await;
    assert_eq!(receiver.deliveries().len(), 1);
    assert_eq!(emulator.deliveries()[0].state, DeliveryState::Dropped);
    assert!(emulator.deliver(id, event("b")).await.is_err());
}

#[tokio::test]
async fn what_is_not_answered_in_time_has_failed() {
    let (emulator, _) = start(|behaviour| {
        behaviour.answer_timeout = Duration::from_millis(20);
    })
    .await;
    // Accepts connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let variables = json!({"board": DEFAULT_BOARD_ID, "url": url, "event": "create_item"});
    let query = crate::support::CREATE_WEBHOOK;
    let answer = call(&emulator, emulator.app_token(), query, variables).await;
    assert!(crate::support::message(&answer).contains("no answer within"));
}

#[tokio::test]
async fn what_happens_can_be_followed_as_json_lines_without_secrets() {
    let (emulator, receiver) = start(|_| ()).await;
    let mut events = emulator.events();
    let token = emulator.app_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    emulator.deliver(id, event("a")).await.unwrap();
    let mut lines = Vec::new();
    loop {
        let event = events.next().await.unwrap();
        lines.push(serde_json::to_value(&event).unwrap());
        if matches!(event, LogEvent::DeliveryAttempt { .. }) {
            break;
        }
    }
    let kinds: Vec<_> = lines
        .iter()
        .map(|line| line["log"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "challenge",
            "webhook_created",
            "request",
            "delivery_queued",
            "delivery_attempt"
        ]
    );
    assert_eq!(lines[2]["operation"], "Create");
    assert_eq!(lines[2]["token"], "app");
    assert_eq!(lines[4]["number"], 1);
    assert_eq!(lines[4]["status"], 200);
    assert_eq!(lines[4]["state"], "acknowledged");
    let all = json!(lines).to_string();
    assert!(!all.contains(token.expose()));
    let sent = receiver.deliveries()[0].authorization.clone().unwrap();
    assert!(!all.contains(&sent));
}

#[tokio::test]
async fn a_sample_of_each_event_reaches_its_webhook_and_is_verified_and_decoded() {
    let emulator = Emulator::builder().start().await.unwrap();
    let receiver = Receiver::start().await;
    let token = emulator.app_token();
    let verifier = Verifier::new(emulator.signing_secret().clone());
    for kind in SubscriptionKind::ALL {
        let config = match kind {
            SubscriptionKind::ChangeSpecificColumnValue => json!({"columnId": "status"}),
            SubscriptionKind::ChangeStatusColumnValue => {
                json!({"columnId": "status", "columnValue": {"index": 1}})
            }
            SubscriptionKind::ItemMovedToSpecificGroup => json!({"groupId": "topics"}),
            _ => json!(null),
        };
        let id = subscribe(&emulator, token, receiver.url(), kind.as_str(), config).await;
        receiver.forget();
        let sent = emulator.emit(&kind, DEFAULT_BOARD_ID).await;
        assert_eq!(sent.len(), 1, "{kind:?}");
        assert_eq!(sent[0].state, DeliveryState::Acknowledged);
        let received = &receiver.deliveries()[0];
        assert_eq!(received.body, sent[0].body);
        let signed = received.authorization.as_deref().unwrap();
        verifier
            .verify(signed, std::time::SystemTime::now())
            .unwrap();
        let delivery = Delivery::parse(received.body.to_string()).unwrap();
        assert!(
            delivery.possible_subscriptions().contains(&kind),
            "{kind:?}"
        );
        assert_eq!(received.body["event"]["subscriptionId"], id);
        let event = &received.body["event"];
        let board = event.get("boardId").map(|id| id.as_u64().unwrap());
        let expected = match event
            .get("parentItemBoardId")
            .or(event.get("parentBoardId"))
        {
            Some(parent) => {
                assert_eq!(
                    parent.to_string().trim_matches('"'),
                    crate::support::board()
                );
                Some(DEFAULT_SUBITEMS_BOARD_ID)
            }
            None => (kind != SubscriptionKind::MoveSubitem).then_some(DEFAULT_BOARD_ID),
        };
        assert_eq!(board, expected, "{kind:?}");
    }
    let none = emulator
        .emit(
            &SubscriptionKind::Other("when_date_arrived".into()),
            DEFAULT_BOARD_ID,
        )
        .await;
    assert!(none.is_empty());
}
