//! Which of the schema's types a generated struct is a selection of.

use std::collections::BTreeMap;

use super::names::TypeNames;
use super::prepare::Prepared;
use super::schema::{SchemaIndex, inner_name};

/// By the name of a struct, the schema's type that its fields belong to. What isn't told here has
/// docs without descriptions.
pub(super) fn owners(
    items: &[syn::Item],
    prepared: &Prepared,
    schema: &SchemaIndex,
    types: &TypeNames,
) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    let mut pending: Vec<(String, String)> = prepared
        .roots
        .iter()
        .map(|(name, ty)| (name.clone(), ty.clone()))
        .collect();
    while let Some((name, ty)) = pending.pop() {
        if owners.contains_key(&name) {
            continue;
        }
        let found = items.iter().find_map(|item| match item {
            syn::Item::Struct(found) if found.ident == name => Some(found),
            _ => None,
        });
        pending.extend(variants(items, &name, types));
        for field in found.iter().flat_map(|found| &found.fields) {
            let Some(ident) = &field.ident else { continue };
            let inner = innermost(&field.ty);
            match prepared.source(&ty, &ident.to_string()) {
                Some(source) => {
                    let field_type = schema.field(&ty, source).map(inner_name);
                    pending.extend(field_type.map(|ty| (inner, ty.to_owned())));
                }
                // Beside an interface's own fields is what depends on the object's type.
                None => pending.extend(variants(items, &inner, types)),
            }
        }
        owners.insert(name, ty);
    }
    owners
}

/// The selections of an enum, with the object types that they are for.
fn variants(items: &[syn::Item], name: &str, types: &TypeNames) -> Vec<(String, String)> {
    let variants = items.iter().filter_map(|item| match item {
        syn::Item::Enum(found) if found.ident == name => Some(&found.variants),
        _ => None,
    });
    variants
        .flatten()
        .filter_map(|variant| {
            let object = types.objects().get(&variant.ident.to_string())?;
            let held = variant.fields.iter().next()?;
            Some((innermost(&held.ty), object.clone()))
        })
        .collect()
}

/// The name of the type within options, lists and boxes.
fn innermost(ty: &syn::Type) -> String {
    let syn::Type::Path(path) = ty else {
        return String::new();
    };
    let Some(last) = path.path.segments.last() else {
        return String::new();
    };
    if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(syn::GenericArgument::Type(inner)) = arguments.args.first()
    {
        return innermost(inner);
    }
    last.ident.to_string()
}
