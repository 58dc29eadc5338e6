//! One request for messages.

use std::time::Duration;

use async_nats::{Message, StatusCode, Subscriber};
use serde_json::json;

use crate::inbox::InboxError;

use super::{
    api::{self, Api},
    setup::CONSUMER,
    sync::next,
};

/// How long the server keeps a request.
const EXPIRES: Duration = Duration::from_secs(30);

/// How often it says that it still does. After two that are missing it doesn't.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// How long the end of a request that is taken back is waited for.
const DRAIN: Duration = Duration::from_secs(1);

/// A request for messages, of which some may still come.
pub(super) struct Pull {
    subscriber: Subscriber,
    left: usize,
}

/// What came of a request.
pub(super) enum Pulled {
    Message(Message),
    /// No more will come.
    Over,
    /// No more will come, since something is wrong.
    Failed(InboxError),
}

impl Pull {
    /// Asks for up to `count` messages.
    pub(super) async fn start(api: &Api, stream: &str, count: usize) -> Result<Self, InboxError> {
        let inbox = api.client.new_inbox();
        let subscriber = api
            .client
            .subscribe(inbox.clone())
            .await
            .map_err(api::failed)?;
        let request = json!({
            "batch": count,
            "expires": nanos(EXPIRES),
            "idle_heartbeat": nanos(HEARTBEAT),
        });
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{CONSUMER}");
        api.client
            .publish_with_reply(subject, inbox, request.to_string().into())
            .await
            .map_err(api::failed)?;
        Ok(Self {
            subscriber,
            left: count,
        })
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Pulled {
        if self.left == 0 {
            return Pulled::Over;
        }
        loop {
            let silence = HEARTBEAT * 2 + Duration::from_secs(1);
            let message = match tokio::time::timeout(silence, next(&mut self.subscriber)).await {
                Ok(Some(message)) => message,
                Ok(None) => return Pulled::Over,
                Err(_) => {
                    return Pulled::Failed(api::unreachable("the server has fallen silent"));
                }
            };
            match message.status {
                None | Some(StatusCode::OK) => {
                    self.left -= 1;
                    return Pulled::Message(message);
                }
                Some(StatusCode::IDLE_HEARTBEAT) => {}
                Some(StatusCode::NOT_FOUND | StatusCode::TIMEOUT) => return Pulled::Over,
                Some(status) => {
                    let why = message.description.unwrap_or_default();
                    return Pulled::Failed(api::unreachable(format!("{status} {why}")));
                }
            }
        }
    }

    /// Takes the request back, and hands over what was on its way.
    pub(super) async fn cancel(mut self, mut each: impl FnMut(Message)) {
        if self.subscriber.drain().await.is_err() {
            return;
        }
        let rest = async {
            while let Some(message) = next(&mut self.subscriber).await {
                if matches!(message.status, None | Some(StatusCode::OK)) {
                    each(message);
                }
            }
        };
        // What comes later than this is handed out again when its lease has run out.
        let _ = tokio::time::timeout(DRAIN, rest).await;
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
