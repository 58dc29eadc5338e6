//! The table of events.

use std::collections::BTreeSet;

use monday_webhooks::{Delivery, EventKind, Subscription, SubscriptionKind, testing::sample};
use serde_json::{Value, json};

use super::{code_spans, read};

/// A row of the table, cell by cell.
struct Row {
    event: String,
    subscription: String,
    config: Option<Value>,
    wire_types: Vec<String>,
    typed: Vec<String>,
}

fn rows() -> Vec<Row> {
    let page = read("docs/guide/subscribing.md");
    let table = page.split("| event | `Subscription` |").nth(1).unwrap();
    table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<Vec<&str>> = line
                .split(" |")
                .map(|cell| code_spans(cell).collect())
                .collect();
            let texts = |cell: usize| cells[cell].iter().map(ToString::to_string).collect();
            Row {
                event: cells[0][0].to_owned(),
                subscription: cells[1][0].to_owned(),
                config: cells[2]
                    .first()
                    .map(|json| serde_json::from_str(json).unwrap()),
                wire_types: texts(3),
                typed: texts(4),
            }
        })
        .collect()
}

/// A delivery of each wire type, of an item, a status and a subitem.
fn deliveries() -> Vec<Delivery> {
    let bodies = EventKind::ALL.into_iter().flat_map(|kind| {
        let wire_type = kind.wire_type().unwrap();
        [
            json!({"type": wire_type}),
            json!({"type": wire_type, "columnType": "color"}),
            json!({"type": wire_type, "parentItemId": 1}),
        ]
    });
    bodies
        .map(|event| Delivery::parse(json!({"event": event}).to_string()).unwrap())
        .collect()
}

#[test]
fn the_table_has_every_event_of_the_schema_once() {
    let events: Vec<String> = rows().into_iter().map(|row| row.event).collect();
    let all = SubscriptionKind::ALL.map(|kind| kind.to_string());
    assert_eq!(events, all);
}

#[test]
fn a_row_has_the_subscription_of_its_event_and_its_config() {
    for row in rows() {
        let event: SubscriptionKind = row.event.parse().unwrap();
        assert_eq!(event.needs_config(), row.config.is_some(), "{event}");
        let subscription = Subscription::from_parts(&event, row.config.as_ref()).unwrap();
        assert_eq!(subscription.config(), row.config, "{event}");
        let shown = format!("{subscription:?}");
        let (variant, fields) = match row.subscription.split_once(" { ") {
            Some((variant, fields)) => (variant, fields.trim_end_matches(" }")),
            None => (row.subscription.as_str(), ""),
        };
        assert_eq!(shown.split(" {").next().unwrap(), variant);
        for field in fields.split(", ").filter(|field| !field.is_empty()) {
            assert!(shown.contains(&format!("{field}: ")), "{shown}: {field}");
        }
        let named = shown.matches(": ").count();
        assert_eq!(named, fields.split_terminator(", ").count(), "{shown}");
    }
}

#[test]
fn a_row_has_every_type_that_can_arrive_for_its_event() {
    let deliveries = deliveries();
    for row in rows() {
        let event: SubscriptionKind = row.event.parse().unwrap();
        let possible: BTreeSet<&str> = deliveries
            .iter()
            .filter(|delivery| delivery.possible_subscriptions().contains(&event))
            .filter_map(Delivery::wire_type)
            .collect();
        let written: BTreeSet<&str> = row.wire_types.iter().map(String::as_str).collect();
        assert_eq!(written, possible, "{event}");
    }
}

#[test]
fn a_row_has_the_typed_event_of_each_of_its_types() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        let event: SubscriptionKind = row.event.parse().unwrap();
        let kinds: Vec<EventKind> = row
            .wire_types
            .iter()
            .map(|wire_type| EventKind::from_wire_type(wire_type))
            .collect();
        assert_eq!(row.typed.len(), kinds.len(), "{event}");
        for (typed, kind) in row.typed.iter().zip(&kinds) {
            assert!(
                typed.starts_with(&format!("Event::{kind:?}(")),
                "{event}: {typed} isn't of {kind}"
            );
        }
        // What arrives in monday's own sample, with the name of its struct.
        let delivery = Delivery::parse(sample(&event).unwrap().to_string()).unwrap();
        let shown = format!("Event::{:?}", delivery.event());
        let typed = row.typed[0].trim_end_matches(')');
        assert!(shown.starts_with(typed), "{event}: {typed} is not {shown}");
        seen.extend(kinds.into_iter().map(EventKind::as_str));
    }
    assert_eq!(seen.len(), EventKind::ALL.len());
}
