//! What a handler gets, and what it gives back.

use std::{fmt, sync::Arc, time::Duration};

use crate::inbox::Received;

/// One attempt at one delivery.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Job {
    /// The delivery, and when it first arrived.
    pub received: Received,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

impl Job {
    pub(super) const fn new(received: Received, attempt: u32) -> Self {
        Self { received, attempt }
    }
}

/// Handles deliveries.
///
/// Any `Fn(Job) -> impl Future<Output = Result<(), E>>` is one, where `E` is [`Failure`] or any
/// error type.
///
/// ```
/// use monday_webhooks::{Client, Event, ItemId, inbox::{Failure, Handler, Job}};
///
/// struct Desk {
///     client: Client,
/// }
///
/// impl Handler for Desk {
///     async fn handle(&self, job: Job) -> Result<(), Failure> {
///         match job.received.delivery.event() {
///             Event::ItemCreated(item) => self.open_order(item.item_id).await?,
///             _ => {} // not what this one is for
///         }
///         Ok(())
///     }
/// }
///
/// impl Desk {
///     async fn open_order(&self, item: ItemId) -> Result<(), monday_webhooks::client::Error> {
///         // … asks monday by `self.client`
///         Ok(())
///     }
/// }
/// ```
pub trait Handler: Send + Sync + 'static {
    /// Handles a delivery. With `Ok` it is done with; with a failure it is handed over again
    /// later, or given up.
    ///
    /// The same delivery can come again although it was handled: see the [contract](crate::inbox).
    fn handle(&self, job: Job) -> impl Future<Output = Result<(), Failure>> + Send;
}

impl<F, R, E> Handler for F
where
    F: Fn(Job) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), E>> + Send,
    E: Into<Failure>,
{
    async fn handle(&self, job: Job) -> Result<(), Failure> {
        self(job).await.map_err(Into::into)
    }
}

impl<H: Handler> Handler for Arc<H> {
    fn handle(&self, job: Job) -> impl Future<Output = Result<(), Failure>> + Send {
        H::handle(self, job)
    }
}

/// Why a handler didn't handle a delivery. Made from any error by `?`, to be tried again.
///
/// The reason is logged, and stored with a dead letter: nothing of the delivery's belongs in it.
///
/// ```
/// use std::time::Duration;
///
/// use monday_webhooks::inbox::Failure;
///
/// fn failure(status: u16) -> Failure {
///     match status {
///         410 => Failure::dead("the order desk doesn't know this board any more"),
///         429 => Failure::retry("the order desk is busy").after(Duration::from_secs(60)),
///         _ => Failure::retry(format!("the order desk answered {status}")),
///     }
/// }
/// assert!(failure(410).is_hopeless());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    reason: String,
    hopeless: bool,
    after: Option<Duration>,
}

/// A longer reason is cut.
const MAX_REASON: usize = 1024;

impl Failure {
    /// To be tried again.
    pub fn retry(reason: impl fmt::Display) -> Self {
        Self::new(&reason, false)
    }

    /// To be given up at once: another attempt would end the same way.
    pub fn dead(reason: impl fmt::Display) -> Self {
        Self::new(&reason, true)
    }

    fn new(reason: &dyn fmt::Display, hopeless: bool) -> Self {
        let mut reason = reason.to_string();
        reason.truncate(reason.floor_char_boundary(MAX_REASON));
        Self {
            reason,
            hopeless,
            after: None,
        }
    }

    /// The same, with the next attempt after this wait rather than after the worker's
    /// [backoff](super::WorkerOptions::backoff): where whoever is called has said when to come again. A
    /// wait of over a year counts as a year.
    #[must_use]
    pub const fn after(mut self, wait: Duration) -> Self {
        self.after = Some(wait);
        self
    }

    /// The wait before the next attempt, where the handler has named one.
    #[must_use]
    pub const fn wait(&self) -> Option<Duration> {
        self.after
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    pub(super) fn into_reason(self) -> String {
        self.reason
    }

    /// Whether another attempt is of no use.
    #[must_use]
    pub const fn is_hopeless(&self) -> bool {
        self.hopeless
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}
