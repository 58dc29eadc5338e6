//! Deliveries: what is sent to which webhook, each attempt, and how it ended.

mod attempt;
mod engine;

use serde::Serialize;
use serde_json::Value;

pub(crate) use attempt::{Refused, post_json};
pub(crate) use engine::Engine;

use crate::clock::Timestamp;

/// One event on its way to one webhook.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Its number; monday shows none.
    pub id: u64,
    /// The webhook that it is for.
    pub webhook_id: u64,
    /// The webhook's event as the schema names it.
    pub event: String,
    /// The body of the latest attempt, or of the first where there was none yet.
    pub body: Value,
    /// Whether it carries a JWT.
    pub signed: bool,
    /// How it stands.
    pub state: DeliveryState,
    /// What was tried, in order.
    pub attempts: Vec<Attempt>,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// Not acknowledged yet; another attempt is to come.
    Pending,
    /// Acknowledged by the receiver.
    Acknowledged,
    /// Never acknowledged: the time for retries is over.
    GivenUp,
    /// Its webhook was deleted before it was acknowledged.
    Dropped,
}

impl DeliveryState {
    /// Whether nothing more happens to it.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Pending
    }
}

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// When it was made, by the emulator's clock.
    #[serde(serialize_with = "as_seconds")]
    pub at: Timestamp,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The receiver answered with this status.
    Status(u16),
    /// No answer came, for this reason.
    Failed(String),
}

fn as_seconds<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(at.as_secs_f64())
}
