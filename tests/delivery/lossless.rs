//! Nothing of a delivery is lost, whatever is in it.

use monday_webhooks::{Delivery, DeliveryError, Event, EventKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{mutation::body, parse};

/// JSON without the white space between its tokens. Two texts with the same tokens are the same
/// JSON to the digit, to the escape, and in the order of their names.
fn tokens(json: &str) -> String {
    let mut in_string = false;
    let mut escaped = false;
    json.chars()
        .filter(|letter| {
            let kept = in_string || !matches!(letter, ' ' | '\t' | '\n' | '\r');
            if escaped {
                escaped = false;
            } else if in_string && *letter == '\\' {
                escaped = true;
            } else if *letter == '"' {
                in_string = !in_string;
            }
            kept
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_changed_delivery_is_kept_to_the_digit(body in body()) {
        let delivery = match Delivery::parse(body.clone()) {
            Ok(delivery) => delivery,
            Err(error) => {
                prop_assert_eq!(error, DeliveryError::NoEvent, "{}", body);
                return Ok(());
            }
        };
        prop_assert_eq!(&delivery.body()[..], body.as_bytes());
        prop_assert!(body.contains(delivery.raw_event().get()));
        prop_assert_ne!(delivery.raw_event().get(), "null");

        let written = serde_json::to_string(&delivery).unwrap();
        prop_assert!(!written.contains(['\n', '\r']));
        prop_assert_eq!(tokens(&written), tokens(&body));
        let wrapped = serde_json::to_string(&json_line(&delivery)).unwrap();
        prop_assert!(wrapped.contains(&written));

        let again: Delivery = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(again.kind(), delivery.kind());
        prop_assert_eq!(again.problems(), delivery.problems());
        let on_one_line = Delivery::parse(body.replace(['\n', '\r'], "")).unwrap();
        prop_assert_eq!(again.event(), on_one_line.event());
    }

    #[test]
    fn the_typed_view_says_what_the_json_says(body in body()) {
        // Integers of more digits than a float holds are beyond `Value`.
        let (Ok(delivery), Ok(value)) = (Delivery::parse(body.clone()), serde_json::from_str::<Value>(&body)) else {
            return Ok(());
        };
        let event = &value["event"];
        let number = |name: &str| match &event[name] {
            Value::Number(number) => number.as_u64(),
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        prop_assert_eq!(delivery.wire_type(), event["type"].as_str());
        prop_assert_eq!(delivery.kind(), event["type"].as_str().map_or(EventKind::Unknown, EventKind::from_wire_type));
        prop_assert_eq!(delivery.subscription_id().map(monday_webhooks::WebhookId::get), number("subscriptionId"));
        prop_assert_eq!(delivery.trigger_uuid(), event["triggerUuid"].as_str());
        prop_assert_eq!(delivery.is_retry(), event["isRetry"].as_bool());
        if delivery.kind() != EventKind::SubitemMoved {
            prop_assert_eq!(delivery.is_subitem(), !event["parentItemId"].is_null());
        }
        if let Event::ColumnValueChanged(changed) = delivery.event() {
            prop_assert_eq!(Some(changed.board_id.get()), number("boardId"));
            prop_assert_eq!(changed.value.is_some(), !event["value"].is_null());
            let raw = changed.value.as_ref().map_or(Ok(Value::Null), |value| serde_json::from_str(value.raw().get()));
            prop_assert_eq!(&raw.unwrap(), &event["value"]);
        }
        let missing_all = delivery.problems().iter().all(|problem| event[problem.field].is_null() || !problem.to_string().contains("missing"));
        prop_assert!(missing_all, "{:?}", delivery.problems());
    }
}

/// What a command that writes one delivery a line makes of it.
fn json_line(delivery: &Delivery) -> impl serde::Serialize + '_ {
    #[derive(serde::Serialize)]
    struct Line<'a> {
        kind: &'a str,
        delivery: &'a Delivery,
    }
    Line {
        kind: delivery.kind().as_str(),
        delivery,
    }
}

#[test]
fn a_delivery_with_an_unknown_type_is_kept() {
    let body =
        json!({"event": {"type": "sprout_pulse", "pulseId": 5, "new": [1.5, null]}, "extra": 1});
    let delivery = parse(&body);
    assert_eq!(delivery.kind(), EventKind::Unknown);
    assert!(matches!(delivery.event(), Event::Unknown));
    assert_eq!(delivery.wire_type(), Some("sprout_pulse"));
    assert_eq!(
        delivery.item_id().map(monday_webhooks::ItemId::get),
        Some(5)
    );
    assert_eq!(serde_json::to_string(&delivery).unwrap(), body.to_string());
}

#[test]
fn a_delivery_without_a_type_or_with_a_type_that_is_no_text_is_kept() {
    for event in [
        "{}",
        r#"{"type":null}"#,
        r#"{"type":5}"#,
        r#"{"type":["create_pulse"]}"#,
    ] {
        let body = format!(r#"{{"event":{event}}}"#);
        let delivery = Delivery::parse(body.clone()).unwrap();
        assert_eq!(
            (delivery.wire_type(), delivery.kind()),
            (None, EventKind::Unknown)
        );
        assert_eq!(serde_json::to_string(&delivery).unwrap(), body);
    }
}

#[test]
fn numbers_keep_their_digits() {
    let body = r#"{"event":{"type":"x","a":1e2,"b":1.0,"c":-0.0,"d":1791792942.0186644,"e":123456789012345678901234567890,"f":0.10}}"#;
    let delivery = Delivery::parse(body).unwrap();
    assert_eq!(serde_json::to_string(&delivery).unwrap(), body);
}

#[test]
fn where_a_name_stands_twice_the_last_one_counts_and_both_are_kept() {
    let body = r#"{"event":{"type":"update_name"},"event":{"type":"create_pulse","pulseId":1,"pulseId":2,"boardId":3}}"#;
    let delivery = Delivery::parse(body).unwrap();
    assert_eq!(delivery.kind(), EventKind::ItemCreated);
    assert_eq!(
        delivery.item_id().map(monday_webhooks::ItemId::get),
        Some(2)
    );
    assert_eq!(serde_json::to_string(&delivery).unwrap(), body);
}
