//! Deliveries: typed where they are known, and never less than what came.

use monday_webhooks::{
    BoardId, Delivery, DeliveryError, Event, EventKind, ItemId, SubscriptionKind, testing::sample,
};
use serde_json::{Value, json};

fn parse(value: &Value) -> Delivery {
    Delivery::parse(value.to_string()).unwrap()
}

#[test]
fn every_sample_is_typed_in_full_and_leads_back_to_its_subscription() {
    for kind in SubscriptionKind::ALL {
        let body = sample(&kind).unwrap();
        let delivery = parse(&body);
        assert_eq!(delivery.problems(), [], "{kind}");
        assert!(
            !matches!(delivery.event(), Event::Unknown | Event::Incomplete(_)),
            "{kind}"
        );
        assert!(delivery.possible_subscriptions().contains(&kind), "{kind}");
        assert!(delivery.trigger_time().is_some(), "{kind}");
        assert!(delivery.board_id().is_some(), "{kind}");
        assert_eq!(serde_json::to_value(&delivery).unwrap(), body);
    }
}

#[test]
fn a_delivery_with_an_unknown_type_is_kept() {
    let body =
        json!({"event": {"type": "sprout_pulse", "pulseId": 5, "new": [1.5, null]}, "extra": 1});
    let delivery = parse(&body);
    assert_eq!(delivery.kind(), EventKind::Unknown);
    assert_eq!(delivery.wire_type(), Some("sprout_pulse"));
    assert_eq!(delivery.item_id().map(ItemId::get), Some(5));
    assert_eq!(serde_json::to_value(&delivery).unwrap(), body);
}

#[test]
fn a_known_type_with_odd_fields_is_kept_and_says_what_it_lacks() {
    let body = json!({"event": {"type": "create_pulse", "pulseId": {"odd": true}, "boardId": "77", "pulseName": 5}});
    let delivery = parse(&body);
    assert!(matches!(
        delivery.event(),
        Event::Incomplete(EventKind::ItemCreated)
    ));
    let problems: Vec<_> = delivery
        .problems()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        problems.contains(&"\"pulseId\" has an unexpected type".to_owned()),
        "{problems:?}"
    );
    assert!(
        problems.contains(&"\"pulseName\" has an unexpected type".to_owned()),
        "{problems:?}"
    );
    assert_eq!(delivery.board_id().map(BoardId::get), Some(77));
}

#[test]
fn what_is_no_delivery_is_refused_with_its_reason() {
    for (body, error) in [
        ("", DeliveryError::NotJson { line: 1, column: 0 }),
        (
            "{\"event\":{}} x",
            DeliveryError::NotJson {
                line: 1,
                column: 14,
            },
        ),
        ("[]", DeliveryError::NotAnObject),
        ("{}", DeliveryError::NoEvent),
        ("{\"event\":[]}", DeliveryError::NoEvent),
        ("{\"event\":null}", DeliveryError::NoEvent),
        (
            "{\"event\":{\"a\":\"\\ud800\"}}",
            DeliveryError::LoneSurrogate,
        ),
        ("{\"event\":{\"a\":1e999}}", DeliveryError::NumberOutOfRange),
    ] {
        assert_eq!(Delivery::parse(body).unwrap_err(), error, "{body}");
    }
    assert_eq!(
        Delivery::parse(&b"\xff"[..]).unwrap_err(),
        DeliveryError::NotUtf8
    );
    let deep = format!(
        "{{\"event\":{{\"a\":{}{}}}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    assert_eq!(Delivery::parse(deep).unwrap_err(), DeliveryError::TooDeep);
}
