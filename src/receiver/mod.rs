//! The endpoint: echo the challenge, authenticate, parse, hand over.
//!
//! Three doors to the same rules: the plain function [`receive`] over a request whose body is
//! there already, the tower service [`Receiver`] for any framework on `http` and tower, and the
//! hardened accept loop of [`server`](crate::server) (feature `server`).

mod challenge;
mod message;
mod refusal;
mod service;

pub use message::{Door, Outcome, Unsigned, Unverified, Verified, dangerous, receive};
pub use refusal::Refusal;
pub use service::{DEFAULT_BODY_LIMIT, Receiver, Sink, Taken};

/// The longest challenge that is echoed, in bytes.
pub use challenge::MAX_CHALLENGE;
