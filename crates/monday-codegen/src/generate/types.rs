//! Enums, input types and scalars, which the operations of a file share.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::describe::docs;
use super::finish::serde_crate;
use super::names::{FieldNames, TypeNames, camel, unique};
use super::schema::{
    GraphqlType, InputField, SchemaIndex, TypeInfo, inner_name, is_built_in, nullable,
};
use super::{GenerateError, Generator, derives, rust};

/// Generates the types that `used` names, and those that these use.
pub(super) fn types(
    generator: &Generator,
    schema: &SchemaIndex,
    names: &TypeNames,
    used: BTreeSet<String>,
) -> Result<TokenStream, GenerateError> {
    let writer = Writer {
        generator,
        schema,
        names,
        runtime: &generator.runtime_path()?,
    };
    let mut pending = used;
    let mut written: BTreeMap<String, TokenStream> = BTreeMap::new();
    while let Some(name) = pending.pop_first() {
        if written.contains_key(&name) {
            continue;
        }
        let tokens = writer.write(&name, &mut pending)?;
        written.insert(name, tokens);
    }
    let types = written.into_values();
    Ok(quote!(#(#types)*))
}

struct Writer<'a> {
    generator: &'a Generator,
    schema: &'a SchemaIndex,
    names: &'a TypeNames,
    runtime: &'a TokenStream,
}

impl Writer<'_> {
    fn write(
        &self,
        name: &str,
        pending: &mut BTreeSet<String>,
    ) -> Result<TokenStream, GenerateError> {
        let ident = self.ident(name)?;
        let doc = docs(
            &format!("`{name}` of monday's schema."),
            self.schema.description(name),
        );
        let generator = self.generator;
        match self.schema.get(name) {
            Some(TypeInfo::Scalar) => {
                let rust: syn::Type = match generator.scalars.get(name) {
                    Some(custom) => rust(custom)?,
                    None => self.default_scalar(name),
                };
                Ok(quote!(#doc pub type #ident = #rust;))
            }
            Some(TypeInfo::Enum(values)) => match generator.extern_enums.get(name) {
                Some(custom) => {
                    let rust: syn::Type = rust(custom)?;
                    Ok(quote!(#doc pub type #ident = #rust;))
                }
                None => {
                    let tokens = self.enumeration(name, &ident, values)?;
                    Ok(quote!(#doc #tokens))
                }
            },
            Some(TypeInfo::Input { one_of, fields }) => {
                let named = fields.iter().map(|field| inner_name(&field.ty));
                pending.extend(named.filter(|name| !is_built_in(name)).map(str::to_owned));
                let tokens = if *one_of {
                    self.one_of(name, &ident, fields)?
                } else {
                    self.input(name, &ident, fields)?
                };
                Ok(quote!(#doc #tokens))
            }
            _ => Err(GenerateError::Unknown(format!(
                "enum, input type or scalar {name}"
            ))),
        }
    }

    fn ident(&self, name: &str) -> Result<Ident, GenerateError> {
        let rust = self.names.get(name).map_err(GenerateError::Unknown)?;
        Ok(format_ident!("{rust}"))
    }

    /// Rust types for monday's scalars: its dates and times are text whose form its reference
    /// doesn't pin down, everything else can be any JSON.
    fn default_scalar(&self, name: &str) -> syn::Type {
        let runtime = self.runtime;
        match name {
            "Date" | "ISO8601DateTime" => syn::parse_quote!(String),
            _ => syn::parse_quote!(#runtime::serde_json::Value),
        }
    }

    /// An enum that keeps values it doesn't know.
    fn enumeration(
        &self,
        name: &str,
        ident: &Ident,
        values: &[String],
    ) -> Result<TokenStream, GenerateError> {
        let runtime = self.runtime;
        let mut taken = BTreeSet::new();
        let variants: Vec<Ident> = values
            .iter()
            .map(|value| format_ident!("{}", unique(camel(value, "Value"), "Value", &mut taken)))
            .collect();
        let other = ["Other", "Unknown", "Unrecognized"]
            .into_iter()
            .find(|name| !taken.contains(*name))
            .map_or_else(
                || unique("Other".into(), "Value", &mut taken),
                str::to_owned,
            );
        let other = format_ident!("{other}");
        let docs = values.iter().map(|value| self.part_docs(name, value));
        let derives = derives(
            &["Debug", "Clone", "PartialEq", "Eq", "Hash"],
            &[
                &self.generator.response_derives,
                &self.generator.variable_derives,
            ],
        )?;
        Ok(quote! {
            #[derive(#(#derives),*)]
            pub enum #ident {
                #(#docs #variants,)*
                /// A value that the schema didn't have yet.
                #other(String),
            }

            impl #ident {
                /// The value's name in the schema.
                #[must_use]
                pub fn as_str(&self) -> &str {
                    match self {
                        #(Self::#variants => #values,)*
                        Self::#other(value) => value,
                    }
                }
            }

            impl From<&str> for #ident {
                fn from(value: &str) -> Self {
                    match value {
                        #(#values => Self::#variants,)*
                        other => Self::#other(other.to_owned()),
                    }
                }
            }

            impl #runtime::serde::Serialize for #ident {
                fn serialize<S: #runtime::serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> #runtime::serde::Deserialize<'de> for #ident {
                fn deserialize<D: #runtime::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Self, D::Error> {
                    let value = <String as #runtime::serde::Deserialize>::deserialize(deserializer)?;
                    Ok(Self::from(value.as_str()))
                }
            }
        })
    }

    /// A struct; a field that the server doesn't require is left out where it is `None`.
    fn input(
        &self,
        name: &str,
        ident: &Ident,
        fields: &[InputField],
    ) -> Result<TokenStream, GenerateError> {
        let mut names = FieldNames::default();
        let mut taken = BTreeSet::new();
        let mut all_optional = true;
        let mut tokens = Vec::new();
        for field in fields {
            let rust = names.name(&field.name, &mut taken);
            let rename = rename(&field.name, &rust);
            let rust = format_ident!("{rust}");
            let ty = if field.has_default {
                nullable(field.ty.clone())
            } else {
                field.ty.clone()
            };
            let optional = !matches!(ty, GraphqlType::NonNullType(_));
            all_optional &= optional;
            let skip = optional
                .then(|| quote!(#[serde(skip_serializing_if = "::std::option::Option::is_none")]));
            let doc = self.part_docs(name, &field.name);
            let ty = self.input_type(name, &ty)?;
            tokens.push(quote!(#doc #rename #skip pub #rust: #ty));
        }
        let attributes = self.input_attributes(all_optional)?;
        Ok(quote!(#attributes pub struct #ident { #(#tokens,)* }))
    }

    /// An enum for an input type that takes exactly one of its fields.
    fn one_of(
        &self,
        name: &str,
        ident: &Ident,
        fields: &[InputField],
    ) -> Result<TokenStream, GenerateError> {
        let mut taken = BTreeSet::new();
        let mut tokens = Vec::new();
        for field in fields {
            let rust = unique(camel(&field.name, "Value"), "Value", &mut taken);
            let rename = rename(&field.name, &rust);
            let rust = format_ident!("{rust}");
            let doc = self.part_docs(name, &field.name);
            let required = GraphqlType::NonNullType(Box::new(nullable(field.ty.clone())));
            let ty = self.input_type(name, &required)?;
            tokens.push(quote!(#doc #rename #rust(#ty)));
        }
        let attributes = self.input_attributes(false)?;
        Ok(quote!(#attributes pub enum #ident { #(#tokens,)* }))
    }

    /// Docs of a field or value of the type `name`.
    fn part_docs(&self, name: &str, part: &str) -> TokenStream {
        let description = self.schema.description(&format!("{name}.{part}"));
        docs(&format!("`{part}`."), description)
    }

    fn input_attributes(&self, default: bool) -> Result<TokenStream, GenerateError> {
        let runtime = self.runtime;
        let mut derives = derives(&["Debug", "Clone"], &[&self.generator.variable_derives])?;
        if default {
            derives.push(syn::parse_quote!(Default));
        }
        let serde_crate = serde_crate(runtime);
        Ok(quote!(#[derive(#runtime::serde::Serialize, #(#derives),*)] #serde_crate))
    }

    /// The Rust type of a field of the input type `parent`.
    fn input_type(&self, parent: &str, ty: &GraphqlType) -> Result<TokenStream, GenerateError> {
        let name = inner_name(ty);
        let inner = match name {
            "Boolean" => quote!(bool),
            "Float" => quote!(f64),
            "Int" => quote!(i64),
            "ID" | "String" => quote!(String),
            _ => {
                let ident = self.ident(name)?;
                quote!(#ident)
            }
        };
        let boxed = !has_list(ty) && self.contains(name, parent, &mut BTreeSet::new());
        let inner = if boxed { quote!(Box<#inner>) } else { inner };
        Ok(wrapped(ty, &inner))
    }

    /// Whether a value of the input type `name` holds one of `target` without a list between.
    fn contains<'a>(&'a self, name: &'a str, target: &str, seen: &mut BTreeSet<&'a str>) -> bool {
        if name == target {
            return true;
        }
        let Some(TypeInfo::Input { fields, .. }) = self.schema.get(name) else {
            return false;
        };
        seen.insert(name)
            && fields
                .iter()
                .filter(|field| !has_list(&field.ty))
                .any(|field| self.contains(inner_name(&field.ty), target, seen))
    }
}

fn has_list(ty: &GraphqlType) -> bool {
    match ty {
        GraphqlType::NamedType(_) => false,
        GraphqlType::NonNullType(inner) => has_list(inner),
        GraphqlType::ListType(_) => true,
    }
}

/// `inner` in as many options and lists as the type has.
fn wrapped(ty: &GraphqlType, inner: &TokenStream) -> TokenStream {
    let present = |ty: &GraphqlType| match ty {
        GraphqlType::ListType(item) => {
            let item = wrapped(item, inner);
            quote!(Vec<#item>)
        }
        _ => inner.clone(),
    };
    match ty {
        GraphqlType::NonNullType(ty) => present(ty),
        ty => {
            let present = present(ty);
            quote!(Option<#present>)
        }
    }
}

fn rename(wire: &str, rust: &str) -> Option<TokenStream> {
    (wire != rust).then(|| quote!(#[serde(rename = #wire)]))
}
