//! The emulator's promises, one test each.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod api;
mod board_edits;
mod control;
mod defaults;
mod delivery;
mod endpoints;
mod event_shapes;
mod event_switches;
mod faults;
mod limits;
mod queries;
mod support;
mod trouble;
mod webhooks;
mod world;
