//! What has to hold of any input. Each target is a `check` that panics where it doesn't.

pub mod body;
pub mod challenge;
pub mod config;
pub mod sdl;
pub mod token;
