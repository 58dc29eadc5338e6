//! Deliveries as CloudEvents, held to what the specification's JSON format asks of an event.

use monday_webhooks::{Delivery, SubscriptionKind, testing::sample};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The specification's rules for the attributes that are used: `id`, `source`, `specversion` and
/// `type` have to be there, every attribute that is there is a text that isn't empty, `time` is in
/// RFC 3339, and names are lower-case letters and digits.
fn assert_is_cloudevent(event: &Value) {
    let event = event.as_object().unwrap();
    assert_eq!(event["specversion"], "1.0");
    for required in ["id", "source", "type"] {
        assert!(event.contains_key(required), "{required}");
    }
    for (name, value) in event.iter().filter(|(name, _)| *name != "data") {
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        );
        assert!(!value.as_str().unwrap().is_empty(), "{name}");
    }
    assert!(url::Url::parse(event["source"].as_str().unwrap()).is_ok());
    if let Some(time) = event.get("time") {
        humantime::parse_rfc3339(time.as_str().unwrap()).unwrap();
    }
}

fn event(delivery: &Delivery) -> Value {
    serde_json::to_value(delivery.to_cloudevent()).unwrap()
}

#[test]
fn every_sample_is_a_cloudevent_with_the_delivery_in_it() {
    let mut wire_types = std::collections::BTreeSet::new();
    for subscription in SubscriptionKind::ALL {
        let body = sample(&subscription).unwrap();
        let delivery = Delivery::parse(body.to_string()).unwrap();
        let event = event(&delivery);
        assert_is_cloudevent(&event);
        assert_eq!(event["id"], delivery.dedupe_key());
        assert_eq!(event["data"], body);
        assert_eq!(
            event["type"],
            format!("com.monday.{}", delivery.wire_type().unwrap())
        );
        wire_types.insert(event["type"].to_string());
    }
    assert_eq!(wire_types.len(), 12);
}

#[test]
fn a_delivery_that_says_nothing_is_still_a_cloudevent() {
    let event = event(&Delivery::parse(r#"{"event":{}}"#).unwrap());
    assert_is_cloudevent(&event);
    assert_eq!(event["type"], "com.monday.unknown");
    assert_eq!(event["source"], "https://monday.com/webhooks");
    assert!(event.get("time").is_none());
    assert!(event.get("subject").is_none());
}

#[test]
fn the_numbers_of_the_delivery_keep_their_digits() {
    let body = r#"{"event":{"type":"x","n":123456789012345678901234567890,"f":1.50}}"#;
    let delivery = Delivery::parse(body).unwrap();
    let event = serde_json::to_string(&delivery.to_cloudevent()).unwrap();
    assert!(event.ends_with(&format!(r#""data":{body}}}"#)), "{event}");
}

proptest! {
    #[test]
    fn whatever_the_delivery_says_it_is_a_cloudevent(
        wire_type in ".*", uuid in ".*", time in ".*", subscription: u64, board: u64, item: u64,
    ) {
        let body = json!({"event": {
            "type": wire_type, "triggerUuid": uuid, "triggerTime": time,
            "subscriptionId": subscription, "boardId": board, "pulseId": item,
        }});
        assert_is_cloudevent(&event(&Delivery::parse(body.to_string()).unwrap()));
    }
}
