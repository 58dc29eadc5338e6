//! The webhooks of boards: create, list, delete.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    generated::operations::{
        CreateWebhook, CreateWebhookWithConfig, DeleteWebhook, ListAppWebhooks, ListWebhooks,
        create_webhook, create_webhook_with_config, delete_webhook, list_app_webhooks,
        list_webhooks,
    },
    id::{BoardId, IdError, WebhookId},
    subscription::{ConfigError, Subscription, SubscriptionKind},
    token::TokenKind,
    url::WebhookUrl,
};

use super::{
    Client,
    call::{Reply, execute},
    deadline::Effort,
    error::{Error, ErrorKind},
};

/// A webhook of a board. monday doesn't return its URL. Two are equal where what monday says of
/// them is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Webhook {
    /// The webhook; its deliveries call it `subscriptionId`.
    pub id: WebhookId,
    /// The board.
    pub board_id: BoardId,
    /// The event.
    pub event: SubscriptionKind,
    /// The config, where there is one.
    pub config: Option<WebhookConfig>,
    /// The kind of token that made it, where that is known.
    pub(super) made_with: TokenKind,
}

impl PartialEq for Webhook {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.board_id == other.board_id
            && self.event == other.event
            && self.config == other.config
    }
}

/// The config of a webhook, as monday returns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum WebhookConfig {
    /// JSON, whether monday sent it as a text or as an object.
    Json(Value),
    /// A text that isn't JSON, as old webhooks have it.
    Text(String),
}

impl Webhook {
    /// The typed subscription behind this webhook.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where the config isn't one that the event takes.
    pub fn subscription(&self) -> Result<Subscription, ConfigError> {
        let text;
        let config = match &self.config {
            None => None,
            Some(WebhookConfig::Json(value)) => Some(value),
            Some(WebhookConfig::Text(config)) => {
                text = Value::String(config.clone());
                Some(&text)
            }
        };
        Subscription::from_parts(&self.event, config)
    }
}

impl Webhook {
    /// Whether monday delivers this webhook's events with a JWT: only webhooks made with an
    /// integration app's OAuth token are, those made with a personal token or in monday's pages
    /// never (monday's webhooks reference). `None` where nobody knows, since monday doesn't say who
    /// made a webhook.
    ///
    /// Known is the kind of token that made it: for a webhook that this client made with a token
    /// of a declared kind ([`ApiToken::app`](crate::ApiToken::app),
    /// [`ApiToken::personal`](crate::ApiToken::personal)), and for what
    /// [`list_app_only`](Webhooks::list_app_only) returns, which an app made.
    ///
    /// ```no_run
    /// # async fn run(client: monday_webhooks::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// # let board = monday_webhooks::BoardId::new(1);
    /// for webhook in client.webhooks().list_app_only(board).await? {
    ///     assert_eq!(webhook.deliveries_are_signed(), Some(true));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn deliveries_are_signed(&self) -> Option<bool> {
        match self.made_with {
            TokenKind::App => Some(true),
            TokenKind::Personal => Some(false),
            TokenKind::Unspecified => None,
        }
    }
}

impl WebhookConfig {
    fn from_answer(config: Value) -> Option<Self> {
        let config = match config {
            Value::String(text) => match serde_json::from_str(&text) {
                Ok(json) => json,
                Err(_) => return Some(Self::Text(text)),
            },
            other => other,
        };
        (!config.is_null()).then_some(Self::Json(config))
    }
}

/// The webhooks of boards. Listing needs the scope `webhooks:read`, creating and deleting
/// `webhooks:write` (monday's webhooks reference).
///
/// Subscribing once, however often the program starts:
///
/// ```no_run
/// use monday_webhooks::{BoardId, Client, Subscription, WebhookUrl};
///
/// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let board = BoardId::new(1234567890);
/// let url = WebhookUrl::new("https://example.com/monday")?;
/// let wanted = Subscription::CreateItem;
/// let webhooks = client.webhooks().list_app_only(board).await?;
/// if !webhooks.iter().any(|webhook| webhook.subscription().as_ref() == Ok(&wanted)) {
///     client.webhooks().create(board, &url, wanted).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Webhooks<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Webhooks<'a> {
    pub(super) const fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Makes a webhook. monday asks the URL for proof at once: the endpoint has to be up, and to
    /// answer the challenge.
    ///
    /// # Errors
    ///
    /// [`Error`]; where its [`may_have_been_applied`](Error::may_have_been_applied) is true, the
    /// webhook may exist all the same, and the call was not repeated.
    /// [`create_or_find`](Self::create_or_find) then looks for it.
    pub async fn create(
        &self,
        board: BoardId,
        url: &WebhookUrl,
        subscription: Subscription,
    ) -> Result<Webhook, Error> {
        let effort = self.client.effort();
        self.create_with(board, url, &subscription, effort).await
    }

    pub(super) async fn create_with(
        &self,
        board: BoardId,
        url: &WebhookUrl,
        subscription: &Subscription,
        effort: Effort,
    ) -> Result<Webhook, Error> {
        let board_id = board.to_string();
        let event = subscription.kind();
        let secrets = [url.as_str()];
        let url = url.as_str().to_owned();
        let client = self.client;
        let reply = match subscription.config() {
            None => {
                let variables = create_webhook::Variables {
                    board_id,
                    event,
                    url,
                };
                execute::<CreateWebhook>(client, variables, &secrets, effort)
                    .await?
                    .map(|data| data.create_webhook.map(Fields::from))
            }
            Some(config) => {
                let variables = create_webhook_with_config::Variables {
                    board_id,
                    // monday's own sample sends JSON as a text.
                    config: Value::String(config.to_string()),
                    event,
                    url,
                };
                execute::<CreateWebhookWithConfig>(client, variables, &secrets, effort)
                    .await?
                    .map(|data| data.create_webhook.map(Fields::from))
            }
        };
        let webhook = Fields::check(reply, ErrorKind::Server)?;
        Ok(Webhook {
            made_with: client.authorization.token.kind(),
            ..webhook
        })
    }

    /// All webhooks of a board, also those with an event that the schema doesn't have.
    ///
    /// # Errors
    ///
    /// [`Error`]. A board that has none, or that monday answers null for, is an empty list.
    pub async fn list(&self, board: BoardId) -> Result<Vec<Webhook>, Error> {
        let effort = self.client.effort();
        Ok(self.list_with(board, effort).await?.webhooks)
    }

    pub(super) async fn list_with(&self, board: BoardId, effort: Effort) -> Result<Listed, Error> {
        let variables = list_webhooks::Variables {
            board_id: board.to_string(),
        };
        let reply = execute::<ListWebhooks>(self.client, variables, &[], effort).await?;
        Listed::read(reply.map(|data| fields(data.webhooks)))
    }

    /// The webhooks of a board that were made by the app that the token belongs to.
    ///
    /// # Errors
    ///
    /// As for [`list`](Self::list).
    pub async fn list_app_only(&self, board: BoardId) -> Result<Vec<Webhook>, Error> {
        let variables = list_app_webhooks::Variables {
            board_id: board.to_string(),
        };
        let effort = self.client.effort();
        let reply = execute::<ListAppWebhooks>(self.client, variables, &[], effort).await?;
        let mut webhooks = Listed::read(reply.map(|data| fields(data.webhooks)))?.webhooks;
        for webhook in &mut webhooks {
            webhook.made_with = TokenKind::App;
        }
        Ok(webhooks)
    }

    /// Deletes a webhook, and returns what it was.
    ///
    /// # Errors
    ///
    /// [`Error`], of the kind [`NotFound`](ErrorKind::NotFound) where there is no such webhook.
    /// What monday answers then is not documented: both `ResourceNotFoundException` and a null
    /// count.
    pub async fn delete(&self, webhook: WebhookId) -> Result<Webhook, Error> {
        let variables = delete_webhook::Variables {
            id: webhook.to_string(),
        };
        let effort = self.client.effort();
        let reply = execute::<DeleteWebhook>(self.client, variables, &[], effort).await?;
        Fields::check(
            reply.map(|data| data.delete_webhook.map(Fields::from)),
            ErrorKind::NotFound,
        )
    }

    /// Deletes a webhook that may be gone already; `None` where it was.
    ///
    /// # Errors
    ///
    /// [`Error`] for anything but that.
    pub async fn delete_if_exists(&self, webhook: WebhookId) -> Result<Option<Webhook>, Error> {
        match self.delete(webhook).await {
            Ok(webhook) => Ok(Some(webhook)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The fields of a webhook as every operation returns them.
struct Fields {
    id: String,
    board_id: String,
    event: SubscriptionKind,
    config: Option<Value>,
}

impl Fields {
    /// The webhook of a reply; without one the reply is an error of the kind `without`.
    fn check(reply: Reply<Option<Self>>, without: ErrorKind) -> Result<Webhook, Error> {
        match reply.data {
            None => Err(reply.into_error(without, "it returned null, and no error")),
            Some(ref fields) => match fields.webhook() {
                Ok(webhook) => Ok(webhook),
                Err(error) => Err(reply.into_error(ErrorKind::Decode, &error.to_string())),
            },
        }
    }

    fn webhook(&self) -> Result<Webhook, IdError> {
        Ok(Webhook {
            id: self.id.parse()?,
            board_id: self.board_id.parse()?,
            event: self.event.clone(),
            config: self.config.clone().and_then(WebhookConfig::from_answer),
            made_with: TokenKind::Unspecified,
        })
    }
}

/// The webhooks of a list, and whether that is surely all of them.
pub(super) struct Listed {
    pub(super) webhooks: Vec<Webhook>,
    pub(super) is_complete: bool,
}

impl Listed {
    fn read(reply: Reply<Option<Vec<Option<Fields>>>>) -> Result<Self, Error> {
        let read = || {
            let elements = reply.data.iter().flatten();
            let is_complete = reply.data.is_some() && elements.clone().all(Option::is_some);
            let webhooks = elements.flatten().map(Fields::webhook);
            Ok(Self {
                webhooks: webhooks.collect::<Result<_, IdError>>()?,
                is_complete,
            })
        };
        read().map_err(|error: IdError| reply.into_error(ErrorKind::Decode, &error.to_string()))
    }
}

fn fields<T: Into<Fields>>(list: Option<Vec<Option<T>>>) -> Option<Vec<Option<Fields>>> {
    let list = list?.into_iter();
    Some(list.map(|webhook| webhook.map(Into::into)).collect())
}

/// Each operation has its own type for the same fragment.
macro_rules! from_fragment {
    ($($module:ident)*) => {
        $(impl From<$module::WebhookFields> for Fields {
            fn from(webhook: $module::WebhookFields) -> Self {
                Self {
                    id: webhook.id,
                    board_id: webhook.board_id,
                    event: webhook.event,
                    config: webhook.config,
                }
            }
        })*
    };
}

from_fragment!(create_webhook create_webhook_with_config delete_webhook list_app_webhooks list_webhooks);
