//! One client for many tokens.

use monday_webhooks::{ApiToken, BoardId};
use serde_json::json;

use super::server::{Answer, Server};

#[tokio::test]
async fn a_thousand_concurrent_scopes_never_mix() {
    let server = Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await;
    let calls = (0..1000).map(|number| {
        let client = server
            .client
            .with_token(ApiToken::new(format!("token-{number}")).unwrap());
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
    }
    assert_eq!(server.calls().len(), 1000);
}
