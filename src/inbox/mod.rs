//! The inbox: an accepted delivery is never lost.
//!
//! monday sends a delivery again once a minute for 30 minutes (monday's webhooks reference), and
//! then the event is gone. So the answer is 200 only when the delivery is safe, and a handler that
//! crashes, is slow, or is being deployed must not matter.
//!
//! # The contract
//!
//! - **200 only after the delivery is durable**: fsync on one machine; acknowledged by a stream
//!   that syncs, on a cluster.
//! - **Every durable delivery reaches the handler at least once until it returns Ok or is
//!   dead-lettered.**
//! - **Duplicates within the window (24 h default, never under 30 min) are acknowledged and not
//!   handed over again.**
//! - **No order promised across items; per-item order on request** ([`Order::PerItem`]).
//! - **If durability fails: 503, so that monday retries.**
//!
//! At least once means that a handler can see a delivery twice: a process that is killed after the
//! handler's work, and before that is noted, hands the delivery over again. Make the work
//! idempotent; [`Delivery::dedupe_key`](crate::Delivery::dedupe_key) is a key for that.
//!
//! # The implementations
//!
//! | | survives | use it for |
//! |---|---|---|
//! | [`MemoryInbox`] | nothing: what it holds dies with the process | tests, and where a lost event doesn't matter |
//! | `SqliteInbox` (feature `sqlite`) | a crash of the process and of the machine | one machine |
//! | `NatsInbox` (feature `nats`) | the same, and with three servers the loss of one | several machines |
//!
//! ```
//! use std::sync::Arc;
//! use monday_webhooks::{
//!     Receiver,
//!     auth::{SigningSecret, Verifier},
//!     inbox::{self, Failure, Job, MemoryInbox, MemoryOptions, WorkerOptions},
//! };
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let inbox = Arc::new(MemoryInbox::new(MemoryOptions::default()));
//! let verifier = Verifier::new(SigningSecret::new("the app's Signing Secret")?);
//! let receiver = Receiver::new(verifier, Arc::clone(&inbox));
//! # fn check<S: tower_service::Service<http::Request<http_body_util::Full<bytes::Bytes>>>>(_: S) {}
//! # check(receiver);
//!
//! let handler = async |job: Job| {
//!     println!("{} (attempt {})", job.received.delivery.kind(), job.attempt);
//!     Ok::<(), Failure>(())
//! };
//! let stop = async { tokio::time::sleep(std::time::Duration::MAX).await };
//! inbox::run(inbox, handler, WorkerOptions::default(), stop).await?;
//! # Ok(())
//! # }
//! ```

mod digest;
mod error;
mod ledger;
mod memory;
mod metrics;
#[cfg(feature = "nats")]
pub mod nats;
mod received;
mod seen;
mod sink;
#[cfg(feature = "sqlite")]
mod sqlite;
mod window;
mod worker;

use std::{num::NonZeroUsize, time::Duration};

use crate::receiver::Taken;

/// The longest wait for another attempt: any clock can count so far.
const LONGEST_WAIT: Duration = Duration::from_hours(365 * 24);

pub use error::InboxError;
pub use ledger::{DeadLetter, DeadLetterId, Ledger, Status};
pub use memory::{MemoryInbox, MemoryLease, MemoryOptions};
pub use metrics::{AttemptOutcome, Counters, Metrics};
#[cfg(feature = "nats")]
pub use nats::{NatsInbox, NatsOptions};
pub use received::Received;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteInbox, SqliteLease, SqliteOptions, SqliteView};
pub use window::{DedupeWindow, WindowError};
pub use worker::{Backoff, Failure, Handler, Job, Order, WorkerOptions, run};

/// Where deliveries wait for their handler. See the [module](self) for what it promises.
///
/// Wrapped in an [`Arc`](std::sync::Arc) it is a [`Sink`](crate::receiver::Sink) for
/// [`Receiver`](crate::Receiver); [`run`] works it off.
pub trait Inbox: Ledger {
    /// The right to handle one delivery. Dropping it unsettled hands the delivery over again, for
    /// inboxes that several processes share after at most 60 seconds.
    type Lease: Send + Sync + 'static;

    /// Keeps a delivery. Once this returns `Ok` it is as safe as this inbox makes it.
    ///
    /// Where the future is dropped before it is ready, the delivery may have been kept or not.
    ///
    /// # Errors
    ///
    /// [`InboxError`]: the delivery may not be safe, and whoever sent it has to send it again.
    fn put(&self, received: Received) -> impl Future<Output = Result<Taken, InboxError>> + Send;

    /// Takes between one and `max` deliveries that are due, each for one attempt, the oldest
    /// first. Waits until there is one. Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// [`InboxError`]. Nothing was taken, and it is right to try again later, unless the error
    /// [is permanent](InboxError::is_permanent).
    fn claim(
        &self,
        max: NonZeroUsize,
    ) -> impl Future<Output = Result<Vec<Claimed<Self::Lease>>, InboxError>> + Send;

    /// Says that a delivery is still being handled, and at which attempt.
    ///
    /// # Errors
    ///
    /// [`InboxError`]. The lease may run out.
    fn keep(
        &self,
        lease: &Self::Lease,
        attempt: u32,
    ) -> impl Future<Output = Result<(), InboxError>> + Send;

    /// Ends a lease. To settle one again has no effect.
    ///
    /// # Errors
    ///
    /// [`InboxError`]. It isn't known to be settled; try again, or drop the lease to have the
    /// delivery handed over once more.
    fn settle(
        &self,
        lease: &Self::Lease,
        settlement: Settlement,
    ) -> impl Future<Output = Result<(), InboxError>> + Send;

    /// How often [`keep`](Self::keep) has to be called for a lease not to run out; `None` where
    /// leases last as long as the process.
    fn heartbeat(&self) -> Option<Duration>;

    /// Where this inbox counts what happens.
    fn metrics(&self) -> &dyn Metrics;
}

/// A delivery for one attempt.
#[derive(Debug)]
#[non_exhaustive]
pub struct Claimed<L> {
    /// The delivery.
    pub received: Received,
    /// Which attempt this is, from 1. An attempt that broke off counts.
    pub attempt: u32,
    /// The right to handle it.
    pub lease: L,
}

impl<L> Claimed<L> {
    /// For implementations of [`Inbox`].
    pub const fn new(received: Received, attempt: u32, lease: L) -> Self {
        Self {
            received,
            attempt,
            lease,
        }
    }
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement {
    /// It was handled. It is never handed over again.
    Done,
    /// It is handed over again, not before this time has passed.
    Retry {
        /// The wait: a year at most, a longer one counts as that.
        after: Duration,
    },
    /// It is handed over again at once, and the attempt doesn't count where the inbox can help
    /// it: there was none.
    Release,
    /// It is given up, and kept with the reason until somebody requeues or discards it.
    Dead {
        /// Why. It is stored and shown; nothing of the delivery's belongs in it.
        reason: String,
    },
}
