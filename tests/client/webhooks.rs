//! What is sent, and how the answers are read.

use monday_webhooks::{
    BoardId, ColumnId, StatusValue, Subscription, SubscriptionKind, WebhookId, WebhookUrl,
    client::WebhookConfig,
};
use serde_json::{Value, json};

use super::server::{Answer, Server, TOKEN};

const BOARD: BoardId = BoardId::new(1_234_567_890_123);

fn url() -> WebhookUrl {
    WebhookUrl::new("https://example.com/hidden-path").unwrap()
}

fn webhook(config: &Value) -> Value {
    json!({"id": "73759690", "board_id": "1234567890123", "event": "create_item", "config": config})
}

fn status() -> Subscription {
    Subscription::ChangeStatusColumnValue {
        column: ColumnId::new("status").unwrap(),
        value: StatusValue::Index(1),
    }
}

#[tokio::test]
async fn an_omitted_config_leaves_no_variable_and_a_given_one_is_json_text() {
    let answer = json!({"data": {"create_webhook": webhook(&Value::Null)}});
    let server = Server::start([Answer::json(&answer)]).await;
    let webhooks = server.client.webhooks();
    webhooks
        .create(BOARD, &url(), Subscription::CreateItem)
        .await
        .unwrap();
    webhooks.create(BOARD, &url(), status()).await.unwrap();
    let [plain, configured] = server.calls().try_into().unwrap();
    assert_eq!(
        plain.body["variables"],
        json!({"board_id": "1234567890123", "event": "create_item", "url": url().as_str()})
    );
    assert!(!plain.body["query"].as_str().unwrap().contains("config:"));
    assert_eq!(
        configured.body["variables"]["config"],
        r#"{"columnId":"status","columnValue":{"index":1}}"#
    );
    for call in [plain, configured] {
        assert_eq!(call.headers["authorization"], TOKEN);
        assert_eq!(call.headers["api-version"], monday_webhooks::API_VERSION);
        assert_eq!(call.headers["content-type"], "application/json");
        assert!(call.body["operationName"].is_string());
    }
}

#[tokio::test]
async fn only_the_apps_own_webhooks_are_asked_for_where_that_is_wanted() {
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await;
    assert_eq!(server.client.webhooks().list(BOARD).await.unwrap(), []);
    assert_eq!(
        server.client.webhooks().list_app_only(BOARD).await.unwrap(),
        []
    );
    let [all, own] = server.calls().try_into().unwrap();
    assert!(!all.body.to_string().contains("app_webhooks_only"));
    assert!(
        own.body["query"]
            .as_str()
            .unwrap()
            .contains("app_webhooks_only:true")
    );
}

#[tokio::test]
async fn a_config_is_read_as_text_as_object_and_as_whatever_else_it_is() {
    let list = json!([
        webhook(&json!(r#"{"columnId":"status"}"#)),
        webhook(&json!({"columnId": "status"})),
        webhook(&json!("not json")),
        webhook(&Value::Null),
        null,
        {"id": 5, "board_id": 6, "event": "when_date_arrived", "config": "x"},
    ]);
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": list}}))]).await;
    let webhooks = server.client.webhooks().list(BOARD).await.unwrap();
    let configs: Vec<_> = webhooks
        .iter()
        .map(|webhook| webhook.config.clone())
        .collect();
    let object = Some(WebhookConfig::Json(json!({"columnId": "status"})));
    let text = |text: &str| Some(WebhookConfig::Text(text.into()));
    assert_eq!(
        configs,
        [object.clone(), object, text("not json"), None, text("x")]
    );
    assert_eq!(webhooks[4].id, WebhookId::new(5));
    assert_eq!(
        webhooks[4].event,
        SubscriptionKind::Other("when_date_arrived".into())
    );
}
