//! `events`: what one can subscribe to, and what arrives for it.

use monday_webhooks::{Delivery, EventKind, SubscriptionKind, testing};
use serde_json::{Value, json};

use crate::{args::Global, failure::Failure, output};

pub(crate) fn run(global: &Global) -> Result<(), Failure> {
    let rows = SubscriptionKind::ALL
        .iter()
        .map(Row::of)
        .collect::<Result<Vec<_>, _>>()?;
    if global.json {
        let rows: Vec<_> = rows.iter().map(Row::json).collect();
        return output::json(&rows);
    }
    output::table(
        &["EVENT", "CONFIG", "ARRIVES AS", "KIND"],
        rows.iter().map(|row| {
            let kinds = row.kinds.iter().map(|kind| kind.as_str());
            vec![
                row.event.as_str().to_owned(),
                config(row.event).to_owned(),
                row.wire_types().join(", "),
                kinds.collect::<Vec<_>>().join(", "),
            ]
        }),
    )
}

/// An event, and what arrives for it.
struct Row<'a> {
    event: &'a SubscriptionKind,
    /// What usually arrives first.
    kinds: Vec<EventKind>,
    subitem: bool,
}

impl<'a> Row<'a> {
    /// The sample delivery of an event says what usually arrives for it.
    fn of(event: &'a SubscriptionKind) -> Result<Self, Failure> {
        let sample = testing::sample(event).unwrap_or_default();
        let delivery = Delivery::parse(sample.to_string()).map_err(Failure::failed)?;
        let mut kinds = vec![delivery.kind()];
        for kind in EventKind::ALL {
            if !kinds.contains(&kind) && may_arrive(kind, event)? {
                kinds.push(kind);
            }
        }
        Ok(Self {
            event,
            kinds,
            subitem: delivery.is_subitem(),
        })
    }

    fn wire_types(&self) -> Vec<&'static str> {
        self.kinds
            .iter()
            .filter_map(|kind| kind.wire_type())
            .collect()
    }

    fn json(&self) -> Value {
        let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        let wire_types = self.wire_types();
        // A number that is one, in place of its name.
        let config = config(self.event).replace("<number>", "1");
        json!({
            "event": self.event,
            "config": serde_json::from_str::<Value>(&config).unwrap_or_default(),
            "wire_type": wire_types.first(),
            "wire_types": wire_types,
            "kind": kinds.first(),
            "kinds": kinds,
            "subitem": self.subitem,
        })
    }
}

/// The config that an event takes, as a template; empty where it takes none.
const fn config(event: &SubscriptionKind) -> &'static str {
    match event {
        SubscriptionKind::ChangeSpecificColumnValue => r#"{"columnId":"<id>"}"#,
        SubscriptionKind::ChangeStatusColumnValue => {
            r#"{"columnId":"<id>","columnValue":{"index":<number>}}"#
        }
        SubscriptionKind::ItemMovedToSpecificGroup => r#"{"groupId":"<id>"}"#,
        _ => "",
    }
}

/// Whether a kind of event can arrive for a subscription, about an item or a subitem.
fn may_arrive(kind: EventKind, event: &SubscriptionKind) -> Result<bool, Failure> {
    let wire_type = kind.wire_type();
    for of in [
        json!({"type": wire_type}),
        json!({"type": wire_type, "columnType": "color"}),
        json!({"type": wire_type, "parentItemId": 1}),
    ] {
        let delivery = Delivery::parse(json!({"event": of}).to_string());
        let delivery = delivery.map_err(Failure::failed)?;
        if delivery.possible_subscriptions().contains(event) {
            return Ok(true);
        }
    }
    Ok(false)
}
