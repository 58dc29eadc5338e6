//! What the SDK knows of the schema: its version, its digest, its events.

use heck::ToUpperCamelCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::GenerateError;
use super::describe::docs;
use super::schema::SchemaIndex;
use crate::vendored::VendoredSchema;

/// Constants for the API version and the schema's digest, and an enum with exactly the values of
/// the schema's enum `name`.
pub(crate) fn schema_facts(
    vendored: &VendoredSchema,
    schema: &SchemaIndex,
    name: &str,
) -> Result<TokenStream, GenerateError> {
    let values = schema
        .enum_values(name)
        .ok_or_else(|| GenerateError::Unknown(format!("enum {name}")))?;
    let VendoredSchema {
        api_version,
        sha256,
        ..
    } = vendored;
    let ident = format_ident!("{name}");
    let variants: Vec<_> = values
        .iter()
        .map(|value| format_ident!("{}", value.to_upper_camel_case()))
        .collect();
    let variant_docs = values.iter().map(|value| {
        let description = schema.description(&format!("{name}.{value}"));
        docs(&format!("`{value}`."), description)
    });
    let enum_doc = format!(" The values of `{name}` in the schema of API version {api_version}.");
    Ok(quote! {
        /// The API version whose schema this was generated from.
        pub const API_VERSION: &str = #api_version;

        /// SHA-256 of that schema's canonical SDL.
        pub const SCHEMA_SHA256: &str = #sha256;

        #[doc = #enum_doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum #ident {
            #(#variant_docs #variants,)*
        }

        impl #ident {
            /// Every value, in the schema's order.
            pub const ALL: &'static [Self] = &[#(Self::#variants,)*];

            /// The value's name in the schema.
            pub const fn as_str(self) -> &'static str {
                match self {
                    #(Self::#variants => #values,)*
                }
            }
        }
    })
}
