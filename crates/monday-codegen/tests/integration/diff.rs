//! The comparison of schemas.

use std::collections::BTreeMap;

use monday_codegen::{
    Change, ChangeKind, Grade, ImportOptions, Imported, diff, import, webhook_changes,
};
use proptest::prelude::*;

use crate::schema_model::model;
use crate::schemas::schema;

fn imported(sdl: &str) -> Imported {
    import(sdl.as_bytes(), &ImportOptions::new()).unwrap()
}

fn changes(old: &str, new: &str) -> Vec<Change> {
    diff(&imported(old), &imported(new))
}

/// The verdicts of graphql-inspector, by the pair of versions.
fn recorded() -> BTreeMap<(&'static str, &'static str), Vec<String>> {
    let mut verdicts: BTreeMap<_, Vec<String>> = BTreeMap::new();
    let mut pair = ("", "");
    for line in include_str!("../schemas/verdicts.txt").lines() {
        if let Some(versions) = line.strip_prefix("> ") {
            pair = versions.split_once(' ').unwrap();
        } else if !line.starts_with('#') {
            verdicts.entry(pair).or_default().push(line.to_owned());
        }
    }
    verdicts
}

#[test]
fn verdicts_between_monday_s_versions_are_those_of_graphql_inspector() {
    let recorded = recorded();
    assert_eq!(recorded.len(), 8);
    for ((old, new), expected) in recorded {
        let mut ours: Vec<String> = changes(&schema(old), &schema(new))
            .iter()
            .map(|change| {
                let grade = match change.grade {
                    Grade::Breaking => 'B',
                    Grade::Dangerous => 'D',
                    Grade::Safe => 'S',
                };
                format!("{grade} {}", change.path)
            })
            .collect();
        ours.sort();
        let missing: Vec<_> = expected
            .iter()
            .filter(|line| !ours.contains(line))
            .collect();
        let extra: Vec<_> = ours
            .iter()
            .filter(|line| !expected.contains(line))
            .collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "{old} {new}: {missing:#?} {extra:#?}"
        );
        assert_eq!(ours.len(), expected.len(), "{old} {new}");
    }
}

/// Each kind of change: the old schema's part, the new one's, where, how it is graded, what it is.
const TABLE: &[(&str, &str, &str, Grade, ChangeKind)] = {
    use ChangeKind as K;
    use Grade::{Breaking as B, Dangerous as D, Safe as S};
    &[
        ("", "type A { a: Int b(c: Int): Int }", "A", S, K::TypeAdded),
        ("enum A { X Y }", "", "A", B, K::TypeRemoved),
        ("scalar A", "enum A { X }", "A", B, K::TypeKindChanged),
        (
            "type A { a: Int }",
            "type A { a: Int b: Int }",
            "A.b",
            S,
            K::FieldAdded,
        ),
        (
            "interface A { a: Int b: Int }",
            "interface A { a: Int }",
            "A.b",
            B,
            K::FieldRemoved,
        ),
        (
            "type A { a: Int }",
            "type A { a: Int! }",
            "A.a",
            S,
            K::FieldTypeChanged,
        ),
        (
            "type A { a: Int! }",
            "type A { a: Int }",
            "A.a",
            B,
            K::FieldTypeChanged,
        ),
        (
            "type A { a: Int }",
            "type A { a(b: Int): Int }",
            "A.a(b:)",
            D,
            K::ArgumentAdded,
        ),
        (
            "type A { a: Int }",
            "type A { a(b: Int! = 1): Int }",
            "A.a(b:)",
            D,
            K::ArgumentAdded,
        ),
        (
            "type A { a: Int }",
            "type A { a(b: Int!): Int }",
            "A.a(b:)",
            B,
            K::ArgumentAdded,
        ),
        (
            "type A { a(b: Int): Int }",
            "type A { a: Int }",
            "A.a(b:)",
            B,
            K::ArgumentRemoved,
        ),
        (
            "type A { a(b: Int): Int }",
            "type A { a(b: Int!): Int }",
            "A.a(b:)",
            B,
            K::ArgumentTypeChanged,
        ),
        (
            "type A { a(b: Int!): Int }",
            "type A { a(b: Int): Int }",
            "A.a(b:)",
            S,
            K::ArgumentTypeChanged,
        ),
        (
            "type A { a(b: Int = 1): Int }",
            "type A { a(b: Int = 2): Int }",
            "A.a(b:)",
            D,
            K::ArgumentDefaultChanged,
        ),
        (
            "type A { a(b: Int = 1): Int }",
            "type A { a(b: Int): Int }",
            "A.a(b:)",
            D,
            K::ArgumentDefaultChanged,
        ),
        (
            "type A { a(b: Int): Int }",
            "type A { a(b: Int = null): Int }",
            "A.a(b:)",
            D,
            K::ArgumentDefaultChanged,
        ),
        (
            "input A { a: Int }",
            "input A { a: Int b: Int }",
            "A.b",
            S,
            K::InputFieldAdded,
        ),
        (
            "input A { a: Int }",
            "input A { a: Int b: Int! }",
            "A.b",
            B,
            K::InputFieldAdded,
        ),
        (
            "input A { a: Int }",
            "input A { a: Int b: Int! = 1 }",
            "A.b",
            D,
            K::InputFieldAdded,
        ),
        (
            "input A { a: Int b: Int }",
            "input A { a: Int }",
            "A.b",
            B,
            K::InputFieldRemoved,
        ),
        (
            "input A { a: Int }",
            "input A { a: [Int] }",
            "A.a",
            B,
            K::InputFieldTypeChanged,
        ),
        (
            "input A { a: [Int!]! }",
            "input A { a: [Int] }",
            "A.a",
            S,
            K::InputFieldTypeChanged,
        ),
        (
            "input A { a: Int = 1 }",
            "input A { a: Int = 2 }",
            "A.a",
            D,
            K::InputFieldDefaultChanged,
        ),
        // Whoever left these to their default has to say them now.
        (
            "type A { a(b: Int! = 1): Int }",
            "type A { a(b: Int!): Int }",
            "A.a(b:)",
            B,
            K::ArgumentDefaultChanged,
        ),
        (
            "type A { a(b: Int = 1): Int }",
            "type A { a(b: Int): Int }",
            "A.a(b:)",
            D,
            K::ArgumentDefaultChanged,
        ),
        (
            "directive @a(b: Int! = 1) on FIELD",
            "directive @a(b: Int!) on FIELD",
            "@a(b:)",
            B,
            K::ArgumentDefaultChanged,
        ),
        (
            "input A { a: Int! = 1 }",
            "input A { a: Int! }",
            "A.a",
            B,
            K::InputFieldDefaultChanged,
        ),
        (
            "input A { a: Int! }",
            "input A { a: Int! = 1 }",
            "A.a",
            D,
            K::InputFieldDefaultChanged,
        ),
        (
            "input A { a: Int }",
            "input A @oneOf { a: Int }",
            "A",
            B,
            K::OneOfChanged,
        ),
        (
            "input A @oneOf { a: Int }",
            "input A { a: Int }",
            "A",
            S,
            K::OneOfChanged,
        ),
        (
            "enum A { X }",
            "enum A { X Y }",
            "A.Y",
            D,
            K::EnumValueAdded,
        ),
        (
            "enum A { X Y }",
            "enum A { X }",
            "A.Y",
            B,
            K::EnumValueRemoved,
        ),
        (
            "union A = Query",
            "union A = Query | Extra",
            "A",
            D,
            K::UnionMemberAdded,
        ),
        (
            "union A = Query | Extra",
            "union A = Query",
            "A",
            B,
            K::UnionMemberRemoved,
        ),
        (
            "type A { a: Int }",
            "type A implements Node { a: Int }",
            "A",
            D,
            K::InterfaceAdded,
        ),
        (
            "type A implements Node { a: Int }",
            "type A { a: Int }",
            "A",
            B,
            K::InterfaceRemoved,
        ),
        (
            "enum A { X }",
            "enum A { X @deprecated }",
            "A.X",
            S,
            K::DeprecationAdded,
        ),
        (
            "type A { a: Int @deprecated }",
            "type A { a: Int }",
            "A.a",
            S,
            K::DeprecationRemoved,
        ),
        (
            "input A { a: Int @deprecated }",
            "input A { a: Int @deprecated(reason: \"b\") }",
            "A.a",
            S,
            K::DeprecationReasonChanged,
        ),
        (
            "scalar A",
            "scalar A @specifiedBy(url: \"a\")",
            "A",
            D,
            K::SpecificationChanged,
        ),
        ("", "directive @a on FIELD", "@a", S, K::DirectiveAdded),
        ("directive @a on FIELD", "", "@a", B, K::DirectiveRemoved),
        (
            "directive @a on FIELD",
            "directive @a on FIELD | QUERY",
            "@a",
            S,
            K::DirectiveLocationAdded,
        ),
        (
            "directive @a on FIELD | QUERY",
            "directive @a on FIELD",
            "@a",
            B,
            K::DirectiveLocationRemoved,
        ),
        (
            "directive @a on FIELD",
            "directive @a repeatable on FIELD",
            "@a",
            S,
            K::DirectiveRepeatableAdded,
        ),
        (
            "directive @a repeatable on FIELD",
            "directive @a on FIELD",
            "@a",
            D,
            K::DirectiveRepeatableRemoved,
        ),
        (
            "directive @a on FIELD",
            "directive @a(b: Int) on FIELD",
            "@a(b:)",
            S,
            K::ArgumentAdded,
        ),
        (
            "directive @a on FIELD",
            "directive @a(b: Int!) on FIELD",
            "@a(b:)",
            B,
            K::ArgumentAdded,
        ),
        (
            "type Mutation { a: Int }",
            "schema { query: Query } type Mutation { a: Int }",
            "schema",
            B,
            K::RootTypeChanged,
        ),
        (
            "schema { query: Query } type Mutation { a: Int }",
            "type Mutation { a: Int }",
            "schema",
            S,
            K::RootTypeChanged,
        ),
    ]
};

#[test]
fn each_kind_of_change_is_found_and_graded() {
    let base = "type Query { a: Int } type Extra { a: Int } interface Node { a: Int }";
    for (old, new, path, grade, kind) in TABLE {
        let found = changes(&format!("{base} {old}"), &format!("{base} {new}"));
        let [change] = found.as_slice() else {
            panic!("{old} to {new}: {found:#?}")
        };
        assert_eq!(
            (change.path.as_str(), change.grade, change.change),
            (*path, *grade, *kind),
            "{old} to {new}"
        );
    }
}

#[test]
fn a_default_that_is_written_otherwise_is_no_change() {
    let schema = |default: &str| format!("type Query {{ a(b: J = {default}): Int }} scalar J");
    assert_eq!(
        changes(&schema("{a: 1, b: [2]}"), &schema("{b: [2] a: 1}")),
        []
    );
    assert_eq!(changes(&schema("[1, 2]"), &schema("[2, 1]")).len(), 1);
}

#[test]
fn a_change_is_written_as_a_row_of_four() {
    let found = changes("type Query { a: Int b: Int }", "type Query { a: Int }");
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        serde_json::json!([{
            "path": "Query.b", "grade": "breaking", "change": "field_removed",
            "message": "Field b was removed from Query",
        }])
    );
}

#[test]
fn the_changes_of_webhooks_are_those_of_their_operations_types_and_what_these_use() {
    let old = imported(
        "type Query { webhooks(filter: Filter, kind: Kind): [Webhook] other(kind: Other): Int }
         type Webhook { id: ID board: Board } type Board { id: ID }
         input Filter { nested: Nested } input Nested { a: Int } enum Kind { A } enum Other { A }",
    );
    let new = imported(
        "type Query { webhooks(filter: Filter, kind: Kind, page: Int!): [Webhook] other(kind: Other): Int }
         type Webhook { id: ID! board: Board } type Board { id: ID! }
         input Filter { nested: Nested } input Nested { a: Int! } enum Kind { B } enum Other { B }
         type AppWebhookEvent { a: Int }",
    );
    let changes = webhook_changes(&diff(&old, &new), &old, &new);
    let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "AppWebhookEvent",
            "Kind.A",
            "Kind.B",
            "Nested.a",
            "Query.webhooks(page:)",
            "Webhook.id"
        ]
    );
}

proptest! {
    #[test]
    fn a_schema_has_no_changes_to_itself(model in model()) {
        let sdl = model.sdl();
        prop_assert_eq!(changes(&sdl, &sdl), vec![]);
    }

    #[test]
    fn what_is_added_one_way_is_removed_the_other_way(old in model(), new in model()) {
        let (old, new) = (imported(&old.sdl()), imported(&new.sdl()));
        let forth = diff(&old, &new);
        let back = diff(&new, &old);
        let count = |changes: &[Change], kind| changes.iter().filter(|c| c.change == kind).count();
        for (added, removed) in [
            (ChangeKind::FieldAdded, ChangeKind::FieldRemoved),
            (ChangeKind::InputFieldAdded, ChangeKind::InputFieldRemoved),
            (ChangeKind::EnumValueAdded, ChangeKind::EnumValueRemoved),
            (ChangeKind::UnionMemberAdded, ChangeKind::UnionMemberRemoved),
        ] {
            prop_assert_eq!(count(&forth, added), count(&back, removed));
            prop_assert_eq!(count(&forth, removed), count(&back, added));
        }
        // A type that became narrower one way becomes wider the other way.
        for change in forth.iter().filter(|c| c.change == ChangeKind::FieldTypeChanged) {
            if change.grade == Grade::Safe {
                let other = back.iter().find(|c| c.path == change.path && c.change == change.change);
                prop_assert_eq!(other.unwrap().grade, Grade::Breaking);
            }
        }
    }
}
