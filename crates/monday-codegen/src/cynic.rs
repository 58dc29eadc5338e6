//! The schema for operations that are written as Rust types, with cynic.

use std::{path::Path, process::ExitCode};

use crate::cargo;

/// The name that the schema is registered with, for cynic's attribute `schema = "monday"`. It is
/// the crate's default, too.
pub(crate) const NAME: &str = "monday";

/// Why a schema can't be registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CynicError {
    /// A variable that cargo sets in build scripts is missing.
    #[error(
        "{0} isn't set: this runs in a build script, and the package depends on monday-webhooks with the feature cynic"
    )]
    NoCargo(&'static str),
    /// cynic refused the schema, or couldn't write what it makes of it.
    #[error("the schema can't be registered with cynic: {0}")]
    Register(String),
}

/// Registers the schema that the SDK was built with, so that cynic's derives find it. The whole of
/// a build script:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     monday_codegen::register_cynic_schema()
/// }
/// ```
///
/// Where the schema's types are Rust types already is `monday_webhooks::code_first::schema`.
#[must_use]
pub fn register_cynic_schema() -> ExitCode {
    match try_register_cynic_schema() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// [`register_cynic_schema`] for a build script that does more than this.
///
/// # Errors
///
/// [`CynicError`].
pub fn try_register_cynic_schema() -> Result<(), CynicError> {
    let schema = cargo::schema().ok_or(CynicError::NoCargo("DEP_MONDAY_SCHEMA_SCHEMA"))?;
    register(&schema)
}

pub(crate) fn register(schema: &Path) -> Result<(), CynicError> {
    cynic_codegen::register_schema(NAME)
        .from_sdl_file(schema)
        .and_then(cynic_codegen::registration::SchemaRegistration::as_default)
        .map(drop)
        .map_err(|error| CynicError::Register(error.to_string()))
}
