//! The API itself: from the bytes of a request to the JSON of its answer.

mod args;
mod cost;
mod defaults;
mod execute;
mod mutation;
mod node;
mod query;
mod refusal;
mod request;
mod resolve;
mod schema;

pub(crate) use execute::{Reply, answer};
pub(crate) use schema::monday_schema;
