//! What an inbox and its worker report.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use super::InboxError;

/// Hears what happens in an inbox and its worker, as it happens. Depth and age are in
/// [`Status`](super::Status).
///
/// The methods are called on the way of each delivery: they must not block.
///
/// ```
/// use std::sync::Arc;
///
/// use monday_webhooks::inbox::{InboxError, MemoryInbox, MemoryOptions, Metrics};
///
/// struct Pager;
///
/// impl Metrics for Pager {
///     fn dead(&self) {
///         eprintln!("a delivery was given up");
///     }
///
///     fn refused(&self, error: &InboxError) {
///         eprintln!("a delivery was not kept: {error}");
///     }
/// }
///
/// let mut options = MemoryOptions::default();
/// options.metrics = Arc::new(Pager);
/// let inbox = MemoryInbox::new(options);
/// ```
pub trait Metrics: Send + Sync + 'static {
    /// A delivery was kept.
    fn received(&self) {}

    /// A delivery came that was kept before.
    fn duplicate(&self) {}

    /// A delivery was not kept, and monday was asked to send it again.
    fn refused(&self, error: &InboxError) {
        let _ = error;
    }

    /// The inbox made `rows` changes durable in one step, or, with an error, failed to.
    fn committed(&self, rows: usize, took: Duration, error: Option<&InboxError>) {
        let _ = (rows, took, error);
    }

    /// A handler's attempt ended.
    fn attempted(&self, outcome: AttemptOutcome, took: Duration) {
        let _ = (outcome, took);
    }

    /// A delivery was given up.
    fn dead(&self) {}
}

/// How a handler's attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// With `Ok`.
    Done,
    /// With a failure.
    Failed,
    /// With a panic.
    Panicked,
    /// Not in the time it has.
    TimedOut,
}

impl Metrics for () {}

/// [`Metrics`] that counts.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Deliveries kept.
    pub received: AtomicU64,
    /// Duplicates.
    pub duplicates: AtomicU64,
    /// Deliveries not kept.
    pub refused: AtomicU64,
    /// Steps by which changes were made durable.
    pub commits: AtomicU64,
    /// Changes made durable.
    pub committed_rows: AtomicU64,
    /// The time that those steps took, in microseconds.
    pub commit_micros: AtomicU64,
    /// Steps that failed.
    pub failed_commits: AtomicU64,
    /// Attempts of the handler.
    pub attempts: AtomicU64,
    /// Attempts that ended otherwise than with `Ok`.
    pub failed_attempts: AtomicU64,
    /// Deliveries given up.
    pub dead: AtomicU64,
}

impl Metrics for Counters {
    fn received(&self) {
        self.received.fetch_add(1, Relaxed);
    }

    fn duplicate(&self) {
        self.duplicates.fetch_add(1, Relaxed);
    }

    fn refused(&self, _: &InboxError) {
        self.refused.fetch_add(1, Relaxed);
    }

    fn committed(&self, rows: usize, took: Duration, error: Option<&InboxError>) {
        if error.is_some() {
            self.failed_commits.fetch_add(1, Relaxed);
            return;
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commits.fetch_add(1, Relaxed);
        self.committed_rows.fetch_add(rows as u64, Relaxed);
        self.commit_micros.fetch_add(micros, Relaxed);
    }

    fn attempted(&self, outcome: AttemptOutcome, _: Duration) {
        self.attempts.fetch_add(1, Relaxed);
        if outcome != AttemptOutcome::Done {
            self.failed_attempts.fetch_add(1, Relaxed);
        }
    }

    fn dead(&self) {
        self.dead.fetch_add(1, Relaxed);
    }
}
