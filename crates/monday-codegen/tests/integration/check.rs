//! Operations against monday's schema: everything that is wrong, with its place.

use std::fs;

use monday_codegen::{CheckError, Diagnostic, Severity, check, usages};

const SDL: &str = include_str!("../../../../schema/monday.graphql");

/// Checks these files, and returns the findings as `file:line:column severity message`.
fn checked(files: &[(&str, &str)]) -> Vec<String> {
    checked_against(SDL, files)
}

fn checked_against(sdl: &str, files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let found = check(sdl, folder.path()).unwrap();
    found
        .iter()
        .map(|diagnostic| {
            let Diagnostic {
                file,
                line,
                column,
                severity,
                message,
                report,
                ..
            } = diagnostic;
            assert!(report.contains(message.as_str()), "{report}");
            let file = file.strip_prefix(folder.path()).unwrap().display();
            format!("{file}:{line}:{column} {severity:?} {message}")
        })
        .collect()
}

#[track_caller]
fn one(text: &str, place: &str, says: &str) {
    let found = checked(&[("a.graphql", text)]);
    assert!(
        found.iter().any(|found| {
            found.starts_with(&format!("a.graphql:{place} Error")) && found.contains(says)
        }),
        "{found:#?}"
    );
}

#[test]
fn the_sdks_own_operations_are_right() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../queries");
    assert_eq!(check(SDL, folder.as_ref()).unwrap(), []);
}

#[test]
fn what_graphql_client_would_let_pass_is_found() {
    one("query A {\n  boards { nonsense }\n}", "2:12", "nonsense");
    one("query A { boards(nonsense: 1) { id } }", "1:18", "nonsense");
    one("mutation A { delete_webhook { id } }", "1:14", "id");
    one(
        "mutation A($id: Int!) { delete_webhook(id: $id) { id } }",
        "1:40",
        "id",
    );
    one(
        "query A { boards(limit: \"two\") { id } }",
        "1:25",
        "found a string",
    );
    one("query A($unused: Int) { boards { id } }", "1:9", "unused");
    one(
        "query A { boards { id } } fragment B on Board { id }",
        "1:27",
        "B",
    );
    one("query A { boards { ...Missing } }", "1:20", "Missing");
    one("query A { boards }", "1:11", "subselection");
    one("query A { me { id { deeper } } }", "1:16", "`ID`");
    one("query A($a: Nonsense) { me { id } }", "1:9", "Nonsense");
    one("query A { ", "1:11", "syntax error");
}

#[test]
fn what_code_cannot_be_generated_from_is_found() {
    one("{ me { id } }", "1:1", "needs a name");
    one(
        "query A { me { id } } query B { me { id } }",
        "1:23",
        "one operation",
    );
    one("subscription A { me { id } }", "1:1", "no subscriptions");
    let found = checked(&[
        ("a.graphql", "query A { me { id } }"),
        ("b.graphql", "\nquery A { me { id } }"),
    ]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("b.graphql:2:1 Error"), "{found:#?}");
    assert!(
        found[0].contains("a.graphql has an operation A already"),
        "{found:#?}"
    );
}

/// What is right by the specification, and by a schema that has this.
const READ_BY_ANOTHER_PARSER: &str = "
    directive @once on VARIABLE_DEFINITION
    type Query { deep: Deep at(x: Float, name: String): ID }
    type Deep { deep: Deep id: ID }";

#[test]
fn what_the_generators_parser_cannot_read_is_found_with_its_place() {
    let brackets = |count: usize| {
        let inner = count - 1;
        format!(
            "query A {}{{ id }}{}",
            "{ deep ".repeat(inner),
            " }".repeat(inner)
        )
    };
    for (text, place, says) in [
        ("query A { at(x: 1e9) }", "1:17", "the exponent of 1e9"),
        ("query A {\n\tat(x: 1e0)\n}", "2:8", "the exponent of 1e0"),
        (
            "# A comment.\nquery A {\n\tat(name: \"\té\", x: -2.5E0)\n}",
            "3:20",
            "the exponent of -2.5E0",
        ),
        (
            "query A($x: Float = 1.5 @once) { at(x: $x) }",
            "1:25",
            "a variable has a directive",
        ),
        (&brackets(51), "1:359", "more than 50 brackets"),
    ] {
        let windows = text.replace('\n', "\r\n");
        for text in [text, &windows, &format!("\u{feff}{windows}")] {
            let found = checked_against(READ_BY_ANOTHER_PARSER, &[("a.graphql", text)]);
            assert_eq!(found.len(), 1, "{text}: {found:#?}");
            let start = format!("a.graphql:{place} Error code can't be generated from this");
            assert!(found[0].starts_with(&start), "{found:#?}");
            assert!(found[0].contains(says), "{found:#?}");
        }
    }
    let most = checked_against(READ_BY_ANOTHER_PARSER, &[("a.graphql", &brackets(50))]);
    assert_eq!(most, [""; 0]);
}

#[test]
fn a_column_counts_characters() {
    one(
        "query A { boards(state: \"é漢\") { id } }",
        "1:25",
        "string",
    );
    let after = "query A { boards(ids: [\"é漢\"]) { nonsense } }";
    one(after, "1:33", "nonsense");
    let sdl = "type Query { a(b: String): Int c: Int @deprecated }";
    let found = checked_against(sdl, &[("a.graphql", "query A { a(b: \"é漢\") c }")]);
    assert!(found[0].starts_with("a.graphql:1:22 Warning"), "{found:#?}");
    let found = checked_against(
        sdl,
        &[("a.graphql", "query A { a(b: \"é漢\") } query B { c }")],
    );
    assert!(found[0].starts_with("a.graphql:1:24 Error"), "{found:#?}");
}

#[test]
fn places_are_the_same_with_windows_line_ends_and_a_byte_order_mark() {
    for (text, place, says) in [
        ("query A {\n  boards { nonsense }\n}", "2:12", "nonsense"),
        (
            "# é\nmutation A($id: Int!) {\n  delete_webhook(id: $id) { id }\n}",
            "3:18",
            "id",
        ),
        ("query A {\n  me {\n    id", "3:7", "syntax error"),
        ("\n{ me { id } }", "2:1", "needs a name"),
        (
            "query A { me { id } }\n\nquery B { me { id } }",
            "3:1",
            "one operation",
        ),
    ] {
        let windows = text.replace('\n', "\r\n");
        let marked = format!("\u{feff}{text}");
        let both = format!("\u{feff}{windows}");
        for text in [text, &windows, &marked, &both] {
            one(text, place, says);
        }
    }
}

#[test]
fn a_folder_without_operations_is_refused_and_says_what_was_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |what: &str| {
        let at = folder.path().display();
        let error = check(SDL, folder.path()).unwrap_err().to_string();
        let expected = format!("there is no .graphql file below {at}");
        assert_eq!(error, expected + &what.replace("{}", &at.to_string()));
        assert_eq!(
            usages(SDL, folder.path()).unwrap_err().to_string(),
            error,
            "of what touches them"
        );
    };
    refused("");
    fs::write(folder.path().join("notes.txt"), "").unwrap();
    refused("");
    fs::create_dir(folder.path().join("more")).unwrap();
    fs::write(
        folder.path().join("more/a.gql"),
        "query A { me { nonsense } }",
    )
    .unwrap();
    refused("; {}/more/a.gql is passed over for its extension");
    fs::write(folder.path().join("B.GraphQL"), "").unwrap();
    refused("; passed over for their extension: {}/B.GraphQL, {}/more/a.gql");
    fs::write(folder.path().join("c.graphql"), "query C { me { id } }").unwrap();
    assert_eq!(check(SDL, folder.path()).unwrap(), []);
}

#[test]
fn operations_that_become_one_rust_module_are_found() {
    let found = checked(&[
        ("a.graphql", "query FooBar { me { id } }"),
        ("b.graphql", "query foo_bar { me { id } }"),
    ]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].starts_with("b.graphql:1:1 Error foo_bar becomes the Rust module `foo_bar`"),
        "{found:#?}"
    );
    assert!(found[0].contains("FooBar in"), "{found:#?}");
}

#[test]
fn a_wrong_selection_is_one_error() {
    let found = checked(&[(
        "a.graphql",
        "query A { boards { nonsense } me { id { deeper } } }",
    )]);
    let starts: Vec<_> = found
        .iter()
        .filter_map(|found| found.split_once(" Error").map(|(place, _)| place))
        .collect();
    assert_eq!(starts, ["a.graphql:1:20", "a.graphql:1:36"], "{found:#?}");
}

#[test]
fn every_error_is_found_at_once() {
    let found = checked(&[
        (
            "a.graphql",
            "query A { boards { nonsense other_nonsense } }",
        ),
        ("b.graphql", "query B { me { nonsense } }"),
        ("c.graphql", "query C {"),
    ]);
    for start in [
        "a.graphql:1:20",
        "a.graphql:1:29",
        "b.graphql:1:16",
        "c.graphql:1:10",
    ] {
        let starts = |found: &String| found.starts_with(&format!("{start} Error"));
        assert!(found.iter().any(starts), "{start}: {found:#?}");
    }
}

#[test]
fn shared_fragments_are_found_and_checked_where_they_stand() {
    let good = [
        ("a.graphql", "query A { me { ...Outer } }"),
        ("fragments/inner.graphql", "fragment Inner on User { id }"),
        (
            "fragments/outer.graphql",
            "fragment Outer on User { ...Inner name }",
        ),
    ];
    assert_eq!(checked(&good), [""; 0]);

    let found = checked(&[
        ("a.graphql", "query A { me { ...Used } }"),
        ("b.graphql", "query B { me { ...Used } }"),
        (
            "fragments/used.graphql",
            "fragment Used on User {\n  nonsense\n}",
        ),
        ("fragments/unused.graphql", "fragment Unused on User { id }"),
    ]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].starts_with("fragments/unused.graphql:1:1 Warning"),
        "{found:#?}"
    );
    assert!(
        found[1].starts_with("fragments/used.graphql:2:3 Error"),
        "{found:#?}"
    );
}

#[test]
fn what_is_deprecated_is_a_warning() {
    let sdl = "
        type Query {
            old(a: Int @deprecated(reason: \"of no use\")): Int @deprecated(reason: \"use new\")
            new(words: [Word!], in: Outer): Int
        }
        enum Word { GOOD BAD @deprecated(reason: \"say GOOD\") }
        input Outer { inners: [Inner!] }
        input Inner { gone: Int @deprecated word: Word = GOOD }";
    let operation = "query A($word: Word = BAD) {
  old(a: 1)
  new(words: [GOOD, BAD], in: { inners: [{ gone: 1, word: $word }] })
}";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.graphql"), operation).unwrap();
    let found = check(sdl, folder.path()).unwrap();
    let shown: Vec<_> = found
        .iter()
        .map(|found| {
            assert_eq!(found.severity, Severity::Warning, "{found}");
            (found.line, found.column, found.message.as_str())
        })
        .collect();
    assert_eq!(
        shown,
        [
            (1, 23, "Word.BAD is deprecated: say GOOD"),
            (2, 3, "Query.old is deprecated: use new"),
            (2, 7, "Query.old(a:) is deprecated: of no use"),
            (3, 21, "Word.BAD is deprecated: say GOOD"),
            (3, 44, "Inner.gone is deprecated: no reason is given"),
        ]
    );
}

#[test]
fn what_cannot_be_checked_says_why() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        check("type Query {", folder.path()),
        Err(CheckError::Schema(_))
    ));
    let missing = folder.path().join("missing");
    assert!(matches!(
        check(SDL, &missing),
        Err(CheckError::Operations(_))
    ));
}
