//! Column values: a view for each shape that has been observed, and the JSON for any other.

use monday_webhooks::{
    Event, SubscriptionKind,
    event::{ColumnValue, ColumnValueChanged, ColumnValues, PersonKind},
    testing::sample,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse;

fn value(json: &Value) -> ColumnValue {
    serde_json::from_value(json.clone()).unwrap()
}

/// The names of the views that find something.
fn views(value: &ColumnValue) -> Vec<&'static str> {
    [
        ("status", value.as_status().is_some()),
        ("date", value.as_date().is_some()),
        ("text", value.as_text().is_some()),
        ("people", value.as_people().is_some()),
        ("links", value.as_linked_items().is_some()),
        ("checkbox", value.as_checkbox().is_some()),
        ("phone", value.as_phone().is_some()),
        ("changed_at", value.changed_at().is_some()),
        ("cleared", value.is_cleared()),
    ]
    .into_iter()
    .filter_map(|(name, found)| found.then_some(name))
    .collect()
}

#[test]
fn each_shape_has_its_view_and_no_other() {
    for (json, expected) in [
        (
            json!({"label": {"index": 1, "text": "Done", "style": {"color": "#00c875", "border": "#00b461", "var_name": "green"}, "is_done": true}, "post_id": null}),
            &["status"][..],
        ),
        (
            json!({"label": {"index": 5, "text": null}, "post_id": 7}),
            &["status"],
        ),
        (
            json!({"label": {"index": 1, "style": null, "is_done": null}}),
            &["status"],
        ),
        (json!({"label": null}), &[]),
        (json!({"label": {"index": "1"}}), &[]),
        (json!({"label": {"text": "Done"}}), &[]),
        (
            json!({"date": "2026-11-03", "icon": null, "time": null}),
            &["date"],
        ),
        (
            json!({"date": "2026-11-03", "time": "08:00:00", "changed_at": "2026-10-12T08:15:41.902Z"}),
            &["date", "changed_at"],
        ),
        (json!({"date": null}), &[]),
        (json!({"value": "leave at the door"}), &["text"]),
        (json!({"value": ""}), &["text"]),
        (json!({"value": 5}), &[]),
        (
            json!({"personsAndTeams": [{"id": 5, "kind": "person"}]}),
            &["people"],
        ),
        (
            json!({"personsAndTeams": [], "changed_at": "2026-10-12T08:15:41.902Z"}),
            &["people", "changed_at"],
        ),
        (json!({"personsAndTeams": [{"id": 5}]}), &[]),
        (
            json!({"linkedPulseIds": [{"linkedPulseId": 9_876_501_234_u64}]}),
            &["links"],
        ),
        (
            json!({"linkedPulseIds": [], "changed_at": "2025-02-04 19:20:54 +0000"}),
            &["links", "changed_at"],
        ),
        (json!({"checked": true}), &["checkbox"]),
        (json!({"checked": "true"}), &["checkbox"]),
        (json!({"checked": "yes"}), &[]),
        (json!({"checked": 1}), &[]),
        (
            json!({"phone": "+15550100", "countryShortName": "US"}),
            &["phone"],
        ),
        (json!({"files": [{"name": "a.pdf"}]}), &[]),
        (json!({}), &["cleared"]),
        (json!({"from": "2026-01-01", "to": "2026-01-31"}), &[]),
        (json!([{"label": {"index": 1}}]), &[]),
        (json!("text"), &[]),
        (json!(5), &[]),
        (json!(true), &[]),
    ] {
        let value = value(&json);
        assert_eq!(views(&value), expected, "{json}");
        assert_eq!(value.raw().get(), json.to_string());
    }
}

#[test]
fn an_odd_field_of_a_view_costs_nothing_but_itself() {
    let label = json!({"index": 1, "text": 5, "style": {"color": [], "border": "#00b461", "var_name": {}}, "is_done": "yes"});
    let status = value(&json!({"label": label, "post_id": "7"}))
        .as_status()
        .unwrap();
    assert_eq!((status.index, status.text, status.color), (1, None, None));
    assert_eq!(status.border.as_deref(), Some("#00b461"));
    assert_eq!((status.var_name, status.is_done), (None, None));
    assert_eq!(status.post_id, None);
    let listed = value(&json!({"label": {"index": 1, "style": ["#00c875"]}}));
    assert_eq!(listed.as_status().unwrap().color, None);

    let date = value(&json!({"date": "2026-11-03", "time": 8, "icon": []}));
    let date = date.as_date().unwrap();
    assert_eq!((date.date.as_str(), date.time), ("2026-11-03", None));
    let phone = value(&json!({"phone": "+15550100", "countryShortName": 1}));
    let phone = phone.as_phone().unwrap();
    assert_eq!((phone.phone.as_str(), phone.country), ("+15550100", None));

    // A person or a link that nobody can tell is not left out in silence.
    for json in [
        json!({"personsAndTeams": [{"id": 5, "kind": "person"}, {"id": "x", "kind": "person"}]}),
        json!({"personsAndTeams": [[5, "person"]]}),
        json!({"linkedPulseIds": [{"linkedPulseId": 1}, {}]}),
        json!({"linkedPulseIds": [[1]]}),
    ] {
        assert_eq!(views(&value(&json)), [""; 0], "{json}");
    }
}

#[test]
fn a_list_is_never_taken_for_an_object_of_the_same_values() {
    for json in [
        json!(["2026-11-03", null, null]),
        json!(["+15550100", "US"]),
        json!([true]),
        json!(["text"]),
    ] {
        assert_eq!(views(&value(&json)), [""; 0], "{json}");
    }
}

#[test]
fn an_empty_object_is_cleared_whatever_white_space_is_in_it() {
    for cleared in ["{}", "{ }", "{\n\t}", "null"] {
        let value: ColumnValue = serde_json::from_str(cleared).unwrap();
        assert!(value.is_cleared(), "{cleared}");
    }
    for kept in ["[]", "\"\"", "0", "false", "{\"a\":null}", "\"null\""] {
        let value: ColumnValue = serde_json::from_str(kept).unwrap();
        assert!(!value.is_cleared(), "{kept}");
    }
}

fn changed(kind: &SubscriptionKind) -> ColumnValueChanged {
    match parse(&sample(kind).unwrap()).event() {
        Event::ColumnValueChanged(changed) => changed.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_status_has_its_label() {
    let changed = changed(&SubscriptionKind::ChangeStatusColumnValue);
    let label = changed.value.unwrap().as_status().unwrap();
    assert_eq!((label.index, label.text.as_deref()), (1, Some("Done")));
    assert_eq!(
        (label.color.as_deref(), label.is_done),
        (Some("#00c875"), Some(true))
    );
    assert!(label.border.is_some_and(|border| border.starts_with('#')));
    assert!(label.var_name.is_some());
    let before = changed.previous_value.unwrap().as_status().unwrap();
    assert_eq!(before.text.as_deref(), Some("Working on it"));
    assert_eq!(changed.changed_at, Some(1_791_792_942.018_664_4));
}

#[test]
fn a_date_has_its_parts() {
    let changed = changed(&SubscriptionKind::ChangeColumnValue);
    let value = changed.value.unwrap();
    let date = value.as_date().unwrap();
    assert_eq!(
        (date.date.as_str(), date.time, date.icon),
        ("2026-11-03", None, None)
    );
    assert_eq!(
        value.changed_at().as_deref(),
        Some("2026-10-12T08:15:41.902Z")
    );
}

#[test]
fn people_are_persons_teams_and_whatever_monday_adds() {
    let changed = changed(&SubscriptionKind::ChangeSubitemColumnValue);
    let people = changed.value.unwrap().as_people().unwrap();
    let people: Vec<_> = people.into_iter().map(|one| (one.id, one.kind)).collect();
    assert_eq!(
        people,
        [(51_234_567, PersonKind::Person), (881, PersonKind::Team)]
    );
    assert!(changed.previous_value.unwrap().is_cleared());

    let robots = value(&json!({"personsAndTeams": [{"id": -1, "kind": "robot"}]}))
        .as_people()
        .unwrap();
    assert_eq!(robots[0].kind, PersonKind::Other("robot".to_owned()));
}

#[test]
fn a_value_of_null_is_none_and_an_empty_one_is_cleared() {
    let body = |value: Value| json!({"event": {"type": "update_column_value", "boardId": 1, "pulseId": 2, "columnId": "c", "value": value}});
    let read = |value: Value| match parse(&body(value)).event() {
        Event::ColumnValueChanged(changed) => changed.value.clone(),
        other => panic!("{other:?}"),
    };
    assert!(read(json!(null)).is_none());
    assert!(read(json!({})).unwrap().is_cleared());
    assert_eq!(
        read(json!({"odd": [1.5]})).unwrap().raw().get(),
        r#"{"odd":[1.5]}"#
    );
}

#[test]
fn an_item_has_the_values_it_was_created_with() {
    let Event::ItemCreated(created) = parse(&sample(&SubscriptionKind::CreateSubitem).unwrap())
        .event()
        .clone()
    else {
        panic!();
    };
    let values = created.column_values.unwrap();
    let people = values.get("person").unwrap().as_people().unwrap();
    assert_eq!(people[0].id, 51_234_567);
    assert!(values.get("status").is_none());
    let all = values.to_vec();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].0.as_str(), "person");

    let twice = r#"{"b":{"value":"1"},"a":{"value":"2"},"\u0062":{"value":"3"},"":{}}"#;
    let body = format!(
        r#"{{"event":{{"type":"create_pulse","boardId":1,"pulseId":2,"columnValues":{twice}}}}}"#
    );
    let delivery = monday_webhooks::Delivery::parse(body).unwrap();
    let Event::ItemCreated(created) = delivery.event() else {
        panic!()
    };
    let values = created.column_values.as_ref().unwrap();
    assert_eq!(values.get("b").unwrap().as_text().as_deref(), Some("3"));
    assert_eq!(values.to_vec().len(), 3);
    assert_eq!(values.raw().get(), twice);
}

#[test]
fn values_are_equal_to_the_letter() {
    let one = |json: &str| serde_json::from_str::<ColumnValue>(json).unwrap();
    let several = |json: &str| serde_json::from_str::<ColumnValues>(json).unwrap();
    let text = r#"{"a":{"value":"1"}}"#;
    assert_eq!(one(text), one(text));
    assert_eq!(several(text), several(text));
    for other in [r#"{"a":{"value":"2"}}"#, r#"{"a": {"value":"1"}}"#, "{}"] {
        assert_ne!(one(text), one(other), "{other}");
        assert_ne!(several(text), several(other), "{other}");
    }
}

#[test]
fn column_values_that_are_no_object_are_a_problem() {
    let delivery = parse(
        &json!({"event": {"type": "create_pulse", "boardId": 1, "pulseId": 2, "columnValues": []}}),
    );
    let Event::ItemCreated(created) = delivery.event() else {
        panic!()
    };
    assert!(created.column_values.is_none());
    assert!(
        delivery
            .problems()
            .iter()
            .any(|problem| problem.field == "columnValues")
    );
}

proptest! {
    #[test]
    fn no_value_makes_a_view_panic(json in "\\{(\"(label|date|value|checked|phone|personsAndTeams|linkedPulseIds)\":(null|0|[1-9][0-9]{0,24}|\"[a-z]{0,3}\"|\\[\\]|\\{\\}|\\[\\{\\}\\])(,\"x\":1)?)?\\}") {
        let value: ColumnValue = serde_json::from_str(&json).unwrap();
        let _ = views(&value);
        prop_assert_eq!(value.raw().get(), json);
    }
}
