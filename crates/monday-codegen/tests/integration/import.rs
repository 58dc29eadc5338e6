//! The import of schemas as servers serve them.

use crate::introspect::introspect;
use monday_codegen::{ImportError, ImportOptions, Imported, import};

fn imported(input: &str) -> Imported {
    import(input.as_bytes(), &ImportOptions::new()).unwrap()
}

fn refused(input: &str) -> ImportError {
    import(input.as_bytes(), &ImportOptions::new()).unwrap_err()
}

/// SDL with everything that makes monday's hard to read.
const SERVED: &str = r#"
"""
monday's schema
"""
schema @link(url: "x") { query: Query mutation: Mutation }

directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | OBJECT | SCALAR
directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT
directive @stream(if: Boolean! = true, label: String @deprecated) on FIELD | FIELD_DEFINITION

"The `Int` scalar" scalar Int
scalar String @cost(weight: 1)
scalar policy__Policy
scalar Date @specifiedBy(url: "https://example.com/date")

"""
How to ask:
```graphql
query { boards(ids: [1]) { id } }
```
"""
type Query @policy(policies: [["a"]]) {
  "all \"boards\""
  boards(
    "how many"
    limit: Int = 25,
    """
    which { ids }
    """
    ids: [ID!] @deprecated(reason: "use \"filter\"")
    filter: Filter = {kinds: [open, CLOSED], empty: {}}
  ): [Board] @cost(weight: 10)
  me: String @deprecated
}
type Mutation { b: Int a: Int }
type Board implements Named & Node { name: String id: ID! }
interface Node { id: ID! }
interface Named implements Node { name: String id: ID! }
union Any = | Board | Query
enum Kind { open "x" CLOSED @deprecated(reason: """
  two
    lines
""") }
input Filter { kinds: [Kind!] = [open] empty: UpdateFormTagInput text: String = "a\nb" }
input UpdateFormTagInput {}
extend type Mutation @cost(weight: 1) { c: Int }
"#;

const CANONICAL: &str = r#"directive @stream(
  if: Boolean! = true,
  label: String @deprecated(reason: "No longer supported"),
) on FIELD | FIELD_DEFINITION

union Any = Board | Query

type Board implements Named & Node {
  id: ID!
  name: String
}

scalar Date @specifiedBy(url: "https://example.com/date")

input Filter {
  empty: UpdateFormTagInput
  kinds: [Kind!] = [
    open,
  ]
  text: String = """
  a
  b
  """
}

enum Kind {
  CLOSED @deprecated(reason: "two\n  lines")
  open
}

type Mutation {
  a: Int
  b: Int
  c: Int
}

interface Named implements Node {
  id: ID!
  name: String
}

interface Node {
  id: ID!
}

type Query {
  boards(
    filter: Filter = {
      kinds: [
        open,
        CLOSED,
      ],
      empty: {},
    },
    ids: [ID!] @deprecated(reason: "use \"filter\""),
    limit: Int = 25,
  ): [Board]
  me: String @deprecated(reason: "No longer supported")
}

input UpdateFormTagInput

scalar policy__Policy
"#;

#[test]
fn sdl_as_served_becomes_canonical() {
    let imported = imported(SERVED);
    assert_eq!(imported.sdl, CANONICAL);
    assert_eq!(imported.summary.types, 11);
    assert_eq!(imported.summary.directives, 1);
    assert_eq!(
        imported.summary.sha256,
        monday_codegen::sha256_hex(CANONICAL.as_bytes())
    );
}

#[test]
fn an_input_type_without_fields_is_kept_and_warned_about() {
    for empty in ["{}", "{ }", "{\n  # {no fields yet}\n}"] {
        let body = format!("input UpdateFormTagInput {empty}");
        let served = SERVED.replacen("input UpdateFormTagInput {}", &body, 1);
        assert!(served.contains(&body));
        let [warning] = imported(&served).warnings.try_into().unwrap();
        assert!(
            warning.contains("input type UpdateFormTagInput"),
            "{warning}"
        );
    }
}

#[test]
fn descriptions_are_kept_on_request() {
    let options = ImportOptions::new().keep_descriptions(true);
    let sdl = import(SERVED.as_bytes(), &options).unwrap().sdl;
    assert!(sdl.contains("\"\"\"\nHow to ask:\n```graphql\nquery { boards(ids: [1]) { id } }\n```\n\"\"\"\ntype Query {"), "{sdl}");
    assert!(
        sdl.contains("\"\"\"how many\"\"\"\n    limit: Int = 25"),
        "{sdl}"
    );
    assert!(
        sdl.starts_with(
            "\"\"\"monday's schema\"\"\"\nschema {\n  query: Query\n  mutation: Mutation\n}\n"
        ),
        "{sdl}"
    );
    assert_eq!(import(sdl.as_bytes(), &options).unwrap().sdl, sdl);
    assert_eq!(imported(&sdl).sdl, CANONICAL);
}

#[test]
fn the_canonical_schemas_of_all_versions_come_back_from_introspection_unchanged() {
    for version in crate::schemas::VERSIONS {
        let sdl = crate::schemas::schema(version);
        assert_eq!(imported(&sdl).sdl, sdl, "{version}: import");
        let introspection = introspect(&sdl);
        assert_eq!(
            imported(&introspection.to_string()).sdl,
            sdl,
            "{version}: with `data`"
        );
        assert_eq!(
            imported(&introspection["data"].to_string()).sdl,
            sdl,
            "{version}: without"
        );
    }
}

#[test]
fn roots_with_other_names_keep_their_schema_definition() {
    let sdl = "schema {\n  query: Root\n}\n\ntype Root {\n  a: Int\n}\n";
    assert_eq!(imported(sdl).sdl, sdl);
}

#[test]
fn a_type_that_is_named_like_a_root_and_is_none_keeps_the_schema_definition() {
    let sdl = "schema {\n  query: Query\n}\n\ntype Query {\n  a: Subscription\n}\n\ntype Subscription {\n  a: Int\n}\n";
    assert_eq!(imported(sdl).sdl, sdl);
}

#[test]
fn what_is_no_schema_is_refused_with_its_reason() {
    assert!(matches!(refused(""), ImportError::Empty));
    assert!(matches!(refused("\u{feff} \r\n"), ImportError::Empty));
    assert!(matches!(
        refused("<!DOCTYPE html><html></html>"),
        ImportError::Html
    ));
    assert!(matches!(refused("{}"), ImportError::NoSchema));
    assert!(matches!(refused("[1]"), ImportError::NoSchema));
    assert!(matches!(refused("{\"data\": null}"), ImportError::NoSchema));
    assert!(matches!(
        refused("{\"data\": {\"__schema\": {\"types\": 3}}}"),
        ImportError::Malformed(_)
    ));
    assert!(matches!(refused("{\"data\" 1}"), ImportError::Json(_)));
    assert!(matches!(
        refused("Internal Server Error"),
        ImportError::Syntax { line: 1, .. }
    ));
    assert!(matches!(refused("query { a }"), ImportError::Executable(_)));
    assert!(matches!(
        refused("type A { a: Int }"),
        ImportError::NoQueryRoot
    ));
    let not_utf8 = import(b"type \xff", &ImportOptions::new()).unwrap_err();
    assert!(matches!(not_utf8, ImportError::NotUtf8 { offset: 5 }));
}

#[test]
fn an_error_response_is_refused_with_its_message() {
    for (input, message) in [
        (
            r#"{"errors": [{"message": "Version retired"}], "data": null}"#,
            "Version retired",
        ),
        (r#"{"errors": ["one", {"message": "two"}]}"#, "one; two"),
        (
            r#"{"error_code": "x", "error_message": "Not allowed", "status_code": 401}"#,
            "Not allowed",
        ),
    ] {
        let error = refused(input);
        assert!(matches!(error, ImportError::ErrorResponse(_)), "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn a_truncated_schema_is_refused_with_the_place_of_its_end() {
    let place = |input: &str| match refused(input) {
        ImportError::Truncated { line, column } => (line, column),
        other => panic!("{other}"),
    };
    assert_eq!(place("{\"data\": {\"__schema\": {\n\"types\": ["), (2, 11));
    assert_eq!(place("type Query {\n  a: Int"), (2, 9));
    assert_eq!(place("type Query {\n  a(b: "), (2, 8));
    assert_eq!(
        place("type Query { a: Int }\n\"\"\"\nA board { and"),
        (3, 14)
    );
    assert_eq!(place("type Query { a: Int }\ntyp"), (2, 4));
}

#[test]
fn a_schema_that_refers_to_what_it_lacks_or_defines_twice_is_refused() {
    let error = refused("type Query { a(b: Filter): Int }");
    assert_eq!(
        error.to_string(),
        "Query.a(b:) refers to type Filter, which isn't defined; the schema may be cut off"
    );
    for twice in [
        "type Query { a: Int } type Query { b: Int }",
        "type Query { a: Int a: Int }",
        "type Query { a(b: Int b: Int): Int }",
        "type Query { a: Int } enum E { A A }",
        "type Query { a: Int } directive @d on FIELD directive @d on QUERY",
    ] {
        assert!(
            matches!(refused(twice), ImportError::Duplicate(_)),
            "{twice}"
        );
    }
    assert!(matches!(
        refused("extend type Query { a: Int }"),
        ImportError::Undefined { .. }
    ));
    assert!(matches!(
        refused("type Query { a: Int } extend input Query { b: Int }"),
        ImportError::Undefined { .. }
    ));
}

#[test]
fn a_default_value_can_not_smuggle_in_definitions() {
    for default in ["1 g: Int", "1 @oneOf", "1 } input J { f: Int", "", "# gone"] {
        let schema = serde_json::json!({"__schema": {
            "queryType": {"name": "Query"},
            "types": [{"kind": "OBJECT", "name": "Query", "fields": [{
                "name": "a", "type": {"kind": "SCALAR", "name": "Int"},
                "args": [{"name": "b", "type": {"kind": "SCALAR", "name": "Int"}, "defaultValue": default}],
            }]}],
        }});
        assert!(
            matches!(refused(&schema.to_string()), ImportError::Malformed(_)),
            "{default}"
        );
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let json = "[".repeat(100_000);
    assert!(import(json.as_bytes(), &ImportOptions::new()).is_err());
    let sdl = format!("type Query {{ a: {} }}", "[".repeat(100_000));
    assert!(import(sdl.as_bytes(), &ImportOptions::new()).is_err());
    let value = format!("input I {{ a: J = {} }}", "{a: ".repeat(100_000));
    assert!(import(value.as_bytes(), &ImportOptions::new()).is_err());
}
