//! Operations and schema facts to Rust.
//!
//! Request and response types come from `graphql_client_codegen`. It accepts documents that it
//! then panics on or generates code from that doesn't compile, so each operation is prepared
//! before it sees it, and what it gives is finished after: see [`prepare`] and [`finish`].

mod describe;
mod facts;
mod finish;
mod ids;
mod names;
mod owners;
mod panics;
mod prepare;
mod schema;
mod selection;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use graphql_client_codegen::deprecation::DeprecationStrategy;
use graphql_client_codegen::normalization::Normalization;
use graphql_client_codegen::{CodegenMode, GraphQLClientCodegenOptions};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use self::finish::Module;

use self::names::TypeNames;
use self::prepare::{Prepared, prepare, typenames};
use crate::operations::{Operation, OperationsError, read_operations};
use crate::request::request;

pub(crate) use self::facts::schema_facts;
pub(crate) use self::finish::operation_names;
pub(crate) use self::schema::SchemaIndex;

/// How many times the types of an operation are named anew before they are given up.
const ATTEMPTS: usize = 4;

/// Why operations couldn't be turned into Rust.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The operations can't be read.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// The schema can't be read.
    #[error("the schema can't be used: {0}")]
    Schema(String),
    /// A setting names something that the schema doesn't have.
    #[error("the schema has no {0}")]
    Unknown(String),
    /// A setting isn't the Rust path, type or derive that it has to be.
    #[error("`{0}` isn't valid Rust in this place")]
    Rust(String),
    /// An operation can't be expressed in Rust.
    #[error("{}:{line}:{column}: {message}", file.display())]
    Operation {
        /// The operation's file.
        file: PathBuf,
        /// Where the operation begins: the line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// An output file can't be written.
    #[error("can't write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
}

/// How operations become Rust.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    /// Path below which generated code finds `graphql_client`, `serde` and `serde_json`; empty
    /// where they are crates of their own.
    pub(crate) runtime: String,
    /// Path of the SDK's client, below which its trait for operations is.
    pub(crate) client: String,
    /// The API version that the operations are for, as a Rust expression.
    pub(crate) api_version: String,
    /// Rust types that stand for enums of the schema.
    pub(crate) extern_enums: BTreeMap<String, String>,
    /// Rust types that stand for custom scalars.
    pub(crate) scalars: BTreeMap<String, String>,
    /// Fields whose type is replaced in the generated code, as `("Type.field", "NewType")`.
    pub(crate) field_types: BTreeMap<String, String>,
    /// Derives of responses and enums besides the usual.
    pub(crate) response_derives: Vec<String>,
    /// Derives of variables, input types and enums besides the usual.
    pub(crate) variable_derives: Vec<String>,
}

impl Generator {
    pub(crate) fn new() -> Self {
        Self {
            runtime: String::new(),
            client: "crate::client".into(),
            api_version: "crate::API_VERSION".into(),
            extern_enums: BTreeMap::new(),
            scalars: BTreeMap::new(),
            field_types: BTreeMap::new(),
            response_derives: Vec::new(),
            variable_derives: Vec::new(),
        }
    }

    /// Reads canonical SDL as these settings see it.
    pub(crate) fn schema(&self, sdl: &str) -> Result<SchemaIndex, GenerateError> {
        let schema = SchemaIndex::parse(sdl, &self.field_types)?;
        for name in self.extern_enums.keys() {
            if schema.enum_values(name).is_none() {
                return Err(GenerateError::Unknown(format!("enum {name}")));
            }
        }
        for name in self.scalars.keys() {
            if !matches!(schema.get(name), Some(schema::TypeInfo::Scalar)) {
                return Err(GenerateError::Unknown(format!("custom scalar {name}")));
            }
        }
        Ok(schema)
    }

    /// Generates a module's content: for each operation below `folder` a marker type and a module
    /// with its variables and response, and the types that they share. `scratch` is a folder for
    /// intermediate files.
    pub(crate) fn operations(
        &self,
        schema: &SchemaIndex,
        folder: &Path,
        scratch: &Path,
    ) -> Result<TokenStream, GenerateError> {
        let operations = read_operations(folder)?;
        let mut modules: BTreeMap<String, &Path> = BTreeMap::new();
        for operation in &operations {
            let (_, module) = operation_names(&operation.name);
            if let Some(first) = modules.insert(module.clone(), &operation.file) {
                return Err(failure(
                    operation,
                    format!(
                        "{} becomes the Rust module `{module}`, which is also that of {}",
                        operation.name,
                        first.display()
                    ),
                ));
            }
        }
        let names = TypeNames::new(
            schema,
            operations
                .iter()
                .map(|operation| operation_names(&operation.name).0),
        );
        let mut used = BTreeSet::new();
        let mut tokens = TokenStream::new();
        for operation in &operations {
            let failed = |message| failure(operation, message);
            tokens.extend(self.operation(operation, schema, &names, scratch, &mut used, failed)?);
        }
        let types = types::types(self, schema, &names, used)?;
        let ids = ids::decode_ids(&self.runtime_path()?);
        Ok(quote!(#types #tokens #ids))
    }

    fn operation(
        &self,
        operation: &Operation,
        schema: &SchemaIndex,
        names: &TypeNames,
        scratch: &Path,
        used: &mut BTreeSet<String>,
        failed: impl Fn(String) -> GenerateError,
    ) -> Result<TokenStream, GenerateError> {
        let runtime = self.runtime_path()?;
        let client: syn::Path = rust(&self.client)?;
        let api_version: syn::Expr = rust(&self.api_version)?;
        let request = request(operation, &typenames(operation, schema)).map_err(&failed)?;
        for attempt in 0..ATTEMPTS {
            let prepared = prepare(operation, schema, names, attempt).map_err(&failed)?;
            let generated = self.generate(&prepared, scratch, &failed)?;
            let module = Module {
                operation,
                prepared: &prepared,
                types: names,
                schema,
                request: &request,
                runtime: &runtime,
                client: &client,
                api_version: &api_version,
            };
            if let Some(tokens) = module.finish(generated) {
                used.extend(prepared.leaves.into_values());
                return Ok(tokens);
            }
        }
        Err(failed(format!(
            "parts of the response of {} get the same Rust name; rename a fragment or alias a field",
            operation.name
        )))
    }

    /// Runs `graphql_client_codegen`.
    fn generate(
        &self,
        prepared: &Prepared,
        scratch: &Path,
        failed: impl Fn(String) -> GenerateError,
    ) -> Result<syn::File, GenerateError> {
        // The generator takes a schema by its path, and caches it by its path.
        let digest = crate::digest::sha256_hex(prepared.schema.as_bytes());
        let path = scratch.join(format!("schema-{}.graphql", &digest[..16]));
        std::fs::write(&path, &prepared.schema).map_err(|source| GenerateError::Write {
            path: path.clone(),
            source,
        })?;

        let mut options = GraphQLClientCodegenOptions::new(CodegenMode::Cli);
        options.set_module_visibility(syn::parse_quote!(pub));
        options.set_normalization(Normalization::None);
        options.set_deprecation_strategy(DeprecationStrategy::Allow);
        options.set_fragments_other_variant(true);
        options.set_response_derives(listed(
            &["Debug", "Clone", "PartialEq"],
            &self.response_derives,
        )?);
        options.set_variables_derives(listed(&["Debug", "Clone"], &self.variable_derives)?);
        let tokens = panics::caught(|| {
            graphql_client_codegen::generate_module_token_stream_from_string(
                &prepared.document,
                &path,
                options,
            )
        })
        .map_err(&failed)?
        .map_err(|error| failed(error.to_string()))?;
        syn::parse2(tokens).map_err(|error| failed(error.to_string()))
    }

    /// The path below which generated code finds its dependencies, such that `#runtime::serde`
    /// is one.
    fn runtime_path(&self) -> Result<TokenStream, GenerateError> {
        if self.runtime.is_empty() {
            return Ok(TokenStream::new());
        }
        rust::<syn::Path>(&self.runtime).map(ToTokens::into_token_stream)
    }
}

fn failure(operation: &Operation, message: String) -> GenerateError {
    let (line, column) = operation.place;
    GenerateError::Operation {
        file: operation.file.clone(),
        line,
        column,
        message,
    }
}

/// Formats generated code.
pub(crate) fn format(tokens: TokenStream) -> Result<String, GenerateError> {
    let file = syn::parse2(tokens)
        .map_err(|error| GenerateError::Rust(format!("generated code: {error}")))?;
    Ok(format!(
        "// Generated from monday's GraphQL schema by monday-codegen.\n\n{}",
        prettyplease::unparse(&file)
    ))
}

/// The usual derives and others, each once. serde's and `Default` have their own rules.
fn derives(usual: &[&str], others: &[&[String]]) -> Result<Vec<syn::Path>, GenerateError> {
    let mut names: Vec<&str> = usual.to_vec();
    for other in others.iter().copied().flatten() {
        if !names.contains(&other.as_str()) {
            names.push(other);
        }
    }
    names
        .into_iter()
        .filter(|name| !["Serialize", "Deserialize", "Default"].contains(name))
        .map(rust)
        .collect()
}

/// The same, as `graphql_client_codegen` wants it.
fn listed(usual: &[&str], others: &[String]) -> Result<String, GenerateError> {
    derives(usual, &[others])?;
    let others = others
        .iter()
        .map(String::as_str)
        .filter(|name| !usual.contains(name));
    Ok(usual
        .iter()
        .copied()
        .chain(others)
        .collect::<Vec<_>>()
        .join(","))
}

/// Parses Rust that a setting holds.
fn rust<T: syn::parse::Parse>(text: &str) -> Result<T, GenerateError> {
    syn::parse_str(text).map_err(|_| GenerateError::Rust(text.to_owned()))
}
