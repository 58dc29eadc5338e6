//! Deliveries: typed where they are known, and never less than what came.

mod column_values;
mod debug;
mod ids;
mod keys;
mod lifecycle;
mod lossless;
mod mutation;
mod refused;
mod subscriptions;
mod typed;

use monday_webhooks::Delivery;
use serde_json::Value;

fn parse(value: &Value) -> Delivery {
    Delivery::parse(value.to_string()).unwrap()
}
