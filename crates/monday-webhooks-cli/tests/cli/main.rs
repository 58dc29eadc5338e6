//! The command line as a stranger uses it: real processes, real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod attack;
mod browser;
mod decode;
mod demo;
mod docs;
mod emulate;
mod endpoint;
mod failures;
mod forward;
mod inbox;
mod inspect;
mod inspected;
mod listen;
mod man;
mod nats;
#[allow(dead_code, reason = "it is also used elsewhere")]
#[path = "../../../../tests/inbox/nats_server.rs"]
mod nats_server;
mod page;
mod schema;
#[cfg(target_os = "linux")]
mod signals;
mod support;
mod terminal;
mod token;
mod trigger;
mod usage;
