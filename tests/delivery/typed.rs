//! The typed view, by tables.

use std::time::{Duration, UNIX_EPOCH};

use monday_webhooks::{
    BoardId, Event, EventKind, ItemId, SubscriptionKind, event::FieldProblem, testing::sample,
};
use serde_json::{Value, json};

use super::parse;

use EventKind as Kind;
use SubscriptionKind as Sub;

#[test]
fn every_sample_is_typed_in_full() {
    for kind in Sub::ALL {
        let body = sample(&kind).unwrap();
        let delivery = parse(&body);
        assert_eq!(delivery.problems(), [], "{kind}");
        assert!(
            !matches!(delivery.event(), Event::Unknown | Event::Incomplete(_)),
            "{kind}"
        );
        let event = &body["event"];
        let id = |name: &str| event[name].as_u64();
        assert_eq!(
            delivery
                .subscription_id()
                .map(monday_webhooks::WebhookId::get),
            id("subscriptionId"),
            "{kind}"
        );
        assert_eq!(
            delivery.user_id().map(monday_webhooks::UserId::get),
            event["userId"].as_i64(),
            "{kind}"
        );
        assert_eq!(
            delivery.trigger_uuid(),
            event["triggerUuid"].as_str(),
            "{kind}"
        );
        assert_eq!(delivery.is_retry(), Some(false), "{kind}");
        let board = id("boardId").or(id("destBoardId"));
        assert_eq!(delivery.board_id().map(BoardId::get), board, "{kind}");
        let item = id("pulseId").or(id("itemId")).or(id("subitem"));
        assert_eq!(delivery.item_id().map(ItemId::get), item, "{kind}");
    }
}

#[test]
fn a_move_to_another_board_can_come_from_one_subscription() {
    let delivery =
        parse(&json!({"event": {"type": "move_pulse_into_board", "boardId": 1, "pulseId": 2}}));
    assert_eq!(delivery.kind(), Kind::ItemMovedToBoard);
    assert_eq!(
        delivery.possible_subscriptions(),
        [Sub::ItemMovedToAnyGroup]
    );
    assert_eq!(delivery.board_id(), Some(BoardId::new(1)));
    assert_eq!(delivery.item_id(), Some(ItemId::new(2)));
}

#[test]
fn where_an_item_has_both_of_monday_s_names_the_name_of_its_wire_type_counts() {
    for (wire_type, expected) in [
        ("create_pulse", 1),
        ("update_name", 1),
        ("move_pulse_into_group", 1),
        ("move_pulse_into_board", 1),
        ("archive_pulse", 2),
        ("delete_pulse", 2),
        ("restore_pulse", 2),
        ("sprout_pulse", 1),
    ] {
        let item = |ids: Value| {
            let mut event = json!({"type": wire_type, "boardId": 5});
            let fields = event.as_object_mut().unwrap();
            fields.extend(ids.as_object().unwrap().clone());
            let delivery = parse(&json!({"event": event}));
            let is_told = !matches!(delivery.event(), Event::Incomplete(_));
            assert!(is_told, "{event}: {:?}", delivery.problems());
            delivery.item_id().map(ItemId::get)
        };
        let both = json!({"pulseId": 1, "itemId": 2});
        assert_eq!(item(both), Some(expected), "{wire_type}");
        assert_eq!(item(json!({"pulseId": 1})), Some(1), "{wire_type}");
        assert_eq!(item(json!({"itemId": 2})), Some(2), "{wire_type}");
        let one_is_null = json!({"pulseId": null, "itemId": 2});
        assert_eq!(item(one_is_null), Some(2), "{wire_type}");
        let one_is_null = json!({"pulseId": 1, "itemId": null});
        assert_eq!(item(one_is_null), Some(1), "{wire_type}");
    }
}

#[test]
fn an_event_of_an_unknown_type_comes_from_no_subscription_that_is_known() {
    let delivery = parse(&json!({"event": {"type": "sprout_pulse"}}));
    assert_eq!(delivery.possible_subscriptions(), []);
}

#[test]
fn the_subitem_s_parent_is_typed_in_each_of_monday_s_spellings() {
    for subscription in [
        Sub::CreateSubitem,
        Sub::ChangeSubitemColumnValue,
        Sub::ChangeSubitemName,
        Sub::SubitemArchived,
        Sub::SubitemDeleted,
        Sub::CreateSubitemUpdate,
    ] {
        let delivery = parse(&sample(&subscription).unwrap());
        let parent = match delivery.event() {
            Event::ItemCreated(event) => event.parent,
            Event::ColumnValueChanged(event) => event.parent,
            Event::NameChanged(event) => event.parent,
            Event::ItemArchived(event) | Event::ItemDeleted(event) => event.parent,
            Event::UpdateCreated(event) => event.parent,
            other => panic!("{other:?}"),
        };
        let parent = parent.unwrap();
        assert_eq!(parent.item_id.get(), 9_876_501_234, "{subscription}");
        assert_eq!(
            parent.board_id.map(BoardId::get),
            Some(9_876_543_210),
            "{subscription}"
        );
    }
}

fn typed(subscription: &Sub) -> Event {
    parse(&sample(subscription).unwrap()).event().clone()
}

#[test]
fn the_fields_of_each_wire_type_are_where_they_belong() {
    let Event::ItemCreated(created) = typed(&Sub::CreateItem) else {
        panic!()
    };
    assert_eq!(created.name.as_deref(), Some("Order 1138"));
    assert_eq!(created.group_id.unwrap().as_str(), "topics");
    assert_eq!(created.group_name.as_deref(), Some("Incoming"));
    assert_eq!(created.group_color.as_deref(), Some("#579bfc"));
    assert_eq!(created.is_top_group, Some(true));

    let Event::NameChanged(renamed) = typed(&Sub::ChangeName) else {
        panic!()
    };
    assert_eq!(renamed.name.as_deref(), Some("Order 1138 (paid)"));
    assert_eq!(renamed.previous_name.as_deref(), Some("Order 1138"));

    let Event::ItemRestored(restored) = typed(&Sub::ItemRestored) else {
        panic!()
    };
    assert_eq!(
        (restored.state, restored.previous_state, restored.is_undo),
        (Some(1), Some(2), Some(true))
    );

    let Event::ItemMovedToGroup(moved) = typed(&Sub::ItemMovedToAnyGroup) else {
        panic!()
    };
    assert_eq!(moved.source_group_id.unwrap().as_str(), "topics");
    assert_eq!(moved.dest_group_id.unwrap().as_str(), "group_title");
    let group = moved.dest_group.unwrap();
    assert_eq!(
        (group.title.as_deref(), group.is_top_group),
        (Some("Shipped"), Some(false))
    );

    let Event::SubitemMoved(moved) = typed(&Sub::MoveSubitem) else {
        panic!()
    };
    assert_eq!(moved.source_item_id.unwrap().get(), 9_876_501_234);
    assert_eq!(moved.dest_item_id.unwrap().get(), 9_876_501_299);

    let Event::ColumnCreated(column) = typed(&Sub::CreateColumn) else {
        panic!()
    };
    assert_eq!(column.column_id.as_str(), "numbers3");
    assert_eq!(column.created_at, Some(1_791_792_942.318));
    assert_eq!(
        (column.retry_count, column.account_id.unwrap().get()),
        (Some(0), 17_654_321)
    );

    let Event::UpdateEdited(update) = typed(&Sub::EditUpdate) else {
        panic!()
    };
    assert_eq!(update.update_id.get(), 3_456_789_012);
    assert_eq!(update.reply_id.unwrap().get(), 3_456_789_020);
    assert_eq!(update.text_body.as_deref(), Some("Shipped – see the note."));
    let Event::UpdateDeleted(update) = typed(&Sub::DeleteUpdate) else {
        panic!()
    };
    assert!(update.body.unwrap().starts_with("<p>"));
}

#[test]
fn a_known_type_with_odd_fields_is_kept_and_says_what_it_lacks() {
    let body = json!({"event": {"type": "create_pulse", "pulseId": {"odd": true}, "boardId": "77", "pulseName": 5}});
    let delivery = parse(&body);
    assert!(matches!(
        delivery.event(),
        Event::Incomplete(EventKind::ItemCreated)
    ));
    let problems: Vec<_> = delivery
        .problems()
        .iter()
        .map(ToString::to_string)
        .collect();
    for problem in [
        "\"subscriptionId\" is missing",
        "\"userId\" is missing",
        "\"triggerTime\" is missing",
        "\"triggerUuid\" is missing",
        "\"pulseId\" has an unexpected type",
        "\"pulseName\" has an unexpected type",
    ] {
        assert!(
            problems.iter().any(|found| found == problem),
            "{problem}: {problems:?}"
        );
    }
    assert_eq!(problems.len(), 6, "{problems:?}");
    assert_eq!(delivery.board_id(), Some(BoardId::new(77)));
}

#[test]
fn the_trigger_time_is_exact_to_the_millisecond() {
    let time = |value: Value| parse(&json!({"event": {"triggerTime": value}})).trigger_time();
    let moment = |milliseconds| Some(UNIX_EPOCH + Duration::from_millis(milliseconds));
    assert_eq!(
        time(json!("2026-10-12T08:15:42.318Z")),
        moment(1_791_792_942_318)
    );
    assert_eq!(time(json!("1970-01-01T00:00:00Z")), moment(0));
    assert_eq!(
        time(json!("2024-02-29T23:59:59.999Z")),
        moment(1_709_251_199_999)
    );
    // monday's times end in Z; any offset says as much.
    assert_eq!(
        time(json!("2026-10-12T10:15:42.318+02:00")),
        moment(1_791_792_942_318)
    );
    for odd in [
        json!("2026-10-12T08:15:42.318"),
        json!("2026-13-12T08:15:42.318Z"),
        json!("2023-02-29T00:00:00Z"),
        json!("1969-12-31T23:59:59Z"),
        json!("99999-01-01T00:00:00Z"),
        json!("today"),
        json!(""),
        json!(1_791_792_942),
        json!(null),
    ] {
        assert_eq!(time(odd.clone()), None, "{odd}");
        let delivery = parse(&json!({"event": {"triggerTime": odd}}));
        let is_told = |problem: &FieldProblem| problem.field == "triggerTime";
        assert!(delivery.problems().iter().any(is_told), "{odd}");
    }
}

/// The fields that may have any shape, or that another one stands in for.
const ANY_SHAPE: [(&str, &str); 4] = [
    ("update_column_value", "value"),
    ("update_column_value", "previousValue"),
    ("create_pulse", "itemId"),
    ("archive_pulse", "pulseId"),
];

#[test]
fn every_field_of_every_sample_is_read() {
    for kind in Sub::ALL {
        let body = sample(&kind).unwrap();
        let wire_type = body["event"]["type"].as_str().unwrap();
        for name in body["event"].as_object().unwrap().keys() {
            let any_shape = ANY_SHAPE.contains(&(wire_type, name))
                || (wire_type == "delete_pulse" && name == "pulseId");
            let mut odd = body.clone();
            odd["event"][name] = json!([["odd"]]);
            let problems = parse(&odd).problems().to_vec();
            assert_eq!(
                problems.iter().any(|problem| problem.field == name),
                !any_shape,
                "{kind}: {name}: {problems:?}"
            );
        }
    }
}

#[test]
fn an_odd_part_of_a_value_costs_nothing_but_itself() {
    let group = json!({"id": "done", "title": 5, "color": "#00c875", "is_top_group": "no"});
    let moved = parse(
        &json!({"event": {"type": "move_pulse_into_group", "boardId": 1, "pulseId": 2, "destGroup": group}}),
    );
    let Event::ItemMovedToGroup(event) = moved.event() else {
        panic!("{moved:?}")
    };
    let group = event.dest_group.as_ref().unwrap();
    assert_eq!((group.id.as_str(), group.title.as_deref()), ("done", None));
    assert_eq!(group.color.as_deref(), Some("#00c875"));
    let told = |problem: &&FieldProblem| problem.field == "destGroup";
    assert_eq!(moved.problems().iter().filter(told).count(), 2);

    let restored = parse(
        &json!({"event": {"type": "restore_pulse", "boardId": 1, "itemId": 2, "value": {"state": "on", "is_undo": true}}}),
    );
    let Event::ItemRestored(event) = restored.event() else {
        panic!("{restored:?}")
    };
    assert_eq!((event.state, event.is_undo), (None, Some(true)));

    // A list is no object, whatever is in it.
    let renamed = parse(
        &json!({"event": {"type": "update_name", "boardId": 1, "pulseId": 2, "value": ["a"]}}),
    );
    let Event::NameChanged(event) = renamed.event() else {
        panic!("{renamed:?}")
    };
    assert_eq!(event.name, None);
    let told = |problem: &FieldProblem| problem.field == "value";
    assert!(renamed.problems().iter().any(told));
}

#[test]
fn a_new_column_and_every_delivery_say_what_they_are_of() {
    let created = parse(&sample(&Sub::CreateColumn).unwrap());
    assert_eq!(created.app(), Some("monday"));
    let Event::ColumnCreated(column) = created.event() else {
        panic!("{created:?}")
    };
    assert_eq!(column.entity.as_deref(), Some("board"));
}

#[test]
fn a_subitem_that_moved_has_its_board_however_incomplete_it_is() {
    let delivery = parse(&json!({"event": {"type": "move_subitem", "destBoardId": 5}}));
    assert_eq!(delivery.event(), &Event::Incomplete(Kind::SubitemMoved));
    assert_eq!(delivery.board_id(), Some(BoardId::new(5)));
    assert_eq!(delivery.item_id(), None);
}

#[test]
fn retries_and_causes_are_known_where_monday_says_so() {
    let delivery = parse(&json!({"event": {"isRetry": true, "originalTriggerUuid": "ab12"}}));
    assert_eq!(delivery.is_retry(), Some(true));
    assert_eq!(delivery.original_trigger_uuid(), Some("ab12"));
    let before_2025 = parse(&json!({"event": {"originalTriggerUuid": null}}));
    assert_eq!(before_2025.is_retry(), None);
    assert_eq!(before_2025.original_trigger_uuid(), None);
}
