//! Identifiers: beyond 32 bits, as numbers and as strings.

use monday_webhooks::{Delivery, Event, SubscriptionKind, testing::sample};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse;

const IDS: [&str; 16] = [
    "subscriptionId",
    "userId",
    "boardId",
    "pulseId",
    "itemId",
    "parentItemId",
    "parentItemBoardId",
    "parentBoardId",
    "sourcePulseId",
    "destPulseId",
    "sourceBoardId",
    "destBoardId",
    "subitem",
    "updateId",
    "replyId",
    "accountId",
];

/// Turns the numbers among the ids to strings, or the other way round.
fn turned(mut body: Value) -> Value {
    let event = body["event"].as_object_mut().unwrap();
    for name in IDS {
        let Some(id) = event.get_mut(name) else {
            continue;
        };
        *id = match &*id {
            Value::Number(number) => number.to_string().into(),
            Value::String(text) => text.parse::<u64>().unwrap().into(),
            other => other.clone(),
        };
    }
    body
}

#[test]
fn every_id_is_taken_as_a_number_and_as_a_string() {
    for kind in SubscriptionKind::ALL {
        let body = sample(&kind).unwrap();
        let (straight, turned) = (parse(&body), parse(&turned(body.clone())));
        assert_eq!(turned.problems(), [], "{kind}");
        assert_eq!(turned.event(), straight.event(), "{kind}");
        assert_eq!(turned.subscription_id(), straight.subscription_id());
        assert_eq!(turned.user_id(), straight.user_id());
        assert_eq!(turned.item_id(), straight.item_id());
        assert_eq!(turned.board_id(), straight.board_id());
    }
}

#[test]
fn an_id_that_is_no_whole_number_is_a_problem_and_not_a_guess() {
    for id in [
        "5.0",
        "5e3",
        "-5",
        "18446744073709551616",
        "\"5.0\"",
        "\" 5\"",
        "\"+5\"",
        "\"\"",
        "true",
        "[5]",
    ] {
        let body = format!(r#"{{"event":{{"type":"create_pulse","boardId":{id},"pulseId":1}}}}"#);
        let delivery = Delivery::parse(body).unwrap();
        assert!(matches!(delivery.event(), Event::Incomplete(_)), "{id}");
        assert_eq!(delivery.board_id(), None, "{id}");
        let problem = delivery
            .problems()
            .iter()
            .find(|problem| problem.field == "boardId");
        assert_eq!(
            problem.unwrap().to_string(),
            "\"boardId\" has an unexpected type",
            "{id}"
        );
    }
}

#[test]
fn a_user_of_an_automation_has_a_negative_id() {
    for id in [json!(-4), json!("-4")] {
        let delivery = parse(&json!({"event": {"userId": id}}));
        assert_eq!(
            delivery.user_id().map(monday_webhooks::UserId::get),
            Some(-4)
        );
    }
}

proptest! {
    #[test]
    fn an_id_of_any_size_keeps_its_digits(board: u64, item: u64, subscription: u64, user: i64) {
        for body in [
            json!({"event": {"type": "create_pulse", "boardId": board, "pulseId": item, "subscriptionId": subscription, "userId": user}}),
            json!({"event": {"type": "create_pulse", "boardId": board.to_string(), "pulseId": item.to_string(), "subscriptionId": subscription.to_string(), "userId": user.to_string()}}),
        ] {
            let delivery = parse(&body);
            prop_assert_eq!(delivery.board_id().map(monday_webhooks::BoardId::get), Some(board));
            prop_assert_eq!(delivery.item_id().map(monday_webhooks::ItemId::get), Some(item));
            prop_assert_eq!(delivery.subscription_id().map(monday_webhooks::WebhookId::get), Some(subscription));
            prop_assert_eq!(delivery.user_id().map(monday_webhooks::UserId::get), Some(user));
        }
    }
}
