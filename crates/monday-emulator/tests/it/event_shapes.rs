//! Each of the 21 events that a change causes has the fields of monday's own, and their types.

use std::collections::BTreeMap;

use monday_emulator::{Board, Clock, DEFAULT_BOARD_ID, Emulator};
use monday_webhooks::{Delivery, SubscriptionKind, testing::sample};
use serde_json::{Value, json};

use crate::support::{Receiver, board, subscribe};

async fn run(emulator: &Emulator, query: &str, variables: Value) -> Value {
    emulator.run(query, variables).await.unwrap()
}

fn config(kind: &SubscriptionKind) -> Value {
    match kind {
        SubscriptionKind::ChangeSpecificColumnValue => json!({"columnId": "text"}),
        SubscriptionKind::ChangeStatusColumnValue => {
            json!({"columnId": "status", "columnValue": {"$any$": true}})
        }
        SubscriptionKind::ItemMovedToSpecificGroup => json!({"groupId": "new_group"}),
        _ => json!(null),
    }
}

/// Changes everything there is and returns the last event that each webhook got.
async fn everything_that_happens() -> BTreeMap<String, Value> {
    let emulator = Emulator::builder()
        .clock(Clock::manual())
        .start()
        .await
        .unwrap();
    let receiver = Receiver::start().await;
    let mut names = BTreeMap::new();
    for kind in SubscriptionKind::ALL {
        let (token, config) = (emulator.app_token(), config(&kind));
        let id = subscribe(&emulator, token, receiver.url(), kind.as_str(), config).await;
        names.insert(id, kind.as_str().to_owned());
    }
    let item = emulator.create_item(DEFAULT_BOARD_ID, "Order").unwrap().id;
    let other = emulator.create_item(DEFAULT_BOARD_ID, "Other").unwrap().id;
    let ids = json!({"board": board(), "item": item});
    for mutation in [
        "create_column(board_id: $board, column_type: numbers, title: \"Weight\") { id }",
        "change_column_value(board_id: $board, item_id: $item, column_id: \"date4\", value: \"{\\\"date\\\":\\\"2026-11-03\\\"}\") { id }",
        "change_simple_column_value(board_id: $board, item_id: $item, column_id: \"text\", value: \"note\") { id }",
        "change_multiple_column_values(board_id: $board, item_id: $item, column_values: \"{\\\"status\\\":{\\\"label\\\":\\\"Done\\\"},\\\"name\\\":\\\"Paid\\\"}\") { id }",
    ] {
        let query = format!("mutation($board: ID!, $item: ID!) {{ {mutation} }}");
        let query = if mutation.contains("$item") {
            query
        } else {
            query.replace(", $item: ID!", "")
        };
        run(&emulator, &query, ids.clone()).await;
    }
    let moved = "mutation($item: ID!) { move_item_to_group(item_id: $item, group_id: \"new_group\") { id } }";
    run(&emulator, moved, ids.clone()).await;
    for subject in ["parent", "sub"] {
        let target = if subject == "parent" {
            item
        } else {
            let made = run(
                &emulator,
                "mutation($item: ID!) { create_subitem(parent_item_id: $item, item_name: \"Pack\") { id board { id } } }",
                ids.clone(),
            )
            .await;
            let subitem = &made["create_subitem"];
            let values = json!({"board": subitem["board"]["id"], "item": subitem["id"]});
            for (column, value) in [("status", "Done"), ("name", "Pack both")] {
                let mut variables = values.clone();
                variables["column"] = column.into();
                variables["value"] = value.into();
                run(&emulator, "mutation($board: ID!, $item: ID!, $column: String!, $value: String!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: $column, value: $value) { id } }", variables).await;
            }
            subitem["id"].as_str().unwrap().parse().unwrap()
        };
        let variables = json!({"item": target});
        let made = run(
            &emulator,
            "mutation($item: ID!) { create_update(item_id: $item, body: \"<p>Hello</p>\") { id } }",
            variables.clone(),
        )
        .await;
        let update = json!({"id": made["create_update"]["id"]});
        let edit = "mutation($id: ID!) { edit_update(id: $id, body: \"Hello again\") { id } }";
        run(&emulator, edit, update.clone()).await;
        let delete = "mutation($id: ID!) { delete_update(id: $id) { id } }";
        run(&emulator, delete, update).await;
        if subject == "sub" {
            emulator.move_subitem(target, other).unwrap();
        }
        let archive = "mutation($item: ID!) { archive_item(item_id: $item) { id } }";
        run(&emulator, archive, variables.clone()).await;
        let restored = emulator.restore_item(target);
        assert!(restored.is_ok());
        let delete = "mutation($item: ID!) { delete_item(item_id: $item) { id } }";
        run(&emulator, delete, variables).await;
        if subject == "parent" {
            emulator.restore_item(item).unwrap();
        }
    }
    emulator.until_idle().await;
    receiver
        .events()
        .into_iter()
        .map(|event| {
            let webhook = event["subscriptionId"].as_u64().unwrap();
            (names[&webhook].clone(), event)
        })
        .collect()
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[tokio::test]
async fn every_event_has_the_fields_and_types_of_mondays_own() {
    let events = everything_that_happens().await;
    for kind in SubscriptionKind::ALL {
        let event = events
            .get(kind.as_str())
            .unwrap_or_else(|| panic!("nothing was delivered for {kind}"));
        let expected = sample(&kind).unwrap()["event"].take();
        assert_eq!(event["type"], expected["type"], "{kind}");
        let names = |event: &Value| {
            let mut names: Vec<String> = event.as_object().unwrap().keys().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(names(event), names(&expected), "{kind}");
        for (name, value) in expected.as_object().unwrap() {
            let (ours, theirs) = (json_type(&event[name]), json_type(value));
            // A value that was or is empty says nothing about its type.
            let open = ["value", "previousValue", "replyId"].contains(&name.as_str());
            assert!(
                ours == theirs || (open && (ours == "null" || theirs == "null")),
                "{kind} {name}: {ours} in place of {theirs}"
            );
        }
        let delivery = Delivery::parse(json!({ "event": event }).to_string()).unwrap();
        assert_eq!(delivery.problems(), [], "{kind}");
        assert!(delivery.possible_subscriptions().contains(&kind), "{kind}");
    }
}

#[tokio::test]
async fn a_subitems_event_names_the_subitems_board_and_its_parents() {
    let events = everything_that_happens().await;
    let created = &events["create_subitem"];
    assert_eq!(created["parentItemBoardId"], board());
    assert_ne!(created["boardId"], DEFAULT_BOARD_ID);
    assert_eq!(created["itemId"], created["pulseId"]);
    let archived = &events["subitem_archived"];
    assert_eq!(archived["parentBoardId"], DEFAULT_BOARD_ID);
    assert_eq!(archived["boardId"], created["boardId"]);
}

#[tokio::test]
async fn the_first_subitem_brings_its_board_along() {
    let emulator = Emulator::builder()
        .boards([Board::new(1, "Bare")])
        .start()
        .await
        .unwrap();
    let item = emulator.create_item(1, "Parent").unwrap();
    let query = "mutation($item: ID!) { create_subitem(parent_item_id: $item, item_name: \"Sub\") { board { id type } parent_item { id subitems { name } } } }";
    let made = run(&emulator, query, json!({"item": item.id})).await;
    assert_eq!(made["create_subitem"]["board"]["type"], "sub_items_board");
    assert_eq!(
        made["create_subitem"]["parent_item"],
        json!({"id": item.id.to_string(), "subitems": [{"name": "Sub"}]})
    );
    let bare = emulator.boards().into_iter().find(|board| board.id == 1);
    assert!(bare.unwrap().subitems_board.is_some());
}
