//! What is served beside the GraphQL API: the schema and OAuth.

use std::time::Duration;

use monday_emulator::{Clock, Emulator, Token, TokenKind};
use serde_json::{Value, json};

use crate::support::{call, code, data, http, try_call};

#[tokio::test]
async fn the_schema_is_served_as_sdl_and_as_an_introspection_result_without_a_token() {
    let emulator = Emulator::start().await.unwrap();
    let get = |query: &str| {
        let url = format!("{}/get_schema{query}", emulator.endpoint());
        async move {
            let response = http().get(url).send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        }
    };
    let (status, sdl) = get("?format=sdl&version=2026-10").await;
    assert_eq!(status, 200);
    assert!(sdl.contains("enum WebhookEventType {"));
    let (status, json) = get("").await;
    let json: Value = serde_json::from_str(&json).unwrap();
    let types = json["data"]["__schema"]["types"].as_array().unwrap();
    assert_eq!(status, 200);
    assert!(json.get("errors").is_none());
    let event = types.iter().find(|one| one["name"] == "WebhookEventType");
    assert_eq!(event.unwrap()["enumValues"].as_array().unwrap().len(), 21);
    assert_eq!(get("?version=soon").await.0, 400);
    assert_eq!(get("?format=yaml").await.0, 400);
}

/// Follows the user's consent to the code.
async fn consent(emulator: &Emulator, more: &[(&str, &str)]) -> (u16, Option<url::Url>) {
    let (authorize, _) = emulator.oauth_endpoints();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let url = url::Url::parse_with_params(&authorize, more).unwrap();
    let response = client.get(url.as_str()).send().await.unwrap();
    let target = response.headers().get("location");
    let target = target.map(|target| url::Url::parse(target.to_str().unwrap()).unwrap());
    (response.status().as_u16(), target)
}

async fn exchange(emulator: &Emulator, form: &[(&str, &str)]) -> (u16, Value) {
    let (_, token) = emulator.oauth_endpoints();
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = http().post(token).body(body);
    let response = request
        .header("content-type", "application/x-www-form-urlencoded")
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_str(&response.text().await.unwrap()).unwrap(),
    )
}

const REDIRECT: &str = "http://127.0.0.1/callback?kept=1";

async fn code_for(emulator: &Emulator, scope: &str) -> String {
    let client_id = emulator.client_id().to_owned();
    let asked = [
        ("client_id", client_id.as_str()),
        ("redirect_uri", REDIRECT),
        ("scope", scope),
        ("state", "s p"),
    ];
    let (status, target) = consent(emulator, &asked).await;
    assert_eq!(status, 303);
    let target = target.unwrap();
    let value = |name: &str| {
        let found = target.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    };
    assert_eq!(value("kept").as_deref(), Some("1"));
    assert_eq!(value("state").as_deref(), Some("s p"));
    value("code").unwrap()
}

#[tokio::test]
async fn an_app_gets_a_token_with_the_scopes_it_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let code_text = code_for(&emulator, "me:read webhooks:write").await;
    let form = [
        ("client_id", emulator.client_id()),
        ("client_secret", emulator.client_secret()),
        ("redirect_uri", REDIRECT),
        ("code", code_text.as_str()),
    ];
    let (status, answer) = exchange(&emulator, &form).await;
    assert_eq!(status, 200);
    assert_eq!(answer["scope"], "me:read webhooks:write");
    let text = answer["access_token"].as_str().unwrap();
    let token = Token::new(TokenKind::App, 0, text);
    let me = call(&emulator, &token, "{ me { id } }", json!({})).await;
    assert!(data(&me)["me"]["id"].is_string());
    let (_, boards) = try_call(&emulator, &token, "{ boards { id } }", json!({})).await;
    assert_eq!(code(&boards), "missingRequiredPermissions");
    let (status, again) = exchange(&emulator, &form).await;
    assert_eq!((status, &again["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes() {
    let emulator = Emulator::builder()
        .clock(Clock::manual())
        .start()
        .await
        .unwrap();
    let code = code_for(&emulator, "me:read").await;
    emulator.advance(Duration::from_secs(600)).await;
    let form = [
        ("client_id", emulator.client_id()),
        ("client_secret", emulator.client_secret()),
        ("code", code.as_str()),
    ];
    assert_eq!(exchange(&emulator, &form).await.0, 400);
}

#[tokio::test]
async fn a_wrong_client_secret_target_or_code_gets_no_token() {
    let emulator = Emulator::start().await.unwrap();
    let (id, secret) = (emulator.client_id(), emulator.client_secret());
    for (id, secret, redirect, code, expected) in [
        ("other", secret, REDIRECT, None, "invalid_client"),
        (id, "wrong", REDIRECT, None, "invalid_client"),
        (id, secret, "http://127.0.0.1/other", None, "invalid_grant"),
        (id, secret, REDIRECT, Some("made up"), "invalid_grant"),
    ] {
        let real = code_for(&emulator, "me:read").await;
        let form = [
            ("client_id", id),
            ("client_secret", secret),
            ("redirect_uri", redirect),
            ("code", code.unwrap_or(&real)),
        ];
        assert_eq!(exchange(&emulator, &form).await.1["error"], expected);
    }
    let unknown = [("client_id", "other"), ("redirect_uri", REDIRECT)];
    assert_eq!(consent(&emulator, &unknown).await.0, 401);
    let no_target = [("client_id", id)];
    assert_eq!(consent(&emulator, &no_target).await.0, 400);
}

#[tokio::test]
async fn no_debug_output_shows_a_secret() {
    let builder = Emulator::builder()
        .personal_token("secret-personal")
        .app_token("secret-app")
        .client_secret("secret-client");
    assert!(!format!("{builder:?}").contains("secret-"));
    let emulator = builder.start().await.unwrap();
    assert!(!format!("{emulator:?}").contains("secret-"));
}
