//! `emulate`: monday in another process.

use serde_json::{Value, json};

use crate::support::{Running, command, run};

#[test]
fn a_webhook_made_at_the_emulator_is_delivered_to_the_listener() {
    let mut emulate = command(&[
        "emulate",
        "--addr",
        "127.0.0.1:0",
        "--app-token-env",
        "TOKEN",
        "--signing-secret-env",
        "SECRET",
        "--fault",
        "webhooks:status=503",
    ]);
    let mut emulator = Running::start(emulate.env("TOKEN", "app-token").env("SECRET", "one"));
    let first = emulator.next_json();
    let graphql = first["graphql"].as_str().unwrap();
    assert!(graphql.ends_with("/v2"), "{first}");
    let control = first["control"].as_str().unwrap().to_owned();

    let mut listen = command(&[
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--signing-secret-env",
        "SECRET",
    ]);
    let mut listener = Running::start(listen.env("SECRET", "one"));
    let url = listener.next_json()["listening"]
        .as_str()
        .unwrap()
        .to_owned();

    let board = monday_emulator::DEFAULT_BOARD_ID.to_string();
    let monday = |arguments: &[&str]| {
        run(command(arguments)
            .env("MONDAY_API_URL", graphql)
            .env("MONDAY_API_TOKEN", "app-token"))
    };
    let created = monday(&[
        "create",
        "--json",
        "--board",
        &board,
        "--url",
        &url,
        "--allow-http",
        "--event",
        "create_item",
    ])
    .json();
    // The fault is met once, and the call repeated.
    assert_eq!(
        monday(&["list", "--json", "--board", &board]).json(),
        json!([created])
    );

    let emitted: Value = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let body = json!({"event": "create_item", "board": monday_emulator::DEFAULT_BOARD_ID});
        let sent = reqwest::Client::new()
            .post(format!("{control}/emit"))
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        serde_json::from_str(&sent.text().await.unwrap()).unwrap()
    });
    let printed = listener.next_json();
    assert_eq!(printed["verified"], true, "{emitted}");
    assert_eq!(
        printed["delivery"]["event"]["subscriptionId"].to_string(),
        created["id"].as_str().unwrap()
    );
    assert_eq!(listener.stop().0, 0);
    let (code, log) = emulator.stop();
    assert_eq!(code, 0);
    let log = log.join("\n");
    assert!(log.contains("delivery"), "{log}");
    assert!(!log.contains("app-token"), "{log}");
}

#[test]
fn a_fault_that_cannot_be_read_is_refused() {
    let arguments = ["emulate", "--addr", "127.0.0.1:0", "--fault", "nonsense"];
    run(&mut command(&arguments)).refused(2, "unknown effect");
    let arguments = ["emulate", "--addr", "127.0.0.1:0", "--time-scale", "0"];
    run(&mut command(&arguments)).refused(2, "--time-scale");
}
