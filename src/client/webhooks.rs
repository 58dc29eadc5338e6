//! The webhooks of boards: create, list, delete.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    generated::operations::{
        CreateWebhook, CreateWebhookWithConfig, DeleteWebhook, ListAppWebhooks, ListWebhooks,
        create_webhook, create_webhook_with_config, delete_webhook, list_app_webhooks,
        list_webhooks,
    },
    id::{BoardId, WebhookId},
    subscription::{ConfigError, Subscription, SubscriptionKind},
    url::WebhookUrl,
};

use super::{
    Client,
    call::execute,
    error::{Details, Error, ErrorKind},
};

/// A webhook of a board. monday doesn't return its URL.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, Copy)]
pub struct Webhooks<'a> {
    client: &'a Client,
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
    /// webhook may exist all the same, and the call was not repeated. monday doesn't return URLs,
    /// so that a look at the list can't always tell.
    pub async fn create(
        &self,
        board: BoardId,
        url: &WebhookUrl,
        subscription: Subscription,
    ) -> Result<Webhook, Error> {
        let board_id = board.to_string();
        let event = subscription.kind();
        let secrets = [url.as_str()];
        let url = url.as_str().to_owned();
        let webhook = match subscription.config() {
            None => {
                let variables = create_webhook::Variables {
                    board_id,
                    event,
                    url,
                };
                let data = execute::<CreateWebhook>(self.client, variables, &secrets).await?;
                data.create_webhook.map(Fields::from)
            }
            Some(config) => {
                let variables = create_webhook_with_config::Variables {
                    board_id,
                    // monday's own sample sends JSON as a text.
                    config: Value::String(config.to_string()),
                    event,
                    url,
                };
                let data =
                    execute::<CreateWebhookWithConfig>(self.client, variables, &secrets).await?;
                data.create_webhook.map(Fields::from)
            }
        };
        webhook
            .ok_or_else(|| {
                Error::new(Details {
                    message: Some("it returned null, and no error".into()),
                    may_have_been_applied: true,
                    attempts: 1,
                    ..Details::new(ErrorKind::Server, create_webhook::OPERATION_NAME)
                })
            })?
            .check(create_webhook::OPERATION_NAME)
    }

    /// All webhooks of a board, also those with an event that the schema doesn't have.
    ///
    /// # Errors
    ///
    /// [`Error`]. A board that has none, or that monday answers null for, is an empty list.
    pub async fn list(&self, board: BoardId) -> Result<Vec<Webhook>, Error> {
        let variables = list_webhooks::Variables {
            board_id: board.to_string(),
        };
        let data = execute::<ListWebhooks>(self.client, variables, &[]).await?;
        let webhooks = data.webhooks.into_iter().flatten().flatten();
        webhooks
            .map(|webhook| Fields::from(webhook).check(list_webhooks::OPERATION_NAME))
            .collect()
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
        let data = execute::<ListAppWebhooks>(self.client, variables, &[]).await?;
        let webhooks = data.webhooks.into_iter().flatten().flatten();
        webhooks
            .map(|webhook| Fields::from(webhook).check(list_app_webhooks::OPERATION_NAME))
            .collect()
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
        let data = execute::<DeleteWebhook>(self.client, variables, &[]).await?;
        data.delete_webhook
            .map(Fields::from)
            .ok_or_else(|| {
                Error::new(Details {
                    attempts: 1,
                    ..Details::new(ErrorKind::NotFound, delete_webhook::OPERATION_NAME)
                })
            })?
            .check(delete_webhook::OPERATION_NAME)
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
    fn check(self, operation: &'static str) -> Result<Webhook, Error> {
        let unreadable = |source: crate::id::IdError| {
            Error::new(Details {
                source: Some(source.into()),
                ..Details::new(ErrorKind::Decode, operation)
            })
        };
        Ok(Webhook {
            id: self.id.parse().map_err(unreadable)?,
            board_id: self.board_id.parse().map_err(unreadable)?,
            event: self.event,
            config: self.config.and_then(WebhookConfig::from_answer),
        })
    }
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
