//! The crate's own operations against monday on loopback.

use downstream::{greet, item_names, set_status};
use monday_emulator::{DEFAULT_BOARD_ID, Emulator};
use monday_webhooks::{ApiToken, BoardId, Client, Delivery, ItemId};

#[tokio::test]
async fn items_are_read_page_by_page_changed_and_greeted() {
    let emulator = Emulator::start().await.unwrap();
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::personal(emulator.personal_token().expose()).unwrap())
        .unwrap();
    let board = BoardId::new(DEFAULT_BOARD_ID);
    let mut items = Vec::new();
    for number in 0..7 {
        let name = format!("item {number}");
        items.push(emulator.create_item(DEFAULT_BOARD_ID, &name).unwrap());
    }
    let mut names = item_names(&client, board, 3).await.unwrap();
    names.sort();
    let expected: Vec<_> = (0..7).map(|number| format!("item {number}")).collect();
    assert_eq!(names, expected);

    let item = ItemId::new(items[0].id);
    set_status(&client, board, item, "Done").await.unwrap();
    assert!(
        set_status(&client, board, item, "No such label")
            .await
            .is_err()
    );

    let body = format!(
        r#"{{"event":{{"type":"create_pulse","boardId":{board},"pulseId":{item},"pulseName":"item 0"}}}}"#
    );
    let delivery = Delivery::parse(body).unwrap();
    assert!(greet(&client, &delivery).await.unwrap());
    let calls = emulator.requests();
    let last = calls.last().unwrap();
    assert_eq!(last.operation.as_deref(), Some("PostUpdate"));
    assert_eq!(
        last.api_version.as_deref(),
        Some(monday_webhooks::API_VERSION)
    );
}
