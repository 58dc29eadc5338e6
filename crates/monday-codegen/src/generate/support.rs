//! What the modules of a generated file share.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{GenerateError, Generator, path};

/// Imports, scalars and the decoding of ids, in the scope that operation modules glob-import.
pub(super) fn support(
    generator: &Generator,
    scalars: &BTreeSet<String>,
) -> Result<TokenStream, GenerateError> {
    let graphql_client = path(&format!("{}::graphql_client", generator.runtime))?;
    let serde = path(&format!("{}::serde", generator.runtime))?;
    let serde_json = path(&format!("{}::serde_json", generator.runtime))?;

    let mut types: BTreeMap<String, syn::Type> = BTreeMap::new();
    for scalar in scalars {
        let ty = match generator.scalars.get(scalar) {
            Some(custom) => {
                syn::parse_str(custom).map_err(|_| GenerateError::Path(custom.clone()))?
            }
            None => default_scalar(scalar, &serde_json),
        };
        types.insert(scalar.clone(), ty);
    }
    for (name, rust) in &generator.extern_enums {
        types.insert(
            name.clone(),
            syn::parse_str(rust).map_err(|_| GenerateError::Path(rust.clone()))?,
        );
    }
    let docs = types.keys().map(|name| format!(" `{name}` of the schema."));
    let names = types
        .keys()
        .map(|name| format_ident!("{}", name.to_upper_camel_case()));
    let rust = types.values();
    let ids = decode_ids(&serde);
    Ok(quote! {
        use #graphql_client;
        #(#[doc = #docs] pub type #names = #rust;)*
        /// `ID` of the schema, as variables name it.
        pub type Id = ::std::string::String;
        #ids
    })
}

/// Rust types for monday's scalars: its dates and times are text whose form its reference
/// doesn't pin down, everything else can be any JSON.
fn default_scalar(name: &str, serde_json: &syn::Path) -> syn::Type {
    match name {
        "Date" | "ISO8601DateTime" => syn::parse_quote!(::std::string::String),
        _ => syn::parse_quote!(#serde_json::Value),
    }
}

/// GraphQL lets a server write an `ID` as text or as a number, and monday does both.
fn decode_ids(serde: &syn::Path) -> TokenStream {
    quote! {
        mod ids {
            use #serde::{Deserialize, Deserializer, de};

            /// Decodes ids, in lists and nullable too, from text or numbers.
            pub(super) fn decode<'de, D, T>(deserializer: D) -> Result<T, D::Error>
            where
                D: Deserializer<'de>,
                T: FromIds,
            {
                T::decode(deserializer)
            }

            pub(super) trait FromIds: Sized {
                fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
            }

            impl FromIds for String {
                fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_any(IdVisitor)
                }
            }

            impl<T: FromIds> FromIds for Option<T> {
                fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let ids = Option::<Ids<T>>::deserialize(deserializer)?;
                    Ok(ids.map(|ids| ids.0))
                }
            }

            impl<T: FromIds> FromIds for Vec<T> {
                fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let ids = Vec::<Ids<T>>::deserialize(deserializer)?;
                    Ok(ids.into_iter().map(|ids| ids.0).collect())
                }
            }

            struct Ids<T>(T);

            impl<'de, T: FromIds> Deserialize<'de> for Ids<T> {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    T::decode(deserializer).map(Self)
                }
            }

            struct IdVisitor;

            impl de::Visitor<'_> for IdVisitor {
                type Value = String;

                fn expecting(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    formatter.write_str("an id as text or number")
                }

                fn visit_str<E: de::Error>(self, id: &str) -> Result<String, E> {
                    Ok(id.to_owned())
                }

                fn visit_string<E: de::Error>(self, id: String) -> Result<String, E> {
                    Ok(id)
                }

                fn visit_i64<E: de::Error>(self, id: i64) -> Result<String, E> {
                    Ok(id.to_string())
                }

                fn visit_u64<E: de::Error>(self, id: u64) -> Result<String, E> {
                    Ok(id.to_string())
                }
            }
        }
    }
}
