//! monday on loopback.
//!
//! An [`Emulator`] speaks monday's GraphQL API: each request is validated and executed against the
//! schema that the SDK is built with, so that what monday refuses is refused here. It keeps the
//! webhooks of its boards, challenges their URLs, and delivers events, signed where an app made the
//! webhook. Where monday's documentation is silent, [`Behaviour`] has a switch.
//!
//! ```
//! use axum::{Router, routing::post};
//! use monday_emulator::{DEFAULT_BOARD_ID, Emulator};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // An endpoint that echoes everything, and with that the challenge.
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("http://{}/", listener.local_addr()?);
//! let echo = Router::new().route("/", post(async |body: String| body));
//! tokio::spawn(async { axum::serve(listener, echo).await });
//!
//! let monday = Emulator::start().await?;
//! let query = "mutation ($board: ID!, $url: String!) {
//!     create_webhook(board_id: $board, url: $url, event: create_item) { id }
//! }";
//! monday.run(query, json!({ "board": DEFAULT_BOARD_ID, "url": url })).await?;
//!
//! let item = monday.create_item(DEFAULT_BOARD_ID, "Order 66")?;
//! let delivery = monday.until_delivered(|_| true).await.expect("the emulator runs");
//! assert_eq!(delivery.body["event"]["pulseId"], item.id);
//! # Ok(())
//! # }
//! ```
//!
//! It is for tests: it listens on loopback, its tokens are worth nothing, and nothing it keeps
//! outlives it.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

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
mod notice;
mod oauth;
mod own_host;
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
