//! What all parts of one emulator share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use monday_webhooks::ApiToken;
use monday_webhooks::auth::SigningSecret;
use monday_webhooks::id::{AccountId, UserId};
use monday_webhooks::testing::{BoardClaims, TOKEN_LIFETIME, sign_board_token};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::behaviour::{Behaviour, TokenTime};
use crate::clock::{Clock, Timestamp, iso8601_millis, system_time};
use crate::delivery::Engine;
use crate::event_body::{Circumstances, notices};
use crate::fault::Faults;
use crate::graphql::Cursors;
use crate::limits::{Limiter, Limits};
use crate::log::Log;
use crate::oauth::Oauth;
use crate::random::hex_id;
use crate::requests::Requests;
use crate::sync::lock;
use crate::tokens::{Token, TokenKind, Tokens};
use crate::versions::Versions;
use crate::webhooks::{Webhook, Webhooks};
use crate::world::{Change, World};

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) addr: SocketAddr,
    pub(crate) control_addr: Option<SocketAddr>,
    pub(crate) account_id: u64,
    pub(crate) user_id: u64,
    pub(crate) personal: Token,
    pub(crate) app: Token,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) signing_secret: SigningSecret,
    pub(crate) versions: Versions,
    pub(crate) world: Mutex<World>,
    pub(crate) cursors: Cursors,
    pub(crate) webhooks: Mutex<Webhooks>,
    pub(crate) deliveries: Engine,
    pub(crate) requests: Requests,
    pub(crate) faults: Faults,
    pub(crate) limiter: Limiter,
    pub(crate) limits: Mutex<Limits>,
    pub(crate) oauth: Oauth,
    pub(crate) log: Log,
    pub(crate) http: reqwest::Client,
    pub(crate) runtime: tokio::runtime::Handle,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) behaviour: Mutex<Behaviour>,
}

impl Core {
    pub(crate) fn behaviour(&self) -> Behaviour {
        *lock(&self.behaviour)
    }

    pub(crate) fn limits(&self) -> Limits {
        *lock(&self.limits)
    }

    /// Queues the deliveries that changes cause, for each webhook that they concern.
    pub(crate) fn tell(
        self: &Arc<Self>,
        _world: &MutexGuard<'_, World>,
        changes: &[Change],
        user_id: u64,
    ) {
        let circumstances = Circumstances {
            account_id: self.account_id,
            user_id,
            now: self.clock.now(),
            behaviour: self.behaviour(),
        };
        for change in changes {
            let shared = hex_id();
            for notice in notices(change, &circumstances) {
                let concerned: Vec<Webhook> = lock(&self.webhooks)
                    .on_board(notice.board_id)
                    .filter(|webhook| notice.concerns(webhook))
                    .cloned()
                    .collect();
                for webhook in concerned {
                    let mut event = notice.event.clone();
                    if circumstances.behaviour.shared_trigger_uuid {
                        event["triggerUuid"] = shared.as_str().into();
                    }
                    Engine::enqueue(self, &webhook, event);
                }
            }
        }
    }

    /// The delivery body of `event`, with what every event has.
    pub(crate) fn envelope(&self, webhook: &Webhook, mut event: Value) -> Value {
        if let Some(event) = event.as_object_mut() {
            event
                .entry("subscriptionId")
                .or_insert_with(|| webhook.id.into());
            event
                .entry("triggerTime")
                .or_insert_with(|| iso8601_millis(self.clock.now()).into());
            event
                .entry("triggerUuid")
                .or_insert_with(|| hex_id().into());
        }
        json!({ "event": event })
    }

    /// A token for one request to an app's webhook.
    ///
    /// Its `shortLivedToken` is good for API calls until the token expires.
    pub(crate) fn sign(&self, webhook: &Webhook) -> String {
        let short_lived = hex_id();
        let now = self.clock.now();
        self.tokens.insert_until(
            Token::new(TokenKind::App, webhook.user_id, short_lived.clone()),
            now + Timestamp::from_secs(TOKEN_LIFETIME),
            now,
        );
        let now = match self.behaviour().token_time {
            TokenTime::System => system_time(),
            TokenTime::Emulator => self.clock.now(),
        };
        let audience = if self.behaviour().audience_keeps_query {
            webhook.url.clone()
        } else {
            without_query(&webhook.url)
        };
        let mut claims = BoardClaims::new(audience);
        claims.account_id = AccountId::new(self.account_id);
        claims.user_id = UserId::new(i64::try_from(webhook.user_id).unwrap_or(i64::MAX));
        claims.issued_at = now.as_secs();
        claims.expires_at = now.as_secs() + TOKEN_LIFETIME;
        claims.short_lived_token = ApiToken::app(short_lived).ok();
        sign_board_token(&self.signing_secret, &claims)
    }
}

fn without_query(url: &str) -> String {
    url.split_once('?')
        .map_or(url, |(before, _)| before)
        .to_owned()
}
