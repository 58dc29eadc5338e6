//! What happens in the emulator, as a stream of events that can be printed one JSON object a line.

use serde::Serialize;
use tokio::sync::broadcast;

use crate::delivery::{Attempt, DeliveryState};
use crate::tokens::TokenKind;

/// How many events a slow reader may lag behind before it loses some.
const CAPACITY: usize = 4096;

/// Something that happened. Never holds a token or a secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "log", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogEvent {
    /// An API call was answered.
    Request {
        /// The operation's name, where it has one; no more than 256 bytes of it.
        operation: Option<String>,
        /// The fields it asks for at the root; no more than 20, and of each no more than 256 bytes.
        fields: Vec<String>,
        /// The `API-Version` header, where there was one.
        api_version: Option<String>,
        /// Whose token it carried, where that is known.
        token: Option<TokenKind>,
        /// The HTTP status of the answer, or nothing where the connection was cut instead.
        status: Option<u16>,
        /// The codes of the errors in the answer, no more than 20.
        errors: Vec<String>,
        /// The fault that it met.
        fault: Option<String>,
    },
    /// A URL was challenged.
    Challenge {
        /// The URL.
        url: String,
        /// Whether it echoed the challenge.
        echoed: bool,
        /// Why not, where it didn't.
        reason: Option<String>,
    },
    /// A webhook was made.
    WebhookCreated {
        /// Its id.
        webhook: u64,
        /// Its board.
        board: u64,
        /// Its event.
        event: String,
        /// Its URL.
        url: String,
    },
    /// A webhook was deleted.
    WebhookDeleted {
        /// Its id.
        webhook: u64,
        /// Its board.
        board: u64,
        /// Its event.
        event: String,
    },
    /// A delivery was queued.
    DeliveryQueued {
        /// Its number.
        delivery: u64,
        /// Its webhook.
        webhook: u64,
        /// The webhook's event.
        event: String,
    },
    /// A delivery was attempted.
    DeliveryAttempt {
        /// Its number.
        delivery: u64,
        /// Its webhook.
        webhook: u64,
        /// The webhook's event.
        event: String,
        /// Where it was sent.
        url: String,
        /// Whether it carried a JWT.
        signed: bool,
        /// The attempt.
        #[serde(flatten)]
        attempt: Attempt,
        /// How the delivery stands now.
        state: DeliveryState,
    },
    /// The reader was too slow and lost this many events.
    Lost {
        /// How many.
        events: u64,
    },
}

/// Where events are put.
#[derive(Debug)]
pub(crate) struct Log(broadcast::Sender<LogEvent>);

impl Default for Log {
    fn default() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }
}

impl Log {
    pub(crate) fn push(&self, event: LogEvent) {
        // Without a reader there is nobody to tell.
        let _ = self.0.send(event);
    }

    pub(crate) fn subscribe(&self) -> Events {
        Events(self.0.subscribe())
    }
}

/// The events from the moment of the subscription on.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<LogEvent>);

impl Events {
    /// The next event; `None` once the emulator is gone.
    ///
    /// A reader that falls thousands of events behind gets a [`LogEvent::Lost`] in their place.
    pub async fn next(&mut self) -> Option<LogEvent> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(events)) => Some(LogEvent::Lost { events }),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
