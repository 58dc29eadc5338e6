//! What is shown of a delivery.

use monday_webhooks::{
    Delivery, Event, SubscriptionKind as Sub, event::ColumnValue, testing::sample,
};
use serde_json::{Value, json};

use super::parse;

/// Puts a canary in the place of every text that somebody wrote: of all that is no id, type or
/// colour. Returns how many there were.
fn with_canaries(json: &mut Value, name: &str) -> usize {
    const NAMES: [&str; 12] = [
        "pulseName",
        "itemName",
        "groupName",
        "columnTitle",
        "title",
        "name",
        "text",
        "body",
        "textBody",
        "date",
        "phone",
        "value",
    ];
    match json {
        Value::String(text) if NAMES.contains(&name) => {
            *text = "canary".to_owned();
            1
        }
        Value::Object(fields) => fields
            .iter_mut()
            .map(|(name, value)| with_canaries(value, name))
            .sum(),
        Value::Array(values) => values
            .iter_mut()
            .map(|value| with_canaries(value, name))
            .sum(),
        _ => 0,
    }
}

#[test]
fn debug_output_shows_nothing_that_customers_wrote() {
    let mut count = 0;
    for kind in Sub::ALL {
        let mut body = sample(&kind).unwrap();
        count += with_canaries(&mut body, "");
        let delivery: Delivery = parse(&body);
        let alone = format!("{delivery:?}");
        assert!(alone.contains(&format!("{:?}", delivery.kind())), "{alone}");
        assert!(alone.contains(delivery.trigger_uuid().unwrap()), "{alone}");
        let mut shown = format!("{delivery:?} {:?}", delivery.event());
        match delivery.event() {
            Event::ColumnValueChanged(changed) => {
                let values = [&changed.value, &changed.previous_value];
                for value in values.into_iter().flatten() {
                    shown += &format!("{value:?} {:?} {:?}", value.as_status(), value.as_date());
                }
            }
            Event::ItemCreated(created) => shown += &format!("{:?}", created.column_values),
            Event::ItemMovedToGroup(moved) => shown += &format!("{:?}", moved.dest_group),
            _ => {}
        }
        assert!(!shown.contains("canary"), "{kind}: {shown}");
        if let Some(board) = delivery.board_id() {
            assert!(shown.contains(&board.to_string()), "{kind}: {shown}");
        }
    }
    assert!(count > 20, "{count}");

    let phone = json!({"phone": "canary", "countryShortName": "canary"});
    let phone: ColumnValue = serde_json::from_value(phone).unwrap();
    assert_eq!(format!("{:?}", phone.as_phone()), "Some(PhoneValue(..))");
}
