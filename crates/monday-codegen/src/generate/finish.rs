//! From what `graphql_client_codegen` makes of a prepared operation to the module that is kept.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::visit_mut::{self, VisitMut};

use super::describe::doc_lines;
use super::names::{FieldNames, TypeNames, camel, snake};
use super::owners::owners;
use super::prepare::Prepared;
use super::schema::SchemaIndex;
use crate::operations::{Kind, Operation};

/// The parts of a generated file that belong to one operation.
pub(super) struct Module<'a> {
    pub(super) operation: &'a Operation,
    pub(super) prepared: &'a Prepared,
    pub(super) types: &'a TypeNames,
    pub(super) schema: &'a SchemaIndex,
    /// The document that a request carries.
    pub(super) request: &'a str,
    /// Path below which generated code finds its dependencies.
    pub(super) runtime: &'a TokenStream,
    /// Path of the SDK's client.
    pub(super) client: &'a syn::Path,
    /// The API version that the operation is for.
    pub(super) api_version: &'a syn::Expr,
}

/// The Rust names of an operation: its type and its module.
pub(crate) fn operation_names(name: &str) -> (String, String) {
    let mut ty = camel(name, "Operation");
    if TypeNames::reserved().any(|reserved| reserved == ty) {
        // It would stand for `Option` and the like where the other types are.
        ty.push_str("Operation");
    }
    let module = snake(&ty);
    (ty, module)
}

impl Module<'_> {
    /// Writes the marker type, its `GraphQLQuery`, and the module.
    ///
    /// Gives nothing where two types of the module have one name.
    pub(super) fn finish(&self, generated: syn::File) -> Option<TokenStream> {
        let mut items = types_of(generated);
        drop_empty_variants(&mut items);
        let mut names: BTreeSet<String> = TypeNames::reserved()
            .filter(|name| name != "ResponseData" && name != "Variables")
            .collect();
        for item in &items {
            if !names.insert(item_name(item)?.to_string()) {
                return None;
            }
        }
        let mut finisher = Finisher {
            module: self,
            owners: owners(&items, self.prepared, self.schema, self.types),
            owner: None,
            decodes: false,
        };
        items
            .iter_mut()
            .for_each(|item| finisher.visit_item_mut(item));

        let runtime = self.runtime;
        let (ty, module) = operation_names(&self.operation.name);
        let (ty, module) = (format_ident!("{ty}"), format_ident!("{module}"));
        let (name, request) = (&self.operation.name, self.request);
        let (kind, variant) = match self.operation.kind {
            Kind::Query => ("query", quote!(Query)),
            Kind::Mutation => ("mutation", quote!(Mutation)),
        };
        let (client, api_version) = (self.client, self.api_version);
        let marker_doc = format!(" The {kind} `{name}`.");
        let module_doc = format!(" Variables and response of the {kind} `{name}`.");
        Some(quote! {
            #[doc = #marker_doc]
            #[derive(Debug, Clone, Copy)]
            pub struct #ty;

            impl #runtime::graphql_client::GraphQLQuery for #ty {
                type Variables = #module::Variables;
                type ResponseData = #module::ResponseData;

                fn build_query(
                    variables: Self::Variables,
                ) -> #runtime::graphql_client::QueryBody<Self::Variables> {
                    #runtime::graphql_client::QueryBody {
                        variables,
                        query: #module::QUERY,
                        operation_name: #module::OPERATION_NAME,
                    }
                }
            }

            impl #client::Operation for #ty {
                const API_VERSION: &'static str = #api_version;
                const KIND: #client::OperationKind = #client::OperationKind::#variant;
            }

            #[doc = #module_doc]
            pub mod #module {
                /// The operation's name in its document.
                pub const OPERATION_NAME: &str = #name;
                /// The document that a request carries.
                pub const QUERY: &str = #request;

                #(#items)*
            }
        })
    }
}

/// The structs, enums and public aliases in the generated module: the rest is replaced.
fn types_of(generated: syn::File) -> Vec<syn::Item> {
    let module = generated.items.into_iter().find_map(|item| match item {
        syn::Item::Mod(module) => module.content.map(|(_, items)| items),
        _ => None,
    });
    let mut items = module.unwrap_or_default();
    items.retain(|item| match item {
        syn::Item::Struct(_) | syn::Item::Enum(_) => true,
        syn::Item::Type(alias) => matches!(alias.vis, syn::Visibility::Public(_)),
        _ => false,
    });
    items
}

/// Takes away the enums of possible types, and the fields for them, where the operation selects
/// nothing that depends on the type.
fn drop_empty_variants(items: &mut Vec<syn::Item>) {
    let empty: BTreeSet<String> = items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Enum(found)
                if found
                    .variants
                    .iter()
                    .all(|variant| variant.fields.is_empty()) =>
            {
                Some(found.ident.to_string())
            }
            _ => None,
        })
        .collect();
    let mut dropped = BTreeSet::new();
    for item in items.iter_mut() {
        let syn::Item::Struct(found) = item else {
            continue;
        };
        let syn::Fields::Named(fields) = &mut found.fields else {
            continue;
        };
        fields.named = std::mem::take(&mut fields.named)
            .into_iter()
            .filter(|field| {
                let ty = field.ty.to_token_stream().to_string();
                let is_on = field.ident.as_ref().is_some_and(|ident| ident == "on");
                let keep = !(is_on && is_flattened(&field.attrs) && empty.contains(&ty));
                if !keep {
                    dropped.insert(ty);
                }
                keep
            })
            .collect();
    }
    items.retain(|item| {
        !matches!(item, syn::Item::Enum(found) if dropped.contains(&found.ident.to_string()))
    });
}

fn item_name(item: &syn::Item) -> Option<&syn::Ident> {
    match item {
        syn::Item::Struct(item) => Some(&item.ident),
        syn::Item::Enum(item) => Some(&item.ident),
        syn::Item::Type(item) => Some(&item.ident),
        _ => None,
    }
}

struct Finisher<'a> {
    module: &'a Module<'a>,
    /// The schema's types of the structs that are read from a response.
    owners: BTreeMap<String, String>,
    /// That of the struct being visited.
    owner: Option<String>,
    /// Whether the struct being visited is read from a response.
    decodes: bool,
}

impl VisitMut for Finisher<'_> {
    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        let is_variables = item.ident == "Variables";
        if is_variables && matches!(item.fields, syn::Fields::Unit) {
            // A unit struct would be sent as null, and monday wants an object.
            item.fields = syn::Fields::Named(syn::parse_quote!({}));
            item.semi_token = None;
        }
        self.decodes = !is_variables;
        self.owner = self.owners.get(&item.ident.to_string()).cloned();
        self.derive(&mut item.attrs);
        if is_variables && item.fields.iter().all(|field| is_option(&field.ty)) {
            item.attrs.push(syn::parse_quote!(#[derive(Default)]));
        }
        let names = if is_variables {
            &self.module.prepared.variables
        } else {
            &self.module.prepared.fields
        };
        for field in &mut item.fields {
            self.field(field, names);
        }
        document(&mut item.attrs, &type_doc(&item.ident));
        visit_mut::visit_item_struct_mut(self, item);
    }

    fn visit_item_enum_mut(&mut self, item: &mut syn::ItemEnum) {
        self.derive(&mut item.attrs);
        document(
            &mut item.attrs,
            " What is selected depends on the object's type.",
        );
        for variant in &mut item.variants {
            let rust = variant.ident.to_string();
            match self.module.types.objects().get(&rust) {
                Some(wire) => {
                    if *wire != rust {
                        variant
                            .attrs
                            .push(syn::parse_quote!(#[serde(rename = #wire)]));
                    }
                    document(
                        &mut variant.attrs,
                        &format!(" An object of the type `{wire}`."),
                    );
                }
                None => document(
                    &mut variant.attrs,
                    " An object of a type that the schema didn't have yet.",
                ),
            }
        }
        visit_mut::visit_item_enum_mut(self, item);
    }

    fn visit_item_type_mut(&mut self, item: &mut syn::ItemType) {
        document(&mut item.attrs, &type_doc(&item.ident));
        visit_mut::visit_item_type_mut(self, item);
    }

    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        if let Some(ident) = path.path.get_ident() {
            let name = ident.to_string();
            let replacement: Option<syn::TypePath> = match name.as_str() {
                "Boolean" => Some(syn::parse_quote!(bool)),
                "Int" => Some(syn::parse_quote!(i64)),
                "Float" => Some(syn::parse_quote!(f64)),
                "ID" => Some(syn::parse_quote!(String)),
                _ => self.module.prepared.leaves.get(&name).and_then(|leaf| {
                    let ty = format_ident!("{}", self.module.types.get(leaf).ok()?);
                    Some(syn::parse_quote!(super::#ty))
                }),
            };
            if let Some(replacement) = replacement {
                *path = replacement;
            }
        }
        visit_mut::visit_type_path_mut(self, path);
    }
}

impl Finisher<'_> {
    /// Gives derives of serde's traits and the attribute that goes with them their path.
    fn derive(&self, attrs: &mut Vec<syn::Attribute>) {
        let runtime = self.module.runtime;
        for attr in attrs
            .iter_mut()
            .filter(|attr| attr.path().is_ident("derive"))
        {
            let mut traits: Vec<syn::Path> = Vec::new();
            // A derive list always parses: the generator wrote it.
            let _ = attr.parse_nested_meta(|meta| {
                let path = meta.path;
                traits.push(match path.get_ident() {
                    Some(ident) if ident == "Serialize" || ident == "Deserialize" => {
                        syn::parse_quote!(#runtime::serde::#ident)
                    }
                    _ => path,
                });
                Ok(())
            });
            *attr = syn::parse_quote!(#[derive(#(#traits),*)]);
        }
        attrs.retain(|attr| {
            !(attr.path().is_ident("serde") && attr.to_token_stream().to_string().contains("crate"))
        });
        attrs.push(serde_crate(runtime));
    }

    fn field(&self, field: &mut syn::Field, names: &FieldNames) {
        let Some(ident) = &field.ident else { return };
        if is_flattened(&field.attrs) {
            let text = match ident == "on" {
                true => " What depends on the object's type.".to_owned(),
                false => format!(" The fragment `{}`.", field.ty.to_token_stream()),
            };
            return document(&mut field.attrs, &text);
        }
        let rust = ident.to_string();
        let wire = names.wire(&rust).unwrap_or(&rust).to_owned();
        field.attrs.retain(|attr| !attr.path().is_ident("serde"));
        let optional = is_option(&field.ty);
        if !self.decodes && optional {
            field.attrs.push(
                syn::parse_quote!(#[serde(skip_serializing_if = "::std::option::Option::is_none")]),
            );
        }
        if self.decodes && mentions_id(&field.ty) {
            field
                .attrs
                .push(syn::parse_quote!(#[serde(deserialize_with = "super::__ids::decode")]));
            if optional {
                // With a decoder of its own, an absent field is no longer null by itself.
                field.attrs.push(syn::parse_quote!(#[serde(default)]));
            }
        }
        if wire != rust {
            field
                .attrs
                .push(syn::parse_quote!(#[serde(rename = #wire)]));
        }
        let description = self.owner.as_deref().and_then(|owner| {
            let source = self.module.prepared.source(owner, &rust)?;
            self.module.schema.description(&format!("{owner}.{source}"))
        });
        for line in doc_lines(&format!("`{wire}`."), description).iter().rev() {
            document(&mut field.attrs, line);
        }
    }
}

/// The attribute that tells serde's derives where serde is.
pub(super) fn serde_crate(runtime: &TokenStream) -> syn::Attribute {
    let path = quote!(#runtime::serde).to_string().replace(' ', "");
    syn::parse_quote!(#[serde(crate = #path)])
}

fn is_flattened(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        attr.path().is_ident("serde") && attr.to_token_stream().to_string().contains("flatten")
    })
}

fn is_option(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

fn mentions_id(ty: &syn::Type) -> bool {
    ty.to_token_stream()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "ID"))
}

fn type_doc(ident: &syn::Ident) -> String {
    match ident.to_string().as_str() {
        "Variables" => " The operation's variables. One that is `None` isn't sent.".into(),
        "ResponseData" => " What the operation answers.".into(),
        name => format!(" `{name}`, a part of the response."),
    }
}

fn document(attrs: &mut Vec<syn::Attribute>, text: &str) {
    attrs.insert(0, syn::parse_quote!(#[doc = #text]));
}
