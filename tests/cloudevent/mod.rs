//! Deliveries as CloudEvents, held to what the specification's JSON format asks of an event.

use std::sync::LazyLock;

use monday_webhooks::{Delivery, SubscriptionKind, testing::sample};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The specification's own schema, its formats included.
static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("schema/cloudevents.json")).unwrap();
    jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
});

/// What the schema says, and the specification's rules beyond it: every attribute that is there is a
/// text that isn't empty, `source` is absolute here, and names are lower-case letters and digits.
fn assert_is_cloudevent(event: &Value) {
    if let Err(error) = SCHEMA.validate(event) {
        panic!("{error}");
    }
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
fn the_schema_refuses_what_is_no_cloudevent() {
    let delivery = Delivery::parse(r#"{"event":{}}"#).unwrap();
    assert!(SCHEMA.is_valid(&event(&delivery)));
    let changes = [
        ("id", json!("")),
        ("id", json!(1)),
        ("source", json!("a b")),
        ("type", Value::Null),
        ("time", json!("yesterday")),
        ("data_base64", json!(1)),
    ];
    for (name, value) in changes {
        let mut event = event(&delivery);
        event[name] = value;
        assert!(!SCHEMA.is_valid(&event), "{event}");
    }
    let mut event = event(&delivery);
    event.as_object_mut().unwrap().remove("specversion");
    assert!(!SCHEMA.is_valid(&event));
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
