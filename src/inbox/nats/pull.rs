//! One request for messages.

use std::time::Duration;

use async_nats::{Message, StatusCode, Subscriber};
use futures_core::Stream;
use serde_json::json;
use tokio::time::Instant;

use crate::inbox::InboxError;

use super::{
    api::{self, Api},
    generation::Generation,
    setup::CONSUMER,
    sync::next,
};

/// How long the server keeps a request.
const EXPIRES: Duration = Duration::from_secs(30);

/// How often it says that it still does. After two that are missing it doesn't.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// After so long without a word it has forgotten the request.
const SILENCE: Duration = Duration::from_secs(2 * HEARTBEAT.as_secs() + 1);

/// How long the end of a request that is taken back is waited for.
const DRAIN: Duration = Duration::from_secs(1);

/// A request for messages, of which some may still come.
pub(super) struct Pull<S = Subscriber> {
    subscriber: S,
    left: usize,
    /// When the server said something the last time. Whoever waits breaks off and begins again
    /// often, and the silence goes on meanwhile.
    heard_at: Instant,
    /// Of which stream and consumer the messages are.
    generation: Generation,
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
    /// Asks for up to `count` messages of this generation.
    pub(super) async fn start(
        api: &Api,
        stream: &str,
        count: usize,
        generation: Generation,
    ) -> Result<Self, InboxError> {
        let inbox = api.client.new_inbox();
        let subscriber = api.subscribe(inbox.clone()).await?;
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
            heard_at: Instant::now(),
            generation,
        })
    }
}

impl<S: Stream<Item = Message> + Unpin> Pull<S> {
    pub(super) fn generation(&self) -> Generation {
        self.generation.clone()
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Pulled {
        if self.left == 0 {
            return Pulled::Over;
        }
        loop {
            let silence = self.heard_at + SILENCE;
            let message = match tokio::time::timeout_at(silence, next(&mut self.subscriber)).await {
                Ok(Some(message)) => message,
                Ok(None) => return Pulled::Over,
                Err(_) => {
                    return Pulled::Failed(api::unreachable("the server has fallen silent"));
                }
            };
            self.heard_at = Instant::now();
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
}

impl Pull {
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

#[cfg(test)]
mod tests {
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    use super::*;

    /// A server that has forgotten the request.
    struct Silent;

    impl Stream for Silent {
        type Item = Message;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Message>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_noticed_however_often_the_waiting_is_broken_off() {
        let mut pull = Pull {
            subscriber: Silent,
            left: 1,
            heard_at: Instant::now(),
            generation: Generation::default(),
        };
        for _ in 0..20 {
            tokio::select! {
                pulled = pull.next() => return assert!(matches!(pulled, Pulled::Failed(_))),
                () = tokio::time::sleep(HEARTBEAT) => {}
            }
        }
        panic!("nobody has noticed");
    }
}
