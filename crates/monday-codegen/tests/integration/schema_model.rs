//! Generated schemas: a model, the introspection result that a server would give for it, and the
//! SDL that a careless server would write.

use proptest::collection::{btree_map, btree_set};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) scalars: BTreeMap<String, Option<String>>,
    pub(crate) enums: BTreeMap<String, BTreeMap<String, Option<String>>>,
    pub(crate) inputs: BTreeMap<String, (bool, BTreeMap<String, Input>)>,
    /// Fields that every object has, because every object implements the one interface.
    pub(crate) interface: BTreeMap<String, Field>,
    pub(crate) objects: BTreeMap<String, BTreeMap<String, Field>>,
    pub(crate) unions: BTreeMap<String, BTreeSet<String>>,
    pub(crate) description: String,
    pub(crate) mutation_root: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) ty: Ref,
    pub(crate) default: Option<String>,
    pub(crate) deprecated: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) ty: Ref,
    pub(crate) args: BTreeMap<String, Input>,
    pub(crate) deprecated: Option<String>,
}

/// A named type with wrappers from the inside out: `!` for non-null, `[` for a list.
#[derive(Debug, Clone)]
pub(crate) struct Ref {
    pub(crate) name: String,
    pub(crate) wrappers: Vec<char>,
}

impl Ref {
    pub(crate) fn sdl(&self) -> String {
        self.wrappers
            .iter()
            .fold(self.name.clone(), |inner, wrapper| match wrapper {
                '[' => format!("[{inner}]"),
                _ => format!("{inner}!"),
            })
    }

    fn json(&self, kind: &str) -> Value {
        let named = json!({"kind": kind, "name": self.name, "ofType": null});
        self.wrappers.iter().fold(named, |inner, wrapper| {
            let kind = if *wrapper == '[' { "LIST" } else { "NON_NULL" };
            json!({"kind": kind, "name": null, "ofType": inner})
        })
    }
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9_]{0,7}|_[a-z][a-z0-9]{0,4}"
}

fn reason() -> impl Strategy<Value = Option<String>> {
    option::weighted(
        0.2,
        prop_oneof![Just("No longer supported".to_owned()), "[ -~\\n]{0,20}"],
    )
}

fn wrappers() -> impl Strategy<Value = Vec<char>> {
    prop_oneof![
        Just(vec![]),
        Just(vec!['!']),
        Just(vec!['[']),
        Just(vec!['!', '[', '!']),
        Just(vec!['[', '!', '[']),
    ]
}

/// Wrappers that keep an input nullable, so that no chain of inputs needs itself.
fn nullable_wrappers() -> impl Strategy<Value = Vec<char>> {
    prop_oneof![Just(vec![]), Just(vec!['[']), Just(vec!['!', '['])]
}

fn pick(pool: &[&str]) -> impl Strategy<Value = String> + use<> {
    let pool: Vec<String> = pool.iter().map(|name| (*name).to_owned()).collect();
    proptest::sample::select(pool)
}

fn input() -> impl Strategy<Value = Input> {
    let pool = [
        "Int", "String", "Boolean", "ID", "ScalarA", "EnumA", "InputA", "InputB",
    ];
    let default = option::weighted(0.4, (any::<i16>(), "[ -~]{0,8}", any::<bool>()));
    (pick(&pool), nullable_wrappers(), default, reason()).prop_map(
        |(name, wrappers, default, deprecated)| {
            let default = default.map(|(number, text, truth)| match name.as_str() {
                _ if !wrappers.is_empty() => "[]".to_owned(),
                "Int" | "ID" => number.to_string(),
                "String" => Value::String(text).to_string(),
                "Boolean" => truth.to_string(),
                "EnumA" => "FIRST".to_owned(),
                _ => "null".to_owned(),
            });
            Input {
                ty: Ref { name, wrappers },
                default,
                deprecated,
            }
        },
    )
}

fn field() -> impl Strategy<Value = Field> {
    let pool = [
        "Int", "Float", "String", "ScalarA", "EnumA", "UnionA", "Node", "Query", "ObjectA",
        "Mutation",
    ];
    (
        pick(&pool),
        wrappers(),
        btree_map(name(), input(), 0..3),
        reason(),
    )
        .prop_map(|(name, wrappers, args, deprecated)| Field {
            ty: Ref { name, wrappers },
            args,
            deprecated,
        })
}

prop_compose! {
    pub(crate) fn model()(
        scalar in option::of("https://[a-z]{1,8}\\.example/[a-z]{0,5}"),
        values in btree_map("[A-Z][A-Za-z_]{0,6}|[a-z]{3,6}", reason(), 0..4),
        one_of in any::<bool>(),
        input_a in btree_map(name(), input(), 1..4),
        input_b in btree_map(name(), input(), 1..4),
        interface in btree_map(name(), field(), 1..3),
        query in btree_map(name(), field(), 0..4),
        object in btree_map(name(), field(), 0..4),
        mutation in btree_map(name(), field(), 0..4),
        members in btree_set(pick(&["Query", "ObjectA", "Mutation"]), 1..3),
        description in "[ -~\\n]{0,40}",
        mutation_root in prop_oneof![
            Just(Some("Mutation".to_owned())), Just(Some("ObjectA".to_owned())), Just(None)
        ],
    ) -> Model {
        let mut values = values;
        values.retain(|value, _| !["true", "false", "null"].contains(&value.as_str()));
        values.insert("FIRST".to_owned(), None);
        // The members of a one-of input are nullable and have no default.
        let mut input_b = input_b;
        if one_of {
            input_b.values_mut().for_each(|input| input.default = None);
        }
        let with_interface = |mut fields: BTreeMap<String, Field>| {
            fields.extend(interface.clone());
            fields
        };
        Model {
            scalars: [("ScalarA".to_owned(), scalar)].into(),
            enums: [("EnumA".to_owned(), values)].into(),
            inputs: [("InputA".to_owned(), (false, input_a)), ("InputB".to_owned(), (one_of, input_b))].into(),
            objects: [
                ("Query".to_owned(), with_interface(query)),
                ("ObjectA".to_owned(), with_interface(object)),
                ("Mutation".to_owned(), with_interface(mutation)),
            ].into(),
            interface: interface.clone(),
            unions: [("UnionA".to_owned(), members)].into(),
            description,
            mutation_root,
        }
    }
}

impl Model {
    fn kind(&self, name: &str) -> &'static str {
        match name {
            "EnumA" => "ENUM",
            "InputA" | "InputB" => "INPUT_OBJECT",
            "UnionA" => "UNION",
            "Node" => "INTERFACE",
            "Query" | "ObjectA" | "Mutation" => "OBJECT",
            _ => "SCALAR",
        }
    }

    /// What a server with this schema answers to an introspection query.
    pub(crate) fn introspection(&self) -> Value {
        let inputs = |inputs: &BTreeMap<String, Input>| -> Vec<Value> {
            inputs
                .iter()
                .map(|(name, input)| {
                    json!({
                        "name": name, "description": self.description,
                        "type": input.ty.json(self.kind(&input.ty.name)),
                        "defaultValue": input.default,
                        "isDeprecated": input.deprecated.is_some(),
                        "deprecationReason": input.deprecated,
                    })
                })
                .collect()
        };
        let fields = |fields: &BTreeMap<String, Field>| -> Vec<Value> {
            fields
                .iter()
                .map(|(name, field)| {
                    json!({
                        "name": name, "description": self.description, "args": inputs(&field.args),
                        "type": field.ty.json(self.kind(&field.ty.name)),
                        "isDeprecated": field.deprecated.is_some(),
                        "deprecationReason": field.deprecated,
                    })
                })
                .collect()
        };
        let mut types = Vec::new();
        for name in ["Boolean", "Float", "ID", "Int", "String"] {
            types.push(json!({"kind": "SCALAR", "name": name}));
        }
        types.push(json!({"kind": "ENUM", "name": "__TypeKind", "enumValues": []}));
        for (name, url) in &self.scalars {
            types.push(json!({"kind": "SCALAR", "name": name, "specifiedByURL": url}));
        }
        for (name, values) in &self.enums {
            let values: Vec<Value> = values
                .iter()
                .map(|(name, reason)| {
                    json!({"name": name, "isDeprecated": reason.is_some(), "deprecationReason": reason})
                })
                .collect();
            types.push(json!({"kind": "ENUM", "name": name, "enumValues": values}));
        }
        for (name, (one_of, members)) in &self.inputs {
            types.push(json!({
                "kind": "INPUT_OBJECT", "name": name, "isOneOf": one_of, "inputFields": inputs(members),
            }));
        }
        let objects: Vec<Value> = self
            .objects
            .keys()
            .map(|name| json!({"name": name}))
            .collect();
        types.push(json!({
            "kind": "INTERFACE", "name": "Node", "fields": fields(&self.interface),
            "interfaces": [], "possibleTypes": objects,
        }));
        for (name, members) in &self.objects {
            types.push(json!({
                "kind": "OBJECT", "name": name, "fields": fields(members),
                "interfaces": [{"name": "Node"}],
            }));
        }
        for (name, members) in &self.unions {
            let members: Vec<Value> = members.iter().map(|name| json!({"name": name})).collect();
            types.push(json!({"kind": "UNION", "name": name, "possibleTypes": members}));
        }
        json!({"data": {"__schema": {
            "queryType": {"name": "Query"},
            "mutationType": self.mutation_root.as_ref().map(|name| json!({"name": name})),
            "subscriptionType": null,
            "types": types,
            "directives": [
                {"name": "cost", "locations": ["OBJECT", "FIELD_DEFINITION"], "args": []},
                {"name": "deprecated", "locations": ["FIELD_DEFINITION", "DIRECTIVE_DEFINITION"], "args": []},
                {"name": "trace", "locations": ["QUERY", "FIELD"], "isRepeatable": true, "args": []},
            ],
        }}})
    }

    /// The schema as monday writes SDL: built-in scalars redefined, directives of its own,
    /// descriptions everywhere, other order.
    pub(crate) fn sdl(&self) -> String {
        let description = format!(
            "\"\"\"\n{}\n{{ query {{ sample }} }}\n\"\"\"",
            self.description
                .replace("\"\"\"", "")
                .replace('\\', "/")
                .replace('"', "'")
        );
        let deprecated = |reason: &Option<String>| match reason.as_deref() {
            None => String::new(),
            Some("No longer supported") => " @deprecated".to_owned(),
            Some(reason) => format!(" @deprecated(reason: {})", Value::String(reason.to_owned())),
        };
        let inputs = |inputs: &BTreeMap<String, Input>| -> String {
            inputs
                .iter()
                .rev()
                .map(|(name, input)| {
                    let default = input
                        .default
                        .as_ref()
                        .map(|text| format!("={text}"))
                        .unwrap_or_default();
                    let deprecated = deprecated(&input.deprecated);
                    format!(
                        "{description} {name}:{}{default}{deprecated}\n",
                        input.ty.sdl()
                    )
                })
                .collect()
        };
        let fields = |fields: &BTreeMap<String, Field>| -> String {
            fields
                .iter()
                .rev()
                .map(|(name, field)| {
                    let args = if field.args.is_empty() {
                        String::new()
                    } else {
                        format!("({})", inputs(&field.args))
                    };
                    let deprecated = deprecated(&field.deprecated);
                    format!(
                        "{description} {name}{args}: {} @cost{deprecated}\n",
                        field.ty.sdl()
                    )
                })
                .collect()
        };
        let mut sdl = String::from("directive @cost on OBJECT | FIELD_DEFINITION\n");
        sdl += "directive @trace repeatable on QUERY | FIELD\n";
        sdl += "directive @deprecated(reason: String) on FIELD_DEFINITION | DIRECTIVE_DEFINITION\n";
        sdl += "\"built in\" scalar String\nscalar Int scalar Boolean @cost\n";
        for (name, members) in &self.unions {
            let members: Vec<&str> = members.iter().map(String::as_str).rev().collect();
            sdl += &format!("{description}\nunion {name} = | {}\n", members.join(" | "));
        }
        for (name, members) in self.objects.iter().rev() {
            sdl += &format!(
                "{description} type {name} implements Node @cost {{ {} }}\n",
                fields(members)
            );
        }
        sdl += &format!("interface Node {{ {} }}\n", fields(&self.interface));
        for (name, (one_of, members)) in &self.inputs {
            let one_of = if *one_of { "@oneOf" } else { "" };
            sdl += &format!(
                "{description} input {name} {one_of} {{ {} }}\n",
                inputs(members)
            );
        }
        for (name, values) in &self.enums {
            let values: String = values
                .iter()
                .rev()
                .map(|(name, reason)| format!("{description} {name}{}\n", deprecated(reason)))
                .collect();
            sdl += &format!("{description} enum {name} {{ {values} }}\n");
        }
        for (name, url) in &self.scalars {
            let url = url
                .as_ref()
                .map(|url| format!("@specifiedBy(url: {url:?})"))
                .unwrap_or_default();
            sdl += &format!("{description} scalar {name} {url}\n");
        }
        let mutation = self
            .mutation_root
            .as_ref()
            .map(|name| format!("mutation: {name}"))
            .unwrap_or_default();
        sdl + &format!("schema @cost {{ query: Query {mutation} }}\n")
    }
}
