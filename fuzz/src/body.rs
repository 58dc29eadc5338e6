//! Bodies: a delivery, an app lifecycle event, or neither.

use bytes::Bytes;
use monday_webhooks::{Delivery, DeliveryError, Event, LifecycleEvent};
use serde_json::Value;

/// What is taken is kept to the digit; what `serde_json` reads as such a body is taken.
pub fn check(data: &[u8]) {
    // Beyond `Value` are integers of more digits than a float holds, and nothing else that is JSON.
    let value = serde_json::from_slice::<Value>(data).ok();
    let is_delivery = value
        .as_ref()
        .is_some_and(|value| value["event"].is_object());
    let is_lifecycle = value
        .as_ref()
        .is_some_and(|value| value["type"].is_string());

    match Delivery::parse(Bytes::copy_from_slice(data)) {
        Ok(delivery) => {
            assert_eq!(&delivery.body()[..], data);
            look_at(&delivery);
            let written = serde_json::to_string(&delivery).expect("a delivery is JSON");
            assert!(!written.contains(['\n', '\r']));
            let again: Delivery = serde_json::from_str(&written).expect("what was written is read");
            assert_eq!(again.kind(), delivery.kind());
            assert_eq!(again.problems(), delivery.problems());
            if let Some(value) = &value {
                assert!(is_delivery);
                assert_eq!(
                    &serde_json::from_str::<Value>(&written).expect("JSON"),
                    value
                );
                assert_eq!(delivery.wire_type(), value["event"]["type"].as_str());
            }
        }
        Err(error) => {
            assert!(!is_delivery, "{error}");
            assert_ne!(error, DeliveryError::NoType);
        }
    }
    match LifecycleEvent::parse(Bytes::copy_from_slice(data)) {
        Ok(event) => {
            let written = serde_json::to_string(&event).expect("an event is JSON");
            let again: LifecycleEvent = serde_json::from_str(&written).expect("it is read");
            assert_eq!(again.data(), event.data());
            assert_eq!(again.problems(), event.problems());
            if let Some(value) = &value {
                assert_eq!(Some(event.wire_type()), value["type"].as_str());
                assert_eq!(
                    &serde_json::from_str::<Value>(&written).expect("JSON"),
                    value
                );
            }
        }
        Err(error) => {
            assert!(!is_lifecycle, "{error}");
            assert_ne!(error, DeliveryError::NoEvent);
        }
    }
}

/// Everything that a handler may ask.
fn look_at(delivery: &Delivery) {
    let key = delivery.dedupe_key();
    assert!(!key.is_empty() && key.len() <= 128 && key.is_ascii());
    let _ = (
        delivery.trigger_time(),
        delivery.item_id(),
        delivery.board_id(),
        delivery.app(),
    );
    // What isn't JSON would come back as null.
    assert!(delivery.raw_event().get().starts_with('{'));
    let _ = (delivery.possible_subscriptions(), delivery.is_subitem());
    serde_json::to_string(&delivery.to_cloudevent()).expect("a CloudEvent is JSON");
    let values = match delivery.event() {
        Event::ItemCreated(item) => item
            .column_values
            .iter()
            .flat_map(|values| {
                let all = values.to_vec();
                for (column, _) in &all {
                    assert!(values.get(column.as_str()).is_some());
                }
                all
            })
            .map(|(_, value)| value)
            .collect(),
        Event::ColumnValueChanged(changed) => [&changed.value, &changed.previous_value]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        _ => Vec::new(),
    };
    for value in values {
        let _ = (value.as_status(), value.as_date(), value.as_people());
        let _ = (value.as_linked_items(), value.as_text(), value.raw());
        let _ = (value.as_checkbox(), value.as_phone(), value.changed_at());
        assert!(!value.is_cleared() || value.as_status().is_none());
    }
}
