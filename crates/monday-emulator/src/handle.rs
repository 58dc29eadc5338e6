//! What a test can see of a running emulator, and do with it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use monday_webhooks::SubscriptionKind;
use monday_webhooks::auth::SigningSecret;
use serde_json::{Map, Value};

use crate::behaviour::Behaviour;
use crate::clock::Clock;
use crate::core::Core;
use crate::delivery::{Delivery, DeliveryState, Engine};
use crate::fault::Fault;
use crate::graphql::{Body, GraphqlRequest, execute_apart};
use crate::limits::Limits;
use crate::log::Events;
use crate::requests::RecordedRequest;
use crate::sample::sample_for;
use crate::sync::lock;
use crate::tokens::Token;
use crate::webhooks::Webhook;
use crate::world::{Act, Board, Change, Item, World, WorldError};

/// A handle to a running emulator. Clones are cheap, and all are of the same emulator, which runs
/// as long as its [`Emulator`](crate::Emulator).
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) core: Arc<Core>,
}

/// There is no webhook with this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no webhook {0}")]
pub struct UnknownWebhook(pub u64);

/// A call of the API failed; with the whole answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the call failed: {0}")]
pub struct CallFailed(pub Value);

impl Handle {
    /// The URL of the GraphQL API: `http://127.0.0.1:PORT/v2`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}/v2", self.core.addr)
    }

    /// The URL of the control API, where there is one.
    #[must_use]
    pub fn control_endpoint(&self) -> Option<String> {
        self.core.control_addr.map(|addr| format!("http://{addr}"))
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.core.addr
    }

    /// A token whose webhooks are delivered unsigned.
    #[must_use]
    pub fn personal_token(&self) -> &Token {
        &self.core.personal
    }

    /// A token whose webhooks are delivered with a JWT.
    #[must_use]
    pub fn app_token(&self) -> &Token {
        &self.core.app
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

    /// The id of the app that tokens can be had for by OAuth.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.core.oauth.client_id()
    }

    /// The secret of the app that tokens can be had for by OAuth.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        self.core.oauth.client_secret()
    }

    /// Where OAuth begins and where it ends: the URLs to send a user to and to get a token from.
    #[must_use]
    pub fn oauth_endpoints(&self) -> (String, String) {
        let base = format!("http://{}/oauth2", self.core.addr);
        (format!("{base}/authorize"), format!("{base}/token"))
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

    /// All boards, subitems boards too.
    #[must_use]
    pub fn boards(&self) -> Vec<Board> {
        lock(&self.core.world).boards().cloned().collect()
    }

    /// All items and subitems, those in the archive and in the bin too.
    #[must_use]
    pub fn items(&self) -> Vec<Item> {
        lock(&self.core.world).items().cloned().collect()
    }

    /// An item or a subitem by its id.
    #[must_use]
    pub fn item(&self, id: u64) -> Option<Item> {
        lock(&self.core.world).item(id).cloned()
    }

    /// Calls the API with the personal token, past all limits and faults, and returns `data`.
    ///
    /// # Errors
    ///
    /// [`CallFailed`] with the whole answer where it has errors.
    pub async fn run(&self, query: &str, variables: Value) -> Result<Value, CallFailed> {
        let variables = match variables {
            Value::Object(variables) => variables,
            _ => Map::new(),
        };
        let request = GraphqlRequest {
            query: query.to_owned(),
            operation_name: None,
            variables,
        };
        let token = self.core.personal.clone();
        let version = self.core.versions.current();
        let reply = execute_apart(&self.core, request, token, version).await;
        match reply.body {
            Body::Json(mut body) if body.get("errors").is_none() => Ok(body["data"].take()),
            Body::Json(body) => Err(CallFailed(body)),
            _ => Err(CallFailed(Value::Null)),
        }
    }

    /// Makes an item in the topmost group of a board, and tells the webhooks.
    ///
    /// # Errors
    ///
    /// [`WorldError`] where the board isn't there or the name isn't allowed.
    pub fn create_item(&self, board_id: u64, name: &str) -> Result<Item, WorldError> {
        self.act(|world, act| world.create_item(act, board_id, None, name, &Map::new()))
    }

    /// Brings an archived or deleted item back, which no mutation does, and tells the webhooks.
    ///
    /// # Errors
    ///
    /// [`WorldError`] where there is no such item in the archive or the bin.
    pub fn restore_item(&self, item_id: u64) -> Result<Item, WorldError> {
        self.act(|world, act| Ok((item_id, world.restore_item(act, item_id)?)))
    }

    /// Moves a subitem below another item, which no mutation does, and tells the webhooks.
    ///
    /// # Errors
    ///
    /// [`WorldError`] where one of them isn't there, or isn't what it would have to be.
    pub fn move_subitem(&self, item_id: u64, parent_id: u64) -> Result<Item, WorldError> {
        self.act(|world, act| Ok((item_id, world.move_subitem(act, item_id, parent_id)?)))
    }

    fn act(
        &self,
        act: impl FnOnce(&mut World, Act) -> Result<(u64, Vec<Change>), WorldError>,
    ) -> Result<Item, WorldError> {
        let mut world = lock(&self.core.world);
        let by = Act {
            user: self.core.user_id,
            now: self.core.clock.now(),
            create_labels: false,
        };
        let (item_id, changes) = act(&mut world, by)?;
        self.core.tell(&world, &changes, self.core.user_id);
        world
            .item(item_id)
            .cloned()
            .ok_or(WorldError::NoItem(item_id))
    }

    /// Lets a call go wrong.
    pub fn add_fault(&self, fault: Fault) {
        self.core.faults.add(fault);
    }

    /// The faults that are still to come.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.core.faults.all()
    }

    /// Forgets the faults that are still to come.
    pub fn clear_faults(&self) {
        self.core.faults.clear();
    }

    /// Which limits are enforced.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.core.limits()
    }

    /// Enforces these limits from now on.
    pub fn set_limits(&self, limits: Limits) {
        *lock(&self.core.limits) = limits;
    }

    /// How it acts where monday's documentation is silent.
    #[must_use]
    pub fn behaviour(&self) -> Behaviour {
        self.core.behaviour()
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

    /// Every webhook there is, in the order of their creation.
    #[must_use]
    pub fn all_webhooks(&self) -> Vec<Webhook> {
        lock(&self.core.webhooks).all().cloned().collect()
    }

    /// The API calls so far, oldest first; at most the last 10,000, and no more than fit into
    /// 64 MiB.
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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use axum::{Router, routing::post};
    /// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let url = format!("http://{}/", listener.local_addr()?);
    /// # let echo = Router::new().route("/", post(async |body: String| body));
    /// # tokio::spawn(async { axum::serve(listener, echo).await });
    /// use monday_emulator::{DEFAULT_BOARD_ID, DeliveryState, Emulator};
    /// use monday_webhooks::SubscriptionKind;
    ///
    /// let monday = Emulator::start().await?;
    /// let query = "mutation ($board: ID!, $url: String!) {
    ///     create_webhook(board_id: $board, url: $url, event: item_archived) { id }
    /// }";
    /// let variables = serde_json::json!({"board": DEFAULT_BOARD_ID, "url": url});
    /// monday.run(query, variables).await?;
    ///
    /// let sent = monday.emit(&SubscriptionKind::ItemArchived, DEFAULT_BOARD_ID).await;
    /// assert_eq!(sent[0].state, DeliveryState::Acknowledged);
    /// # Ok(())
    /// # }
    /// ```
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

    /// A delivery by its number, where it is remembered.
    #[must_use]
    pub fn delivery(&self, id: u64) -> Option<Delivery> {
        self.core.deliveries.get(id)
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
                    delivery.state == DeliveryState::Acknowledged && fits(delivery)
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
    ///
    /// The half hour for which monday tries, in no time:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use axum::{Router, http::StatusCode, routing::post};
    /// use monday_emulator::{Clock, DEFAULT_BOARD_ID, DeliveryState, Emulator};
    ///
    /// // An endpoint that answers challenges, and takes no delivery.
    /// let endpoint = post(async |body: String| match body.contains("challenge") {
    ///     true => (StatusCode::OK, body),
    ///     false => (StatusCode::SERVICE_UNAVAILABLE, body),
    /// });
    /// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let url = format!("http://{}/", listener.local_addr()?);
    /// # tokio::spawn(async { axum::serve(listener, Router::new().route("/", endpoint)).await });
    ///
    /// let monday = Emulator::builder().clock(Clock::manual()).start().await?;
    /// # let query = "mutation ($board: ID!, $url: String!) {
    /// #     create_webhook(board_id: $board, url: $url, event: create_item) { id }
    /// # }";
    /// # monday.run(query, serde_json::json!({"board": DEFAULT_BOARD_ID, "url": url})).await?;
    /// monday.create_item(DEFAULT_BOARD_ID, "Order 66")?;
    /// monday.advance(Duration::from_secs(30 * 60)).await;
    /// let delivery = &monday.deliveries()[0];
    /// assert_eq!(delivery.attempts.len(), 31);
    /// assert_eq!(delivery.state, DeliveryState::GivenUp);
    /// # Ok(())
    /// # }
    /// ```
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
