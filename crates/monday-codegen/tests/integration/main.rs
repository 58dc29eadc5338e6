//! Tests of `monday-codegen` from the outside.

mod import;
mod import_properties;
mod introspect;
mod schema_model;
mod schemas;
