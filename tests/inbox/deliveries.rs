//! Deliveries to put.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use monday_webhooks::{AccountId, Delivery, UserId, inbox::Received};

/// The delivery of this number, about this item. Different numbers are different events.
pub(super) fn body(number: u64, item: u64) -> String {
    format!(
        r#"{{"event": {{"app":"monday","type":"create_pulse","triggerTime":"2026-11-01T10:00:00.000Z","subscriptionId":73759690,"userId":51234567,"triggerUuid":"{number:032x}","boardId":3495876,"pulseId":{item},"pulseName":"Order {number}","groupId":"topics"}}}}"#
    )
}

pub(super) fn delivery(number: u64, item: u64) -> Delivery {
    Delivery::parse(body(number, item)).unwrap()
}

pub(super) fn received(number: u64) -> Received {
    about(number, number)
}

pub(super) fn about(number: u64, item: u64) -> Received {
    let mut received = Received::new(delivery(number, item), SystemTime::now());
    received.verified = true;
    received.account_id = Some(AccountId::new(17_654_321));
    received.user_id = Some(UserId::new(-4));
    received
}

/// The number of a delivery that [`body`] made.
pub(super) fn number(delivery: &Delivery) -> u64 {
    u64::from_str_radix(delivery.trigger_uuid().unwrap(), 16).unwrap()
}

pub(super) fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}
