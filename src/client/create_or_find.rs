//! A creation that looks for itself where monday's answer was lost.

use std::{collections::HashSet, time::Duration};

use serde_json::Value;

use crate::{
    id::{BoardId, WebhookId},
    subscription::Subscription,
    url::WebhookUrl,
};

use super::{
    error::Error,
    retry::RetryPolicy,
    webhooks::{Listed, Webhook, WebhookConfig, Webhooks},
};

/// How long a look at the board's list may take, and what is left of the call's time for the look
/// afterwards.
const LOOK: Duration = Duration::from_secs(10);

/// A webhook that was made, and how that is known.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Creation {
    /// monday answered with it.
    Answered(Webhook),
    /// monday's answer was lost, and the board's list has exactly one webhook more that it can be.
    /// Which token made it isn't known, so neither is whether
    /// [its deliveries are signed](Webhook::deliveries_are_signed).
    Found(Webhook),
}

impl Creation {
    /// The webhook.
    #[must_use]
    pub fn into_webhook(self) -> Webhook {
        match self {
            Self::Answered(webhook) | Self::Found(webhook) => webhook,
        }
    }
}

impl Webhooks<'_> {
    /// Makes a webhook like [`create`](Self::create), and looks for it where the answer to the
    /// creation was lost.
    ///
    /// It lists the board's webhooks, creates, and where it is then unknown whether monday did so,
    /// lists again. The webhook is found where **exactly one** is new that has the same event and
    /// the same config; also where older ones have both. With none or several, the creation's own
    /// error is returned, and nothing is sent a second time: what isn't in the list yet may still
    /// be on its way.
    ///
    /// monday doesn't return URLs. So the webhook that is found is this one only as long as nobody
    /// else subscribes the same board to the same event with the same config within these
    /// seconds; where that can be, use [`create`](Self::create) and look yourself.
    ///
    /// The first look is one request of at most ten seconds, sent once the client's own
    /// [`Limits`](super::Limits) have room for it. Where it fails, for lack of the scope
    /// `webhooks:read` for instance, or where monday answers null for the list or a part of it,
    /// nothing can be told apart later, and this is the same as [`create`](Self::create).
    ///
    /// ```no_run
    /// use monday_webhooks::{BoardId, Client, Subscription, WebhookUrl, client::Creation};
    ///
    /// # async fn run(client: Client, board: BoardId, url: WebhookUrl) {
    /// match client.webhooks().create_or_find(board, &url, Subscription::CreateItem).await {
    ///     Ok(Creation::Found(webhook)) => println!("webhook {}, found in the list", webhook.id),
    ///     Ok(creation) => println!("webhook {}", creation.into_webhook().id),
    ///     Err(error) if error.may_have_been_applied() => println!("look at the board: {error}"),
    ///     Err(error) => println!("there is none: {error}"),
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error`] of the creation; of the first look where the client's own limits left no room for
    /// it in time, and nothing was sent at all. Where its
    /// [`may_have_been_applied`](Error::may_have_been_applied) is true, the webhook may exist all
    /// the same.
    pub async fn create_or_find(
        &self,
        board: BoardId,
        url: &WebhookUrl,
        subscription: Subscription,
    ) -> Result<Creation, Error> {
        let whole = self.client.effort();
        let look = whole
            .with_request_timeout(LOOK)
            .with_retries(RetryPolicy::never());
        let before = match self.list_with(board, look).await {
            Ok(listed) => Some(listed).filter(|listed| listed.is_complete),
            // Behind so many calls there is no room for the creation either.
            Err(error) if error.attempts() == 0 => return Err(error),
            Err(_) => None,
        };
        let creating = match before {
            Some(_) => whole.leaving(LOOK),
            None => whole,
        };
        let created = self.create_with(board, url, &subscription, creating);
        let error = match created.await {
            Ok(webhook) => return Ok(Creation::Answered(webhook)),
            Err(error) => error,
        };
        let Some(before) = before.filter(|_| error.may_have_been_applied()) else {
            return Err(error);
        };
        let after = self.list_with(board, whole).await;
        match after
            .ok()
            .and_then(|after| only_new(&before, after, &subscription))
        {
            Some(webhook) => Ok(Creation::Found(webhook)),
            None => Err(error),
        }
    }
}

/// The one webhook that is new and has this subscription, if there is just one.
fn only_new(before: &Listed, after: Listed, subscription: &Subscription) -> Option<Webhook> {
    if !after.is_complete {
        return None;
    }
    let old: HashSet<WebhookId> = before.webhooks.iter().map(|webhook| webhook.id).collect();
    let (event, config) = (subscription.kind(), subscription.config());
    let mut new = after.webhooks.into_iter().filter(|webhook| {
        !old.contains(&webhook.id)
            && webhook.event == event
            && is_config(webhook.config.as_ref(), config.as_ref())
    });
    new.next().filter(|_| new.next().is_none())
}

/// Whether a webhook's config is the one that was sent; an empty one is none.
fn is_config(returned: Option<&WebhookConfig>, sent: Option<&Value>) -> bool {
    let is_empty = |config: &Value| config.as_object().is_some_and(serde_json::Map::is_empty);
    let sent = sent.filter(|config| !is_empty(config));
    match returned {
        None => sent.is_none(),
        Some(WebhookConfig::Json(config)) if is_empty(config) => sent.is_none(),
        Some(WebhookConfig::Json(config)) => sent == Some(config),
        Some(WebhookConfig::Text(_)) => false,
    }
}
