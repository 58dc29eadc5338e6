//! The right to handle a delivery of the stream.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::inbox::{InboxError, Settlement};

use super::{
    Core,
    pump::{Held, Order},
    record,
};

/// The right to handle a delivery of a [`NatsInbox`](super::NatsInbox).
pub struct NatsLease {
    core: Arc<Core>,
    desk: mpsc::UnboundedSender<Order>,
    held: Held,
    attempt: AtomicU32,
    settled: AtomicBool,
}

impl NatsLease {
    pub(super) fn new(core: Arc<Core>, desk: mpsc::UnboundedSender<Order>, held: Held) -> Self {
        Self {
            core,
            desk,
            attempt: AtomicU32::new(held.attempt),
            held,
            settled: AtomicBool::new(false),
        }
    }

    /// Back to where it came from: nobody has seen it.
    pub(super) fn into_held(self) -> Held {
        self.settled.store(true, Ordering::Release);
        self.held.clone()
    }

    /// A sign of life.
    pub(super) async fn keep(&self, attempt: u32) -> Result<(), InboxError> {
        self.attempt.store(attempt, Ordering::Relaxed);
        if self.is_stale() {
            return Ok(());
        }
        let progress = Bytes::from_static(b"+WPI");
        let client = &self.core.api.client;
        client
            .publish(self.held.place.handout().reply, progress)
            .await
            .map_err(super::api::failed)
    }

    pub(super) async fn settle(&self, settlement: Settlement) -> Result<(), InboxError> {
        if self.is_over() {
            return Ok(());
        }
        let attempt = self.attempt.load(Ordering::Relaxed);
        if let Settlement::Dead { reason } = &settlement {
            self.core.bury(&self.held, attempt, reason).await?;
        }
        match settlement {
            _ if self.is_stale() => {
                warn_of_stale();
                self.end();
            }
            Settlement::Done | Settlement::Dead { .. } => self.acknowledge().await?,
            Settlement::Retry { after } if after.is_zero() => self.back(attempt.saturating_add(1)),
            Settlement::Retry { after } => self.retry(attempt, after).await?,
            Settlement::Release => self.back(attempt),
        }
        self.settled.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether there is nothing left to settle.
    fn is_over(&self) -> bool {
        self.settled.load(Ordering::Acquire) || self.held.place.is_left()
    }

    /// Whether the stream or the consumer that handed it out has gone. Under its number the new one
    /// may have another delivery.
    fn is_stale(&self) -> bool {
        !self.held.place.is_of(&self.core.generation())
    }

    async fn acknowledge(&self) -> Result<(), InboxError> {
        let reply = self.held.place.handout().reply;
        let ack = Bytes::from_static(b"+ACK");
        self.core.answer(&reply, ack).await?;
        self.end();
        Ok(())
    }

    async fn retry(&self, attempt: u32, after: Duration) -> Result<(), InboxError> {
        let handout = self.held.place.handout();
        if attempt > handout.delivered {
            // An inbox that is closed has nothing to count any more.
            let _ = self.desk.send(Order::Count {
                number: self.held.number,
                attempts: attempt,
            });
        }
        self.held.place.give_back();
        let negative = record::negative(after);
        self.core.answer(&handout.reply, negative).await?;
        self.end();
        Ok(())
    }

    /// It isn't this process's any more.
    fn end(&self) {
        // An inbox that is closed has nothing to hand out any more.
        let _ = self.desk.send(Order::Settled {
            number: self.held.number,
            place: Arc::clone(&self.held.place),
        });
    }

    /// To be handed out again by this process, or else soon by another one.
    fn back(&self, attempt: u32) {
        let mut held = self.held.clone();
        held.attempt = attempt;
        // Of an inbox that is closed the lease runs out.
        let _ = self.desk.send(Order::Back(Box::new(held)));
    }
}

pub(super) fn warn_of_stale() {
    tracing::warn!(
        "a delivery at work is of a stream or consumer that has gone: it can't be settled, and comes again where the stream still has it"
    );
}

impl Drop for NatsLease {
    /// An attempt that broke off counts.
    fn drop(&mut self) {
        if !self.is_over() {
            self.back(self.attempt.load(Ordering::Relaxed).saturating_add(1));
        }
    }
}

impl fmt::Debug for NatsLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsLease")
            .field("sequence", &self.held.number.sequence)
            .finish_non_exhaustive()
    }
}

impl Core {
    /// Says what became of a delivery, and waits until the server has noted it.
    async fn answer(&self, reply: &async_nats::Subject, word: Bytes) -> Result<(), InboxError> {
        self.api
            .request(reply.to_string(), None, word)
            .await
            .map(drop)
    }

    /// Puts a delivery among the dead letters.
    async fn bury(&self, held: &Held, attempts: u32, reason: &str) -> Result<(), InboxError> {
        let received = &held.received;
        let headers = record::dead_headers(Some(received), SystemTime::now(), attempts, reason);
        let key = format!(
            "{}:{}:{}",
            held.number.sequence,
            record::arrival(received),
            received.delivery.dedupe_key()
        );
        let body = received.delivery.body().clone();
        self.publish_dead(received, headers, &key, body).await
    }

    /// Puts a message that is no delivery among the dead letters.
    pub(super) async fn bury_unreadable(
        &self,
        unreadable: &super::pump::Unreadable,
    ) -> Result<(), InboxError> {
        let reason = "the stored body can't be read";
        let attempts = unreadable.handout.delivered.saturating_sub(1);
        let now = SystemTime::now();
        let headers = record::dead_headers(None, now, attempts, reason);
        let subject = format!("{}._._._", self.options.stream.dead());
        let key = format!(
            "{}:{}",
            unreadable.number.sequence,
            record::digest(&unreadable.body)
        );
        self.publish(
            &self.options.stream.dead(),
            subject,
            headers,
            &key,
            unreadable.body.clone(),
        )
        .await?;
        self.answer(&unreadable.handout.reply, Bytes::from_static(b"+ACK"))
            .await
    }
}
