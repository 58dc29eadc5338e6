//! The API itself: from the bytes of a request to its answer.

mod account;
mod answer;
mod args;
mod board;
mod column_value;
mod cost;
mod defaults;
mod document;
mod execute;
mod item;
mod mutation;
mod node;
mod page;
mod query;
mod refusal;
mod reply;
mod request;
mod resolve;
mod schema;
mod update;

pub(crate) use answer::{answer, execute_apart};
pub(crate) use page::Cursors;
pub(crate) use reply::{Body, Reply};
pub(crate) use request::{GraphqlRequest, Outline};
pub(crate) use schema::{SDL, introspection, monday_schema};
