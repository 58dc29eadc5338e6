//! Which operations a change of the schema touches.

use std::fs;

use monday_codegen::{ImportOptions, diff, import, usages};

const OLD: &str = "
    directive @cached(for: Int) on FIELD | QUERY
    directive @live on FIELD
    type Query {
        item(where: Filter, id: ID): Item
        all(kind: Kind, limit: Int! = 25): [Item]
        other: Other
        labelled: Labelled
    }
    type Item { id: ID! name: String state: State tags: [Tag] }
    type Tag { text: String }
    type Other { a: Int b: Int label: String }
    interface Labelled { label: String }
    type Label implements Labelled { label: String }
    input Filter { word: String inner: Inner size: Int! = 3 }
    input Inner { kind: Kind }
    enum Kind { ONE TWO }
    enum State { OPEN DONE }
";

/// The operations that the step from [`OLD`] to the schema with this replacement touches.
fn touched(from: &str, to: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("literal.graphql", "query Literal { all(kind: ONE) { id } }");
    write(
        "variable.graphql",
        "query Variable($where: Filter) { item(where: $where) { ...Named } }",
    );
    write(
        "state.graphql",
        "query State @cached(for: 1) { item(id: 1) { state } }",
    );
    write(
        "literal_filter.graphql",
        "query LiteralFilter { item(where: { word: \"a\" }) { id } }",
    );
    write(
        "interface.graphql",
        "query Interface { labelled { label } }",
    );
    write(
        "named.graphql",
        "fragment Named on Item { name tags { text } }",
    );
    assert!(OLD.contains(from), "{from}");
    let options = ImportOptions::default();
    let old = import(OLD.as_bytes(), &options).unwrap();
    let new = import(OLD.replacen(from, to, 1).as_bytes(), &options).unwrap();
    let changes = diff(&old, &new);
    assert!(!changes.is_empty(), "{from} to {to}");
    let usages = usages(&old.sdl, folder.path()).unwrap();
    usages
        .into_iter()
        .filter(|usage| changes.iter().any(|change| usage.is_touched_by(change)))
        .map(|usage| usage.operation)
        .collect()
}

#[test]
fn a_change_touches_the_operations_that_use_what_changed() {
    let nobody: [&str; 0] = [];
    for (from, to, operations) in [
        ("name: String", "name: Int", &["Variable"][..]),
        ("tags: [Tag]", "", &["Variable"]),
        ("text: String", "text: Int", &["Variable"]),
        ("state: State", "", &["State"]),
        ("id: ID!", "id: ID", &["Literal", "LiteralFilter"]),
        ("a: Int", "a: String", &nobody),
        ("all(kind: Kind", "all(kind: Int", &["Literal"]),
        // A field that nobody asks for yet.
        ("id: ID!", "id: ID! color: String", &nobody),
        // What comes in by a variable can hold anything of its type.
        ("word: String", "", &["LiteralFilter", "Variable"]),
        (
            "word: String",
            "word: String more: Int!",
            &["LiteralFilter", "Variable"],
        ),
        ("inner: Inner", "", &["Variable"]),
        // The literal ONE stays what it is; a variable and an answer can be any value.
        ("ONE TWO", "ONE", &["Variable"]),
        ("ONE TWO", "TWO", &["Literal", "Variable"]),
        ("ONE TWO", "ONE TWO THREE", &["Variable"]),
        ("OPEN DONE", "OPEN DONE STUCK", &["State"]),
        ("directive @live on FIELD", "", &nobody),
        ("@cached(for: Int)", "@cached", &["State"]),
        ("FIELD | QUERY", "FIELD", &["State"]),
        (
            "directive @cached(for: Int) on FIELD | QUERY",
            "",
            &["State"],
        ),
        ("for: Int)", "for: Int, by: Int!)", &["State"]),
        (
            "type Query {",
            "schema { query: Root } type Root {",
            &["Interface", "Literal", "LiteralFilter", "State", "Variable"],
        ),
        (
            "item(where: Filter, id: ID)",
            "item(where: Filter, id: ID, by: ID!)",
            &["LiteralFilter", "State", "Variable"],
        ),
    ] {
        assert_eq!(touched(from, to), operations, "{from} to {to}");
    }
}

#[test]
fn what_an_operation_leaves_out_touches_it_once_that_is_required_or_means_something_else() {
    for (from, to, operations) in [
        (
            "where: Filter",
            "where: Filter!",
            &["LiteralFilter", "State", "Variable"][..],
        ),
        ("limit: Int! = 25", "limit: Int!", &["Literal"]),
        ("limit: Int! = 25", "limit: Int! = 10", &["Literal"]),
        (
            "inner: Inner",
            "inner: Inner!",
            &["LiteralFilter", "Variable"],
        ),
        (
            "size: Int! = 3",
            "size: Int!",
            &["LiteralFilter", "Variable"],
        ),
        (
            "size: Int! = 3",
            "size: Int! = 4",
            &["LiteralFilter", "Variable"],
        ),
        ("@cached(for: Int)", "@cached(for: Int!)", &["State"]),
    ] {
        assert_eq!(touched(from, to), operations, "{from} to {to}");
    }
}

#[test]
fn an_object_that_newly_implements_an_interface_touches_who_selects_on_that() {
    assert_eq!(
        touched("type Other {", "type Other implements Labelled {"),
        ["Interface"]
    );
}
