//! Bodies as monday sends them.

use std::{collections::HashMap, sync::LazyLock};

use serde_json::Value;

use crate::{event::LifecycleKind, subscription::SubscriptionKind};

/// A delivery as monday would send it for this subscription; `None` for an event that the schema
/// doesn't have.
///
/// ```
/// use monday_webhooks::{Delivery, SubscriptionKind, testing::sample};
///
/// let mut body = sample(&SubscriptionKind::CreateItem).expect("it is in the schema");
/// body["event"]["pulseName"] = "Order 66".into();
/// let delivery = Delivery::parse(body.to_string())?;
/// # let monday_webhooks::Event::ItemCreated(item) = delivery.event() else { panic!() };
/// # assert_eq!(item.name.as_deref(), Some("Order 66"));
/// # Ok::<(), monday_webhooks::DeliveryError>(())
/// ```
#[must_use]
pub fn sample(subscription: &SubscriptionKind) -> Option<Value> {
    static SAMPLES: LazyLock<HashMap<String, Value>> =
        LazyLock::new(|| serde_json::from_str(include_str!("samples.json")).unwrap_or_default());
    SAMPLES.get(subscription.as_str()).cloned()
}

/// An app lifecycle event as monday would send it; `None` for
/// [`Unknown`](LifecycleKind::Unknown).
#[must_use]
pub fn lifecycle_sample(kind: LifecycleKind) -> Option<Value> {
    static SAMPLE: LazyLock<Value> = LazyLock::new(|| {
        serde_json::from_str(include_str!("lifecycle_sample.json")).unwrap_or_default()
    });
    let wire_type = kind.wire_type()?;
    let mut sample = SAMPLE.clone();
    sample["type"] = wire_type.into();
    if kind == LifecycleKind::SubscriptionCancelled {
        sample["data"]["reason"] = "monday_subscription_cancel_on_renewal".into();
    }
    Some(sample)
}
