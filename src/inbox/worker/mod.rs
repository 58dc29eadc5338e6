//! The worker: hands deliveries to a handler until they are handled.

mod job;
mod line;
mod options;

use std::{
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use tokio::{
    sync::{Semaphore, SemaphorePermit, watch},
    task::JoinSet,
};

use super::{AttemptOutcome, Claimed, Inbox, InboxError, Settlement};
use crate::within::within;
use line::{Lines, Place, Subject};

pub use job::{Failure, Handler, Job};
pub use options::{Backoff, Order, WorkerOptions};

/// How long to wait after the inbox itself has failed.
const INBOX_BACKOFF: Backoff = Backoff {
    first: Duration::from_millis(100),
    factor: 2.0,
    cap: Duration::from_secs(5),
};

/// Hands deliveries to the handler until `shutdown` is ready, then finishes what is at work.
///
/// A handler that fails, panics or takes too long gets the delivery again after a wait that grows;
/// after [`max_attempts`](WorkerOptions::max_attempts), or by [`Failure::dead`], the delivery
/// becomes a dead letter. A panic is contained where the program unwinds. Where the inbox can't be
/// reached the worker waits until it can.
///
/// Dropping the future drops the handlers that are at work; their deliveries are handed over
/// again.
///
/// # Errors
///
/// [`InboxError`] where it [is permanent](InboxError::is_permanent).
pub async fn run<I: Inbox, H: Handler>(
    inbox: Arc<I>,
    handler: H,
    options: WorkerOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), InboxError> {
    let concurrency = options.concurrency.clamp(1, Semaphore::MAX_PERMITS);
    let limit = match options.order {
        Order::Any => concurrency,
        Order::PerItem { held } => concurrency.saturating_add(held),
    };
    let drain_time = options.drain_time;
    let (stop, stopping) = watch::channel(false);
    let worker = Arc::new(Worker {
        slots: Semaphore::new(concurrency),
        inbox: Arc::clone(&inbox),
        handler,
        options,
        stopping,
    });

    let mut tasks = JoinSet::new();
    let mut lines = Lines::default();
    let mut failures = 0;
    let mut claiming: Option<Pin<Box<_>>> = None;
    let mut shutdown = pin!(shutdown);
    let result = loop {
        if claiming.is_none()
            && let Some(room) = NonZeroUsize::new(limit.saturating_sub(tasks.len()))
        {
            claiming = Some(Box::pin(claim(inbox.as_ref(), room, failures)));
        }
        let claimed = tokio::select! {
            biased;
            () = &mut shutdown => break Ok(()),
            Some(_) = tasks.join_next() => {
                // All at once: tokio gives a task so many steps in a turn, and a receiver on the
                // same thread may have more deliveries in one.
                while tasks.try_join_next().is_some() {}
                continue;
            }
            claimed = ready(&mut claiming) => claimed,
        };
        claiming = None;
        match claimed {
            Ok(claimed) => {
                failures = 0;
                for claimed in claimed {
                    let place = worker.place(&mut lines, &claimed);
                    tasks.spawn(Arc::clone(&worker).work(claimed, place));
                }
            }
            Err(error) if error.is_permanent() => break Err(error),
            Err(error) => {
                failures += 1;
                log(&error, "no deliveries could be taken from the inbox");
            }
        }
    };

    drop(claiming);
    stop.send_replace(true);
    let drained = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(drain_time, drained).await.is_err() {
        tracing::warn!("handlers were still at work at the end of the drain time");
    }
    tasks.shutdown().await;
    result
}

async fn claim<I: Inbox>(
    inbox: &I,
    room: NonZeroUsize,
    failures: u32,
) -> Result<Vec<Claimed<I::Lease>>, InboxError> {
    if failures > 0 {
        tokio::time::sleep(INBOX_BACKOFF.after(failures)).await;
    }
    inbox.claim(room).await
}

async fn ready<F: Future>(future: &mut Option<Pin<Box<F>>>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

fn log(error: &InboxError, what: &str) {
    let cause = std::error::Error::source(error).map(tracing::field::display);
    tracing::warn!(cause, "{what}: {error}");
}

struct Worker<I, H> {
    inbox: Arc<I>,
    handler: H,
    options: WorkerOptions,
    slots: Semaphore,
    stopping: watch::Receiver<bool>,
}

impl<I: Inbox, H: Handler> Worker<I, H> {
    const fn is_ordered(&self) -> bool {
        matches!(self.options.order, Order::PerItem { .. })
    }

    fn place(&self, lines: &mut Lines, claimed: &Claimed<I::Lease>) -> Place {
        if !self.is_ordered() {
            return Place::free();
        }
        Subject::of(&claimed.received).map_or_else(Place::free, |subject| lines.join(subject))
    }

    /// From the claim to the settlement.
    async fn work(self: Arc<Self>, claimed: Claimed<I::Lease>, mut place: Place) {
        let Claimed {
            received,
            mut attempt,
            lease,
        } = claimed;
        let settlement = loop {
            let slot = match self.at_once() {
                Some(slot) => slot,
                None => {
                    let start = async {
                        place.turn().await;
                        self.slots.acquire().await
                    };
                    // In a box of its own, as all that most deliveries don't need: each of them pays
                    // for the size of this future.
                    let start = Box::pin(self.unless_stopping(&lease, attempt, start));
                    match start.await {
                        Some(Ok(slot)) => slot,
                        _ => break Settlement::Release,
                    }
                }
            };
            if attempt > self.options.max_attempts.max(1) {
                let reason = "it has had all of its attempts: the last one broke off, or the limit is lower now";
                let reason = reason.to_owned();
                break Settlement::Dead { reason };
            }
            let job = Job::new(received.clone(), attempt);
            let handled = {
                let attempted = pin!(self.attempt(job));
                self.alive(&lease, attempt, attempted).await
            };
            let failure = match handled {
                Ok(()) => break Settlement::Done,
                Err(failure) => failure,
            };
            drop(slot);
            tracing::warn!(attempt, reason = failure.reason(), "an attempt failed");
            if failure.is_hopeless() || attempt >= self.options.max_attempts {
                let reason = failure.into_reason();
                break Settlement::Dead { reason };
            }
            let backoff = || self.options.backoff.after(attempt);
            let after = failure.wait().unwrap_or_else(backoff);
            if !self.is_ordered() {
                break Settlement::Retry { after };
            }
            // Its place is kept meanwhile, so that no later delivery of the item overtakes it.
            let wait = tokio::time::sleep(after);
            let wait = Box::pin(self.unless_stopping(&lease, attempt, wait));
            if wait.await.is_none() {
                let after = Duration::ZERO;
                break Settlement::Retry { after };
            }
            attempt = attempt.saturating_add(1);
            Box::pin(self.keep(&lease, attempt)).await;
        };
        self.settle(&lease, attempt, settlement).await;
    }

    /// A slot, where there is nothing to wait for.
    fn at_once(&self) -> Option<SemaphorePermit<'_>> {
        let may_wait = self.is_ordered() || *self.stopping.borrow();
        let slot = (!may_wait).then(|| self.slots.try_acquire());
        slot?.ok()
    }

    async fn attempt(&self, job: Job) -> Result<(), Failure> {
        let started = Instant::now();
        let handling = pin!(async { self.handler.handle(job).await });
        let handling = pin!(contain(handling));
        let limit = self.options.handler_time;
        let (outcome, result) = match within(limit, handling).await {
            Some(Some(Ok(()))) => (AttemptOutcome::Done, Ok(())),
            Some(Some(Err(failure))) => (AttemptOutcome::Failed, Err(failure)),
            Some(None) => (
                AttemptOutcome::Panicked,
                Err(Failure::retry("the handler panicked")),
            ),
            None => (
                AttemptOutcome::TimedOut,
                Err(Failure::retry("the handler took too long")),
            ),
        };
        self.inbox.metrics().attempted(outcome, started.elapsed());
        result
    }

    /// Until it succeeds: a settlement that is lost means that the delivery is handled twice.
    async fn settle(&self, lease: &I::Lease, attempt: u32, settlement: Settlement) {
        let mut failures = 0;
        while let Err(error) = self.inbox.settle(lease, settlement.clone()).await {
            log(&error, "a delivery could not be settled");
            if error.is_permanent() {
                return;
            }
            failures += 1;
            let wait = Box::pin(tokio::time::sleep(INBOX_BACKOFF.after(failures)));
            Box::pin(self.alive(lease, attempt, wait)).await;
        }
        if let Settlement::Dead { reason } = settlement {
            self.inbox.metrics().dead();
            tracing::error!(attempt, reason, "a delivery was given up");
        }
    }

    /// The future's output, or `None` as soon as the worker stops.
    async fn unless_stopping<T>(
        &self,
        lease: &I::Lease,
        attempt: u32,
        future: impl Future<Output = T>,
    ) -> Option<T> {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => None,
            // The word goes round one by one: whoever comes to the end of a line because the one
            // before has heard it may not have heard it yet, and must not overtake.
            output = self.alive(lease, attempt, future) => {
                (!*self.stopping.borrow()).then_some(output)
            }
        }
    }

    /// The future's output; the lease is kept alive meanwhile.
    async fn alive<T>(&self, lease: &I::Lease, attempt: u32, future: impl Future<Output = T>) -> T {
        let Some(period) = self.inbox.heartbeat() else {
            return future.await;
        };
        let beat = Box::pin(async {
            loop {
                tokio::time::sleep(period).await;
                self.keep(lease, attempt).await;
            }
        });
        tokio::select! {
            biased;
            output = future => output,
            () = beat => std::future::pending().await,
        }
    }

    async fn keep(&self, lease: &I::Lease, attempt: u32) {
        if let Err(error) = self.inbox.keep(lease, attempt).await {
            log(&error, "a lease could not be kept");
        }
    }
}

/// The future's output, or `None` where it panics.
async fn contain<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        // The future isn't touched again after a panic.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        SubscriptionKind,
        inbox::{MemoryInbox, MemoryOptions},
        testing,
    };

    #[tokio::test]
    async fn a_delivery_that_is_handled_takes_less_than_a_kibibyte_beside_its_handler() {
        let inbox = Arc::new(MemoryInbox::new(MemoryOptions::default()));
        let delivery = testing::verified(&SubscriptionKind::CreateItem).unwrap();
        inbox.put(delivery.into()).await.unwrap();
        let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap().remove(0);
        let worker = Arc::new(Worker {
            inbox,
            handler: async |_: Job| Ok::<(), Failure>(()),
            options: WorkerOptions::default(),
            slots: Semaphore::new(1),
            stopping: watch::channel(false).1,
        });
        let work = worker.work(claimed, Place::free());
        assert!(size_of_val(&work) < 1024, "{}", size_of_val(&work));
        work.await;
    }
}
