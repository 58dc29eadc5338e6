//! Columns, groups and the links to subitems change, and stay true to each other.

use monday_emulator::{Board, Clock, Emulator};
use serde_json::{Value, json};

use crate::support::{Receiver, call, code, data, try_call};

/// A board of two groups, with an item in each.
async fn start() -> (Emulator, Receiver) {
    let board = Board::new(7, "Orders")
        .with_group("done", "Done")
        .with_column("status", "Status", "status");
    let emulator = Emulator::builder()
        .boards([board])
        .clock(Clock::manual())
        .start()
        .await
        .unwrap();
    (emulator, Receiver::start().await)
}

async fn run(emulator: &Emulator, query: &str) -> Value {
    emulator.run(query, json!({})).await.unwrap()
}

async fn refused(emulator: &Emulator, query: &str) -> (u16, String) {
    let (status, answer) = try_call(emulator, emulator.app_token(), query, json!({})).await;
    (status, code(&answer).to_owned())
}

#[tokio::test]
async fn a_column_is_renamed_described_and_deleted_with_its_values() {
    let (emulator, _) = start().await;
    let created = run(
        &emulator,
        r#"mutation { create_item(board_id: 7, item_name: "A",
        column_values: "{\"status\":\"Done\"}") { id } }"#,
    )
    .await;
    let id: u64 = created["create_item"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(emulator.item(id).unwrap().values.contains_key("status"));

    let renamed = run(
        &emulator,
        r#"mutation {
        change_column_title(board_id: 7, column_id: "status", title: "State") { title }
        change_column_metadata(board_id: 7, column_id: "status", column_property: description,
            value: "How far it is") { title description }
    }"#,
    )
    .await;
    assert_eq!(renamed["change_column_title"], json!({"title": "State"}));
    let expected = json!({"title": "State", "description": "How far it is"});
    assert_eq!(renamed["change_column_metadata"], expected);

    let delete = r#"mutation { delete_column(board_id: 7, column_id: "status") { id } }"#;
    run(&emulator, delete).await;
    let columns = run(&emulator, "{ boards(ids: [7]) { columns { id } } }").await;
    assert_eq!(columns["boards"][0]["columns"], json!([{"id": "name"}]));
    assert_eq!(emulator.item(id).unwrap().values.len(), 0);

    assert_eq!(
        refused(&emulator, delete).await.1,
        "InvalidColumnIdException"
    );
    let name = r#"mutation { delete_column(board_id: 7, column_id: "name") { id } }"#;
    assert_eq!(refused(&emulator, name).await.1, "InvalidArgumentException");
    let empty =
        r#"mutation { change_column_title(board_id: 7, column_id: "name", title: " ") { id } }"#;
    assert_eq!(
        refused(&emulator, empty).await.1,
        "InvalidArgumentException"
    );
}

#[tokio::test]
async fn a_group_is_renamed_and_removed_with_its_items_but_not_the_last() {
    let (emulator, receiver) = start().await;
    subscribe_on_seven(&emulator, &receiver, "item_deleted").await;
    subscribe_on_seven(&emulator, &receiver, "item_archived").await;
    run(
        &emulator,
        r#"mutation {
        a: create_item(board_id: 7, group_id: "topics", item_name: "A") { id }
        b: create_item(board_id: 7, group_id: "done", item_name: "B") { id }
    }"#,
    )
    .await;
    let changed = run(&emulator, r##"mutation {
        title: update_group(board_id: 7, group_id: "topics", group_attribute: title, new_value: "New") { title }
        color: update_group(board_id: 7, group_id: "topics", group_attribute: color, new_value: "#037f4c") { color }
    }"##).await;
    let expected = json!({"title": {"title": "New"}, "color": {"color": "#037f4c"}});
    assert_eq!(changed, expected);
    let moved = r#"mutation { update_group(board_id: 7, group_id: "topics", group_attribute: position,
        new_value: "2") { id } }"#;
    assert_eq!(refused(&emulator, moved).await.1, "EmulatorUnsupported");

    let delete =
        r#"mutation { delete_group(board_id: 7, group_id: "done") { id deleted archived } }"#;
    let deleted = run(&emulator, delete).await;
    let expected = json!({"id": "done", "deleted": true, "archived": false});
    assert_eq!(deleted["delete_group"], expected);
    emulator.until_idle().await;
    let events = receiver.events();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(
        (&events[0]["type"], &events[0]["itemName"]),
        (&json!("delete_pulse"), &json!("B"))
    );

    let (status, answer) = refused(&emulator, &delete.replace("done", "topics")).await;
    assert_eq!((status, answer.as_str()), (409, "DeleteLastGroupException"));
    assert_eq!(
        emulator
            .items()
            .iter()
            .filter(|item| item.name == "A")
            .count(),
        1
    );
    assert_eq!(
        refused(&emulator, delete).await.1,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn that_a_groups_items_go_with_it_is_told_or_not() {
    let (emulator, receiver) = start().await;
    emulator.change_behaviour(|behaviour| behaviour.group_removal_tells_items = false);
    subscribe_on_seven(&emulator, &receiver, "item_archived").await;
    run(
        &emulator,
        r#"mutation { create_item(board_id: 7, group_id: "topics", item_name: "A") { id } }"#,
    )
    .await;
    let archive = r#"mutation { archive_group(board_id: 7, group_id: "topics") { archived } }"#;
    assert_eq!(
        run(&emulator, archive).await["archive_group"]["archived"],
        true
    );
    emulator.until_idle().await;
    assert_eq!(receiver.events(), Vec::<Value>::new());
    let page = run(
        &emulator,
        "{ boards(ids: [7]) { items_page { items { id } } } }",
    )
    .await;
    assert_eq!(page["boards"][0]["items_page"]["items"], json!([]));
}

#[tokio::test]
async fn an_item_links_the_subitems_that_it_has() {
    let (emulator, _) = start().await;
    let item = emulator.create_item(7, "A").unwrap();
    let other = emulator.create_item(7, "B").unwrap();
    let create = format!(
        r#"mutation {{ create_subitem(parent_item_id: {}, item_name: "S") {{ id }} }}"#,
        item.id
    );
    let created = run(&emulator, &create).await;
    let subitem: u64 = created["create_subitem"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let linked = |id: u64| emulator.item(id).unwrap().values.get("subitems").cloned();
    let link = json!({"linkedPulseIds": [{"linkedPulseId": subitem}]});
    assert_eq!(linked(item.id), Some(link.clone()));

    emulator.move_subitem(subitem, other.id).unwrap();
    assert_eq!(
        (linked(item.id), linked(other.id)),
        (None, Some(link.clone()))
    );
    run(
        &emulator,
        &format!("mutation {{ delete_item(item_id: {subitem}) {{ id }} }}"),
    )
    .await;
    assert_eq!(linked(other.id), None);
    emulator.restore_item(subitem).unwrap();
    assert_eq!(linked(other.id), Some(link));
}

async fn subscribe_on_seven(emulator: &Emulator, receiver: &Receiver, event: &str) {
    let query = "mutation ($url: String!, $event: WebhookEventType!) {
        create_webhook(board_id: 7, url: $url, event: $event) { id } }";
    let variables = json!({"url": receiver.url(), "event": event});
    data(&call(emulator, emulator.app_token(), query, variables).await);
}

#[tokio::test]
async fn a_label_is_made_whatever_the_columns_settings_are() {
    let (emulator, _) = start().await;
    for (number, settings) in [
        r#""text""#,
        "[]",
        "3",
        r#"{"labels":[]}"#,
        r#"{"labels":"none"}"#,
    ]
    .iter()
    .enumerate()
    {
        let create = "mutation($settings: JSON, $id: String!) {
            create_column(board_id: 7, id: $id, title: \"Odd\", column_type: status,
                defaults: $settings) { id } }";
        let id = format!("odd{number}");
        let variables = json!({"settings": settings, "id": id});
        emulator.run(create, variables).await.unwrap();
        let item = "mutation($values: JSON) { create_item(board_id: 7, item_name: \"A\",
            column_values: $values, create_labels_if_missing: true) { id } }";
        let values = json!({ id.as_str(): {"label": "Waiting"} }).to_string();
        let made = emulator
            .run(item, json!({ "values": values }))
            .await
            .unwrap();
        let made: u64 = made["create_item"]["id"].as_str().unwrap().parse().unwrap();
        let value = &emulator.item(made).unwrap().values[&id];
        assert_eq!(value["label"]["text"], "Waiting", "{settings}");
    }
}

#[tokio::test]
async fn an_item_that_is_refused_leaves_nothing_behind() {
    let (emulator, _) = start().await;
    let item = emulator.create_item(7, "parent").unwrap();
    let before = emulator.boards();
    // A label that would be made, and a column that isn't there.
    let values = json!({"status": {"label": "Waiting"}, "text": "x", "zzz": "y"}).to_string();
    let create = "mutation($values: JSON) { create_item(board_id: 7, item_name: \"A\",
        column_values: $values, create_labels_if_missing: true) { id } }";
    emulator
        .run(create, json!({ "values": values }))
        .await
        .unwrap_err();
    assert_eq!(emulator.boards(), before);
    let create = "mutation($values: JSON, $parent: ID!) { create_subitem(parent_item_id: $parent,
        item_name: \"A\", column_values: $values, create_labels_if_missing: true) { id } }";
    let variables = json!({"values": values, "parent": item.id.to_string()});
    emulator.run(create, variables.clone()).await.unwrap_err();
    assert_eq!(emulator.boards(), before);
    // What fits makes the subitems board, and the label on it.
    let values = json!({"status": {"label": "Waiting"}}).to_string();
    let variables = json!({"values": values, "parent": item.id.to_string()});
    emulator.run(create, variables).await.unwrap();
    let boards = emulator.boards();
    assert_eq!(boards.len(), before.len() + 1);
    let subitems = boards
        .iter()
        .find(|board| board.is_subitems_board())
        .unwrap();
    let labels = &subitems.column("status").unwrap().settings["labels"];
    assert_eq!(labels["3"], "Waiting");
}
