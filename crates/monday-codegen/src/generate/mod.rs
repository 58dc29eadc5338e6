//! Operations and schema facts to Rust.
//!
//! The request and response types come from `graphql_client_codegen`. This module feeds it one
//! operation at a time and finishes what it gives: paths, identifiers, names and documentation.

mod facts;
mod finish;
mod schema;
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use graphql_client_codegen::deprecation::DeprecationStrategy;
use graphql_client_codegen::normalization::Normalization;
use graphql_client_codegen::{CodegenMode, GraphQLClientCodegenOptions};
use proc_macro2::TokenStream;
use quote::quote;

use crate::operations::{Operation, OperationsError, read_operations};

pub(crate) use self::facts::schema_facts;

/// Why operations couldn't be turned into Rust.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The operations can't be read.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// The schema can't be read.
    #[error("the schema doesn't parse: {0}")]
    Schema(String),
    /// A setting names something that the schema doesn't have.
    #[error("the schema has no {0}")]
    Unknown(String),
    /// A setting isn't the Rust path or derive list that it has to be.
    #[error("`{0}` isn't a Rust path")]
    Path(String),
    /// An operation can't be expressed in Rust.
    #[error("{}: {message}", file.display())]
    Operation {
        /// The operation's file.
        file: PathBuf,
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
    /// Path below which generated code finds `graphql_client`, `serde` and `serde_json`.
    pub(crate) runtime: String,
    /// Rust types that stand for enums of the schema.
    pub(crate) extern_enums: BTreeMap<String, String>,
    /// Rust types that stand for custom scalars.
    pub(crate) scalars: BTreeMap<String, String>,
    /// Fields whose type is replaced in the generated code, as `("Type.field", "NewType")`.
    pub(crate) field_types: BTreeMap<String, String>,
    /// Derives of response types.
    pub(crate) response_derives: String,
    /// Derives of variables.
    pub(crate) variable_derives: String,
}

impl Generator {
    pub(crate) fn new() -> Self {
        Self {
            runtime: String::new(),
            extern_enums: BTreeMap::new(),
            scalars: BTreeMap::new(),
            field_types: BTreeMap::new(),
            response_derives: "Debug,Clone,PartialEq".into(),
            variable_derives: "Debug,Clone".into(),
        }
    }

    /// Generates a module's content: for each operation below `folder` a marker type and a module
    /// with its variables and response. `scratch` is a folder for the schema as the generator
    /// sees it.
    pub(crate) fn operations(
        &self,
        sdl: &str,
        folder: &Path,
        scratch: &Path,
    ) -> Result<TokenStream, GenerateError> {
        let adapted = schema::adapt(sdl, &self.field_types)?;
        for name in self.extern_enums.keys() {
            if !adapted.enums.contains(name) {
                return Err(GenerateError::Unknown(format!("enum {name}")));
            }
        }
        // The generator caches schemas by path, so the name tells their content.
        let digest = crate::digest::sha256_hex(adapted.sdl.as_bytes());
        let path = scratch.join(format!("schema-{}.graphql", &digest[..16]));
        std::fs::write(&path, &adapted.sdl).map_err(|source| GenerateError::Write {
            path: path.clone(),
            source,
        })?;

        let mut modules = TokenStream::new();
        for operation in read_operations(folder)? {
            modules.extend(self.operation(&operation, &path)?);
        }
        let support = support::support(self, &adapted.scalars)?;
        Ok(quote! { #support #modules })
    }

    fn operation(
        &self,
        operation: &Operation,
        schema: &Path,
    ) -> Result<TokenStream, GenerateError> {
        let failed = |message| GenerateError::Operation {
            file: operation.file.clone(),
            message,
        };
        let mut options = GraphQLClientCodegenOptions::new(CodegenMode::Cli);
        options.set_module_visibility(syn::parse_quote!(pub));
        options.set_normalization(Normalization::Rust);
        options.set_deprecation_strategy(DeprecationStrategy::Allow);
        options.set_response_derives(self.response_derives.clone());
        options.set_variables_derives(self.variable_derives.clone());
        options.set_extern_enums(self.extern_enums.keys().cloned().collect());
        options.set_skip_serializing_none(true);
        options.set_serde_path(path(&format!("{}::serde", self.runtime))?);
        let tokens = graphql_client_codegen::generate_module_token_stream_from_string(
            &operation.request,
            schema,
            options,
        )
        .map_err(|error| failed(error.to_string()))?;
        let module = syn::parse2(tokens).map_err(|error| failed(error.to_string()))?;
        Ok(finish::finish(module, operation, &self.runtime))
    }
}

/// Formats generated code.
pub(crate) fn format(tokens: TokenStream) -> Result<String, GenerateError> {
    let file = syn::parse2(tokens).map_err(|error| GenerateError::Schema(error.to_string()))?;
    Ok(format!(
        "// Generated from monday's GraphQL schema by monday-codegen.\n\n{}",
        prettyplease::unparse(&file)
    ))
}

fn path(text: &str) -> Result<syn::Path, GenerateError> {
    syn::parse_str(text).map_err(|_| GenerateError::Path(text.to_owned()))
}
