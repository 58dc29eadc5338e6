//! Whom a change is told to: configs, and what the switches turn.

use monday_emulator::{
    Behaviour, Board, BoardMove, ClearedValue, Clock, DEFAULT_BOARD_ID, Emulator,
};
use serde_json::{Value, json};

use crate::support::{CREATE_WEBHOOK, Receiver, board, call, data, subscribe};

async fn start(change: impl FnOnce(&mut Behaviour)) -> (Emulator, Receiver) {
    let mut behaviour = Behaviour::default();
    change(&mut behaviour);
    let emulator = Emulator::builder()
        .clock(Clock::manual())
        .behaviour(behaviour)
        .start()
        .await
        .unwrap();
    (emulator, Receiver::start().await)
}

async fn listen_to(emulator: &Emulator, receiver: &Receiver, event: &str, config: Value) -> u64 {
    let token = emulator.personal_token();
    subscribe(emulator, token, receiver.url(), event, config).await
}

async fn set(emulator: &Emulator, item: u64, column: &str, value: &str) {
    let query = "mutation($board: ID!, $item: ID!, $column: String!, $value: String!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: $column, value: $value) { id } }";
    let variables = json!({"board": board(), "item": item, "column": column, "value": value});
    emulator.run(query, variables).await.unwrap();
    emulator.until_idle().await;
}

async fn subitem_of(emulator: &Emulator, parent: u64) -> Value {
    let query = "mutation($item: ID!) { create_subitem(parent_item_id: $item, item_name: \"Sub\") { id board { id } } }";
    let mut made = emulator.run(query, json!({"item": parent})).await.unwrap();
    emulator.until_idle().await;
    made["create_subitem"].take()
}

#[tokio::test]
async fn a_status_config_wants_one_index_several_or_any() {
    for (wanted, expected) in [
        (json!({"index": 1}), vec!["Done"]),
        (json!({"index": [1, 2]}), vec!["Done", "Stuck"]),
        (
            json!({"$any$": true}),
            vec!["Done", "Stuck", "Working on it"],
        ),
    ] {
        let (emulator, receiver) = start(|_| ()).await;
        let config = json!({"columnId": "status", "columnValue": wanted});
        listen_to(&emulator, &receiver, "change_status_column_value", config).await;
        let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
        for label in ["Done", "Stuck", "Working on it"] {
            set(&emulator, item, "status", label).await;
        }
        set(&emulator, item, "text", "not a status").await;
        let got: Vec<_> = receiver
            .events()
            .iter()
            .map(|event| event["value"]["label"]["text"].clone())
            .collect();
        assert_eq!(got, expected, "{wanted}");
    }
}

#[tokio::test]
async fn a_group_config_wants_its_group_alone() {
    let (emulator, receiver) = start(|_| ()).await;
    let config = json!({"groupId": "new_group"});
    listen_to(&emulator, &receiver, "item_moved_to_specific_group", config).await;
    let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
    for group in ["new_group", "topics", "topics"] {
        let query = "mutation($item: ID!, $group: String!) { move_item_to_group(item_id: $item, group_id: $group) { id } }";
        let variables = json!({"item": item, "group": group});
        emulator.run(query, variables).await.unwrap();
    }
    emulator.until_idle().await;
    let events = receiver.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["destGroup"]["title"], "Second group");
    assert_eq!(events[0]["sourceGroupId"], "topics");
}

#[tokio::test]
async fn a_value_that_stays_the_same_is_no_change() {
    let (emulator, receiver) = start(|_| ()).await;
    listen_to(&emulator, &receiver, "change_column_value", json!(null)).await;
    let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
    for _ in 0..2 {
        set(&emulator, item, "text", "same").await;
    }
    assert_eq!(receiver.events().len(), 1);
}

#[tokio::test]
async fn another_boards_webhooks_are_not_told() {
    let (emulator, receiver) = start(|_| ()).await;
    emulator.add_board(Board::new(7, "Elsewhere"));
    listen_to(&emulator, &receiver, "create_item", json!(null)).await;
    emulator.create_item(7, "a").unwrap();
    emulator.until_idle().await;
    assert!(receiver.events().is_empty());
    emulator.create_item(DEFAULT_BOARD_ID, "b").unwrap();
    emulator.until_idle().await;
    assert_eq!(receiver.events().len(), 1);
}

#[tokio::test]
async fn deliveries_are_queued_in_the_order_of_the_changes() {
    let (emulator, receiver) = start(|_| ()).await;
    listen_to(&emulator, &receiver, "create_item", json!(null)).await;
    let names: Vec<String> = (0..20).map(|number| format!("item {number}")).collect();
    for name in &names {
        emulator.create_item(DEFAULT_BOARD_ID, name).unwrap();
    }
    emulator.until_idle().await;
    let got: Vec<_> = receiver
        .events()
        .iter()
        .map(|event| event["pulseName"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(got, names);
}

#[tokio::test]
async fn one_change_has_a_trigger_uuid_for_each_webhook_or_one_for_all() {
    for (shared, expected) in [(false, 2), (true, 1)] {
        let (emulator, receiver) = start(|behaviour| behaviour.shared_trigger_uuid = shared).await;
        for _ in 0..2 {
            listen_to(&emulator, &receiver, "create_item", json!(null)).await;
        }
        emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap();
        emulator.until_idle().await;
        let events = receiver.events();
        assert_eq!(events.len(), 2);
        let uuids: std::collections::HashSet<_> = events
            .iter()
            .map(|event| event["triggerUuid"].to_string())
            .collect();
        assert_eq!(uuids.len(), expected, "{shared}");
    }
}

#[tokio::test]
async fn a_new_subitem_changes_its_parents_column_or_not() {
    for told in [true, false] {
        let (emulator, receiver) = start(|behaviour| behaviour.subitem_changes_parent = told).await;
        listen_to(&emulator, &receiver, "change_column_value", json!(null)).await;
        let parent = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
        let subitem = subitem_of(&emulator, parent).await;
        let events = receiver.events();
        assert_eq!(events.len(), usize::from(told));
        for event in events {
            let linked = event["value"]["linkedPulseIds"][0]["linkedPulseId"].as_u64();
            assert_eq!(event["columnType"], "subtasks");
            assert_eq!(linked.unwrap().to_string(), subitem["id"].as_str().unwrap());
        }
    }
}

#[tokio::test]
async fn edits_of_a_subitems_update_are_told_or_not() {
    for told in [true, false] {
        let (emulator, receiver) = start(|behaviour| behaviour.subitem_update_edits = told).await;
        listen_to(&emulator, &receiver, "edit_update", json!(null)).await;
        let parent = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
        let subitem = subitem_of(&emulator, parent).await;
        let create = "mutation($item: ID!) { create_update(item_id: $item, body: \"a\") { id } }";
        let variables = json!({"item": subitem["id"]});
        let made = emulator.run(create, variables).await.unwrap();
        let edit = "mutation($id: ID!) { edit_update(id: $id, body: \"b\") { body } }";
        let variables = json!({"id": made["create_update"]["id"]});
        emulator.run(edit, variables).await.unwrap();
        emulator.until_idle().await;
        assert_eq!(receiver.events().len(), usize::from(told));
    }
}

#[tokio::test]
async fn an_emptied_column_arrives_as_null_or_as_an_empty_object() {
    for (setting, expected) in [
        (ClearedValue::Null, json!(null)),
        (ClearedValue::EmptyObject, json!({})),
    ] {
        let (emulator, receiver) = start(|behaviour| behaviour.cleared_value = setting).await;
        listen_to(&emulator, &receiver, "change_column_value", json!(null)).await;
        let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
        set(&emulator, item, "text", "full").await;
        set(&emulator, item, "text", "").await;
        let events = receiver.events();
        assert_eq!(events[0]["previousValue"], expected);
        assert_eq!(events[1]["value"], expected);
        assert_eq!(events[1]["previousValue"], json!({"value": "full"}));
    }
}

#[tokio::test]
async fn a_move_to_another_board_is_told_where_the_switch_says() {
    for (setting, expected) in [
        (BoardMove::Source, vec![DEFAULT_BOARD_ID]),
        (BoardMove::Destination, vec![7]),
        (BoardMove::Both, vec![7, DEFAULT_BOARD_ID]),
    ] {
        let (emulator, receiver) = start(|behaviour| behaviour.board_move = setting).await;
        emulator.add_board(Board::new(7, "Elsewhere"));
        let mut board_of = std::collections::HashMap::new();
        for board in [7, DEFAULT_BOARD_ID] {
            let variables =
                json!({"board": board, "url": receiver.url(), "event": "item_moved_to_any_group"});
            let token = emulator.personal_token();
            let answer = call(&emulator, token, CREATE_WEBHOOK, variables).await;
            let id = data(&answer)["create_webhook"]["id"].as_str().unwrap();
            board_of.insert(id.parse::<u64>().unwrap(), board);
        }
        let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
        let query = "mutation($item: ID!) { move_item_to_board(item_id: $item, board_id: 7, group_id: \"topics\") { board { id } } }";
        let moved = emulator.run(query, json!({"item": item})).await.unwrap();
        assert_eq!(moved["move_item_to_board"]["board"]["id"], "7");
        emulator.until_idle().await;
        let mut told: Vec<u64> = receiver
            .events()
            .iter()
            .map(|event| {
                assert_eq!(event["type"], "move_pulse_into_board");
                board_of[&event["subscriptionId"].as_u64().unwrap()]
            })
            .collect();
        told.sort_unstable();
        assert_eq!(told, expected, "{setting:?}");
    }
}
