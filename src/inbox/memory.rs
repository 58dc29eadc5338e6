//! The inbox that forgets with its process.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::{sync::Notify, time::Instant};

use crate::{event::DedupeKey, receiver::Taken};

use super::{
    Claimed, DeadLetter, DeadLetterId, DedupeWindow, Inbox, InboxError, LONGEST_WAIT, Ledger,
    Metrics, Received, Settlement, Status, digest::key_digest, received::millis, seen::Seen,
};

/// The limits of a [`MemoryInbox`].
#[derive(Clone)]
#[non_exhaustive]
pub struct MemoryOptions {
    /// How many deliveries it holds, dead letters among them: 10,000 by default.
    pub deliveries: usize,
    /// How many bytes of bodies it holds: 64 MiB by default.
    pub bytes: usize,
    /// How long a delivery is remembered.
    pub window: DedupeWindow,
    /// How many deliveries it remembers: 2,000,000 by default, at about 32 bytes each. Beyond
    /// that the oldest are forgotten before the window is over, but never within 30 minutes;
    /// where that isn't possible the inbox counts as full.
    pub remembered: usize,
    /// Where it counts.
    pub metrics: Arc<dyn Metrics>,
}

impl Default for MemoryOptions {
    fn default() -> Self {
        Self {
            deliveries: 10_000,
            bytes: 64 * 1024 * 1024,
            window: DedupeWindow::default(),
            remembered: 2_000_000,
            metrics: Arc::new(()),
        }
    }
}

impl fmt::Debug for MemoryOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryOptions")
            .field("deliveries", &self.deliveries)
            .field("bytes", &self.bytes)
            .field("window", &self.window)
            .field("remembered", &self.remembered)
            .finish_non_exhaustive()
    }
}

/// An inbox in memory: **what it holds is lost when the process ends**, although monday was
/// answered 200. For tests, and where a lost event doesn't matter.
///
/// ```
/// use monday_webhooks::{SubscriptionKind, receiver::Taken, testing::verified};
/// use monday_webhooks::inbox::{Inbox, Ledger, MemoryInbox, MemoryOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), monday_webhooks::inbox::InboxError> {
/// let inbox = MemoryInbox::new(MemoryOptions::default());
/// let delivery = verified(&SubscriptionKind::CreateItem).expect("it is in the schema");
/// assert_eq!(inbox.put(delivery.clone().into()).await?, Taken::New);
/// assert_eq!(inbox.put(delivery.into()).await?, Taken::Duplicate);
/// assert_eq!(inbox.status().await?.depth(), 1);
/// # Ok(())
/// # }
/// ```
pub struct MemoryInbox {
    shared: Arc<Shared>,
}

/// The right to handle a delivery of a [`MemoryInbox`].
pub struct MemoryLease {
    shared: Arc<Shared>,
    number: u64,
    settled: AtomicBool,
}

struct Shared {
    options: MemoryOptions,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    next: u64,
    bytes: usize,
    ready: BTreeMap<u64, Entry>,
    later: BTreeMap<(Instant, u64), Entry>,
    in_flight: HashMap<u64, Entry>,
    dead: BTreeMap<u64, (Entry, SystemTime, String)>,
    seen: Seen,
}

struct Entry {
    received: Received,
    attempts: u32,
}

impl MemoryInbox {
    /// An empty inbox.
    #[must_use]
    pub fn new(options: MemoryOptions) -> Self {
        let seen = Seen::new(
            options.window.millis(),
            DedupeWindow::MIN.millis(),
            options.remembered,
        );
        Self {
            shared: Arc::new(Shared {
                options,
                state: Mutex::new(State {
                    next: 1,
                    bytes: 0,
                    ready: BTreeMap::new(),
                    later: BTreeMap::new(),
                    in_flight: HashMap::new(),
                    dead: BTreeMap::new(),
                    seen,
                }),
                changed: Notify::new(),
            }),
        }
    }
}

impl Shared {
    /// Each change to the state is complete when the lock is let go, also by a panic.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, received: Received) -> Result<Taken, InboxError> {
        let key = key_digest(&DedupeKey(&received.delivery));
        let now = millis(SystemTime::now());
        let at = millis(received.received_at).min(now);
        let mut state = self.state();
        state.seen.settle_at(now);
        if state.seen.contains(key, at) {
            return Ok(Taken::Duplicate);
        }
        let bytes = state.bytes + received.delivery.body().len();
        if state.held() >= self.options.deliveries || bytes > self.options.bytes {
            return Err(InboxError::Full);
        }
        state.seen.insert(key, at).map_err(|_| InboxError::Full)?;
        state.bytes = bytes;
        let number = state.next;
        state.next += 1;
        let attempts = 0;
        state.ready.insert(number, Entry { received, attempts });
        drop(state);
        self.changed.notify_waiters();
        Ok(Taken::New)
    }

    /// What is due, or else when something will be.
    fn claim(self: &Arc<Self>, max: usize) -> Result<Vec<Claimed<MemoryLease>>, Option<Instant>> {
        let mut state = self.state();
        let now = Instant::now();
        while let Some(next) = state.later.first_entry()
            && next.key().0 <= now
        {
            let ((_, number), entry) = next.remove_entry();
            state.ready.insert(number, entry);
        }
        let mut claimed = Vec::new();
        while claimed.len() < max
            && let Some((number, mut entry)) = state.ready.pop_first()
        {
            entry.attempts = entry.attempts.saturating_add(1);
            let lease = MemoryLease {
                shared: Arc::clone(self),
                number,
                settled: AtomicBool::new(false),
            };
            claimed.push(Claimed::new(entry.received.clone(), entry.attempts, lease));
            state.in_flight.insert(number, entry);
        }
        if claimed.is_empty() {
            Err(state.later.first_key_value().map(|((due, _), _)| *due))
        } else {
            Ok(claimed)
        }
    }

    fn settle(&self, number: u64, settlement: Settlement) {
        let mut state = self.state();
        let Some(mut entry) = state.in_flight.remove(&number) else {
            return;
        };
        match settlement {
            Settlement::Done => state.bytes -= entry.received.delivery.body().len(),
            Settlement::Retry { after } => {
                let due = Instant::now() + after.min(LONGEST_WAIT);
                state.later.insert((due, number), entry);
            }
            Settlement::Release => {
                entry.attempts = entry.attempts.saturating_sub(1);
                state.ready.insert(number, entry);
            }
            Settlement::Dead { reason } => {
                state
                    .dead
                    .insert(number, (entry, SystemTime::now(), reason));
            }
        }
        drop(state);
        self.changed.notify_waiters();
    }
}

impl State {
    fn held(&self) -> usize {
        self.ready.len() + self.later.len() + self.in_flight.len() + self.dead.len()
    }
}

impl Drop for MemoryLease {
    /// Back into the queue, unless it was settled.
    fn drop(&mut self) {
        if self.settled.load(Ordering::Acquire) {
            return;
        }
        let mut state = self.shared.state();
        if let Some(entry) = state.in_flight.remove(&self.number) {
            state.ready.insert(self.number, entry);
        }
        drop(state);
        self.shared.changed.notify_waiters();
    }
}

impl Inbox for MemoryInbox {
    type Lease = MemoryLease;

    async fn put(&self, received: Received) -> Result<Taken, InboxError> {
        self.shared.put(received)
    }

    async fn claim(&self, max: NonZeroUsize) -> Result<Vec<Claimed<MemoryLease>>, InboxError> {
        loop {
            let mut changed = std::pin::pin!(self.shared.changed.notified());
            changed.as_mut().enable();
            match self.shared.claim(max.get()) {
                Ok(claimed) => return Ok(claimed),
                Err(None) => changed.await,
                Err(Some(due)) => {
                    // Changed or due: either way the queue is looked at again.
                    let _ = tokio::time::timeout_at(due, changed).await;
                }
            }
        }
    }

    async fn keep(&self, lease: &MemoryLease, attempt: u32) -> Result<(), InboxError> {
        if let Some(entry) = self.shared.state().in_flight.get_mut(&lease.number) {
            entry.attempts = attempt;
        }
        Ok(())
    }

    async fn settle(&self, lease: &MemoryLease, settlement: Settlement) -> Result<(), InboxError> {
        if !lease.settled.swap(true, Ordering::AcqRel) {
            self.shared.settle(lease.number, settlement);
        }
        Ok(())
    }

    fn heartbeat(&self) -> Option<Duration> {
        None
    }

    fn metrics(&self) -> &dyn Metrics {
        self.shared.options.metrics.as_ref()
    }
}

impl Ledger for MemoryInbox {
    async fn status(&self) -> Result<Status, InboxError> {
        let state = self.shared.state();
        let entries = state
            .ready
            .values()
            .chain(state.later.values())
            .chain(state.in_flight.values());
        Ok(Status {
            waiting: (state.ready.len() + state.later.len()) as u64,
            in_flight: state.in_flight.len() as u64,
            dead: state.dead.len() as u64,
            oldest: entries.map(|entry| entry.received.received_at).min(),
        })
    }

    async fn dead_letters(
        &self,
        after: Option<DeadLetterId>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, InboxError> {
        let state = self.shared.state();
        let from = after.map_or(0, |after| after.get().saturating_add(1));
        Ok(state
            .dead
            .range(from..)
            .take(limit)
            .map(|(number, (entry, died_at, reason))| DeadLetter {
                id: DeadLetterId::new(*number),
                body: entry.received.delivery.body().clone(),
                verified: entry.received.verified,
                account_id: entry.received.account_id,
                user_id: entry.received.user_id,
                received_at: entry.received.received_at,
                died_at: *died_at,
                attempts: entry.attempts,
                reason: reason.clone(),
            })
            .collect())
    }

    async fn requeue(&self, letter: DeadLetterId) -> Result<bool, InboxError> {
        let mut state = self.shared.state();
        let Some((mut entry, ..)) = state.dead.remove(&letter.get()) else {
            return Ok(false);
        };
        entry.attempts = 0;
        state.ready.insert(letter.get(), entry);
        drop(state);
        self.shared.changed.notify_waiters();
        Ok(true)
    }

    async fn discard(&self, letter: DeadLetterId) -> Result<bool, InboxError> {
        let mut state = self.shared.state();
        let Some((entry, ..)) = state.dead.remove(&letter.get()) else {
            return Ok(false);
        };
        state.bytes -= entry.received.delivery.body().len();
        Ok(true)
    }
}

impl fmt::Debug for MemoryInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryInbox")
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MemoryLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryLease")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
