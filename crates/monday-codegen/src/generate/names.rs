//! GraphQL names as Rust names.

use std::collections::{BTreeMap, BTreeSet};

use super::schema::{SchemaIndex, TypeInfo};
use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

/// What a generated file and the standard prelude already mean.
const TAKEN_TYPES: [&str; 17] = [
    "Box",
    "Clone",
    "Default",
    "Err",
    "From",
    "None",
    "Ok",
    "Option",
    "ResponseData",
    "Result",
    "Self",
    "Some",
    "String",
    "ToString",
    "Unknown",
    "Variables",
    "Vec",
];

/// Rust's strict and reserved keywords, all editions.
const KEYWORDS: [&str; 53] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "union",
];

/// A name as a field or module: snake case, no keyword.
pub(super) fn snake(name: &str) -> String {
    let snake = name.to_snake_case();
    match snake.chars().next() {
        None => "underscore".into(),
        Some(first) if first.is_ascii_digit() => format!("value_{snake}"),
        _ if snake == "gen" => "gen_value".into(),
        _ if is_keyword(&snake) => format!("{snake}_"),
        _ => snake,
    }
}

pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

/// A name as a type or variant: camel case, no keyword. `prefix` stands before a digit and for a
/// name without letters.
pub(super) fn camel(name: &str, prefix: &str) -> String {
    let camel = name.to_upper_camel_case();
    match camel.chars().next() {
        None => prefix.into(),
        Some(first) if first.is_ascii_digit() => format!("{prefix}{camel}"),
        _ if camel == "Self" => "SelfValue".into(),
        _ => camel,
    }
}

/// Gives the first of a name, the name with `suffix`, and the name with numbers that isn't taken
/// yet, and takes it.
pub(super) fn unique(name: String, suffix: &str, taken: &mut BTreeSet<String>) -> String {
    let suffixed = format!("{name}{suffix}");
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let name = [name.clone(), suffixed]
        .into_iter()
        .chain(numbered)
        .find(|candidate| !taken.contains(candidate))
        .unwrap_or(name);
    taken.insert(name.clone());
    name
}

/// Rust names of a schema's types.
#[derive(Debug)]
pub(super) struct TypeNames {
    names: BTreeMap<String, String>,
    objects: BTreeMap<String, String>,
}

impl TypeNames {
    /// Names the types of a schema. Enums, input types and scalars share a scope with
    /// `operations`, the Rust names of the operations; the others only name variants.
    pub(super) fn new(schema: &SchemaIndex, operations: impl Iterator<Item = String>) -> Self {
        let mut taken: BTreeSet<String> = Self::reserved().collect();
        let mut taken_by_leaves = taken.clone();
        taken_by_leaves.extend(operations);
        let mut names = BTreeMap::new();
        let mut objects = BTreeMap::new();
        for (name, info) in schema.types() {
            let (suffix, taken) = match info {
                TypeInfo::Scalar => ("Scalar", &mut taken_by_leaves),
                TypeInfo::Enum(_) => ("Enum", &mut taken_by_leaves),
                TypeInfo::Input { .. } => ("Input", &mut taken_by_leaves),
                _ => ("Type", &mut taken),
            };
            let rust = unique(camel(name, suffix), suffix, taken);
            if matches!(info, TypeInfo::Object { .. }) {
                objects.insert(rust.clone(), name.to_owned());
            }
            names.insert(name.to_owned(), rust);
        }
        Self { names, objects }
    }

    /// Names that mean something else where generated code stands.
    pub(super) fn reserved() -> impl Iterator<Item = String> {
        TAKEN_TYPES.iter().map(|name| (*name).to_owned())
    }

    /// The Rust name of a type of the schema.
    pub(super) fn get(&self, name: &str) -> Result<&str, String> {
        self.names
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| format!("there is no type {name}"))
    }

    /// The schema's names of object types, by their Rust names.
    pub(super) fn objects(&self) -> &BTreeMap<String, String> {
        &self.objects
    }
}

/// The names of fields in generated structs. A Rust name stands for one name on the wire
/// throughout an operation, so that it can be told from the Rust name alone.
#[derive(Debug, Default)]
pub(super) struct FieldNames {
    wire: BTreeMap<String, String>,
}

impl FieldNames {
    /// A name for a field that isn't in `taken`, and takes it.
    pub(super) fn name(&mut self, wire: &str, taken: &mut BTreeSet<String>) -> String {
        let base = snake(wire);
        let plain = base.trim_end_matches('_').to_owned();
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let name = [base.clone()]
            .into_iter()
            .chain(numbered)
            .find(|candidate| {
                !taken.contains(candidate)
                    && self.wire.get(candidate).is_none_or(|known| known == wire)
            })
            .unwrap_or(base);
        taken.insert(name.clone());
        self.wire.insert(name.clone(), wire.to_owned());
        name
    }

    /// The wire name of a field.
    pub(super) fn wire(&self, rust: &str) -> Option<&str> {
        self.wire.get(rust).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{FieldNames, camel, snake, unique};

    #[test]
    fn every_graphql_name_becomes_a_rust_name() {
        let table = [
            ("fooBar", "foo_bar", "FooBar"),
            ("FOO_BAR", "foo_bar", "FooBar"),
            ("_foo", "foo", "Foo"),
            ("type", "type_", "Type"),
            ("self", "self_", "SelfValue"),
            ("gen", "gen_value", "Gen"),
            ("_1st", "value_1st", "X1st"),
            ("_", "underscore", "X"),
            ("ISO8601DateTime", "iso8601_date_time", "Iso8601DateTime"),
        ];
        for (name, field, ty) in table {
            assert_eq!(
                (snake(name).as_str(), camel(name, "X").as_str()),
                (field, ty),
                "{name}"
            );
        }
    }

    #[test]
    fn names_that_collide_are_told_apart() {
        let mut taken = BTreeSet::new();
        let names = ["A", "A", "A", "A"].map(|name| unique(name.into(), "Type", &mut taken));
        assert_eq!(names, ["A", "AType", "A2", "A3"]);
    }

    #[test]
    fn a_field_name_stands_for_one_wire_name() {
        let mut names = FieldNames::default();
        let mut one = BTreeSet::new();
        assert_eq!(names.name("fooBar", &mut one), "foo_bar");
        assert_eq!(names.name("foo_bar", &mut one), "foo_bar_2");
        let mut other = BTreeSet::new();
        assert_eq!(names.name("foo_bar", &mut other), "foo_bar_2");
        assert_eq!(names.name("fooBar", &mut other), "foo_bar");
        assert_eq!(names.wire("foo_bar_2"), Some("foo_bar"));
    }
}
