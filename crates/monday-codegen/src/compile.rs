//! The build script of a crate with operations of its own.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    cargo,
    check::{CheckError, Diagnostic, Severity, check},
    generate::{self, GenerateError, Generator},
    import::{ImportError, ImportOptions, import},
    version::is_api_version,
};

/// The file in `OUT_DIR` that `monday_webhooks::include_operations!` includes.
const OUTPUT: &str = "monday.rs";

/// Where generated code finds what it needs, so that a user's crate depends on the SDK alone.
const RUNTIME: &str = "::monday_webhooks::__private";
const CLIENT: &str = "::monday_webhooks::client";
const API_VERSION: &str = "::monday_webhooks::API_VERSION";

/// Checks the operations below a folder against the schema that the SDK was built with, and makes
/// typed modules of them. The whole of a build script:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     monday_codegen::compile("queries")
/// }
/// ```
///
/// Everything that is wrong goes to standard error with its place, and the build fails; what is
/// deprecated becomes a warning of cargo's. The crate then has the modules with
/// `mod monday { monday_webhooks::include_operations!(); }`.
#[must_use]
pub fn compile(operations: impl Into<PathBuf>) -> ExitCode {
    Compile::new(operations).run()
}

/// [`compile`] with settings.
#[derive(Debug, Clone)]
pub struct Compile {
    operations: PathBuf,
    schema: Option<(PathBuf, String)>,
    output: String,
    generator: Generator,
}

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// A variable that cargo sets in build scripts is missing.
    #[error(
        "{0} isn't set: this runs in a build script, and the package depends on monday-webhooks with the feature client"
    )]
    NoCargo(&'static str),
    /// Not a version of monday's API.
    #[error(
        "the API version {0:?} isn't of the form YYYY-MM with 01, 04, 07 or 10, nor the word dev"
    )]
    ApiVersion(String),
    /// A file can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The schema isn't one.
    #[error("the schema can't be used: {0}")]
    Schema(#[from] ImportError),
    /// The operations can't be checked.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The operations are wrong.
    #[error("the operations below {} have {}", folder.display(), errors(.found))]
    Operations {
        /// The folder.
        folder: PathBuf,
        /// Everything that was found.
        found: Vec<Diagnostic>,
    },
    /// The operations are right, and no code can be made of them.
    #[error(transparent)]
    Generate(#[from] GenerateError),
}

fn errors(found: &[Diagnostic]) -> String {
    let errors = found
        .iter()
        .filter(|found| found.severity == Severity::Error);
    match errors.count() {
        1 => "1 error".to_owned(),
        count => format!("{count} errors"),
    }
}

impl Compile {
    /// The operations below this folder, relative to the package's own.
    #[must_use]
    pub fn new(operations: impl Into<PathBuf>) -> Self {
        let mut generator = Generator::new();
        RUNTIME.clone_into(&mut generator.runtime);
        CLIENT.clone_into(&mut generator.client);
        API_VERSION.clone_into(&mut generator.api_version);
        Self {
            operations: operations.into(),
            schema: None,
            output: OUTPUT.to_owned(),
            generator,
        }
    }

    /// Uses another schema than the SDK's: a file with SDL or an introspection result, relative to
    /// the package's folder, and the API version whose schema it is. The operations are checked
    /// against it, and calls ask for that version. The SDK's own operations stay with theirs.
    /// Descriptions in it become docs of the generated code.
    ///
    /// ```no_run
    /// # fn main() -> std::process::ExitCode {
    /// monday_codegen::Compile::new("queries")
    ///     .schema("schema/2027-01.graphql", "2027-01")
    ///     .run()
    /// # }
    /// ```
    #[must_use]
    pub fn schema(mut self, file: impl Into<PathBuf>, api_version: &str) -> Self {
        self.schema = Some((file.into(), api_version.to_owned()));
        self.generator.api_version = format!("{api_version:?}");
        self
    }

    /// Writes this file in `OUT_DIR` instead of `monday.rs`, for a crate with several sets of
    /// operations. `include_operations!` takes its name then.
    #[must_use]
    pub fn output(mut self, file: &str) -> Self {
        file.clone_into(&mut self.output);
        self
    }

    /// Uses this Rust type for a custom scalar. It has to implement serde's `Serialize` and
    /// `Deserialize`, and `Debug`, `Clone` and `PartialEq`.
    #[must_use]
    pub fn scalar(mut self, name: &str, rust_type: &str) -> Self {
        self.generator
            .scalars
            .insert(name.to_owned(), rust_type.to_owned());
        self
    }

    /// Does it, and says on standard error why it couldn't.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        match self.try_run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                if let CompileError::Operations { found, .. } = &error {
                    for diagnostic in found {
                        eprintln!("{}", diagnostic.report);
                    }
                }
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        }
    }

    /// [`run`](Self::run) for a build script that does more than this.
    ///
    /// # Errors
    ///
    /// [`CompileError`]. What is wrong with operations is in it, and not on standard error yet.
    pub fn try_run(&self) -> Result<(), CompileError> {
        let out_dir = cargo::out_dir().ok_or(CompileError::NoCargo("OUT_DIR"))?;
        let root = cargo::manifest_dir().ok_or(CompileError::NoCargo("CARGO_MANIFEST_DIR"))?;
        let schema = match &self.schema {
            Some((_, version)) if !is_api_version(version) => {
                return Err(CompileError::ApiVersion(version.clone()));
            }
            Some((file, _)) => root.join(file),
            None => cargo::schema().ok_or(CompileError::NoCargo("DEP_MONDAY_SCHEMA_SCHEMA"))?,
        };
        cargo::rerun_if_changed(&schema);
        cargo::rerun_if_changed(&self.operations);
        let code = self.generate(&schema, &root.join(&self.operations), &out_dir)?;
        write(&out_dir.join(&self.output), &code)
    }

    /// The code for the operations below a folder, against the schema in a file, with
    /// intermediate files in `scratch`.
    ///
    /// # Errors
    ///
    /// [`CompileError`].
    pub fn generate(
        &self,
        schema: &Path,
        folder: &Path,
        scratch: &Path,
    ) -> Result<String, CompileError> {
        let bytes = std::fs::read(schema).map_err(|source| CompileError::File {
            path: schema.to_owned(),
            source,
        })?;
        // Where the file has descriptions they become docs.
        let sdl = import(&bytes, &ImportOptions::new().keep_descriptions(true))?.sdl;
        let found = check(&sdl, folder)?;
        if found.iter().any(|found| found.severity == Severity::Error) {
            let folder = folder.to_owned();
            return Err(CompileError::Operations { folder, found });
        }
        for warning in found {
            cargo::warning(&warning.to_string());
        }
        let index = self.generator.schema(&sdl)?;
        let tokens = self.generator.operations(&index, folder, scratch)?;
        Ok(generate::format(tokens)?)
    }
}

fn write(path: &Path, text: &str) -> Result<(), CompileError> {
    std::fs::write(path, text).map_err(|source| CompileError::File {
        path: path.to_owned(),
        source,
    })
}
