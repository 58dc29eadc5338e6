//! Making, listing and deleting webhooks.

use monday_emulator::{Board, DEFAULT_BOARD_ID, DEFAULT_SUBITEMS_BOARD_ID, Emulator, TokenKind};
use serde_json::{Value, json};

use crate::support::{CREATE_WEBHOOK, Receiver, board, call, code, data, message, subscribe};

const LIST: &str = "query List($board: ID!, $app: Boolean) { webhooks(board_id: $board, app_webhooks_only: $app) { id board_id event config } }";
const DELETE: &str =
    "mutation Delete($id: ID!) { delete_webhook(id: $id) { id board_id event config } }";

#[tokio::test]
async fn a_webhook_is_made_listed_deleted_and_gone() {
    let emulator = Emulator::start().await.unwrap();
    let receiver = Receiver::start().await;
    let token = emulator.personal_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    let webhook =
        json!({"id": id.to_string(), "board_id": board(), "event": "create_item", "config": null});
    let list = || call(&emulator, token, LIST, json!({"board": board()}));
    assert_eq!(data(&list().await)["webhooks"], json!([webhook]));
    assert_eq!(emulator.webhooks(DEFAULT_BOARD_ID)[0].url, receiver.url());
    let deleted = call(&emulator, token, DELETE, json!({"id": id})).await;
    assert_eq!(data(&deleted)["delete_webhook"], webhook);
    assert_eq!(data(&list().await)["webhooks"], json!([]));
}

#[tokio::test]
async fn the_url_is_challenged_before_the_webhook_exists() {
    let emulator = Emulator::start().await.unwrap();
    let receiver = Receiver::start().await;
    let token = emulator.app_token();
    subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    let challenges = receiver.challenges();
    assert_eq!(challenges.len(), 2);
    assert_ne!(challenges[0].body, challenges[1].body);
    for challenge in challenges {
        assert_eq!(challenge.content_type.as_deref(), Some("application/json"));
        assert_eq!(challenge.authorization, None);
        assert_eq!(challenge.body.as_object().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_challenge_is_signed_where_that_is_asked_for_and_an_app_creates() {
    let emulator = Emulator::start().await.unwrap();
    emulator.change_behaviour(|behaviour| behaviour.signed_challenge = true);
    let receiver = Receiver::start().await;
    for token in [emulator.app_token(), emulator.personal_token()] {
        subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    }
    let signed: Vec<bool> = receiver
        .challenges()
        .iter()
        .map(|challenge| challenge.authorization.is_some())
        .collect();
    assert_eq!(signed, [true, false]);
}

#[tokio::test]
async fn a_url_that_does_not_echo_the_challenge_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let receiver = Receiver::start().await;
    for url in [
        receiver.url_to("/silent"),
        receiver.url_to("/created"),
        receiver.url_to("/other"),
        receiver.url_to("/moved"),
        "http://127.0.0.1:1/closed".to_owned(),
    ] {
        let variables = json!({"board": board(), "url": url, "event": "create_item"});
        let token = emulator.app_token();
        let answer = call(&emulator, token, CREATE_WEBHOOK, variables.clone()).await;
        assert_eq!(code(&answer), "InvalidArgumentException", "{url}");
        assert_eq!(answer["data"], json!({"create_webhook": null}));
        emulator.change_behaviour(|behaviour| {
            behaviour.failed_challenge = monday_emulator::FailedChallenge::Null;
        });
        let answer = call(&emulator, token, CREATE_WEBHOOK, variables).await;
        assert_eq!(data(&answer), &json!({"create_webhook": null}), "{url}");
        emulator.change_behaviour(|behaviour| {
            behaviour.failed_challenge = monday_emulator::FailedChallenge::Error;
        });
    }
    assert!(emulator.webhooks(DEFAULT_BOARD_ID).is_empty());
}

#[tokio::test]
async fn boards_that_are_unknown_or_hold_subitems_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let receiver = Receiver::start().await;
    for (board, text) in [
        (1, "Board not found"),
        (
            DEFAULT_SUBITEMS_BOARD_ID,
            "Creating webhook on subitems board isn't allowed",
        ),
    ] {
        let variables = json!({"board": board, "url": receiver.url(), "event": "create_item"});
        let answer = call(&emulator, emulator.app_token(), CREATE_WEBHOOK, variables).await;
        let error = &answer["errors"][0];
        assert_eq!(message(&answer), text);
        assert_eq!(
            error["extensions"],
            json!({
                "code": "InvalidArgumentException",
                "status_code": 200,
                "error_data": {"board_id": board},
            })
        );
        assert_eq!(error["path"], json!(["create_webhook"]));
    }
    assert!(receiver.challenges().is_empty());
}

#[tokio::test]
async fn a_url_has_at_most_255_characters() {
    let emulator = Emulator::start().await.unwrap();
    let receiver = Receiver::start().await;
    let longest = format!(
        "{}/{}",
        receiver.url(),
        "x".repeat(254 - receiver.url().len())
    );
    assert_eq!(longest.len(), 255);
    let token = emulator.app_token();
    subscribe(&emulator, token, &longest, "create_item", json!(null)).await;
    for url in [
        longest + "x",
        "not a url".to_owned(),
        "ftp://host/".to_owned(),
    ] {
        let variables = json!({"board": board(), "url": url, "event": "create_item"});
        let answer = call(&emulator, token, CREATE_WEBHOOK, variables).await;
        assert_eq!(code(&answer), "InvalidArgumentException");
    }
    assert_eq!(receiver.challenges().len(), 1);
}

#[tokio::test]
async fn a_config_comes_back_as_json_text_and_one_that_lacks_something_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let receiver = Receiver::start().await;
    let create = |config: Value| {
        let variables = json!({
            "board": board(),
            "url": receiver.url(),
            "event": "change_specific_column_value",
            "config": config,
        });
        call(&emulator, emulator.app_token(), CREATE_WEBHOOK, variables)
    };
    let text = r#"{"columnId":"status"}"#;
    for config in [json!(text), json!({"columnId": "status"})] {
        let answer = create(config).await;
        assert_eq!(data(&answer)["create_webhook"]["config"], text);
    }
    for config in [json!(null), json!("{}")] {
        let answer = create(config).await;
        assert_eq!(code(&answer), "InvalidArgumentException");
    }
}

#[tokio::test]
async fn app_webhooks_are_listed_apart() {
    let emulator = Emulator::start().await.unwrap();
    let receiver = Receiver::start().await;
    let url = receiver.url();
    subscribe(
        &emulator,
        emulator.personal_token(),
        url,
        "create_item",
        json!(null),
    )
    .await;
    let app = subscribe(
        &emulator,
        emulator.app_token(),
        url,
        "create_item",
        json!(null),
    )
    .await;
    let variables = json!({"board": board(), "app": true});
    let answer = call(&emulator, emulator.personal_token(), LIST, variables).await;
    assert_eq!(data(&answer)["webhooks"].as_array().unwrap().len(), 1);
    assert_eq!(data(&answer)["webhooks"][0]["id"], app.to_string());
    let kinds: Vec<TokenKind> = emulator
        .webhooks(DEFAULT_BOARD_ID)
        .iter()
        .map(|webhook| webhook.created_by)
        .collect();
    assert_eq!(kinds, [TokenKind::Personal, TokenKind::App]);
}

#[tokio::test]
async fn deleting_an_unknown_webhook_is_not_found_or_null() {
    let emulator = Emulator::start().await.unwrap();
    let token = emulator.app_token();
    let answer = call(&emulator, token, DELETE, json!({"id": 5})).await;
    assert_eq!(code(&answer), "ResourceNotFoundException");
    emulator.change_behaviour(|behaviour| {
        behaviour.missing_webhook = monday_emulator::MissingWebhook::Null;
    });
    let answer = call(&emulator, token, DELETE, json!({"id": 5})).await;
    assert_eq!(data(&answer), &json!({"delete_webhook": null}));
}

#[tokio::test]
async fn listing_an_unknown_board_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let answer = call(&emulator, emulator.app_token(), LIST, json!({"board": 1})).await;
    assert_eq!(message(&answer), "Board not found");
    let answer = call(&emulator, emulator.app_token(), LIST, json!({"board": "x"})).await;
    assert_eq!(code(&answer), "InvalidArgumentException");
}

#[tokio::test]
async fn boards_can_be_declared_before_and_added_later() {
    let emulator = Emulator::builder()
        .boards([Board::new(1, "One").with_subitems_board(2)])
        .start()
        .await
        .unwrap();
    emulator.add_board(Board::new(3, "Three"));
    for (board, known) in [(1, true), (2, true), (3, true), (DEFAULT_BOARD_ID, false)] {
        let answer = call(
            &emulator,
            emulator.app_token(),
            LIST,
            json!({"board": board}),
        )
        .await;
        assert_eq!(answer.get("errors").is_none(), known, "{board}");
    }
}

#[tokio::test]
async fn a_url_is_challenged_as_often_as_the_switch_says() {
    let (emulator, receiver) = (Emulator::start().await.unwrap(), Receiver::start().await);
    let url = receiver.url_to("/second");
    let create = async || {
        let variables = json!({"board": board(), "url": url, "event": "create_item"});
        call(&emulator, emulator.app_token(), CREATE_WEBHOOK, variables).await
    };
    assert_eq!(code(&create().await), "InvalidArgumentException");
    assert_eq!(receiver.challenges().len(), 1);
    receiver.forget();

    emulator.change_behaviour(|behaviour| behaviour.challenge_attempts = 2);
    assert!(data(&create().await)["create_webhook"].is_object());
    let challenges = receiver.challenges();
    assert_eq!(challenges.len(), 2);
    assert_eq!(challenges[0].body, challenges[1].body);
}

#[tokio::test]
async fn subitem_events_may_need_a_board_with_subitems() {
    let (emulator, receiver) = (Emulator::start().await.unwrap(), Receiver::start().await);
    emulator.add_board(Board::new(7, "Without subitems"));
    let create = async |event: &str| {
        let variables = json!({"board": 7, "url": receiver.url(), "event": event});
        call(&emulator, emulator.app_token(), CREATE_WEBHOOK, variables).await
    };
    assert!(data(&create("create_subitem").await)["create_webhook"].is_object());
    emulator.change_behaviour(|behaviour| behaviour.subitem_events_need_subitems = true);
    let refused = create("change_subitem_name").await;
    assert_eq!(code(&refused), "InvalidArgumentException");
    assert!(data(&create("create_item").await)["create_webhook"].is_object());

    let item = emulator.create_item(7, "Item").unwrap();
    let query =
        "mutation ($id: ID!) { create_subitem(parent_item_id: $id, item_name: \"S\") { id } }";
    emulator.run(query, json!({"id": item.id})).await.unwrap();
    assert!(data(&create("change_subitem_name").await)["create_webhook"].is_object());
}
