//! What is in the world can be asked for, and what isn't modelled is marked.

use std::time::Duration;

use monday_emulator::{Clock, DEFAULT_BOARD_ID, Emulator, Scopes, Token, TokenKind};
use serde_json::{Value, json};

use crate::support::{board, call, code, data, try_call};

async fn run(emulator: &Emulator, query: &str, variables: Value) -> Value {
    emulator.run(query, variables).await.unwrap()
}

#[tokio::test]
async fn a_board_shows_its_groups_columns_and_items() {
    let emulator = Emulator::start().await.unwrap();
    let item = emulator.create_item(DEFAULT_BOARD_ID, "Order").unwrap();
    let query = "query($board: ID!) { boards(ids: [$board]) { id name state board_kind type items_count groups(ids: [\"topics\"]) { id title items_page { items { id } } } columns(types: [status]) { id title type } top_group { id } } }";
    let shown = run(&emulator, query, json!({"board": board()})).await;
    assert_eq!(
        shown["boards"],
        json!([{
            "id": board(),
            "name": "Emulated board",
            "state": "active",
            "board_kind": "public",
            "type": "board",
            "items_count": 1,
            "groups": [{
                "id": "topics",
                "title": "Group Title",
                "items_page": {"items": [{"id": item.id.to_string()}]},
            }],
            "columns": [{"id": "status", "title": "Status", "type": "status"}],
            "top_group": {"id": "topics"},
        }])
    );
}

#[tokio::test]
async fn subitems_boards_are_listed_only_when_asked_for_by_id() {
    let emulator = Emulator::start().await.unwrap();
    let all = run(&emulator, "{ boards { id } }", json!({})).await;
    assert_eq!(all["boards"], json!([{"id": board()}]));
    let query = "query($id: ID!) { boards(ids: [$id]) { type } }";
    let id = monday_emulator::DEFAULT_SUBITEMS_BOARD_ID;
    let one = run(&emulator, query, json!({"id": id})).await;
    assert_eq!(one["boards"], json!([{"type": "sub_items_board"}]));
}

#[tokio::test]
async fn column_values_are_shown_by_their_types() {
    let emulator = Emulator::start().await.unwrap();
    let query = "mutation($board: ID!, $values: JSON!) { create_item(board_id: $board, item_name: \"a\", column_values: $values) { column_values(ids: [\"status\", \"date4\", \"numbers\", \"text\"]) { __typename id text value ... on StatusValue { label index } ... on NumbersValue { number } } } }";
    let values = json!({"status": {"label": "Done"}, "date4": "2026-11-03", "numbers": "1.5"});
    let variables = json!({"board": board(), "values": values.to_string()});
    let made = run(&emulator, query, variables).await;
    let shown = &made["create_item"]["column_values"];
    assert_eq!(shown[0]["__typename"], "StatusValue");
    assert_eq!(
        (&shown[0]["label"], &shown[0]["index"]),
        (&json!("Done"), &json!(1))
    );
    assert_eq!(shown[0]["value"], r#"{"index":1,"post_id":null}"#);
    assert_eq!(shown[1]["text"], "2026-11-03");
    assert_eq!(shown[2]["value"], json!(null));
    assert_eq!(shown[3]["number"], json!(1.5));
}

#[tokio::test]
async fn every_column_type_of_the_schema_has_a_type_for_its_values() {
    let emulator = Emulator::start().await.unwrap();
    let types = run(
        &emulator,
        "{ __type(name: \"ColumnType\") { enumValues { name } } }",
        json!({}),
    )
    .await;
    for name in types["__type"]["enumValues"].as_array().unwrap() {
        let name = name["name"].as_str().unwrap();
        let query = "mutation($board: ID!, $type: ColumnType!) { create_column(board_id: $board, column_type: $type, title: \"T\") { id type } }";
        let variables = json!({"board": board(), "type": name});
        let made = run(&emulator, query, variables).await;
        assert_eq!(made["create_column"]["type"], name);
    }
    emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap();
    let query = "query($board: ID!) { boards(ids: [$board]) { items_page { items { column_values { __typename id type value } } } } }";
    let shown = run(&emulator, query, json!({"board": board()})).await;
    let values = &shown["boards"][0]["items_page"]["items"][0]["column_values"];
    assert!(values.as_array().unwrap().len() > 30);
}

#[tokio::test]
async fn items_are_found_by_id_and_deleted_ones_are_not() {
    let emulator = Emulator::start().await.unwrap();
    let [a, b, c] =
        ["a", "b", "c"].map(|name| emulator.create_item(DEFAULT_BOARD_ID, name).unwrap().id);
    run(
        &emulator,
        "mutation($id: ID!) { delete_item(item_id: $id) { state } }",
        json!({"id": b}),
    )
    .await;
    run(
        &emulator,
        "mutation($id: ID!) { archive_item(item_id: $id) { state } }",
        json!({"id": c}),
    )
    .await;
    let query = "query($ids: [ID!], $active: Boolean) { items(ids: $ids, exclude_nonactive: $active, newest_first: true) { id state } }";
    let shown = run(&emulator, query, json!({"ids": [a, b, c]})).await;
    assert_eq!(
        shown["items"],
        json!([{"id": c.to_string(), "state": "archived"}, {"id": a.to_string(), "state": "active"}])
    );
    let shown = run(&emulator, query, json!({"ids": [a, b, c], "active": true})).await;
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn updates_have_replies_and_are_gone_once_deleted() {
    let emulator = Emulator::start().await.unwrap();
    let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
    let create = "mutation($item: ID, $parent: ID) { create_update(item_id: $item, parent_id: $parent, body: \"<b>Hi</b>\") { id } }";
    let made = run(&emulator, create, json!({"item": item})).await;
    let update = &made["create_update"]["id"];
    run(&emulator, create, json!({"parent": update})).await;
    let query = "query($ids: [ID!]) { items(ids: $ids) { updates { id body text_body item_id replies { text_body } } } }";
    let shown = run(&emulator, query, json!({"ids": [item]})).await;
    assert_eq!(
        shown["items"][0]["updates"],
        json!([{
            "id": update,
            "body": "<b>Hi</b>",
            "text_body": "Hi",
            "item_id": item.to_string(),
            "replies": [{"text_body": "Hi"}],
        }])
    );
    run(
        &emulator,
        "mutation($id: ID!) { delete_update(id: $id) { id body } }",
        json!({"id": update}),
    )
    .await;
    let shown = run(&emulator, "{ updates { id } }", json!({})).await;
    assert_eq!(shown["updates"], json!([]));
}

#[tokio::test]
async fn what_is_not_there_or_does_not_fit_is_refused_by_its_code() {
    let emulator = Emulator::start().await.unwrap();
    let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
    let board = board();
    let change = |column: &str, value: &str| {
        format!(
            "change_simple_column_value(board_id: {board}, item_id: {item}, column_id: \"{column}\", value: \"{value}\") {{ id }}"
        )
    };
    for (field, expected) in [
        (
            "create_item(board_id: 1, item_name: \"a\") { id }".to_owned(),
            "InvalidBoardIdException",
        ),
        (
            format!("create_item(board_id: {board}, item_name: \" \") {{ id }}"),
            "InvalidArgumentException",
        ),
        (
            format!(
                "create_item(board_id: {board}, item_name: \"{}\") {{ id }}",
                "x".repeat(256)
            ),
            "ItemNameTooLongException",
        ),
        (
            format!(
                "create_item(board_id: {board}, item_name: \"a\", group_id: \"none\") {{ id }}"
            ),
            "ResourceNotFoundException",
        ),
        (
            format!(
                "create_item(board_id: {board}, item_name: \"a\", column_values: \"[]\") {{ id }}"
            ),
            "ColumnValueException",
        ),
        (change("none", "a"), "InvalidColumnIdException"),
        (change("status", "No such label"), "ColumnValueException"),
        (change("numbers", "many"), "ColumnValueException"),
        (change("subitems", "1"), "ColumnValueException"),
        (
            "archive_item(item_id: 5) { id }".to_owned(),
            "ResourceNotFoundException",
        ),
        ("archive_item { id }".to_owned(), "InvalidArgumentException"),
        (
            "edit_update(id: 5, body: \"a\") { id }".to_owned(),
            "ResourceNotFoundException",
        ),
    ] {
        let query = format!("mutation {{ {field} }}");
        let (_, answer) = try_call(&emulator, emulator.app_token(), &query, json!({})).await;
        assert_eq!(code(&answer), expected, "{field}");
    }
    assert_eq!(emulator.items().len(), 1);
}

#[tokio::test]
async fn one_bad_value_among_several_changes_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
    let query = "mutation($board: ID!, $item: ID!, $values: JSON!) { change_multiple_column_values(board_id: $board, item_id: $item, column_values: $values) { id } }";
    let values = json!({"name": "b", "text": "new", "status": {"label": "None such"}}).to_string();
    let variables = json!({"board": board(), "item": item, "values": values});
    let failed = emulator.run(query, variables).await.unwrap_err();
    assert_eq!(code(&failed.0), "ColumnValueException");
    let unchanged = emulator.item(item).unwrap();
    assert_eq!(unchanged.name, "a");
    assert!(unchanged.values.is_empty());
    assert!(emulator.deliveries().is_empty());
}

#[tokio::test]
async fn a_missing_label_is_made_where_that_is_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
    let query = "mutation($board: ID!, $item: ID!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: \"status\", value: \"Waiting\", create_labels_if_missing: true) { column_values(ids: [\"status\"]) { text } } }";
    let variables = json!({"board": board(), "item": item});
    let made = run(&emulator, query, variables).await;
    assert_eq!(
        made["change_simple_column_value"]["column_values"][0]["text"],
        "Waiting"
    );
}

#[tokio::test]
async fn a_cursor_ends_after_an_hour_and_an_unknown_one_is_refused() {
    let emulator = Emulator::builder()
        .clock(Clock::manual())
        .start()
        .await
        .unwrap();
    for name in ["a", "b"] {
        emulator.create_item(DEFAULT_BOARD_ID, name).unwrap();
    }
    let first = "query($board: ID!) { boards(ids: [$board]) { items_page(limit: 1) { cursor } } }";
    let shown = run(&emulator, first, json!({"board": board()})).await;
    let cursor = &shown["boards"][0]["items_page"]["cursor"];
    let next =
        "query($cursor: String!) { next_items_page(cursor: $cursor) { cursor items { name } } }";
    let page = run(&emulator, next, json!({"cursor": cursor})).await;
    assert_eq!(
        page["next_items_page"],
        json!({"cursor": null, "items": [{"name": "b"}]})
    );
    emulator.advance(Duration::from_secs(3600)).await;
    for cursor in [cursor, &json!("unknown")] {
        let failed = emulator
            .run(next, json!({"cursor": cursor}))
            .await
            .unwrap_err();
        assert_eq!(code(&failed.0), "InvalidArgumentException");
    }
}

#[tokio::test]
async fn a_page_has_between_one_and_five_hundred_items() {
    let emulator = Emulator::start().await.unwrap();
    let query = "query($board: ID!, $limit: Int!) { boards(ids: [$board]) { items_page(limit: $limit) { cursor } } }";
    for (limit, allowed) in [(0, false), (1, true), (500, true), (501, false)] {
        let variables = json!({"board": board(), "limit": limit});
        assert_eq!(
            emulator.run(query, variables).await.is_ok(),
            allowed,
            "{limit}"
        );
    }
}

#[tokio::test]
async fn a_filter_that_is_not_modelled_is_refused_rather_than_left_out() {
    let emulator = Emulator::start().await.unwrap();
    let item = emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap().id;
    emulator.create_item(DEFAULT_BOARD_ID, "b").unwrap();
    let query = "query($board: ID!, $params: ItemsQuery) { boards(ids: [$board]) { items_page(query_params: $params) { items { id } } } }";
    let by_id = json!({"board": board(), "params": {"ids": [item]}});
    let shown = run(&emulator, query, by_id).await;
    assert_eq!(
        shown["boards"][0]["items_page"]["items"],
        json!([{"id": item.to_string()}])
    );
    let by_rule = json!({"board": board(), "params": {"rules": [{"column_id": "status", "compare_value": [1]}]}});
    let failed = emulator.run(query, by_rule).await.unwrap_err();
    assert_eq!(code(&failed.0), "EmulatorUnsupported");
}

#[tokio::test]
async fn an_argument_that_changes_nothing_is_marked() {
    let emulator = Emulator::start().await.unwrap();
    let query = "{ boards(order_by: created_at, latest: null) { id } }";
    let answer = call(&emulator, emulator.app_token(), query, json!({})).await;
    assert_eq!(
        answer["extensions"]["emulator"],
        json!({"ignored": ["Query.boards(order_by:)"]})
    );
}

#[tokio::test]
async fn each_operation_wants_its_scope() {
    let emulator = Emulator::start().await.unwrap();
    let board = board();
    for (operation, scope) in [
        ("{ me { id } }".to_owned(), "me:read"),
        ("{ account { id } }".to_owned(), "account:read"),
        ("{ users { id } }".to_owned(), "users:read"),
        ("{ boards { id } }".to_owned(), "boards:read"),
        ("{ items(ids: [1]) { id } }".to_owned(), "boards:read"),
        ("{ updates { id } }".to_owned(), "updates:read"),
        (
            format!("{{ webhooks(board_id: {board}) {{ id }} }}"),
            "webhooks:read",
        ),
        (
            "mutation { create_board(board_name: \"a\", board_kind: public) { id } }".to_owned(),
            "boards:write",
        ),
        (
            format!("mutation {{ create_item(board_id: {board}, item_name: \"a\") {{ id }} }}"),
            "boards:write",
        ),
        (
            "mutation { delete_update(id: 1) { id } }".to_owned(),
            "updates:write",
        ),
        (
            "mutation { delete_webhook(id: 1) { id } }".to_owned(),
            "webhooks:write",
        ),
    ] {
        let none = Token::new(TokenKind::App, 1, "none").with_scopes(Scopes::only([""; 0]));
        let one = Token::new(TokenKind::App, 1, "one").with_scopes(Scopes::only([scope]));
        for (token, refused) in [(none, true), (one, false)] {
            emulator.accept_token(token.clone());
            let (_, answer) = try_call(&emulator, &token, &operation, json!({})).await;
            let lacks =
                answer.get("errors").is_some() && code(&answer) == "missingRequiredPermissions";
            assert_eq!(lacks, refused, "{operation}: {answer}");
        }
    }
}

#[tokio::test]
async fn the_users_are_those_who_hold_a_token() {
    let emulator = Emulator::builder().user_id(8).start().await.unwrap();
    emulator.accept_token(Token::new(TokenKind::Personal, 9, "nine"));
    let answer = call(
        &emulator,
        emulator.app_token(),
        "{ users { id name } }",
        json!({}),
    )
    .await;
    assert_eq!(
        data(&answer)["users"],
        json!([{"id": "8", "name": "User 8"}, {"id": "9", "name": "User 9"}])
    );
}

#[tokio::test]
async fn fragments_in_fragments_cost_no_more_time_than_points() {
    let emulator = Emulator::start().await.unwrap();
    // Spread out they would be 2 to the power of 60 fields.
    let mut query = "{ ...F0 complexity { query } } fragment F60 on Query { me { id } }".to_owned();
    for number in 0..60 {
        let next = number + 1;
        query +=
            &format!(" fragment F{number} on Query {{ ...F{next} ... on Query {{ ...F{next} }} }}");
    }
    let answer = emulator.run(&query, json!({})).await.unwrap();
    assert_eq!(answer["complexity"]["query"], i32::MAX);
    assert!(answer["me"]["id"].is_string());
}
