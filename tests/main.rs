//! Everything that is promised across modules, against real HTTP where HTTP is involved.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod auth;
mod axum;
mod client;
mod cloudevent;
mod delivery;
mod guide;
mod inbox;
mod receiver;
mod scenario;
