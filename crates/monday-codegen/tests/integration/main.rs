//! Tests of `monday-codegen` from the outside.
#![allow(clippy::unwrap_used, reason = "a helper's failure is the test's")]

mod check;
mod diff;
mod generate;
mod import;
mod import_properties;
mod introspect;
mod schema_model;
mod schemas;
mod usage;
