//! The task that fetches deliveries for whoever claims them.
//!
//! Nothing is fetched that nobody has asked for. What comes although the claim was given up, and
//! what is released, waits here for the next claim, in the order of the stream, and goes back to
//! the server where none comes.
//!
//! What is held here isn't handed out here again, though the server does when its lease has run out,
//! as in an outage: it would be at work twice, and behind what came after it.

use std::{
    collections::{BTreeMap, VecDeque, btree_map::Entry},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_nats::{Message, Subscriber};
use bytes::Bytes;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use crate::inbox::{Claimed, InboxError, Received};

use super::{
    Core, NatsLease, api,
    generation::Generation,
    lease::warn_of_stale,
    place::{Handout, Place},
    pull::{Pull, Pulled},
    record::{self, Number},
    sync,
};

/// How long deliveries wait here when nobody claims any.
const GRACE: Duration = Duration::from_secs(1);

/// Of so many deliveries it is known that they had more attempts than the server has counted.
const COUNTED: usize = 10_000;

/// A delivery that this process may hand out.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) received: Received,
    /// Which message of the stream it is.
    pub(super) number: Number,
    /// The number of the attempt that it is for.
    pub(super) attempt: u32,
    /// Where it stands with the server.
    pub(super) place: Arc<Place>,
}

pub(super) type Leases = Vec<Claimed<NatsLease>>;

/// What the task is asked to do.
pub(super) enum Order {
    Claim {
        max: usize,
        reply: oneshot::Sender<Result<Leases, InboxError>>,
    },
    /// A claim has ended, one way or the other.
    ClaimEnded,
    /// A delivery that was handed out isn't handled, and can be handed out again.
    Back(Box<Held>),
    /// A delivery that was handed out is settled.
    Settled { number: Number, place: Arc<Place> },
    /// A delivery that goes back to the server has had so many attempts.
    Count { number: Number, attempts: u32 },
    /// How many deliveries wait here?
    Waiting { reply: oneshot::Sender<usize> },
    /// The streams and the consumer may be gone.
    SetUp,
    /// There is a new connection, and behind it may be a server that knows of nothing.
    Reconnected,
    /// Gives everything back, and ends.
    Close { done: oneshot::Sender<()> },
}

pub(super) struct Pump {
    core: Arc<Core>,
    desk: mpsc::WeakUnboundedSender<Order>,
    claims: VecDeque<(usize, oneshot::Sender<Result<Leases, InboxError>>)>,
    waiting: BTreeMap<Number, Held>,
    /// What is handed out, and neither settled nor back.
    leased: BTreeMap<Number, Arc<Place>>,
    counted: BTreeMap<Number, u32>,
    pull: Option<Pull>,
    /// The server's word that the consumer was deleted, alone or with its stream: what comes under
    /// the same name afterwards, made by whomever, is another one.
    deleted: Subscriber,
    set_up: bool,
    is_new_connection: bool,
    idle_since: Instant,
}

impl Pump {
    pub(super) fn new(
        core: Arc<Core>,
        desk: mpsc::WeakUnboundedSender<Order>,
        deleted: Subscriber,
    ) -> Self {
        Self {
            core,
            desk,
            claims: VecDeque::new(),
            waiting: BTreeMap::new(),
            leased: BTreeMap::new(),
            counted: BTreeMap::new(),
            pull: None,
            deleted,
            set_up: false,
            is_new_connection: false,
            idle_since: Instant::now(),
        }
    }

    /// Works until it is told to close, or nobody is left to tell it.
    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            self.serve();
            let is_lost = !self.core.generation().is_known() && !self.claims.is_empty();
            if self.set_up || is_lost {
                self.see_to_streams().await;
            }
            self.ask_for_more().await;
            let idle = self.claims.is_empty() && !(self.pull.is_none() && self.waiting.is_empty());
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    None => break,
                    Some(Order::Close { done }) => {
                        orders.close();
                        self.let_go().await;
                        // Whoever waited for it may have given up.
                        let _ = done.send(());
                        return;
                    }
                    Some(order) => self.take(order),
                },
                Some(_) = sync::next(&mut self.deleted) => self.lost(),
                pulled = next(&mut self.pull) => self.pulled(pulled).await,
                () = tokio::time::sleep_until(self.idle_since + GRACE), if idle => {
                    self.let_go().await;
                }
            }
        }
        self.let_go().await;
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Claim { max, reply } => self.claims.push_back((max, reply)),
            Order::ClaimEnded | Order::Close { .. } => {}
            Order::Back(held) => self.back(*held),
            Order::Settled { number, place } => self.end(number, &place),
            Order::Count { number, attempts } => self.count(number, attempts),
            Order::Waiting { reply } => {
                let _ = reply.send(self.waiting.len());
            }
            Order::SetUp => self.set_up = true,
            Order::Reconnected => {
                self.set_up = true;
                self.is_new_connection = true;
            }
        }
    }

    fn keep(&mut self, held: Held) {
        if self.waiting.is_empty() {
            self.idle_since = Instant::now();
        }
        self.waiting.insert(held.number, held);
    }

    /// Takes back what was handed out, unless the server has handed it out again since.
    fn back(&mut self, held: Held) {
        self.end(held.number, &held.place);
        held.place.hold();
        if held.place.is_left() {
            return;
        }
        if held.place.is_of(&self.core.generation()) {
            self.keep(held);
        } else {
            warn_of_stale();
        }
    }

    /// A lease has ended. The same message may be at work again, by another one.
    fn end(&mut self, number: Number, place: &Arc<Place>) {
        if let Entry::Occupied(leased) = self.leased.entry(number)
            && Arc::ptr_eq(leased.get(), place)
        {
            leased.remove();
        }
    }

    /// Hands out what is here, the oldest first.
    fn serve(&mut self) {
        let had_claims = !self.claims.is_empty();
        self.claims.retain(|(_, reply)| !reply.is_closed());
        while !self.waiting.is_empty()
            && let Some((max, reply)) = self.claims.pop_front()
        {
            let Some(desk) = self.desk.upgrade() else {
                return;
            };
            let mut leases = Leases::new();
            while leases.len() < max
                && let Some((number, held)) = self.waiting.pop_first()
            {
                self.leased.insert(number, Arc::clone(&held.place));
                let lease = NatsLease::new(Arc::clone(&self.core), desk.clone(), held.clone());
                leases.push(Claimed::new(held.received, held.attempt, lease));
            }
            if let Err(Ok(leases)) = reply.send(Ok(leases)) {
                for claimed in leases {
                    let held = claimed.lease.into_held();
                    self.leased.remove(&held.number);
                    self.waiting.insert(held.number, held);
                }
            }
        }
        if had_claims && self.claims.is_empty() {
            self.idle_since = Instant::now();
        }
    }

    /// Asks the server for what is claimed, unless something is still to come.
    async fn ask_for_more(&mut self) {
        let wanted: usize = self
            .claims
            .iter()
            .fold(0, |sum, (max, _)| sum.saturating_add(*max));
        if wanted == 0 || self.pull.is_some() {
            return;
        }
        if !self.core.is_connected() {
            return self.refuse(&api::unreachable("there is no connection"));
        }
        let stream = self.core.options.stream.as_str();
        let generation = self.core.generation();
        match Pull::start(&self.core.api, stream, wanted.min(MOST), generation).await {
            Ok(pull) => self.pull = Some(pull),
            Err(error) => self.refuse(&error),
        }
    }

    async fn pulled(&mut self, pulled: Pulled) {
        match pulled {
            Pulled::Message(message) => {
                if let Some(pull) = &self.pull {
                    let generation = pull.generation();
                    self.received(message, generation).await;
                }
            }
            Pulled::Over => self.pull = None,
            Pulled::Failed(error) => {
                self.pull = None;
                self.set_up = true;
                self.refuse(&error);
            }
        }
    }

    async fn received(&mut self, message: Message, generation: Generation) {
        match self.read(message, generation) {
            Ok(None) => {}
            Ok(Some(held)) => self.keep(held),
            Err(Some(unreadable)) => {
                if let Err(error) = self.core.bury_unreadable(&unreadable).await {
                    // It comes again when its lease has run out.
                    tracing::warn!("an unreadable message could not be buried: {error}");
                }
            }
            Err(None) => tracing::warn!("a message without a place in the stream was left alone"),
        }
    }

    /// The delivery of a message, unless it is held here already; or else the message, where it is
    /// one of the stream.
    fn read(
        &mut self,
        message: Message,
        generation: Generation,
    ) -> Result<Option<Held>, Option<Unreadable>> {
        let reply = message.reply.ok_or(None)?;
        let (delivered, number) = record::place(&reply).ok_or(None)?;
        let handout = Handout {
            reply,
            delivered,
            generation,
        };
        if self.is_held(number, &handout) {
            return Ok(None);
        }
        let earlier = self.counted.remove(&number).unwrap_or_default();
        let body = message.payload.clone();
        match record::received(message.headers.as_ref(), message.payload) {
            Some(received) => Ok(Some(Held {
                received,
                number,
                attempt: delivered.max(earlier.saturating_add(1)),
                place: Arc::new(Place::new(handout)),
            })),
            None => Err(Some(Unreadable {
                body,
                number,
                handout,
            })),
        }
    }

    /// Whether a message waits here or is at work, which is then settled by this handout of it.
    fn is_held(&mut self, number: Number, handout: &Handout) -> bool {
        if let Some(held) = self.waiting.get(&number) {
            return held.place.renew(handout.clone());
        }
        let Entry::Occupied(leased) = self.leased.entry(number) else {
            return false;
        };
        if leased.get().renew(handout.clone()) {
            return true;
        }
        leased.remove();
        false
    }

    fn count(&mut self, number: Number, attempts: u32) {
        self.counted.insert(number, attempts);
        if self.counted.len() > COUNTED {
            self.counted.pop_first();
        }
    }

    /// Nobody gets anything for now.
    fn refuse(&mut self, error: &InboxError) {
        for (_, reply) in self.claims.drain(..) {
            let _ = reply.send(Err(error.clone()));
        }
        self.idle_since = Instant::now();
    }

    async fn see_to_streams(&mut self) {
        self.set_up = false;
        if std::mem::take(&mut self.is_new_connection) {
            // The server may have forgotten the request.
            self.take_back().await;
        }
        let before = self.core.generation();
        let result = self.core.set_up().await;
        if before.is_known() && self.core.generation() != before {
            self.begin_anew();
        }
        self.core.setting_up.store(false, Ordering::Release);
        match result {
            Ok(false) => {}
            // Nothing is lost by it, and whoever works would come back to a refusal.
            Ok(true) => tracing::warn!(
                "the consumer of the inbox is paused (pause_until): nothing is handed out until that has passed"
            ),
            Err(error) => {
                tracing::warn!(
                    cause = std::error::Error::source(&error).map(tracing::field::display),
                    "the streams of the inbox could not be seen to: {error}"
                );
                self.refuse(&error);
            }
        }
    }

    /// The consumer has gone. Who needs another one makes it: the server may still be at work on the
    /// deletion.
    fn lost(&mut self) {
        if self.core.generation().is_known() {
            self.core.set_generation(Generation::default());
            self.begin_anew();
        }
    }

    /// What waits here isn't the new consumer's; it comes again where the stream still has it.
    fn begin_anew(&mut self) {
        tracing::warn!("the stream of the inbox, or its consumer, has gone or was made anew");
        self.pull = None;
        let now = self.core.generation();
        self.waiting.retain(|_, held| held.place.is_of(&now));
    }

    /// Takes the request for messages back.
    async fn take_back(&mut self) {
        let Some(pull) = self.pull.take() else {
            return;
        };
        let generation = pull.generation();
        let mut rest = Vec::new();
        pull.cancel(|message| rest.push(message)).await;
        for message in rest {
            self.received(message, generation.clone()).await;
        }
    }

    /// Gives back what nobody claims, in its order, so that another process gets it.
    async fn let_go(&mut self) {
        self.take_back().await;
        for (number, held) in std::mem::take(&mut self.waiting) {
            let handout = held.place.handout();
            let attempts = held.attempt.saturating_sub(1);
            if attempts > handout.delivered {
                self.count(number, attempts);
            }
            let nak = Bytes::from_static(b"-NAK");
            let client = &self.core.api.client;
            if client.publish(handout.reply, nak).await.is_err() {
                break;
            }
        }
        // What doesn't arrive is handed out again when its lease has run out.
        let _ = tokio::time::timeout(GRACE, self.core.api.client.flush()).await;
    }
}

/// More than this isn't asked for at once.
const MOST: usize = 1_000;

/// A message of the stream that is no delivery.
pub(super) struct Unreadable {
    pub(super) body: Bytes,
    pub(super) number: Number,
    pub(super) handout: Handout,
}

async fn next(pull: &mut Option<Pull>) -> Pulled {
    match pull {
        Some(pull) => pull.next().await,
        None => std::future::pending().await,
    }
}
