//! A running emulator and what a test can do with it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use monday_webhooks::SubscriptionKind;
use monday_webhooks::auth::SigningSecret;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::behaviour::Behaviour;
use crate::builder::{EmulatorBuilder, StartError};
use crate::clock::Clock;
use crate::core::Core;
use crate::delivery::{Delivery, Engine};
use crate::log::Events;
use crate::requests::RecordedRequest;
use crate::sample::sample_for;
use crate::sync::lock;
use crate::tokens::Token;
use crate::webhooks::Webhook;
use crate::world::Board;

/// monday on loopback. It stops when it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use monday_emulator::Emulator;
///
/// let emulator = Emulator::start().await?;
/// assert!(emulator.endpoint().starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Emulator {
    core: Arc<Core>,
    addr: SocketAddr,
    personal: Token,
    app: Token,
    served: Option<JoinHandle<()>>,
}

/// There is no webhook with this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no webhook {0}")]
pub struct UnknownWebhook(pub u64);

impl Emulator {
    pub(crate) fn new(
        core: Arc<Core>,
        addr: SocketAddr,
        personal: Token,
        app: Token,
        served: JoinHandle<()>,
    ) -> Self {
        Self {
            core,
            addr,
            personal,
            app,
            served: Some(served),
        }
    }

    /// Sets an emulator up.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Starts an emulator with one board, on a free port of loopback.
    ///
    /// # Errors
    ///
    /// As [`EmulatorBuilder::start`].
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Stops it: finishes the calls under way and closes the port. Dropping it does the same
    /// without waiting.
    pub async fn stop(mut self) {
        self.core.stop.send_replace(true);
        if let Some(served) = self.served.take() {
            // A server task that panicked has stopped, too.
            let _ = served.await;
        }
    }

    /// The URL of the GraphQL API: `http://127.0.0.1:PORT/v2`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}/v2", self.addr)
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// A token whose webhooks are delivered unsigned.
    #[must_use]
    pub fn personal_token(&self) -> &Token {
        &self.personal
    }

    /// A token whose webhooks are delivered with a JWT.
    #[must_use]
    pub fn app_token(&self) -> &Token {
        &self.app
    }

    /// The secret that deliveries are signed with.
    #[must_use]
    pub fn signing_secret(&self) -> &SigningSecret {
        &self.core.signing_secret
    }

    /// The clock that retries and limits go by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.core.clock
    }

    /// Accepts another token.
    pub fn accept_token(&self, token: Token) {
        self.core.tokens.insert(token);
    }

    /// Refuses a token from now on; says whether it was known.
    pub fn revoke_token(&self, text: &str) -> bool {
        self.core.tokens.remove(text)
    }

    /// Adds or replaces a board.
    pub fn add_board(&self, board: Board) {
        lock(&self.core.world).insert_board(board);
    }

    /// Changes how it acts from now on.
    pub fn change_behaviour(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut lock(&self.core.behaviour));
    }

    /// A board's webhooks in the order of their creation.
    #[must_use]
    pub fn webhooks(&self, board_id: u64) -> Vec<Webhook> {
        lock(&self.core.webhooks)
            .on_board(board_id)
            .cloned()
            .collect()
    }

    /// The API calls so far, oldest first; at most the last 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.core.requests.all()
    }

    /// Forgets the API calls so far.
    pub fn forget_requests(&self) {
        self.core.requests.clear();
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        self.core.log.subscribe()
    }

    /// Sends `event` (what stands under `event` in a delivery's body) to a webhook, and returns
    /// once the first attempt came to an end.
    ///
    /// `subscriptionId`, `triggerUuid` and `triggerTime` are filled in where they're missing. What
    /// isn't acknowledged is retried as any other delivery.
    ///
    /// # Errors
    ///
    /// [`UnknownWebhook`] where there is no such webhook.
    pub async fn deliver(&self, webhook_id: u64, event: Value) -> Result<Delivery, UnknownWebhook> {
        let webhook = lock(&self.core.webhooks).get(webhook_id).cloned();
        let webhook = webhook.ok_or(UnknownWebhook(webhook_id))?;
        let id = Engine::enqueue(&self.core, &webhook, event);
        self.attempted(id).await.ok_or(UnknownWebhook(webhook_id))
    }

    /// Sends a sample of `kind` to each of the board's webhooks for it, and returns once each first
    /// attempt came to an end. Empty where no webhook on the board is for `kind`, or where the schema
    /// doesn't have it.
    pub async fn emit(&self, kind: &SubscriptionKind, board_id: u64) -> Vec<Delivery> {
        let subitems_board = lock(&self.core.world)
            .board(board_id)
            .and_then(|board| board.subitems_board);
        let queued: Vec<u64> = self
            .webhooks(board_id)
            .iter()
            .filter(|webhook| webhook.event == kind.as_str())
            .filter_map(|webhook| {
                let event = sample_for(kind, webhook, subitems_board)?;
                Some(Engine::enqueue(&self.core, webhook, event))
            })
            .collect();
        let mut attempted = Vec::new();
        for id in queued {
            attempted.extend(self.attempted(id).await);
        }
        attempted
    }

    async fn attempted(&self, id: u64) -> Option<Delivery> {
        self.delivery_once(id, |delivery| {
            !delivery.attempts.is_empty() || delivery.state.is_final()
        })
        .await
    }

    async fn delivery_once(
        &self,
        id: u64,
        reached: impl Fn(&Delivery) -> bool,
    ) -> Option<Delivery> {
        self.core
            .deliveries
            .wait(&self.core, |engine| {
                engine.get(id).filter(|delivery| reached(delivery))
            })
            .await
    }

    /// The deliveries so far in the order in which they were queued; of more than 10,000, finished
    /// ones are forgotten.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.core.deliveries.all()
    }

    /// Returns once a delivery that fits is acknowledged.
    ///
    /// With a manual clock a retry needs the clock to be [advanced](Self::advance). `None` once the
    /// emulator stops.
    pub async fn until_delivered(&self, fits: impl Fn(&Delivery) -> bool) -> Option<Delivery> {
        self.core
            .deliveries
            .wait(&self.core, |engine| {
                engine.all().into_iter().find(|delivery| {
                    delivery.state == crate::DeliveryState::Acknowledged && fits(delivery)
                })
            })
            .await
    }

    /// Returns once nothing is under way and nothing will be sent before the clock moves on.
    /// Retries that aren't due don't count.
    pub async fn until_idle(&self) {
        let core = &self.core;
        core.deliveries
            .wait(core, |engine| {
                engine.is_idle(core.clock.now()).then_some(())
            })
            .await;
    }

    /// Returns once each delivery so far is acknowledged, given up or dropped.
    ///
    /// With a manual clock this needs the clock to be [advanced](Self::advance).
    pub async fn until_settled(&self) {
        self.core
            .deliveries
            .wait(&self.core, |engine| engine.is_settled().then_some(()))
            .await;
    }

    /// Moves a [manual clock](Clock::manual) forward, making each retry on the way at its time, and
    /// returns once all of them came to an end. With another clock it only waits until idle.
    pub async fn advance(&self, by: Duration) {
        let target = self.core.clock.now().saturating_add(by);
        loop {
            self.until_idle().await;
            match self.core.deliveries.next_timer() {
                Some(due) if due <= target && self.core.clock.is_manual() => {
                    self.core.clock.move_to(due);
                }
                _ => break,
            }
        }
        self.core.clock.move_to(target);
        self.until_idle().await;
    }

    /// Holds deliveries back until they're [resumed](Self::resume_deliveries).
    pub fn pause_deliveries(&self) {
        self.core.deliveries.pause();
    }

    /// Sends what was held back.
    pub fn resume_deliveries(&self) {
        Engine::resume(&self.core);
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.core.stop.send_replace(true);
    }
}
