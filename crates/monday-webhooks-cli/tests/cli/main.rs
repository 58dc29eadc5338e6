//! The command line as a stranger uses it: real processes, real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod decode;
mod demo;
mod emulate;
mod inbox;
mod listen;
mod nats;
#[allow(dead_code, reason = "it is also used elsewhere")]
#[path = "../../../../tests/inbox/nats_server.rs"]
mod nats_server;
mod schema;
mod support;
mod token;
mod usage;
