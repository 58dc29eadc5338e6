//! The endpoint: echo the challenge, authenticate, parse, hand over.
//!
//! Four ways to the same rules: the plain function [`receive`] over a request whose body is there
//! already, the tower service [`Receiver`] for any framework on `http` and tower, the extractors for
//! axum (feature `axum`), and the hardened accept loop of the module `server` (feature `server`).

mod body;
mod challenge;
mod door;
mod limits;
mod message;
mod receive;
mod refusal;
mod service;
mod unsigned;

pub use door::Door;
pub use limits::{DEFAULT_BODY_LIMIT, Limits};
pub use message::{Message, Unverified, Verified};
pub use receive::{Outcome, receive};
pub use refusal::Refusal;
pub use service::{Receiver, Sink, Taken};
pub use unsigned::{SecretSegment, SegmentError, Unsigned, dangerous};

/// The longest challenge that is echoed, in bytes.
pub use challenge::MAX_CHALLENGE;
#[cfg(feature = "server")]
pub(crate) use unsigned::HiddenText;
#[cfg(feature = "axum")]
pub(crate) use {
    body::{announced_length, collect},
    receive::{check_head, receive_body},
};
