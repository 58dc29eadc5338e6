//! What an inbox holds, and the dead letters: for the operator.

use std::{fmt, time::SystemTime};

use bytes::Bytes;

use crate::{
    event::{Delivery, DeliveryError},
    id::{AccountId, UserId},
};

use super::InboxError;

/// The operator's view of an inbox.
///
/// ```
/// use monday_webhooks::inbox::{InboxError, Ledger};
///
/// /// Hands over again whatever was given up, a page at a time.
/// async fn requeue_all(inbox: &impl Ledger) -> Result<(), InboxError> {
///     let mut after = None;
///     loop {
///         let letters = inbox.dead_letters(after, 100).await?;
///         let Some(last) = letters.last() else { return Ok(()) };
///         after = Some(last.id);
///         for letter in letters {
///             println!("{}: {} after {} attempts", letter.id, letter.reason, letter.attempts);
///             inbox.requeue(letter.id).await?;
///         }
///     }
/// }
/// ```
pub trait Ledger: Send + Sync + 'static {
    /// What the inbox holds now.
    ///
    /// # Errors
    ///
    /// [`InboxError`].
    fn status(&self) -> impl Future<Output = Result<Status, InboxError>> + Send;

    /// Up to `limit` dead letters, the first that died first, after the one named.
    ///
    /// # Errors
    ///
    /// [`InboxError`].
    fn dead_letters(
        &self,
        after: Option<DeadLetterId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<DeadLetter>, InboxError>> + Send;

    /// Hands a dead letter over again, with its attempts counted anew. `false` where there is no
    /// such dead letter.
    ///
    /// # Errors
    ///
    /// [`InboxError`].
    fn requeue(
        &self,
        letter: DeadLetterId,
    ) -> impl Future<Output = Result<bool, InboxError>> + Send;

    /// Deletes a dead letter. `false` where there is no such dead letter.
    ///
    /// # Errors
    ///
    /// [`InboxError`].
    fn discard(
        &self,
        letter: DeadLetterId,
    ) -> impl Future<Output = Result<bool, InboxError>> + Send;
}

/// How much an inbox holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Deliveries that wait for an attempt, due or not.
    pub waiting: u64,
    /// Deliveries that are being handled.
    pub in_flight: u64,
    /// Dead letters.
    pub dead: u64,
    /// When the oldest delivery that isn't handled arrived.
    pub oldest: Option<SystemTime>,
}

impl Status {
    /// Deliveries that aren't handled yet.
    #[must_use]
    pub const fn depth(&self) -> u64 {
        self.waiting + self.in_flight
    }
}

/// Names a dead letter within its inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeadLetterId(u64);

impl DeadLetterId {
    /// The dead letter with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for DeadLetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for DeadLetterId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A delivery that was given up.
#[derive(Clone)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Names it.
    pub id: DeadLetterId,
    /// The body, to the byte.
    pub body: Bytes,
    /// Whether the sender proved to hold a token for this endpoint.
    pub verified: bool,
    /// The account that the token names.
    pub account_id: Option<AccountId>,
    /// The user that the token names.
    pub user_id: Option<UserId>,
    /// When it first arrived.
    pub received_at: SystemTime,
    /// When it was given up.
    pub died_at: SystemTime,
    /// How many attempts there were.
    pub attempts: u32,
    /// Why it was given up, in the handler's words.
    pub reason: String,
}

impl DeadLetter {
    /// The delivery.
    ///
    /// # Errors
    ///
    /// [`DeliveryError`] where the stored body can't be read any more; that is then why it is
    /// here.
    pub fn delivery(&self) -> Result<Delivery, DeliveryError> {
        Delivery::parse(self.body.clone())
    }
}

/// Without what customers wrote.
impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("id", &self.id)
            .field("received_at", &self.received_at)
            .field("died_at", &self.died_at)
            .field("attempts", &self.attempts)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
