//! A change of the world reaches the webhooks that are for it.

use monday_emulator::{Clock, DEFAULT_BOARD_ID, Emulator};
use monday_webhooks::{Delivery, EventKind, SubscriptionKind};
use serde_json::{Value, json};

use crate::support::{Receiver, board, subscribe};

async fn start() -> (Emulator, Receiver) {
    let emulator = Emulator::builder()
        .clock(Clock::manual())
        .start()
        .await
        .unwrap();
    (emulator, Receiver::start().await)
}

async fn run(emulator: &Emulator, query: &str, variables: Value) -> Value {
    emulator.run(query, variables).await.unwrap()
}

/// Subscribes to everything that takes no config.
async fn subscribe_to_all(emulator: &Emulator, receiver: &Receiver) {
    let mut item = run(
        emulator,
        "mutation($board: ID!) { create_item(board_id: $board, item_name: \"first\") { id } }",
        json!({"board": board()}),
    )
    .await;
    let parent = item["create_item"]["id"].take();
    run(
        emulator,
        "mutation($parent: ID!) { create_subitem(parent_item_id: $parent, item_name: \"sub\") { id } }",
        json!({"parent": parent}),
    )
    .await;
    for kind in SubscriptionKind::ALL {
        if !kind.needs_config() {
            subscribe(
                emulator,
                emulator.app_token(),
                receiver.url(),
                kind.as_str(),
                json!(null),
            )
            .await;
        }
    }
}

/// What the receiver got, as kinds of event and the subscriptions it can be from.
async fn arrived(emulator: &Emulator, receiver: &Receiver) -> Vec<Delivery> {
    emulator.until_idle().await;
    let deliveries = receiver
        .deliveries()
        .iter()
        .map(|received| Delivery::parse(received.body.to_string()).unwrap())
        .collect::<Vec<_>>();
    receiver.forget();
    for delivery in &deliveries {
        assert_eq!(delivery.problems(), [], "{}", delivery.raw_event());
    }
    deliveries
}

fn kinds(deliveries: &[Delivery]) -> Vec<(EventKind, bool)> {
    let mut kinds: Vec<_> = deliveries
        .iter()
        .map(|delivery| (delivery.kind(), delivery.is_subitem()))
        .collect();
    kinds.sort_by_key(|(kind, subitem)| (kind.as_str(), *subitem));
    kinds
}

#[tokio::test]
async fn each_mutation_of_an_item_causes_its_delivery() {
    let (emulator, receiver) = start().await;
    subscribe_to_all(&emulator, &receiver).await;

    let created = run(
        &emulator,
        "mutation($board: ID!) { create_item(board_id: $board, item_name: \"Order 1138\") { id name } }",
        json!({"board": board()}),
    )
    .await;
    assert_eq!(created["create_item"]["name"], "Order 1138");
    let id = created["create_item"]["id"].clone();
    let deliveries = arrived(&emulator, &receiver).await;
    assert_eq!(kinds(&deliveries), [(EventKind::ItemCreated, false)]);
    assert_eq!(
        deliveries[0].item_id().unwrap().to_string(),
        id.as_str().unwrap()
    );

    for (mutation, expected) in [
        (
            "mutation($id: ID!, $board: ID!) { change_simple_column_value(board_id: $board, item_id: $id, column_id: \"name\", value: \"Order 1139\") { id } }",
            EventKind::NameChanged,
        ),
        (
            "mutation($id: ID!, $board: ID!) { change_simple_column_value(board_id: $board, item_id: $id, column_id: \"status\", value: \"Done\") { id } }",
            EventKind::ColumnValueChanged,
        ),
        (
            "mutation($id: ID!) { create_update(item_id: $id, body: \"hello\") { id } }",
            EventKind::UpdateCreated,
        ),
        (
            "mutation($id: ID!) { archive_item(item_id: $id) { id } }",
            EventKind::ItemArchived,
        ),
    ] {
        let variables = if mutation.contains("$board") {
            json!({"id": id, "board": board()})
        } else {
            json!({"id": id})
        };
        run(&emulator, mutation, variables).await;
        let deliveries = arrived(&emulator, &receiver).await;
        assert_eq!(kinds(&deliveries), [(expected, false)], "{mutation}");
    }

    emulator
        .restore_item(id.as_str().unwrap().parse().unwrap())
        .unwrap();
    let deliveries = arrived(&emulator, &receiver).await;
    assert_eq!(kinds(&deliveries), [(EventKind::ItemRestored, false)]);
    run(
        &emulator,
        "mutation($id: ID!) { delete_item(item_id: $id) { id } }",
        json!({"id": id}),
    )
    .await;
    let deliveries = arrived(&emulator, &receiver).await;
    assert_eq!(kinds(&deliveries), [(EventKind::ItemDeleted, false)]);
}

#[tokio::test]
async fn a_subitem_is_told_to_the_parents_board() {
    let (emulator, receiver) = start().await;
    subscribe_to_all(&emulator, &receiver).await;
    let parent = emulator.create_item(DEFAULT_BOARD_ID, "parent").unwrap();
    arrived(&emulator, &receiver).await;
    run(
        &emulator,
        "mutation($parent: ID!) { create_subitem(parent_item_id: $parent, item_name: \"Pack\") { id } }",
        json!({"parent": parent.id.to_string()}),
    )
    .await;
    let deliveries = arrived(&emulator, &receiver).await;
    assert!(
        kinds(&deliveries).contains(&(EventKind::ItemCreated, true)),
        "{deliveries:?}"
    );
}

#[tokio::test]
async fn a_config_narrows_what_is_delivered() {
    let (emulator, receiver) = start().await;
    let token = emulator.app_token();
    let item = emulator.create_item(DEFAULT_BOARD_ID, "one").unwrap();
    let config = json!({"columnId": "status"}).to_string();
    subscribe(
        &emulator,
        token,
        receiver.url(),
        "change_specific_column_value",
        json!(config),
    )
    .await;
    let change = async |column: &str, value: &str| {
        run(
            &emulator,
            "mutation($board: ID!, $id: ID!, $column: String!, $value: String!) { change_simple_column_value(board_id: $board, item_id: $id, column_id: $column, value: $value) { id } }",
            json!({"board": board(), "id": item.id.to_string(), "column": column, "value": value}),
        )
        .await;
        arrived(&emulator, &receiver).await.len()
    };
    let other = emulator.boards()[0]
        .columns
        .iter()
        .find(|column| column.column_type == "text")
        .map(|column| column.id.clone())
        .expect("the default board has a text column");
    assert_eq!(change("status", "Done").await, 1);
    assert_eq!(change(&other, "a note").await, 0);
}

#[tokio::test]
async fn items_are_paged_by_cursor() {
    let (emulator, _receiver) = start().await;
    for number in 0..7 {
        emulator
            .create_item(DEFAULT_BOARD_ID, &format!("item {number}"))
            .unwrap();
    }
    let first = run(
        &emulator,
        "query($board: ID!) { boards(ids: [$board]) { items_page(limit: 3) { cursor items { id name } } } }",
        json!({"board": board()}),
    )
    .await;
    let mut page = first["boards"][0]["items_page"].clone();
    let mut names = Vec::new();
    loop {
        for item in page["items"].as_array().unwrap() {
            names.push(item["name"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["cursor"].as_str() else {
            break;
        };
        let next = run(
            &emulator,
            "query($cursor: String!) { next_items_page(cursor: $cursor, limit: 3) { cursor items { id name } } }",
            json!({"cursor": cursor}),
        )
        .await;
        page = next["next_items_page"].clone();
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 7, "{names:?}");
}
