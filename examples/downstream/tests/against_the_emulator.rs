//! The crate's own operations against monday on loopback.

use downstream::{greet, item_names, set_status};
use monday_emulator::{DEFAULT_BOARD_ID, Emulator};
use monday_webhooks::{
    ApiToken, BoardId, Client, Delivery, Event, ItemId, Receiver, Subscription, WebhookUrl,
    auth::Verifier, receiver::Verified, server::Server,
};
use tokio::sync::mpsc;

fn client(emulator: &Emulator, token: ApiToken) -> Client {
    Client::builder()
        .endpoint(emulator.endpoint())
        .build(token)
        .unwrap()
}

#[tokio::test]
async fn items_are_read_page_by_page_and_changed() {
    let emulator = Emulator::start().await.unwrap();
    let token = ApiToken::personal(emulator.personal_token().expose()).unwrap();
    let client = client(&emulator, token);
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
    let unknown = set_status(&client, board, item, "No such label").await;
    assert!(unknown.is_err());
    let requests = emulator.requests();
    let last = requests.last().unwrap();
    assert_eq!(last.operation.as_deref(), Some("SetStatus"));
    assert_eq!(
        last.api_version.as_deref(),
        Some(monday_webhooks::API_VERSION)
    );
}

#[tokio::test]
async fn a_new_item_is_greeted_in_answer_to_its_delivery() {
    let emulator = Emulator::start().await.unwrap();
    let token = ApiToken::app(emulator.app_token().expose()).unwrap();
    let client = client(&emulator, token);
    let (sender, mut deliveries) = mpsc::unbounded_channel();
    let verifier = Verifier::new(emulator.signing_secret().clone());
    let receiver = Receiver::new(verifier, move |delivery: Verified<Delivery>| {
        std::future::ready(sender.send(delivery.into_message()))
    });
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), "/")
        .await
        .unwrap();
    let url = format!("http://{}/", server.local_addr().unwrap());
    tokio::spawn(server.serve(receiver, std::future::pending()));
    let url = WebhookUrl::dangerous_http(url).unwrap();
    let board = BoardId::new(DEFAULT_BOARD_ID);
    for subscription in [Subscription::CreateItem, Subscription::CreateUpdate] {
        let webhooks = client.webhooks();
        webhooks.create(board, &url, subscription).await.unwrap();
    }

    emulator.create_item(DEFAULT_BOARD_ID, "Order 66").unwrap();
    let created = deliveries.recv().await.unwrap();
    assert!(greet(&client, &created).await.unwrap());

    // The greeting is an update, which is delivered in its turn, and isn't greeted.
    let greeting = deliveries.recv().await.unwrap();
    let Event::UpdateCreated(update) = greeting.event() else {
        panic!("{greeting:?}");
    };
    assert_eq!(update.text_body.as_deref(), Some("Welcome, Order 66!"));
    assert!(!greet(&client, &greeting).await.unwrap());
}
