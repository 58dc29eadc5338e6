//! create → listed → deleted → gone: against the emulator in every run, and against monday itself
//! where somebody asks for it.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use axum::Router;
use monday_emulator::{DEFAULT_BOARD_ID, Emulator, Token};
use monday_webhooks::{
    ApiToken, BoardId, Client, Delivery, Receiver, Subscription, SubscriptionKind, WebhookUrl,
    auth::Verifier,
    client::ErrorKind,
    receiver::{Unverified, Verified, dangerous},
};
use serde::Deserialize;
use tokio::net::TcpListener;

async fn create_list_delete(client: &Client, board: BoardId, url: &WebhookUrl) {
    let webhooks = client.webhooks();
    let webhook = webhooks
        .create(board, url, Subscription::CreateItem)
        .await
        .unwrap();
    assert_eq!(
        (webhook.board_id, &webhook.event),
        (board, &SubscriptionKind::CreateItem)
    );

    let listed = webhooks.list(board).await.unwrap();
    assert!(listed.iter().any(|other| other.id == webhook.id));

    let deleted = webhooks.delete(webhook.id).await.unwrap();
    assert_eq!(deleted.id, webhook.id);
    let listed = webhooks.list(board).await.unwrap();
    assert!(listed.iter().all(|other| other.id != webhook.id));
}

/// An axum server with a receiver in it, as a user would run it.
async fn serve(router: Router) -> WebhookUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    WebhookUrl::dangerous_http(format!("http://{address}/monday")).unwrap()
}

fn client(emulator: &Emulator, token: &Token) -> Client {
    Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::new(token.expose()).unwrap())
        .unwrap()
}

type Seen<T> = Arc<Mutex<Vec<T>>>;

#[tokio::test]
async fn a_webhook_of_an_app_is_delivered_signed_to_axum() {
    let emulator = Emulator::start().await.unwrap();
    let seen: Seen<Verified<Delivery>> = Arc::default();
    let sink = Arc::clone(&seen);
    let verifier = Verifier::new(emulator.signing_secret().clone());
    let receiver = Receiver::new(verifier, move |delivery: Verified<Delivery>| {
        sink.lock().unwrap().push(delivery);
        std::future::ready(Ok::<(), std::io::Error>(()))
    });
    let url = serve(Router::new().route_service("/monday", receiver)).await;
    let client = client(&emulator, emulator.app_token());
    let board = BoardId::new(DEFAULT_BOARD_ID);
    create_list_delete(&client, board, &url).await;

    let webhook = client
        .webhooks()
        .create(board, &url, Subscription::CreateItem)
        .await
        .unwrap();
    emulator
        .emit(&SubscriptionKind::CreateItem, DEFAULT_BOARD_ID)
        .await;
    let seen = seen.lock().unwrap();
    let [delivery] = seen.as_slice() else {
        panic!("{seen:?}");
    };
    assert_eq!(delivery.message().subscription_id(), Some(webhook.id));
    assert_eq!(delivery.sender().audience, [url.as_str()]);
    assert!(delivery.sender().short_lived_token().is_some());
}

#[tokio::test]
async fn a_webhook_of_a_personal_token_is_delivered_unsigned() {
    let emulator = Emulator::start().await.unwrap();
    let seen: Seen<Unverified<Delivery>> = Arc::default();
    let sink = Arc::clone(&seen);
    let receiver = Receiver::new(
        dangerous::unsigned(),
        move |delivery: Unverified<Delivery>| {
            sink.lock().unwrap().push(delivery);
            std::future::ready(Ok::<(), std::io::Error>(()))
        },
    );
    let url = serve(Router::new().route_service("/monday", receiver)).await;
    let client = client(&emulator, emulator.personal_token());
    client
        .webhooks()
        .create(
            BoardId::new(DEFAULT_BOARD_ID),
            &url,
            Subscription::CreateUpdate,
        )
        .await
        .unwrap();
    emulator
        .emit(&SubscriptionKind::CreateUpdate, DEFAULT_BOARD_ID)
        .await;
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_does_not_echo_gets_no_webhook() {
    let emulator = Emulator::start().await.unwrap();
    let url = serve(Router::new().fallback(async || "hello")).await;
    let client = client(&emulator, emulator.app_token());
    let board = BoardId::new(DEFAULT_BOARD_ID);
    let error = client
        .webhooks()
        .create(board, &url, Subscription::CreateItem)
        .await
        .unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    assert_eq!(client.webhooks().list(board).await.unwrap(), []);
}

#[tokio::test]
async fn a_scope_of_another_token_leaves_the_client_as_it_was() {
    let emulator = Emulator::start().await.unwrap();
    let client = client(&emulator, emulator.app_token());
    let board = BoardId::new(DEFAULT_BOARD_ID);
    let stranger = client.with_token(ApiToken::new("unknown").unwrap());
    let error = stranger.webhooks().list(board).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(client.webhooks().list(board).await.unwrap(), []);
    assert_eq!(client.webhooks().list_app_only(board).await.unwrap(), []);
}

#[tokio::test]
#[ignore = "needs an account: MONDAY_API_TOKEN, MONDAY_BOARD_ID and a URL that answers the challenge"]
async fn a_live_board_does_the_same() {
    let client = Client::from_env().unwrap();
    let board = std::env::var("MONDAY_BOARD_ID")
        .expect("MONDAY_BOARD_ID names the board")
        .parse()
        .unwrap();
    create_list_delete(&client, board, &live_url()).await;
}

/// The URL from `MONDAY_WEBHOOK_TARGET_URL`, or from `tests/integrations/config.yml`.
fn live_url() -> WebhookUrl {
    let text = std::env::var("MONDAY_WEBHOOK_TARGET_URL");
    let text = text.ok().filter(|url| !url.is_empty()).unwrap_or_else(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integrations/config.yml");
        let file = std::fs::read_to_string(path)
            .expect("MONDAY_WEBHOOK_TARGET_URL or tests/integrations/config.yml has the URL");
        configured_url(&file)
    });
    WebhookUrl::new(text).unwrap()
}

fn configured_url(file: &str) -> String {
    #[derive(Deserialize)]
    struct Config {
        monday: Monday,
    }
    #[derive(Deserialize)]
    struct Monday {
        webhook_target_url: String,
    }
    let config: Config = serde_saphyr::from_str(file).unwrap();
    config.monday.webhook_target_url
}

#[test]
fn the_example_of_the_live_configuration_can_be_read() {
    let url = configured_url(include_str!("integrations/config.example.yml"));
    assert!(WebhookUrl::new(url).is_ok());
}
