//! The client against servers that answer as monday does.

mod canary;
mod create_or_find;
mod failures;
mod faults;
mod limits;
mod oauth;
mod peers;
mod reach;
mod scopes;
mod server;
mod shapes;
mod table;
mod webhooks;

use monday_webhooks::{ApiToken, Client, client::BuildError};

#[test]
fn a_client_does_not_show_its_token() {
    let client = Client::new(ApiToken::new("hidden").unwrap()).unwrap();
    assert!(!format!("{client:?}").contains("hidden"));
}

#[test]
fn plain_http_is_for_loopback_only() {
    let build = |endpoint| {
        Client::builder()
            .endpoint(endpoint)
            .build(ApiToken::new("token").unwrap())
    };
    assert!(build("http://127.0.0.1:1/v2").is_ok());
    assert!(matches!(
        build("http://example.com/v2"),
        Err(BuildError::Endpoint)
    ));
}
