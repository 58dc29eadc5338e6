//! From whatever monday serves to canonical SDL.
//!
//! One path for both shapes of input: introspection JSON or SDL becomes an AST, the AST is put
//! in canonical order, and the result is printed. The same input gives the same bytes, and
//! importing canonical SDL changes nothing.

mod canonical;
mod error;
mod introspection;
mod merge;
mod references;
mod roots;
mod sdl;

use apollo_compiler::ast::Definition;
use serde::Serialize;

pub use self::error::ImportError;
pub(crate) use self::roots::root_operations;

/// What to keep when importing.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct ImportOptions {
    /// Keep descriptions: they become docs of the code that is generated from the schema. Off by
    /// default: they make up most of the text and change without the schema changing.
    pub keep_descriptions: bool,
}

impl ImportOptions {
    /// The default: no descriptions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether descriptions are kept.
    #[must_use]
    pub fn keep_descriptions(mut self, keep: bool) -> Self {
        self.keep_descriptions = keep;
        self
    }
}

/// A schema in canonical form.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Imported {
    /// The canonical SDL, ending in a newline.
    pub sdl: String,
    /// What the SDL holds.
    pub summary: Summary,
    /// What is odd about the schema without making it unusable, a sentence each.
    pub warnings: Vec<String>,
    /// The same as the SDL.
    pub(crate) definitions: Vec<Definition>,
}

/// What a canonical schema holds: how many definitions of each kind, and the digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Types in the canonical SDL: the sum of the six kinds below.
    pub types: usize,
    /// Object types.
    pub objects: usize,
    /// Interfaces.
    pub interfaces: usize,
    /// Unions.
    pub unions: usize,
    /// Enums.
    pub enums: usize,
    /// Input objects.
    pub inputs: usize,
    /// Custom scalars.
    pub scalars: usize,
    /// Executable directives of the server's own.
    pub directives: usize,
    /// SHA-256 of the canonical SDL, in lower-case hexadecimal.
    pub sha256: String,
}

/// Imports a schema as monday serves it: an introspection result, with or without the `data`
/// wrapper, or SDL.
///
/// The canonical form has types, fields, arguments, enum values and directives in lexicographic
/// order, no descriptions unless [`ImportOptions::keep_descriptions`] says so, neither built-in
/// scalars and directives nor introspection types, and none of the server's own type-system
/// directives. Every other type stays, and so do default values, `@deprecated` with its reason,
/// `@specifiedBy` and `@oneOf`.
///
/// ```
/// use monday_codegen::{ImportOptions, import};
///
/// # fn main() -> Result<(), monday_codegen::ImportError> {
/// let served = br#"type Query { "Everybody." users: [User] } type User { name: String id: ID! }"#;
/// let imported = import(served, &ImportOptions::new())?;
/// assert_eq!(imported.summary.objects, 2);
/// assert!(!imported.sdl.contains("Everybody"));
/// // Importing it again changes nothing.
/// assert_eq!(import(imported.sdl.as_bytes(), &ImportOptions::new())?.sdl, imported.sdl);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`ImportError`] for anything that isn't a whole schema: empty, truncated or malformed text,
/// HTML, a server's error response, and a schema that refers to types it doesn't define.
pub fn import(input: &[u8], options: &ImportOptions) -> Result<Imported, ImportError> {
    let text = decode(input)?;
    let mut warnings = Vec::new();
    let document = match text.trim_start().bytes().next() {
        None => return Err(ImportError::Empty),
        Some(b'<') => return Err(ImportError::Html),
        Some(b'{' | b'[') => introspection::to_ast(text, &mut warnings)?,
        Some(_) => sdl::to_ast(text)?,
    };
    let definitions = merge::extensions_into_definitions(document)?;
    let definitions = canonical::canonicalise(definitions, options.keep_descriptions);
    references::check(&definitions)?;
    warn_about_empty_types(&definitions, &mut warnings);
    let sdl = canonical::print(&definitions);
    let summary = summarise(&definitions, &sdl);
    Ok(Imported {
        sdl,
        summary,
        warnings,
        definitions,
    })
}

/// Removes a byte-order mark and checks the encoding.
fn decode(input: &[u8]) -> Result<&str, ImportError> {
    let input = input.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input);
    match std::str::from_utf8(input) {
        Ok(text) => Ok(text),
        Err(error) => Err(ImportError::NotUtf8 {
            offset: error.valid_up_to(),
        }),
    }
}

fn warn_about_empty_types(definitions: &[Definition], warnings: &mut Vec<String>) {
    for definition in definitions {
        let (kind, name, members) = match definition {
            Definition::InputObjectTypeDefinition(d) => ("input type", &d.name, d.fields.len()),
            Definition::ObjectTypeDefinition(d) => ("type", &d.name, d.fields.len()),
            Definition::InterfaceTypeDefinition(d) => ("interface", &d.name, d.fields.len()),
            Definition::EnumTypeDefinition(d) => ("enum", &d.name, d.values.len()),
            Definition::UnionTypeDefinition(d) => ("union", &d.name, d.members.len()),
            _ => continue,
        };
        if members == 0 {
            warnings.push(format!(
                "{kind} {name} has no members; it is kept, but strict validators refuse it"
            ));
        }
    }
}

fn summarise(definitions: &[Definition], sdl: &str) -> Summary {
    let count =
        |matches: fn(&Definition) -> bool| definitions.iter().filter(|d| matches(d)).count();
    let objects = count(|d| matches!(d, Definition::ObjectTypeDefinition(_)));
    let interfaces = count(|d| matches!(d, Definition::InterfaceTypeDefinition(_)));
    let unions = count(|d| matches!(d, Definition::UnionTypeDefinition(_)));
    let enums = count(|d| matches!(d, Definition::EnumTypeDefinition(_)));
    let inputs = count(|d| matches!(d, Definition::InputObjectTypeDefinition(_)));
    let scalars = count(|d| matches!(d, Definition::ScalarTypeDefinition(_)));
    let directives = count(|d| matches!(d, Definition::DirectiveDefinition(_)));
    Summary {
        types: objects + interfaces + unions + enums + inputs + scalars,
        objects,
        interfaces,
        unions,
        enums,
        inputs,
        scalars,
        directives,
        sha256: crate::digest::sha256_hex(sdl.as_bytes()),
    }
}
