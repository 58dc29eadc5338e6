//! What the build generates from `schema/` and `queries/`; see `build.rs`.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_qualifications,
    clippy::all
)]

include!(concat!(env!("OUT_DIR"), "/monday.rs"));
