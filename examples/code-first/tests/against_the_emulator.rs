//! Operations that are Rust types against monday on loopback.

use code_first::{item_names, post_update};
use monday_emulator::{DEFAULT_BOARD_ID, Emulator};
use monday_webhooks::{ApiToken, BoardId, Client, ItemId, client::ErrorKind};

#[tokio::test]
async fn items_are_read_page_by_page_and_greeted() {
    let emulator = Emulator::start().await.unwrap();
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::personal(emulator.personal_token().expose()).unwrap())
        .unwrap();
    let mut items = Vec::new();
    for number in 0..7 {
        let name = format!("item {number}");
        items.push(emulator.create_item(DEFAULT_BOARD_ID, &name).unwrap());
    }
    let mut names = item_names(&client, BoardId::new(DEFAULT_BOARD_ID), 3)
        .await
        .unwrap();
    names.sort();
    let expected: Vec<_> = (0..7).map(|number| format!("item {number}")).collect();
    assert_eq!(names, expected);

    post_update(&client, ItemId::new(items[0].id), "Welcome!")
        .await
        .unwrap();
    let requests = emulator.requests();
    let last = requests.last().unwrap();
    assert_eq!(last.operation.as_deref(), Some("PostUpdate"));
    assert_eq!(
        last.api_version.as_deref(),
        Some(monday_webhooks::API_VERSION)
    );

    // Errors are the client's own.
    let error = post_update(&client, ItemId::new(1), "Nobody").await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
}
