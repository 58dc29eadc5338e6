//! monday on loopback.
//!
//! An [`Emulator`] speaks monday's GraphQL API: each request is validated and executed against the
//! schema that the SDK is built with, so that what monday refuses is refused here. It keeps the
//! webhooks of its boards, challenges their URLs, and delivers events, signed where an app made the
//! webhook. Where monday's documentation is silent, [`Behaviour`] has a switch.
//!
//! It is for tests: it listens on loopback, its tokens are worth nothing, and nothing it keeps
//! outlives it.

mod behaviour;
mod builder;
mod challenge;
mod clock;
mod control;
mod core;
mod delivery;
mod emulator;
mod event_body;
mod fault;
mod fault_spec;
mod graphql;
mod handle;
mod limits;
mod log;
mod oauth;
mod random;
mod requests;
mod routes;
mod sample;
mod server;
mod sync;
mod tokens;
mod truncated;
mod versions;
mod webhooks;
mod world;

pub use behaviour::{
    Acknowledgement, Behaviour, BoardMove, ClearedValue, FailedChallenge, MissingWebhook, Ordering,
    RetryToken, RetryTriggerUuid, TokenTime,
};
pub use builder::{EmulatorBuilder, StartError};
pub use clock::{Clock, Timestamp};
pub use delivery::{Attempt, Delivery, DeliveryState, Outcome};
pub use emulator::Emulator;
pub use fault::{Effect, Fault};
pub use fault_spec::FaultSpecError;
pub use handle::{CallFailed, Handle, UnknownWebhook};
pub use limits::{Limits, RetryHint};
pub use log::{Events, LogEvent};
pub use requests::RecordedRequest;
pub use tokens::{Scopes, Token, TokenKind};
pub use versions::Versions;
pub use webhooks::Webhook;
pub use world::{
    Board, Column, DEFAULT_BOARD_ID, DEFAULT_SUBITEMS_BOARD_ID, Group, Item, ItemState, Update,
    WorldError,
};
