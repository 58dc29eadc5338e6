//! The build script of `monday-webhooks` itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use proc_macro2::TokenStream;
use quote::quote;

use crate::cargo;
use crate::generate::{self, GenerateError, Generator};
use crate::vendored::{VendoredError, VendoredSchema};

/// Builds the SDK's generated code from its vendored schema.
///
/// Operations of the SDK's own are not validated here, so that a user of the SDK doesn't compile
/// a GraphQL compiler; its tests validate them.
#[derive(Debug, Clone)]
pub struct SdkBuild {
    schema: PathBuf,
    operations: Option<PathBuf>,
    event_enum: String,
    generator: Generator,
}

/// Why the SDK's generated code couldn't be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SdkBuildError {
    /// The schema or its record is unusable.
    #[error(transparent)]
    Vendored(#[from] VendoredError),
    /// The code couldn't be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The schema couldn't be registered with cynic.
    #[cfg(feature = "cynic")]
    #[error(transparent)]
    Cynic(#[from] crate::cynic::CynicError),
    /// Cargo's environment is missing.
    #[error("OUT_DIR and CARGO_MANIFEST_DIR aren't set; this runs in a cargo build script")]
    NoCargo,
}

impl SdkBuild {
    /// Starts from a folder with `monday.graphql` and `schema.toml`, and the schema's enum of
    /// webhook events.
    #[must_use]
    pub fn new(schema: impl Into<PathBuf>, event_enum: &str) -> Self {
        Self {
            schema: schema.into(),
            operations: None,
            event_enum: event_enum.to_owned(),
            generator: Generator::new(),
        }
    }

    /// Generates the operations below a folder, in a module `operations`.
    #[must_use]
    pub fn operations(mut self, folder: impl Into<PathBuf>) -> Self {
        self.operations = Some(folder.into());
        self
    }

    /// Uses a Rust type for an enum of the schema in operations. It has to implement serde's
    /// `Serialize` and `Deserialize`.
    #[must_use]
    pub fn extern_enum(mut self, name: &str, rust_type: &str) -> Self {
        self.generator
            .extern_enums
            .insert(name.to_owned(), rust_type.to_owned());
        self
    }

    /// Gives a field, named `Type.field`, another of the schema's types in generated code, for
    /// fields that the schema types more loosely than what they carry.
    #[must_use]
    pub fn field_type(mut self, field: &str, ty: &str) -> Self {
        self.generator
            .field_types
            .insert(field.to_owned(), ty.to_owned());
        self
    }

    /// Writes `file` in `OUT_DIR` and tells cargo what it depends on. Dependents' build scripts
    /// learn the schema's path, API version and digest through `DEP_…_SCHEMA`, `_API_VERSION`
    /// and `_SHA256`. Where the SDK has its feature `cynic` the schema is registered with cynic, too. On failure
    /// the reason is on standard error.
    #[must_use]
    pub fn run(&self, file: &str) -> ExitCode {
        match self.try_run(file) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        }
    }

    fn try_run(&self, file: &str) -> Result<(), SdkBuildError> {
        let (Some(out_dir), Some(manifest_dir)) = (cargo::out_dir(), cargo::manifest_dir()) else {
            return Err(SdkBuildError::NoCargo);
        };
        cargo::rerun_if_changed(&self.schema);
        let schema = VendoredSchema::load(&manifest_dir.join(&self.schema))?;
        cargo::metadata("schema", &schema.path.display().to_string());
        cargo::metadata("api_version", &schema.api_version);
        cargo::metadata("sha256", &schema.sha256);
        if let Some(operations) = &self.operations {
            cargo::rerun_if_changed(operations);
        }
        #[cfg(feature = "cynic")]
        if std::env::var_os("CARGO_FEATURE_CYNIC").is_some() {
            crate::cynic::register(&schema.path)?;
        }
        let code = self.generate(&schema, &manifest_dir, &out_dir)?;
        let path = out_dir.join(file);
        std::fs::write(&path, code).map_err(|source| GenerateError::Write { path, source })?;
        Ok(())
    }

    /// Generates the code for a schema, with relative folders below `root` and intermediate
    /// files in `scratch`.
    ///
    /// # Errors
    ///
    /// [`GenerateError`] when the operations don't fit the schema.
    pub fn generate(
        &self,
        schema: &VendoredSchema,
        root: &Path,
        scratch: &Path,
    ) -> Result<String, GenerateError> {
        let generator = &self.generator;
        // Settings for operations only have to fit where there are operations.
        let index = match self.operations {
            Some(_) => generator.schema(&schema.sdl)?,
            None => Generator::new().schema(&schema.sdl)?,
        };
        let facts = generate::schema_facts(schema, &index, &self.event_enum)?;
        let operations = match &self.operations {
            Some(folder) => {
                let operations = generator.operations(&index, &root.join(folder), scratch)?;
                quote! {
                    /// The SDK's own operations.
                    pub mod operations { #operations }
                }
            }
            None => TokenStream::new(),
        };
        generate::format(quote! { #facts #operations })
    }
}
