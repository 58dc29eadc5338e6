//! The operator's view of the streams.

use async_nats::jetstream::{message::StreamMessage, stream::RawMessage};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;

use crate::inbox::{DeadLetter, DeadLetterId, InboxError, Ledger, Status};

use super::{
    NatsInbox,
    api::{self, Api, ApiError},
    pump::Order,
    record,
    setup::CONSUMER,
};

#[derive(Deserialize)]
pub(super) struct ConsumerState {
    pub(super) ack_floor: Sequence,
    delivered: Sequence,
    num_ack_pending: u64,
}

#[derive(Deserialize)]
pub(super) struct Sequence {
    pub(super) stream_seq: u64,
}

#[derive(Deserialize)]
pub(super) struct StreamInfo {
    pub(super) config: StreamConfig,
    pub(super) state: StreamState,
}

#[derive(Deserialize)]
pub(super) struct StreamConfig {
    /// In nanoseconds.
    #[serde(default)]
    pub(super) duplicate_window: u64,
}

#[derive(Deserialize)]
pub(super) struct StreamState {
    messages: u64,
    pub(super) first_seq: u64,
    last_seq: u64,
}

#[derive(Deserialize)]
struct Stored {
    message: RawMessage,
}

impl Ledger for NatsInbox {
    /// What waits for another attempt after a failure can't be told from what is being handled
    /// somewhere: it counts as in flight.
    async fn status(&self) -> Result<Status, InboxError> {
        let (reply, here) = oneshot::channel();
        self.send(Order::Waiting { reply })?;
        let here = here.await.map_err(|_| InboxError::Closed)? as u64;
        let core = self.core();
        let consumer = consumer(&core.api, core.options.stream.as_str()).await?;
        let deliveries = stream(&core.api, core.options.stream.as_str()).await?.state;
        let dead = stream(&core.api, &core.options.stream.dead()).await?;
        // The server's own count of what is pending comes after the acknowledgement of a message.
        let handed_out = consumer.delivered.stream_seq;
        let mut status = Status {
            waiting: deliveries.last_seq.saturating_sub(handed_out) + here,
            in_flight: consumer.num_ack_pending.saturating_sub(here),
            dead: dead.state.messages,
            oldest: None,
        };
        if status.depth() > 0 {
            let from = consumer.ack_floor.stream_seq + 1;
            let oldest = message(&core.api, core.options.stream.as_str(), from).await?;
            status.oldest = oldest
                .and_then(|oldest| record::received(Some(&oldest.headers), oldest.payload))
                .map(|received| received.received_at);
        }
        Ok(status)
    }

    async fn dead_letters(
        &self,
        after: Option<DeadLetterId>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, InboxError> {
        let core = self.core();
        let dead = core.options.stream.dead();
        let mut from = after.map_or(1, |after| after.get().saturating_add(1));
        let mut letters = Vec::new();
        while letters.len() < limit
            && let Some(message) = message(&core.api, &dead, from).await?
        {
            from = message.sequence + 1;
            letters.push(record::dead_letter(message));
        }
        Ok(letters)
    }

    async fn requeue(&self, letter: DeadLetterId) -> Result<bool, InboxError> {
        let core = self.core();
        let dead = core.options.stream.dead();
        let Some(message) = message(&core.api, &dead, letter.get())
            .await?
            .filter(|message| message.sequence == letter.get())
        else {
            return Ok(false);
        };
        let Some(received) = record::received(Some(&message.headers), message.payload) else {
            let what = format!("the body of the dead letter {letter}");
            return Err(InboxError::NotAnInbox { what });
        };
        // Under a key of its own, since that of the delivery is known already; the same one where
        // this is done again because the letter wasn't removed.
        let key = format!(
            "requeued:{letter}:{}:{}",
            record::arrival(&received),
            received.delivery.dedupe_key()
        );
        core.publish_delivery(&received, &key).await?;
        remove(&core.api, &dead, letter.get()).await
    }

    async fn discard(&self, letter: DeadLetterId) -> Result<bool, InboxError> {
        let core = self.core();
        remove(&core.api, &core.options.stream.dead(), letter.get()).await
    }
}

pub(super) async fn consumer(api: &Api, stream: &str) -> Result<ConsumerState, InboxError> {
    let what = format!("CONSUMER.INFO.{stream}.{CONSUMER}");
    Ok(api.call(&what, &json!({})).await?)
}

pub(super) async fn stream(api: &Api, name: &str) -> Result<StreamInfo, InboxError> {
    Ok(api.call(&format!("STREAM.INFO.{name}"), &json!({})).await?)
}

/// The first message that has this number or a later one.
pub(super) async fn message(
    api: &Api,
    stream: &str,
    from: u64,
) -> Result<Option<StreamMessage>, InboxError> {
    let request = json!({"seq": from, "next_by_subj": ">"});
    let what = format!("STREAM.MSG.GET.{stream}");
    match api.call::<Stored>(&what, &request).await {
        Ok(Stored { message }) => StreamMessage::try_from(message)
            .map(Some)
            .map_err(|_| api::unreadable()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Deletes a message; `false` where there is none.
async fn remove(api: &Api, stream: &str, sequence: u64) -> Result<bool, InboxError> {
    let what = format!("STREAM.MSG.DELETE.{stream}");
    let deleted: Result<serde_json::Value, ApiError> =
        api.call(&what, &json!({"seq": sequence})).await;
    match deleted {
        Ok(_) => Ok(true),
        // The server has an error for a message that isn't there, with a code for failures.
        Err(ApiError::Refused(error)) if error.code() < 503 => {
            match message(api, stream, sequence).await? {
                Some(found) if found.sequence == sequence => Err(ApiError::Refused(error).into()),
                _ => Ok(false),
            }
        }
        Err(error) => Err(error.into()),
    }
}
