//! One client for many tokens.

use monday_emulator::{DEFAULT_BOARD_ID, Emulator, Token, TokenKind};
use monday_webhooks::{
    ApiToken, BoardId, Client, Subscription,
    client::{BuildError, HeaderError},
};
use serde_json::json;

use super::{
    create_or_find::endpoint,
    server::{Answer, Server, TOKEN, refused},
    table::list,
};

#[tokio::test]
async fn a_thousand_concurrent_scopes_never_mix() {
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await;
    let calls = (0..1000).map(|number| {
        let client = server
            .client
            .with_token(ApiToken::new(format!("token-{number}")).unwrap())
            .with_header("x-scope", &format!("scope-{number}"))
            .unwrap();
        tokio::spawn(async move { client.webhooks().list(BoardId::new(number)).await.unwrap() })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    for call in server.calls() {
        let board = call.body["variables"]["board_id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(call.headers["authorization"], format!("token-{board}"));
        assert_eq!(call.headers["x-scope"], format!("scope-{board}"));
    }
    assert_eq!(server.calls().len(), 1000);
}

#[tokio::test]
async fn a_nested_scope_keeps_what_it_does_not_replace() {
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await;
    let outermost = Client::builder()
        .endpoint(server.endpoint.as_str())
        .header("X-One", "builder")
        .header("x-two", "builder")
        .build(ApiToken::new(TOKEN).unwrap())
        .unwrap();
    let outer = outermost.with_header("X-Two", "outer").unwrap();
    let inner = outer
        .with_token(ApiToken::new("inner").unwrap())
        .with_header("x-three", "inner")
        .unwrap();
    for client in [&inner, &outer, &outermost] {
        client.webhooks().list(BoardId::new(1)).await.unwrap();
    }
    let seen: Vec<_> = server
        .calls()
        .iter()
        .map(|call| {
            let header = |name| {
                let mut values = call.headers.get_all(name).iter();
                let value = values
                    .next()
                    .map(|value| value.to_str().unwrap().to_owned());
                assert!(values.next().is_none(), "{name} is sent once");
                value.unwrap_or_default()
            };
            ["authorization", "x-one", "x-two", "x-three"].map(header)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ["inner", "builder", "outer", "inner"],
            [TOKEN, "builder", "outer", ""],
            [TOKEN, "builder", "builder", ""],
        ]
    );
}

#[tokio::test]
async fn a_header_of_ones_own_never_shows_and_never_replaces_the_clients() {
    let server = Server::start([refused("X", "key hidden-gateway-key", &json!({}))]).await;
    let builder = || Client::builder().endpoint(server.endpoint.as_str());
    let token = || ApiToken::new(TOKEN).unwrap();
    let builder_with_key = builder().header("x-gateway-key", "hidden-gateway-key");
    assert!(!format!("{builder_with_key:?}").contains("hidden"));
    let client = builder_with_key.build(token()).unwrap();
    assert!(!format!("{client:?}").contains("hidden"));
    assert_eq!(list(&client).await.message(), Some("key [redacted]"));

    let reserved = client.with_header("Authorization", "other").unwrap_err();
    assert!(matches!(reserved, HeaderError::Reserved(_)));
    let reserved = builder().header("API-Version", "2020-01").build(token());
    let error = reserved.unwrap_err();
    assert!(matches!(
        error,
        BuildError::Header(HeaderError::Reserved(_))
    ));
    assert!(error.to_string().contains("headers.api-version"), "{error}");
}

#[tokio::test]
async fn each_scope_makes_its_webhooks_with_its_own_token() {
    let emulator = Emulator::start().await.unwrap();
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::new("unused").unwrap())
        .unwrap();
    let url = endpoint().await;
    let tasks: Vec<_> = (1..=1000u64)
        .map(|user| {
            let text = format!("token-{user}");
            emulator.accept_token(Token::new(TokenKind::App, user, text.as_str()));
            let scope = client.with_token(ApiToken::app(text).unwrap());
            let url = url.clone();
            tokio::spawn(async move {
                let board = BoardId::new(DEFAULT_BOARD_ID);
                let webhooks = scope.webhooks();
                let created = webhooks.create(board, &url, Subscription::CreateItem);
                (created.await.unwrap().id.get(), user)
            })
        })
        .collect();
    let mut made = std::collections::BTreeMap::new();
    for task in tasks {
        let (id, user) = task.await.unwrap();
        made.insert(id, user);
    }
    let of_emulator: std::collections::BTreeMap<_, _> = emulator
        .all_webhooks()
        .iter()
        .map(|webhook| (webhook.id, webhook.user_id))
        .collect();
    assert_eq!(of_emulator, made);
}

#[tokio::test]
async fn only_webhooks_of_an_apps_token_are_known_to_be_delivered_signed() {
    let emulator = Emulator::start().await.unwrap();
    let (personal, app) = (
        emulator.personal_token().expose(),
        emulator.app_token().expose(),
    );
    let url = endpoint().await;
    let board = BoardId::new(DEFAULT_BOARD_ID);
    for (token, signed) in [
        (ApiToken::app(app), Some(true)),
        (ApiToken::personal(personal), Some(false)),
        (ApiToken::new(personal), None),
    ] {
        let client = Client::builder()
            .endpoint(emulator.endpoint())
            .build(token.unwrap())
            .unwrap();
        let webhooks = client.webhooks();
        let created = webhooks
            .create(board, &url, Subscription::CreateItem)
            .await
            .unwrap();
        assert_eq!(created.deliveries_are_signed(), signed);
        let listed = webhooks.list(board).await.unwrap();
        assert!(listed.contains(&created));
        assert!(
            listed
                .iter()
                .all(|webhook| webhook.deliveries_are_signed().is_none())
        );
    }
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::new(app).unwrap())
        .unwrap();
    let own = client.webhooks().list_app_only(board).await.unwrap();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].deliveries_are_signed(), Some(true));
}
