//! OAuth against the emulator's endpoints.

use monday_emulator::{DEFAULT_BOARD_ID, Emulator};
use monday_webhooks::{
    BoardId, Client, Subscription,
    client::{
        ErrorKind, Scope, TransportCause,
        oauth::{OAuthApp, OAuthError, OAuthState},
    },
    token::TokenKind,
};

use super::create_or_find::endpoint;

const REDIRECT: &str = "https://example.com/oauth?tenant=1";

fn app(emulator: &Emulator, secret: &str) -> OAuthApp {
    let (authorization, token) = emulator.oauth_endpoints();
    let endpoints = (authorization.as_str(), token.as_str());
    OAuthApp::at(endpoints, emulator.client_id(), secret, REDIRECT).unwrap()
}

fn state() -> OAuthState {
    OAuthState::new("hidden-state-of-a-session").unwrap()
}

/// Where a user who agrees is sent.
async fn agree(url: String) -> String {
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let answer = browser.get(url).send().await.unwrap();
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_who_agrees_gives_a_token_with_the_scopes_that_were_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let app = app(&emulator, emulator.client_secret());
    let scopes = [Scope::WEBHOOKS_READ, Scope::ME_READ];
    let callback = agree(app.authorization_url(&scopes, &state())).await;
    assert!(
        callback.starts_with("https://example.com/oauth?tenant=1&"),
        "{callback}"
    );
    let code = OAuthApp::code(&callback, &state()).unwrap();
    let grant = app.exchange(code.clone()).await.unwrap();
    assert_eq!(grant.scopes, scopes);
    assert_eq!(grant.token.kind(), TokenKind::App);

    let token = grant.token.expose().to_owned();
    let shown = format!("{app:?} {code:?} {grant:?} {:?}", state());
    for secret in [token.as_str(), emulator.client_secret(), "hidden-state"] {
        assert!(!shown.contains(secret), "{shown}");
    }

    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(grant.token)
        .unwrap();
    let board = BoardId::new(DEFAULT_BOARD_ID);
    let webhooks = client.webhooks();
    assert_eq!(webhooks.list(board).await.unwrap(), []);
    let created = webhooks
        .create(board, &endpoint().await, Subscription::CreateItem)
        .await;
    assert_eq!(created.unwrap_err().kind(), ErrorKind::Forbidden);

    // A code works once.
    let again = app.exchange(code).await.unwrap_err();
    assert!(
        matches!(&again, OAuthError::Refused { error, status: 400 } if error == "invalid_grant"),
        "{again}"
    );
}

#[tokio::test]
async fn a_wrong_secret_is_told_and_not_shown() {
    let emulator = Emulator::start().await.unwrap();
    let app = app(&emulator, "hidden-secret");
    let callback = agree(app.authorization_url(&[Scope::ME_READ], &state())).await;
    let code = OAuthApp::code(&callback, &state()).unwrap();
    let error = app.exchange(code).await.unwrap_err();
    assert!(error.to_string().contains("invalid_client"), "{error}");
    assert!(!format!("{error} {error:?} {app:?}").contains("hidden"));
}

#[test]
fn an_answer_to_another_question_gives_no_code() {
    let code = |callback: &str| OAuthApp::code(callback, &state());
    let own = "state=hidden-state-of-a-session";
    assert!(code(&format!("https://example.com/oauth?code=abc&{own}#part")).is_ok());
    assert!(code(&format!("code=abc&{own}")).is_ok());
    for (callback, error) in [
        ("code=abc".to_owned(), OAuthError::State),
        ("code=abc&state=".to_owned(), OAuthError::State),
        (
            "code=abc&state=hidden-state-of-a-sessioN".to_owned(),
            OAuthError::State,
        ),
        (format!("code=abc&state=other&{own}"), OAuthError::State),
        (own.to_owned(), OAuthError::NoCode),
        (format!("code=&{own}"), OAuthError::NoCode),
        (
            format!("error=access_denied%0A%1B[31m&{own}"),
            OAuthError::Denied("access_denied".into()),
        ),
    ] {
        let refused = code(&callback).unwrap_err();
        assert_eq!(refused.to_string(), error.to_string(), "{callback}");
    }
    assert!(matches!(
        OAuthState::new("short"),
        Err(OAuthError::WeakState)
    ));
}

#[tokio::test]
async fn an_exchange_without_an_answer_names_the_cause() {
    let endpoints = (
        "https://auth.monday.com/oauth2/authorize",
        "http://127.0.0.1:9/token",
    );
    let app = OAuthApp::at(endpoints, "id", "hidden-secret", REDIRECT).unwrap();
    let code = OAuthApp::code("code=hidden-code&state=hidden-state-of-a-session", &state());
    let error = app.exchange(code.unwrap()).await.unwrap_err();
    let OAuthError::Transport { cause } = error else {
        panic!("{error}");
    };
    assert_eq!(cause, TransportCause::Refused);
    assert!(!format!("{error:?}").contains("hidden"));
}

#[tokio::test]
async fn the_redirect_uri_is_sent_as_it_was_given() {
    for (redirect, sent) in [
        ("https://example.com", "https%3A%2F%2Fexample.com&"),
        (
            "https://Example.com:443/a/../cb",
            "https%3A%2F%2FExample.com%3A443%2Fa%2F..%2Fcb&",
        ),
    ] {
        let app = OAuthApp::new("id", "s", redirect).unwrap();
        let url = app.authorization_url(&[Scope::ME_READ], &state());
        assert!(url.contains(&format!("redirect_uri={sent}")), "{url}");
        // And so it is in the exchange: otherwise the emulator refuses the code.
        let emulator = Emulator::start().await.unwrap();
        let (authorization, token) = emulator.oauth_endpoints();
        let endpoints = (authorization.as_str(), token.as_str());
        let (id, secret) = (emulator.client_id(), emulator.client_secret());
        let app = OAuthApp::at(endpoints, id, secret, redirect).unwrap();
        let callback = agree(app.authorization_url(&[Scope::ME_READ], &state())).await;
        let code = OAuthApp::code(&callback, &state()).unwrap();
        assert!(app.exchange(code).await.is_ok());
    }
}

#[test]
fn without_scopes_no_parameter_is_sent() {
    let app = OAuthApp::new("id", "s", REDIRECT).unwrap();
    let url = app.authorization_url(&[], &state());
    assert!(!url.contains("scope"), "{url}");
}

#[test]
fn what_an_app_cannot_have_is_named() {
    let new = |id: &str, secret: &str, redirect: &str| {
        let error = OAuthApp::new(id, secret, redirect).unwrap_err();
        error.to_string()
    };
    assert!(new("", "s", REDIRECT).contains("client_id: "));
    assert!(new("i", "", REDIRECT).contains("client_secret: "));
    for redirect in [
        "http://example.com/",
        "https://example.com/#part",
        "https://example.com/a b",
        " https://example.com/",
        "https://user:hidden@example.com/",
    ] {
        let error = new("i", "s", redirect);
        assert!(error.contains("redirect_uri: "), "{redirect}: {error}");
        assert!(!error.contains("hidden"), "{error}");
    }
}

#[test]
fn a_user_is_sent_back_to_the_url_as_it_was_registered() {
    for redirect in ["https://example.com", "https://Example.com:443/a/../b"] {
        let app = OAuthApp::new("id", "secret", redirect).unwrap();
        let url = app.authorization_url(&[Scope::ME_READ], &state());
        let asked = reqwest::Url::parse(&url).unwrap();
        let sent = asked.query_pairs().find(|(name, _)| name == "redirect_uri");
        assert_eq!(sent.unwrap().1, redirect);
    }
}
