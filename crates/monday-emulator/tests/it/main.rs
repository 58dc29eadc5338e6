//! The emulator's promises, one test each.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod api;
mod delivery;
mod support;
mod trouble;
mod webhooks;
mod world;
