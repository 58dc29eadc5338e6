#![doc = include_str!("README.md")]

mod api;
mod auth;
mod connect;
mod core;
mod generation;
mod lease;
mod ledger;
mod options;
mod place;
mod prune;
mod pull;
mod pump;
mod record;
mod server;
mod setup;
mod stream_name;
mod subject;
mod sync;

use std::{
    fmt,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::{
    sync::{mpsc, oneshot},
    task::AbortHandle,
};

use crate::receiver::{DEFAULT_BODY_LIMIT, Taken};

use super::{Claimed, Inbox, InboxError, Metrics, Received, Settlement};
use api::Api;
use core::Core;
use pump::{Order, Pump};
use setup::CONSUMER;

pub use auth::NatsAuth;
pub use lease::NatsLease;
pub use options::{NatsAddressError, NatsOptions, NatsTls, SyncCheck};
pub use server::{NatsServer, NatsServerError};
pub use stream_name::{StreamName, StreamNameError};

/// An inbox in NATS JetStream, which any number of processes on any number of machines share.
///
/// See the [module](self) for what the servers have to look like.
pub struct NatsInbox {
    core: Arc<Core>,
    desk: mpsc::UnboundedSender<Order>,
    pruning: Option<AbortHandle>,
}

impl NatsInbox {
    /// Connects, makes the two streams and the consumer where they are missing, and checks them
    /// where they aren't. From then on the connection is made anew whenever it breaks, and so are
    /// streams that have gone.
    ///
    /// # Errors
    ///
    /// [`InboxError`]: [`Unreachable`](InboxError::Unreachable),
    /// [`Unauthorized`](InboxError::Unauthorized), and [`Unsafe`](InboxError::Unsafe) where a
    /// stream or the consumer has a setting that the contract can't rest on.
    pub async fn connect(options: NatsOptions) -> Result<Self, InboxError> {
        let trouble = sync::check(&options).await?;
        let inbox = Self::start(options, true).await?;
        if let Some(trouble) = trouble {
            sync::warn(&trouble);
        }
        Ok(inbox)
    }

    /// Connects to an inbox that has to be there, for somebody who looks after it: nothing is
    /// made or checked.
    ///
    /// # Errors
    ///
    /// [`InboxError`]: [`NotAnInbox`](InboxError::NotAnInbox) where a stream or the consumer is
    /// missing.
    pub async fn open(options: NatsOptions) -> Result<Self, InboxError> {
        Self::start(options, false).await
    }

    async fn start(options: NatsOptions, is_owner: bool) -> Result<Self, InboxError> {
        let (desk, orders) = mpsc::unbounded_channel();
        let bell = desk.downgrade();
        let is_first = AtomicBool::new(true);
        let client = connect::connect(&options, &options.auth, move || {
            if let Some(desk) = bell.upgrade()
                && !is_first.swap(false, Ordering::AcqRel)
            {
                let _ = desk.send(Order::Reconnected);
            }
        })
        .await?;
        let api = Api {
            client,
            answer_time: options.answer_time,
        };
        let max_payload = api.client.max_payload();
        if max_payload < DEFAULT_BODY_LIMIT {
            tracing::warn!(
                max_payload,
                "the NATS server takes smaller messages than a receiver takes bodies; larger deliveries are answered 503"
            );
        }
        // A stream takes its consumer along, and the server often doesn't get to tell of the stream.
        // A user who may not hear of it learns it from answers that don't come.
        let deleted = api
            .subscribe(format!(
                "$JS.EVENT.ADVISORY.CONSUMER.DELETED.{}.{CONSUMER}",
                options.stream
            ))
            .await?;
        let core = Arc::new(Core::new(api, options, is_owner));
        // Nobody would learn at this start why nothing is handled.
        if core.set_up().await? {
            return Err(InboxError::Unsafe(format!(
                "the consumer {CONSUMER} of the stream {} is paused (pause_until)",
                core.options.stream
            )));
        }
        let pump = Pump::new(Arc::clone(&core), desk.downgrade(), deleted);
        tokio::spawn(pump.run(orders));
        let prune = prune::run(Arc::downgrade(&core));
        let pruning = is_owner.then(|| tokio::spawn(prune).abort_handle());
        Ok(Self {
            core,
            desk,
            pruning,
        })
    }

    /// Gives back at once what this process holds, so that another one gets it without waiting
    /// for the lease to run out. For the end of a process, after its worker has stopped.
    ///
    /// Afterwards nothing can be claimed.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.send(Order::Close { done }).is_ok() {
            // An error is what says that it was closed before.
            let _ = closed.await;
        }
    }

    /// Removes deliveries that were handled and stored before this time, and returns how many.
    ///
    /// What is past the [window](NatsOptions::window) goes by itself; this is for an operator who
    /// needs room earlier. A duplicate of what was removed is a new delivery after a restart of
    /// the servers.
    ///
    /// # Errors
    ///
    /// [`InboxError`].
    pub async fn remove_handled(&self, before: SystemTime) -> Result<u64, InboxError> {
        prune::prune(&self.core, before).await
    }

    fn core(&self) -> &Core {
        &self.core
    }

    fn send(&self, order: Order) -> Result<(), InboxError> {
        self.desk.send(order).map_err(|_| InboxError::Closed)
    }

    /// A stream that is gone doesn't answer, nor does one that knows nothing of what it is told.
    fn doubt<T>(&self, result: &Result<T, InboxError>) {
        if let Err(InboxError::Unreachable(_)) = result
            && self.core.is_connected()
            && self.core.wants_setting_up()
        {
            let _ = self.send(Order::SetUp);
        }
    }
}

/// Tells the pump that a claim has ended, however it did.
struct Ending<'a>(&'a NatsInbox);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        // A pump that is gone has no claims.
        let _ = self.0.send(Order::ClaimEnded);
    }
}

impl Inbox for NatsInbox {
    type Lease = NatsLease;

    async fn put(&self, received: Received) -> Result<Taken, InboxError> {
        let key = received.delivery.dedupe_key();
        let taken = self.core.publish_delivery(&received, &key).await;
        self.doubt(&taken);
        taken
    }

    async fn claim(&self, max: NonZeroUsize) -> Result<Vec<Claimed<NatsLease>>, InboxError> {
        let _ending = Ending(self);
        let (reply, answer) = oneshot::channel();
        let max = max.get();
        self.send(Order::Claim { max, reply })?;
        answer.await.unwrap_or(Err(InboxError::Closed))
    }

    async fn keep(&self, lease: &NatsLease, attempt: u32) -> Result<(), InboxError> {
        lease.keep(attempt).await
    }

    async fn settle(&self, lease: &NatsLease, settlement: Settlement) -> Result<(), InboxError> {
        let settled = lease.settle(settlement).await;
        self.doubt(&settled);
        settled
    }

    fn heartbeat(&self) -> Option<Duration> {
        Some(self.core.heartbeat())
    }

    fn metrics(&self) -> &dyn Metrics {
        self.core.options.metrics.as_ref()
    }
}

impl Drop for NatsInbox {
    fn drop(&mut self) {
        if let Some(pruning) = &self.pruning {
            pruning.abort();
        }
    }
}

impl fmt::Debug for NatsInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsInbox")
            .field("options", &self.core.options)
            .finish_non_exhaustive()
    }
}
