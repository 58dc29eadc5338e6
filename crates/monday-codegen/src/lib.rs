//! Build helper of `monday-webhooks`: imports monday's schema and turns operations into Rust.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod cargo;
#[cfg(feature = "validate")]
mod check;
#[cfg(feature = "validate")]
mod compile;
#[cfg(feature = "cynic")]
mod cynic;
#[cfg(feature = "validate")]
mod diff;
mod digest;
mod generate;
#[cfg(feature = "validate")]
mod import;
mod operations;
mod refusal;
mod request;
mod scan;
mod sdk;
mod vendored;
mod version;
#[cfg(feature = "validate")]
mod write;

#[cfg(feature = "validate")]
pub use self::check::{CheckError, Diagnostic, Severity, Usage, check, usages};
#[cfg(feature = "validate")]
pub use self::compile::{Compile, CompileError, compile};
#[cfg(feature = "cynic")]
pub use self::cynic::{CynicError, register_cynic_schema, try_register_cynic_schema};
#[cfg(feature = "validate")]
pub use self::diff::{Change, ChangeKind, Grade, diff, webhook_changes};
pub use self::digest::sha256_hex;
pub use self::generate::GenerateError;
#[cfg(feature = "validate")]
pub use self::import::{ImportError, ImportOptions, Imported, Summary, import};
pub use self::operations::OperationsError;
pub use self::sdk::{SdkBuild, SdkBuildError};
pub use self::vendored::{VendoredError, VendoredSchema};
pub use self::version::is_api_version;
#[cfg(feature = "validate")]
pub use self::write::write_atomically;
