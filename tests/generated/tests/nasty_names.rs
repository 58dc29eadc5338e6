//! Operations whose names Rust can't have, run: what goes out, and what is read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use generated_code::{
    Money,
    nasty::{
        Async, Conditional, Either, Filter, FromEnum, FromOperation, MatchNamed, OptionOperation,
        ResultEnum, Scalars, TreeTree, Type, VecInput, Words, Wrapper, async_, conditional, either,
        from_operation, match_named, option_operation, scalars, tree_tree, type_,
    },
};
use graphql_client::GraphQLQuery;
use monday_webhooks::client::{Operation, OperationKind};
use serde_json::{Value, from_value, json};

fn sent<Q: GraphQLQuery>(variables: Q::Variables) -> Value {
    serde_json::to_value(Q::build_query(variables)).unwrap()
}

#[test]
fn keywords_collisions_and_underscores_keep_their_names_on_the_wire() {
    let variables = type_::Variables {
        type_: Some(VecInput {
            some: None,
            price: Some(Money("3.50".into())),
        }),
        self_: Some(true),
        kind: ResultEnum::Err,
    };
    let request = sent::<Type>(variables);
    assert_eq!(request["operationName"], "type");
    assert_eq!(
        request["variables"],
        json!({"_type": {"price": "3.50"}, "self": true, "kind": "Err"})
    );
    let query = request["query"].as_str().unwrap();
    assert!(query.contains("fragment option on Option"), "{query}");

    let answer = json!({
        "_leading": "a", "_1st": 1, "async": 1.5, "gen": true, "ids": ["x", 2, null], "on": "off",
        "type": "None", "fooBar": 3, "foo_bar": "four",
        "match": {
            "id": 9_007_199_254_740_993_u64, "none": null, "String": "text", "result": "Later",
            "crate": {"ok": true},
        },
        "either": [{"__typename": "Cat"}],
    });
    let data: type_::ResponseData = from_value(answer).unwrap();
    assert_eq!(
        (data.leading.as_str(), data.value_1st, data.async_),
        ("a", Some(1), 1.5)
    );
    assert_eq!(data.gen_value, Some(true));
    assert_eq!(data.ids, [Some("x".into()), Some("2".into()), None]);
    assert_eq!(data.on.as_deref(), Some("off"));
    assert_eq!(data.type_, Some(ResultEnum::None));
    assert_eq!((data.foo_bar, data.foo_bar_2.as_str()), (3, "four"));
    assert_eq!(data.either[0].typename, "Cat");
    let found = data.match_.unwrap();
    assert_eq!(found.option_fragment.id, "9007199254740993");
    assert_eq!(found.option_fragment.string.as_deref(), Some("text"));
    assert_eq!(
        found.option_fragment.result,
        Some(ResultEnum::Other("Later".into()))
    );
    assert!(found.crate_.unwrap().ok);
}

#[test]
fn enum_values_in_any_case_are_told_apart() {
    let table = [
        (Words::FooBar, "FOO_BAR"),
        (Words::FooBarValue, "fooBar"),
        (Words::FooBar2, "foo_bar"),
        (Words::Lower, "lower"),
        (Words::Upper, "UPPER"),
        (Words::Mixed, "Mixed"),
        (Words::SelfValue, "Self"),
        (Words::SelfValueValue, "self"),
        (Words::Other, "Other"),
        (Words::Unknown, "Unknown"),
        (Words::Type, "type"),
        (Words::Value, "_"),
        (Words::Value1, "_1"),
        (Words::Unrecognized("new".into()), "new"),
    ];
    for (value, wire) in table {
        assert_eq!(value.as_str(), wire);
        assert_eq!(Words::from(wire), value);
        assert_eq!(serde_json::to_value(&value).unwrap(), wire);
        assert_eq!(from_value::<Words>(json!(wire)).unwrap(), value);
    }
}

#[test]
fn the_members_of_a_union_are_variants() {
    let answer = json!({"either": [
        {"__typename": "Cat", "lives": 9, "kind": 1},
        {"__typename": "dog_type", "type": "big", "name": "Rex", "owner": {"name": "Tom"}},
        {"__typename": "Option", "id": 7, "none": "n", "String": null, "result": null},
        {"__typename": "Bird", "wings": 2},
    ]});
    let data: either::ResponseData = from_value(answer).unwrap();
    use either::EitherEither as Member;
    let [cat, dog, option, bird] = &data.either[..] else {
        panic!("{data:?}");
    };
    assert!(matches!(cat, Member::Cat(cat) if cat.lives == 9 && cat.kind == Some(1)));
    assert!(matches!(dog, Member::DogType(dog)
        if dog.type_.as_deref() == Some("big") && dog.owner.as_ref().unwrap().name == "Tom"));
    assert!(matches!(option, Member::OptionType(option) if option.id == "7"));
    assert!(matches!(bird, Member::Unknown), "{bird:?}");
    let kind = ResultEnum::Ok;
    assert_eq!(
        sent::<Either>(either::Variables { kind })["variables"],
        json!({"kind": "Ok"})
    );
}

#[test]
fn inline_fragments_on_an_interface_are_read_beside_its_fields() {
    let answer = json!({"match": {
        "__typename": "dog_type", "name": "Rex", "again": "Rex", "owner": {"lives": 3},
        "self": {"__typename": "Cat", "name": "Tom", "self": {"name": "Tim"}},
    }});
    let data: match_named::ResponseData = from_value(answer).unwrap();
    let found = data.match_.unwrap();
    assert_eq!((found.name.as_str(), found.again.as_str()), ("Rex", "Rex"));
    use match_named::{MatchNamedMatchOn as On, MatchNamedMatchSelfOn as SelfOn};
    assert!(matches!(found.on, On::DogType(dog) if dog.owner.as_ref().unwrap().lives == 3));
    assert!(
        matches!(found.self_.unwrap().on, SelfOn::Cat(cat) if cat.self_.as_ref().unwrap().name == "Tim")
    );
}

#[test]
fn input_types_hold_themselves() {
    let leaf = Filter {
        and: None,
        not: None,
        type_: None,
        self_: None,
        compare: Some(json!([1, "two"])),
        required_with_default: None,
        foo_bar: 1,
        foo_bar_2: Some(vec![Words::Lower, Words::Value]),
    };
    let middle = Filter {
        and: Some(vec![leaf.clone()]),
        not: Some(Box::new(leaf.clone())),
        compare: None,
        foo_bar_2: None,
        ..leaf.clone()
    };
    let outer = Filter {
        self_: Some(Box::new(Wrapper {
            filter: Some(Box::new(middle)),
            ids: Some(vec![Some(vec!["1".into()]), None]),
        })),
        type_: Some(ResultEnum::Ok),
        compare: None,
        foo_bar_2: None,
        ..leaf
    };
    let variables = match_named::Variables {
        where_: Some(outer),
        first: None,
    };
    let leaf = json!({"compare": [1, "two"], "fooBar": 1, "foo_bar": ["lower", "_"]});
    assert_eq!(
        sent::<MatchNamed>(variables)["variables"],
        json!({"where": {
            "type": "Ok",
            "fooBar": 1,
            "self": {
                "filter": {"and": [leaf], "not": leaf, "fooBar": 1},
                "ids": [["1"], null],
            },
        }})
    );
}

#[test]
fn custom_scalars_have_their_types() {
    let answer = json!({
        "scalars": {
            "box": {"any": []}, "compare": [1], "date": "2026-11-24", "file": null, "json": "{}",
            "money": "1", "prices": ["2", "3"], "time": "2026-11-24T10:00:00Z",
        },
        "words": ["_", "else"],
    });
    let data: scalars::ResponseData = from_value(answer).unwrap();
    let scalars = data.scalars;
    assert_eq!(scalars.box_, Some(json!({"any": []})));
    let date: String = scalars.date;
    assert_eq!(date, "2026-11-24");
    assert_eq!(scalars.file, None);
    assert_eq!(scalars.json, Some(json!("{}")));
    assert_eq!(scalars.money, Money("1".into()));
    assert_eq!(scalars.prices.len(), 2);
    assert_eq!(scalars.time, "2026-11-24T10:00:00Z");
    assert_eq!(
        data.words,
        [Words::Value, Words::Unrecognized("else".into())]
    );
    assert_eq!(
        sent::<Scalars>(scalars::Variables {})["variables"],
        json!({}),
        "monday takes an object only"
    );
}

#[test]
fn a_tree_is_read_as_deep_as_it_was_asked_for() {
    let answer = json!({"parent": {
        "parent": {"parent": {"id": 1}, "children": [{"children": [{"id": "2"}]}, {"children": null}]},
    }});
    let data: tree_tree::ResponseData = from_value(answer).unwrap();
    let parent = data.parent.unwrap();
    assert_eq!(parent.skipped, None, "it was skipped");
    let parent = parent.parent.unwrap();
    assert_eq!(parent.parent.unwrap().id, "1");
    let children = parent.children.unwrap();
    assert_eq!(children[0].children.as_ref().unwrap()[0].id, "2");
    assert_eq!(
        sent::<TreeTree>(tree_tree::Variables { deep: true })["variables"],
        json!({"deep": true})
    );
}

#[test]
fn what_a_condition_leaves_out_of_a_merged_field_is_optional() {
    let query = sent::<Conditional>(conditional::Variables { more: false });
    let query = query["query"].as_str().unwrap();
    assert_eq!(query.matches("__typename").count(), 2, "{query}");
    let without = json!({"parent": {"id": 1}, "match": {"__typename": "Cat", "name": "Tom"}});
    let data: conditional::ResponseData = from_value(without).unwrap();
    let parent = data.parent.unwrap();
    assert_eq!((parent.id.as_str(), parent.children), ("1", None));
    let found = data.match_.unwrap();
    assert_eq!(found.name, "Tom");
    use conditional::ConditionalMatchOn as On;
    assert!(matches!(found.on, On::Cat(cat) if cat.lives.is_none()));

    let with = json!({
        "parent": {"id": 1, "children": [{"id": 2}]},
        "match": {"__typename": "Cat", "name": "Tom", "lives": 9},
    });
    let data: conditional::ResponseData = from_value(with).unwrap();
    assert_eq!(data.parent.unwrap().children.unwrap()[0].id, "2");
    assert!(matches!(data.match_.unwrap().on, On::Cat(cat) if cat.lives == Some(9)));
}

#[test]
fn an_operation_named_by_a_type_of_the_prelude_keeps_its_name_on_the_wire() {
    let variables = option_operation::Variables { where_: None };
    assert_eq!(
        sent::<OptionOperation>(variables)["operationName"],
        "Option"
    );
}

#[test]
fn an_enum_named_by_a_trait_of_the_prelude_keeps_its_name_on_the_wire() {
    let from = Some(FromEnum::from("NOW"));
    let request = sent::<FromOperation>(from_operation::Variables { from });
    assert_eq!(request["operationName"], "From");
    assert_eq!(request["variables"], json!({"from": "NOW"}));
    let query = request["query"].as_str().unwrap();
    assert!(query.starts_with("query From($from:From)"), "{query}");
    let data: from_operation::ResponseData = from_value(json!({"from": "THEN"})).unwrap();
    assert_eq!(data.from, Some(FromEnum::Then));
}

#[test]
fn a_mutation_named_by_a_keyword_is_one() {
    let variables = async_::Variables {
        do_: "it".into(),
        file: None,
    };
    let request = sent::<Async>(variables);
    assert_eq!(request["operationName"], "async");
    assert_eq!(request["variables"], json!({"do": "it"}));
    let data: async_::ResponseData = from_value(json!({"async": {"id": "1"}})).unwrap();
    assert_eq!(data.async_.unwrap().id, "1");
    assert_eq!(Async::KIND, OperationKind::Mutation);
    assert_eq!(Type::KIND, OperationKind::Query);
}
