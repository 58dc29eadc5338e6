//! What `graphql_client_codegen` leaves undone in a module of an operation.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::visit_mut::VisitMut;

use crate::operations::Operation;

/// Points serde at its path, decodes ids, and documents what is public.
pub(super) fn finish(mut file: syn::File, operation: &Operation, runtime: &str) -> TokenStream {
    let mut finisher = Finisher {
        serde: format!("{runtime}::serde"),
    };
    finisher.visit_file_mut(&mut file);
    let name = &operation.name;
    for item in &mut file.items {
        match item {
            syn::Item::Struct(marker) => {
                marker.attrs.push(doc(&format!(" The operation `{name}`.")));
                marker
                    .attrs
                    .push(syn::parse_quote!(#[derive(Debug, Clone, Copy)]));
            }
            syn::Item::Mod(module) => {
                module
                    .attrs
                    .push(doc(&format!(" Variables and response of `{name}`.")));
            }
            _ => {}
        }
    }
    file.into_token_stream()
}

struct Finisher {
    serde: String,
}

impl VisitMut for Finisher {
    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        if item.ident == "Variables" && matches!(item.fields, syn::Fields::Unit) {
            // A unit struct would be sent as null, and monday wants an object.
            item.fields = syn::Fields::Named(syn::parse_quote!({}));
            item.semi_token = None;
        }
        let derives = Derives::of(&item.attrs);
        if derives.any() {
            self.set_serde_path(&mut item.attrs);
            document(&mut item.attrs, &type_doc(&item.ident));
        }
        for field in &mut item.fields {
            if derives.deserialize && mentions_id(&field.ty) {
                field.attrs.push(decode_ids(&field.ty));
            }
            if let Some(ident) = &field.ident {
                let name = wire_name(&field.attrs).unwrap_or_else(|| ident.to_string());
                document(&mut field.attrs, &format!(" `{name}`."));
            }
        }
    }

    fn visit_item_enum_mut(&mut self, item: &mut syn::ItemEnum) {
        if Derives::of(&item.attrs).any() {
            self.set_serde_path(&mut item.attrs);
        }
        document(&mut item.attrs, &type_doc(&item.ident));
        for variant in &mut item.variants {
            let name = wire_name(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
            document(&mut variant.attrs, &format!(" `{name}`."));
        }
    }

    fn visit_item_type_mut(&mut self, item: &mut syn::ItemType) {
        if matches!(item.vis, syn::Visibility::Public(_)) {
            document(&mut item.attrs, &type_doc(&item.ident));
        }
    }

    fn visit_item_const_mut(&mut self, item: &mut syn::ItemConst) {
        let text = match item.ident.to_string().as_str() {
            "OPERATION_NAME" => " The operation's name in its document.",
            "QUERY" => " The document that a request carries.",
            _ => return,
        };
        document(&mut item.attrs, text);
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut syn::ImplItemFn) {
        if matches!(item.vis, syn::Visibility::Public(_)) {
            document(
                &mut item.attrs,
                " The default that the operation gives this variable.",
            );
        }
    }
}

impl Finisher {
    /// Only some of the generated types say where serde lies.
    fn set_serde_path(&self, attrs: &mut Vec<syn::Attribute>) {
        let set = attrs.iter().any(|attr| {
            attr.path().is_ident("serde") && attr.to_token_stream().to_string().contains("crate =")
        });
        if !set {
            let path = &self.serde;
            attrs.push(syn::parse_quote!(#[serde(crate = #path)]));
        }
    }
}

/// Which of serde's traits a type derives.
struct Derives {
    serialize: bool,
    deserialize: bool,
}

impl Derives {
    fn of(attrs: &[syn::Attribute]) -> Self {
        let mut found = Self {
            serialize: false,
            deserialize: false,
        };
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
            // A derive list always parses: the generator wrote it.
            let _ = attr.parse_nested_meta(|meta| {
                found.serialize |= meta.path.is_ident("Serialize");
                found.deserialize |= meta.path.is_ident("Deserialize");
                Ok(())
            });
        }
        found
    }

    fn any(&self) -> bool {
        self.serialize || self.deserialize
    }
}

fn decode_ids(ty: &syn::Type) -> syn::Attribute {
    let nullable = matches!(ty, syn::Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "Option"));
    if nullable {
        // With a decoder of its own, an absent field is no longer null by itself.
        syn::parse_quote!(#[serde(default, deserialize_with = "super::ids::decode")])
    } else {
        syn::parse_quote!(#[serde(deserialize_with = "super::ids::decode")])
    }
}

fn mentions_id(ty: &syn::Type) -> bool {
    ty.to_token_stream()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "ID"))
}

/// The name in `#[serde(rename = "…")]`.
fn wire_name(attrs: &[syn::Attribute]) -> Option<String> {
    let mut name = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        // Attributes of another shape hold no name.
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            }
            Ok(())
        });
    }
    name
}

fn type_doc(ident: &syn::Ident) -> String {
    match ident.to_string().as_str() {
        "Variables" => " The operation's variables.".into(),
        "ResponseData" => " What the operation answers.".into(),
        name => format!(" `{name}` of this operation."),
    }
}

fn document(attrs: &mut Vec<syn::Attribute>, text: &str) {
    attrs.insert(0, doc(text));
}

fn doc(text: &str) -> syn::Attribute {
    let tokens = quote!(#[doc = #text]);
    syn::parse_quote!(#tokens)
}
