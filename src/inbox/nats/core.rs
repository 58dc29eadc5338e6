//! What everything that belongs to an inbox shares.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_nats::{HeaderMap, connection::State};
use bytes::Bytes;

use crate::{
    inbox::{InboxError, Received},
    receiver::Taken,
};

use super::{NatsOptions, api::Api, generation::Generation, record, setup, subject};

pub(super) struct Core {
    pub(super) api: Api,
    pub(super) options: NatsOptions,
    /// Whether the streams are this process's to make, and not only to look after.
    is_owner: bool,
    /// How long the server waits for a sign of life.
    lease_time: Mutex<Duration>,
    /// Which stream and consumer there are, as far as is known.
    generation: Mutex<Generation>,
    /// Whether somebody has asked for the streams to be seen to.
    pub(super) setting_up: AtomicBool,
}

impl Core {
    pub(super) fn new(api: Api, options: NatsOptions, is_owner: bool) -> Self {
        Self {
            api,
            is_owner,
            lease_time: Mutex::new(options.lease_time),
            generation: Mutex::new(Generation::default()),
            options,
            setting_up: AtomicBool::new(false),
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.api.client.connection_state() == State::Connected
    }

    /// Makes the streams and the consumer where they are missing, or else looks for them. Returns
    /// whether somebody has paused the consumer.
    pub(super) async fn set_up(&self) -> Result<bool, InboxError> {
        let found = if self.is_owner {
            setup::set_up(&self.api, &self.options).await?
        } else {
            setup::find(&self.api, &self.options).await?
        };
        if let Some(lease_time) = found.lease_time {
            *self
                .lease_time
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = lease_time;
        }
        self.set_generation(found.generation);
        Ok(found.is_paused)
    }

    pub(super) fn set_generation(&self, generation: Generation) {
        *self
            .generation
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = generation;
    }

    pub(super) fn generation(&self) -> Generation {
        self.generation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A third of the time after which a delivery is handed out again: two signs of life may get
    /// lost.
    pub(super) fn heartbeat(&self) -> Duration {
        let lease_time = self
            .lease_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *lease_time / 3
    }

    /// Whether this caller is the one who has to ask for the streams to be seen to.
    pub(super) fn wants_setting_up(&self) -> bool {
        !self.setting_up.swap(true, Ordering::AcqRel)
    }

    pub(super) async fn publish(
        &self,
        stream: &str,
        subject: String,
        mut headers: HeaderMap,
        key: &str,
        body: Bytes,
    ) -> Result<Taken, InboxError> {
        headers.insert(record::MESSAGE_ID, key);
        let started = Instant::now();
        let published = self.api.publish(stream, subject, headers, body).await;
        let metrics = &self.options.metrics;
        metrics.committed(1, started.elapsed(), published.as_ref().err());
        Ok(if published?.duplicate {
            Taken::Duplicate
        } else {
            Taken::New
        })
    }

    /// Puts a delivery into the stream, under a key by which it is known.
    pub(super) async fn publish_delivery(
        &self,
        received: &Received,
        key: &str,
    ) -> Result<Taken, InboxError> {
        let stream = self.options.stream.as_str();
        let subject = subject::subject(stream, received);
        let body = received.delivery.body().clone();
        self.publish(stream, subject, record::headers(received), key, body)
            .await
    }

    pub(super) async fn publish_dead(
        &self,
        received: &Received,
        headers: HeaderMap,
        key: &str,
        body: Bytes,
    ) -> Result<(), InboxError> {
        let stream = self.options.stream.dead();
        let subject = subject::subject(&stream, received);
        self.publish(&stream, subject, headers, key, body)
            .await
            .map(drop)
    }
}
