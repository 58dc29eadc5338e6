//! The codec between a subscription and its event and config.

use monday_webhooks::{Subscription, SubscriptionKind};
use serde_json::Value;

/// The event of a name, as it is read of what monday says: one of the 21, or another.
fn named(name: String) -> SubscriptionKind {
    name.parse().unwrap_or(SubscriptionKind::Other(name))
}

/// The first byte chooses the event, the rest is the config: none where it isn't JSON.
pub fn check(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let kind = SubscriptionKind::ALL
        .get(usize::from(*first) % (SubscriptionKind::ALL.len() + 1))
        .cloned()
        .unwrap_or_else(|| named(String::from_utf8_lossy(rest).into_owned()));
    let config = serde_json::from_slice::<Value>(rest).ok();
    let Ok(subscription) = Subscription::from_parts(&kind, config.as_ref()) else {
        return;
    };
    assert_eq!(subscription.kind(), kind);
    let written = subscription.config();
    assert!(!kind.needs_config() || written.is_some());
    let again = Subscription::from_parts(&kind, written.as_ref());
    assert_eq!(again.expect("what was written is read"), subscription);

    let name = serde_json::to_value(&kind).expect("an event is a name");
    assert_eq!(
        serde_json::from_value::<SubscriptionKind>(name).expect("a name is an event"),
        kind
    );
}
