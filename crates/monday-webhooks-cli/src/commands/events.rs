//! `events`: what one can subscribe to, and what arrives for it.

use monday_webhooks::{Delivery, SubscriptionKind, testing};
use serde_json::{Value, json};

use crate::{args::Global, failure::Failure, output};

pub(crate) fn run(global: &Global) -> Result<(), Failure> {
    let rows = SubscriptionKind::ALL
        .iter()
        .map(row)
        .collect::<Result<Vec<_>, _>>()?;
    if global.json {
        return output::json(&rows);
    }
    output::table(
        &["EVENT", "CONFIG", "ARRIVES AS", "KIND"],
        rows.iter().map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let config = match &row["config"] {
                Value::Null => String::new(),
                config => config.to_string(),
            };
            vec![text("event"), config, text("wire_type"), text("kind")]
        }),
    )
}

/// The sample delivery of an event says what arrives for it.
fn row(event: &SubscriptionKind) -> Result<Value, Failure> {
    let sample = testing::sample(event).unwrap_or_default();
    let delivery = Delivery::parse(sample.to_string()).map_err(Failure::failed)?;
    let config = match event {
        SubscriptionKind::ChangeSpecificColumnValue => json!({"columnId": "<id>"}),
        SubscriptionKind::ChangeStatusColumnValue => {
            json!({"columnId": "<id>", "columnValue": {"index": "<number>"}})
        }
        SubscriptionKind::ItemMovedToSpecificGroup => json!({"groupId": "<id>"}),
        _ => Value::Null,
    };
    Ok(json!({
        "event": event,
        "config": config,
        "wire_type": delivery.wire_type(),
        "kind": delivery.kind().as_str(),
        "subitem": delivery.is_subitem(),
    }))
}
