//! A delivery with what is known of its arrival.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{
    event::Delivery,
    id::{AccountId, UserId},
    receiver::{Unverified, Verified},
};

/// A delivery as an inbox keeps it: the body to the byte, and what is known of its arrival.
///
/// The token that came with it isn't kept, nor the credential within.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Received {
    /// The delivery.
    pub delivery: Delivery,
    /// Whether the sender proved to hold a token that monday minted for this endpoint.
    pub verified: bool,
    /// The account that the token names.
    pub account_id: Option<AccountId>,
    /// The user that the token names, for whom the webhook acts.
    pub user_id: Option<UserId>,
    /// When it first arrived, to the millisecond.
    pub received_at: SystemTime,
}

impl Received {
    /// A delivery of which nobody knows who sent it. The time is cut to the millisecond.
    #[must_use]
    pub fn new(delivery: Delivery, received_at: SystemTime) -> Self {
        Self {
            delivery,
            verified: false,
            account_id: None,
            user_id: None,
            received_at: from_millis(millis(received_at)),
        }
    }
}

impl From<Verified<Delivery>> for Received {
    /// Received now.
    fn from(verified: Verified<Delivery>) -> Self {
        let (delivery, sender) = verified.into_parts();
        Self {
            verified: true,
            account_id: sender.account_id,
            user_id: sender.user_id,
            ..Self::new(delivery, SystemTime::now())
        }
    }
}

impl From<Unverified<Delivery>> for Received {
    /// Received now.
    fn from(unverified: Unverified<Delivery>) -> Self {
        Self::new(unverified.into_message(), SystemTime::now())
    }
}

/// Milliseconds of Unix time; times before 1970 count as 1970.
pub(super) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The time of [`millis`].
pub(super) fn from_millis(millis: i64) -> SystemTime {
    let since = Duration::from_millis(u64::try_from(millis).unwrap_or_default());
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}
