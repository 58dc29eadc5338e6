//! Code for operations of any shape: it parses, or there is an error with a place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Display, Write as _},
    fs,
    path::Path,
    sync::LazyLock,
};

use monday_codegen::{Compile, CompileError, Severity, check};
use proptest::{prelude::*, sample::Index};

/// A schema with names that Rust can't have, and the operations that are compiled with it.
const NASTY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/generated/nasty");

static SDL: LazyLock<String> =
    LazyLock::new(|| fs::read_to_string(Path::new(NASTY).join("schema.graphql")).unwrap());

static OPERATIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let files = fs::read_dir(Path::new(NASTY).join("queries")).unwrap();
    let mut texts: Vec<_> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    texts.sort();
    texts
});

/// What becomes of one operation, with a fragment `option` beside it.
fn generated(operation: &str) -> Result<String, CompileError> {
    let folder = tempfile::tempdir().unwrap();
    let queries = folder.path().join("queries");
    fs::create_dir(&queries).unwrap();
    fs::write(queries.join("operation.graphql"), operation).unwrap();
    let fragment = Path::new(NASTY).join("queries/fragments/option.graphql");
    fs::copy(fragment, queries.join("option.graphql")).unwrap();
    let schema = folder.path().join("schema.graphql");
    fs::write(&schema, SDL.as_str()).unwrap();
    let code = Compile::new("queries").generate(&schema, &queries, folder.path());
    if code.is_ok() {
        let found = check(&SDL, &queries).unwrap();
        assert!(
            found
                .iter()
                .all(|found| found.severity == Severity::Warning)
        );
    }
    code
}

/// A field: its name, arguments, and its type where that has a selection of its own.
type Field = (&'static str, &'static str, &'static str);

/// The fields of each type.
const FIELDS: [(&str, &[Field]); 7] = [
    (
        "Query",
        &[
            ("Self", "", "Option"),
            ("_leading", "(self: true)", ""),
            ("_1st", "", ""),
            ("async", "", ""),
            ("either", "(kind: Ok)", "Either"),
            ("fooBar", "", ""),
            ("foo_bar", "", ""),
            ("match", "", "Named"),
            ("on", "", ""),
            ("type", "", ""),
            ("words", "", ""),
        ],
    ),
    (
        "Option",
        &[
            ("id", "", ""),
            ("none", "", ""),
            ("String", "", ""),
            ("result", "", ""),
            ("variables", "", "ResponseData"),
        ],
    ),
    ("ResponseData", &[("ok", "", "")]),
    ("Named", &[("name", "", ""), ("self", "", "Named")]),
    (
        "Cat",
        &[("name", "", ""), ("self", "", "Named"), ("lives", "", "")],
    ),
    (
        "dog_type",
        &[
            ("name", "", ""),
            ("self", "", "Named"),
            ("owner", "", "Cat"),
        ],
    ),
    ("Either", &[]),
];

/// The object types that a value of an abstract type can have.
fn members(ty: &str) -> &'static [&'static str] {
    match ty {
        "Named" => &["Cat", "dog_type"],
        "Either" => &["Cat", "dog_type", "Option"],
        _ => &[],
    }
}

/// Arguments of fields by variables, and what declares these.
const BY_VARIABLES: [(&str, &str, &str); 3] = [
    (
        "_leading",
        "(_type: $_type, self: $Self)",
        " $_type: Vec $Self: Boolean = true",
    ),
    ("either", "(kind: $kind)", " $kind: result!"),
    (
        "match",
        "(where: $where, first: $match)",
        " $where: Filter $match: Int = 3",
    ),
];

/// The operation's own fragments, by the type that they are on.
const OWN: [(&str, &str); 4] = [
    ("Cat", "from"),
    ("Either", "String"),
    ("Named", "Named"),
    ("Option", "_option"),
];

/// The types whose fragments can stand in a selection on a type.
fn spreadable(ty: &str) -> &'static [&'static str] {
    match ty {
        "Cat" | "Named" => &["Named", "Either", "Cat"],
        "Either" => &["Either", "Named", "Option", "Cat"],
        "Option" => &["Option", "Either"],
        "dog_type" => &["Named", "Either"],
        _ => &[],
    }
}

/// An operation that is led by choices.
struct Writer<'a> {
    choices: &'a mut dyn Iterator<Item = usize>,
    /// Of one operation all arguments or none: two selections of a field can be merged then.
    by_variables: bool,
    declarations: BTreeSet<&'static str>,
    fragments: BTreeMap<&'static str, String>,
}

impl Writer<'_> {
    fn operation(choices: Vec<usize>, name: &str) -> String {
        let mut choices = choices.into_iter();
        let by_variables = choices.next().unwrap_or(0) % 2 == 1;
        let mut writer = Writer {
            choices: &mut choices,
            by_variables,
            declarations: BTreeSet::new(),
            fragments: BTreeMap::new(),
        };
        let mut selection = String::new();
        writer.selection(&mut selection, "Query", 4, true);
        let declarations: String = writer.declarations.into_iter().collect();
        let declarations = match declarations.as_str() {
            "" => declarations,
            _ => format!("({declarations})"),
        };
        let fragments: String = writer.fragments.into_values().collect();
        format!("query {name}{declarations}{selection}{fragments}")
    }

    fn choice(&mut self) -> usize {
        self.choices.next().unwrap_or(0)
    }

    /// Writes a selection on a type; within a fragment without the operation's own, which could
    /// come back to it.
    fn selection(&mut self, out: &mut String, ty: &str, depth: usize, spreads: bool) {
        let fields = FIELDS.iter().find(|(name, _)| *name == ty).unwrap().1;
        out.push_str(" {");
        let mut written = 0;
        for _ in 0..self.choice() % 4 + 1 {
            let choice = self.choice();
            let members = members(ty);
            let spreadable = spreadable(ty);
            match choice % 8 {
                0 => out.push_str(" __typename"),
                1 if !members.is_empty() && depth > 0 => {
                    let member = members[choice / 8 % members.len()];
                    let _ = write!(out, " ... on {member}");
                    self.selection(out, member, depth - 1, spreads);
                }
                2 if ty == "Option" || ty == "Either" => out.push_str(" ...option"),
                3 if depth > 0 => {
                    out.push_str(" ...");
                    if choice.is_multiple_of(3) {
                        out.push_str(" @include(if: false)");
                    }
                    self.selection(out, ty, depth - 1, spreads);
                }
                6 if spreads && !spreadable.is_empty() => {
                    let on = spreadable[choice / 8 % spreadable.len()];
                    let _ = write!(out, " ...{}", self.fragment(on));
                }
                other if !fields.is_empty() => {
                    let (name, arguments, inner) = fields[choice / 8 % fields.len()];
                    if depth == 0 && !inner.is_empty() {
                        continue;
                    }
                    // One alias for one field, so that two selections of it can be merged.
                    if other == 4 {
                        let _ = write!(out, " alias_{name}:");
                    }
                    let arguments = self.arguments(name).unwrap_or(arguments);
                    let _ = write!(out, " {name}{arguments}");
                    if other == 5 {
                        out.push_str(" @skip(if: false)");
                    }
                    if !inner.is_empty() {
                        self.selection(out, inner, depth - 1, spreads);
                    }
                }
                _ => continue,
            }
            written += 1;
        }
        if written == 0 {
            out.push_str(" __typename");
        }
        out.push_str(" }");
    }

    fn arguments(&mut self, field: &str) -> Option<&'static str> {
        let known = BY_VARIABLES.iter().find(|(name, ..)| *name == field);
        let (_, arguments, declarations) = known.filter(|_| self.by_variables)?;
        self.declarations.insert(declarations);
        Some(arguments)
    }

    /// The name of the operation's own fragment on a type.
    fn fragment(&mut self, on: &str) -> &'static str {
        let (on, name) = OWN.iter().find(|(ty, _)| *ty == on).unwrap();
        if !self.fragments.contains_key(on) {
            let mut fragment = format!(" fragment {name} on {on}");
            self.selection(&mut fragment, on, 2, false);
            self.fragments.insert(on, fragment);
        }
        name
    }
}

/// What a compiler would refuse: names that stand twice in one scope, and types that are nowhere.
fn flaws(code: &str) -> Vec<String> {
    let file = syn::parse_file(code).unwrap();
    let mut flaws = Vec::new();
    let outer = type_names(&file.items, &mut flaws);
    for item in &file.items {
        let syn::Item::Mod(module) = item else {
            continue;
        };
        let items = &module.content.as_ref().unwrap().1;
        if module.ident == "__ids" {
            continue;
        }
        let inner = type_names(items, &mut flaws);
        for item in items {
            let fields = fields(item);
            for field in &fields {
                missing_types(&field.ty, &outer, &inner, &mut flaws);
            }
            let names = fields.iter().filter_map(|field| field.ident.as_ref());
            once(names.map(ToString::to_string), &mut flaws);
            if let syn::Item::Enum(item) = item {
                let names = item.variants.iter().map(|variant| &variant.ident);
                once(names.map(ToString::to_string), &mut flaws);
            }
        }
    }
    flaws
}

fn fields(item: &syn::Item) -> Vec<&syn::Field> {
    match item {
        syn::Item::Struct(item) => item.fields.iter().collect(),
        syn::Item::Enum(item) => item
            .variants
            .iter()
            .flat_map(|variant| &variant.fields)
            .collect(),
        _ => Vec::new(),
    }
}

fn type_names(items: &[syn::Item], flaws: &mut Vec<String>) -> BTreeSet<String> {
    let names = items.iter().filter_map(|item| match item {
        syn::Item::Struct(item) => Some(&item.ident),
        syn::Item::Enum(item) => Some(&item.ident),
        syn::Item::Type(item) => Some(&item.ident),
        _ => None,
    });
    once(names.map(ToString::to_string), flaws)
}

/// The names, and a flaw for each that is there already.
fn once(names: impl Iterator<Item = String>, flaws: &mut Vec<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            flaws.push(format!("{name} stands twice"));
        }
    }
    seen
}

fn missing_types(
    ty: &syn::Type,
    outer: &BTreeSet<String>,
    inner: &BTreeSet<String>,
    flaws: &mut Vec<String>,
) {
    const KNOWN: [&str; 7] = ["Box", "Option", "String", "Vec", "bool", "f64", "i64"];
    let syn::Type::Path(path) = ty else {
        return flaws.push("a type that is no path".to_owned());
    };
    let segments = &path.path.segments;
    let last = segments.last().unwrap();
    let name = last.ident.to_string();
    let is_there = match segments.len() {
        1 => inner.contains(&name) || KNOWN.contains(&name.as_str()),
        2 => segments[0].ident == "super" && outer.contains(&name),
        _ => false,
    };
    if !is_there {
        flaws.push(format!("there is no type {name}"));
    }
    if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments {
        for argument in &arguments.args {
            if let syn::GenericArgument::Type(ty) = argument {
                missing_types(ty, outer, inner, flaws);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn code_is_made_of_every_right_operation(
        choices in prop::collection::vec(any::<usize>(), 1..60),
        name in "[_A-Za-z][_0-9A-Za-z]{0,8}",
    ) {
        let operation = Writer::operation(choices, &name);
        match generated(&operation) {
            Ok(code) => prop_assert_eq!(flaws(&code), Vec::<String>::new(), "{}", operation),
            Err(error) => prop_assert!(false, "{}\n{}", error, operation),
        }
    }

    #[test]
    fn a_mutilated_operation_is_an_error_or_code(
        operation in any::<Index>(),
        cuts in prop::collection::vec((any::<Index>(), 0_usize..6, "[ -~é\n]{0,4}"), 1..4),
    ) {
        let mut text: Vec<char> = operation.get(&OPERATIONS).chars().collect();
        for (at, length, insert) in cuts {
            let from = at.index(text.len() + 1);
            let to = (from + length).min(text.len());
            text.splice(from..to, insert.chars());
        }
        let text: String = text.into_iter().collect();
        match generated(&text) {
            Ok(_) => {}
            Err(CompileError::Operations { found, .. }) => {
                let is_error = |found: &&monday_codegen::Diagnostic| found.severity == Severity::Error;
                prop_assert!(found.iter().any(|found| is_error(&found)));
                for found in &found {
                    prop_assert!(found.line > 0 && found.column > 0 && !found.file.as_os_str().is_empty(), "{:?}", found);
                }
            }
            Err(error) => prop_assert!(false, "{}\n{}", error, text),
        }
    }
}

/// What becomes of operations, by their files' names, with a schema.
fn compiled(schema: &str, files: &[(&str, &str)]) -> Result<String, CompileError> {
    let folder = tempfile::tempdir().unwrap();
    let queries = folder.path().join("queries");
    fs::create_dir(&queries).unwrap();
    for (name, text) in files {
        fs::write(queries.join(name), text).unwrap();
    }
    let path = folder.path().join("schema.graphql");
    fs::write(&path, schema).unwrap();
    Compile::new("queries").generate(&path, &queries, folder.path())
}

#[test]
fn no_code_is_made_of_a_folder_without_operations() {
    let schema = "type Query { a: Int }";
    for files in [&[][..], &[("a.gql", "query A { a }")]] {
        let error = compiled(schema, files).unwrap_err().to_string();
        assert!(
            error.contains("there is no .graphql file below "),
            "{error}"
        );
        let names = files.iter().all(|(name, _)| error.contains(name));
        assert!(names, "{error}");
    }
}

#[test]
fn a_number_in_the_schema_that_cannot_be_read_is_shown() {
    let schema = "type Query { a(b: Float = 2.5): Int c(d: Float = 1e9): Int }";
    let error = compiled(schema, &[("a.graphql", "query A { a }")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the schema can't be used: code can't be generated from this: the exponent of 1e9 can't be \
         read; write the number out: `c(d: Float = 1e9): Int`"
    );
}

#[test]
fn no_type_takes_a_name_that_the_code_around_it_uses() {
    let schema = "type Query { from(from: From, result: Result, string: StringInput): From }
        enum From { A } enum Result { A } input StringInput { from: From }";
    let operation = "query From($from: From, $result: Result, $string: StringInput) {
        from(from: $from, result: $result, string: $string) }";
    let code = compiled(schema, &[("from.graphql", operation)]).unwrap();
    for name in ["FromEnum", "ResultEnum"] {
        assert!(code.contains(&format!("pub enum {name} {{")), "{code}");
    }
    assert!(code.contains("pub struct FromOperation;"), "{code}");
}

#[test]
fn kept_descriptions_are_the_docs_of_what_they_describe() {
    const SCHEMA: &str = r#"
        type Query { pets(where: Filter): [Pet!] first: Cat }
        "A pet." union Pet = Cat | Dog
        type Cat { "How the cat is called." name: String "Where it lives." home: Home }
        type Dog { "How the dog is called." name: String mood: Mood }
        type Home { "The city's name." name: String }
        "What may be asked." input Filter { "A part of the name." name: String }
        "How it feels." enum Mood { "Better than ever." GOOD BAD }
    "#;
    const OPERATION: &str = "
        query Pets($where: Filter) {
            pets(where: $where) {
                ... on Cat { name home { ...called } }
                ... on Dog { title: name mood }
            }
            first { called: name }
        }
        fragment called on Home { name }
    ";
    let folder = tempfile::tempdir().unwrap();
    let queries = folder.path().join("queries");
    fs::create_dir(&queries).unwrap();
    fs::write(queries.join("pets.graphql"), OPERATION).unwrap();
    let schema = folder.path().join("schema.graphql");
    fs::write(&schema, SCHEMA).unwrap();
    let code = Compile::new("queries")
        .generate(&schema, &queries, folder.path())
        .unwrap();

    let file = syn::parse_file(&code).unwrap();
    let modules = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) => module.content.as_ref(),
        _ => None,
    });
    let items = file
        .items
        .iter()
        .chain(modules.flat_map(|(_, items)| items));
    let mut found = BTreeSet::new();
    for item in items {
        match item {
            syn::Item::Struct(item) => {
                found.extend(second_paragraph(&item.ident, &item.attrs));
                for field in &item.fields {
                    let Some(field_name) = &field.ident else {
                        continue;
                    };
                    let name = format!("{}.{field_name}", item.ident);
                    found.extend(second_paragraph(name, &field.attrs));
                }
            }
            syn::Item::Enum(item) => {
                found.extend(second_paragraph(&item.ident, &item.attrs));
                for variant in &item.variants {
                    let name = format!("{}.{}", item.ident, variant.ident);
                    found.extend(second_paragraph(name, &variant.attrs));
                }
            }
            _ => {}
        }
    }
    let wanted = [
        "Called.name: The city's name.",
        "Filter.name: A part of the name.",
        "Filter: What may be asked.",
        "Mood.Good: Better than ever.",
        "Mood: How it feels.",
        "PetsFirst.called: How the cat is called.",
        "PetsPetsOnCat.home: Where it lives.",
        "PetsPetsOnCat.name: How the cat is called.",
        "PetsPetsOnDog.title: How the dog is called.",
    ];
    assert_eq!(found.iter().collect::<Vec<_>>(), wanted);
}

/// The second paragraph of an item's docs, with its name.
fn second_paragraph(name: impl Display, attributes: &[syn::Attribute]) -> Option<String> {
    let docs = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
    let lines: Vec<String> = docs.map(|line| line.trim().to_owned()).collect();
    (lines.get(1)?.is_empty()).then(|| format!("{name}: {}", lines[2..].join(" ")))
}
