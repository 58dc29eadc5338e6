//! `emulate`: monday in another process.

use serde_json::{Value, json};

use crate::{
    inspected::authority,
    support::{Running, command, run},
};

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

#[test]
fn the_grammar_of_faults_is_in_the_error_and_in_the_help() {
    let fault = |spec| {
        let arguments = ["emulate", "--addr", "127.0.0.1:0", "--fault", spec];
        run(&mut command(&arguments))
    };
    for spec in ["nonsense", "create_webhook:nonsense"] {
        let ran = fault(spec);
        ran.refused(2, "[TARGET:]EFFECT[,OPTION]");
        assert!(ran.stderr().contains("delay=TIME"), "{ran:?}");
    }
    fault("reset,nonsense=1").refused(2, "retry-after=SECONDS");
    fault("delay=soon").refused(2, "250ms");
    let help = run(&mut command(&["emulate", "--help"]));
    for word in ["[TARGET:]EFFECT[,OPTION]", "null-data", "times=always"] {
        assert!(help.stdout().contains(word), "{word}: {help:?}");
    }
}

#[test]
fn options_that_do_nothing_in_a_command_are_not_shown_there_and_yet_taken() {
    let api = ["--token-env", "--endpoint", "--api-version"];
    let list = run(&mut command(&["list", "--help"]));
    let emulate = run(&mut command(&["emulate", "--help"]));
    let check = run(&mut command(&["schema", "check", "--help"]));
    for option in api {
        assert!(list.stdout().contains(option), "{option}");
        assert!(!emulate.stdout().contains(option), "{option}");
        assert!(!check.stdout().contains(option), "{option}");
    }
    let given = [
        "--token-env",
        "A",
        "--endpoint",
        "https://example.com",
        "--api-version",
        "dev",
    ];
    let plain = run(&mut command(&["events", "--json"]));
    for arguments in [
        [&["events", "--json"], &given[..]].concat(),
        [&given[..], &["events", "--json"]].concat(),
    ] {
        let ran = run(&mut command(&arguments));
        assert_eq!((ran.code(), ran.stdout()), (0, plain.stdout()), "{ran:?}");
    }
}

/// A call of the emulator's, and its answer's status and body.
async fn post(url: &str, body: Value) -> (u16, String) {
    let sent = reqwest::Client::new()
        .post(url)
        .header("content-type", "application/json")
        .header("authorization", "emulator-personal-token")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    (sent.status().as_u16(), sent.text().await.unwrap())
}

#[tokio::test]
async fn faults_are_met_in_turn_each_by_the_calls_it_is_for() {
    let mut emulate = command(&[
        "emulate",
        "--addr",
        "127.0.0.1:0",
        "--fault",
        "me:status=503",
        "--fault",
        "boards:html=502,times=2",
        "--fault",
        "me:error=InternalServerError",
        "--fault",
        "null-data,skip=1",
    ]);
    let mut emulator = Running::start(&mut emulate);
    let graphql = emulator.next_json()["graphql"].as_str().unwrap().to_owned();
    let me = || post(&graphql, json!({"query": "{ me { name } }"}));
    let boards = || post(&graphql, json!({"query": "{ boards { id } }"}));

    assert_eq!(me().await.0, 503);
    assert_eq!(boards().await.0, 502);
    assert!(me().await.1.contains("InternalServerError"));
    assert_eq!(boards().await.0, 502);
    // The last is for any call, after one more.
    assert!(me().await.1.contains("\"name\""));
    assert!(me().await.1.contains("\"data\":null"));
    assert!(me().await.1.contains("\"name\""));
    assert_eq!(emulator.stop().0, 0);
}

#[tokio::test]
async fn with_a_time_scale_the_half_hour_of_retries_passes_at_once() {
    // A minute is a millisecond.
    let mut emulate = command(&["emulate", "--addr", "127.0.0.1:0", "--time-scale", "60000"]);
    let mut emulator = Running::start(&mut emulate);
    let mut first = String::new();
    emulator.next_line(&mut first);
    assert!(first.starts_with("{\"graphql\":"), "{first}");
    let first: Value = serde_json::from_str(&first).unwrap();
    let graphql = first["graphql"].as_str().unwrap();
    let control = first["control"].as_str().unwrap();

    let mut listen = command(&["listen", "--addr", "127.0.0.1:0", "--unsigned", "--quiet"]);
    let mut listener = Running::start(&mut listen);
    let url = listener.next_json()["listening"]
        .as_str()
        .unwrap()
        .to_owned();
    let board = monday_emulator::DEFAULT_BOARD_ID;
    let create = "mutation ($board: ID!, $url: String!) {
        create_webhook(board_id: $board, url: $url, event: create_item) { id } }";
    let variables = json!({"board": board.to_string(), "url": url});
    let (_, created) = post(graphql, json!({"query": create, "variables": variables})).await;
    assert!(created.contains("\"id\""), "{created}");
    assert_eq!(listener.stop().0, 0);

    // Nobody listens any more.
    post(
        &format!("{control}/emit"),
        json!({"event": "create_item", "board": board}),
    )
    .await;
    let (status, waited) = post(&format!("{control}/wait"), json!({"until": "settled"})).await;
    assert_eq!(status, 200, "{waited}");
    let deliveries = reqwest::get(format!("{control}/deliveries")).await.unwrap();
    let deliveries: Value = serde_json::from_str(&deliveries.text().await.unwrap()).unwrap();
    assert_eq!(deliveries[0]["state"], "given_up", "{deliveries}");
    assert_eq!(deliveries[0]["attempts"].as_array().unwrap().len(), 31);
    assert_eq!(emulator.stop().0, 0);
}

#[tokio::test]
async fn a_client_with_an_unfinished_request_does_not_keep_it_from_ending() {
    let mut emulator = Running::start(&mut command(&["emulate", "--addr", "127.0.0.1:0"]));
    let first = emulator.next_json();
    let to = authority(first["graphql"].as_str().unwrap()).to_owned();
    let mut client = std::net::TcpStream::connect(&to).unwrap();
    let head = format!("POST /v2 HTTP/1.1\r\nhost: {to}\r\ncontent-length: 10\r\n\r\n");
    std::io::Write::write_all(&mut client, head.as_bytes()).unwrap();
    // Served after it, so that its request has arrived.
    post(
        first["graphql"].as_str().unwrap(),
        json!({"query": "{ me { name } }"}),
    )
    .await;
    assert_eq!(emulator.stop().0, 0);
}

#[tokio::test]
async fn a_reader_that_pauses_stops_neither_the_calls_nor_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said");
    let stderr = std::fs::File::create(&said).unwrap();
    let mut emulate = command(&["emulate", "--addr", "127.0.0.1:0"]);
    let mut emulator = Running::with_stderr(&mut emulate, stderr);
    let graphql = emulator.next_json()["graphql"].as_str().unwrap().to_owned();
    // More than a pipe holds: what they ask for is told.
    let name = "n".repeat(200);
    let fields: String = (0..20).map(|number| format!("{name}{number} ")).collect();
    for _ in 0..40 {
        let query = format!("{{ {fields} }}");
        assert_eq!(post(&graphql, json!({ "query": query })).await.0, 200);
    }
    emulator.signal("-TERM");
    assert_eq!(emulator.wait_unread().0, 1);
    let said = std::fs::read_to_string(said).unwrap();
    assert!(said.contains("standard output"), "{said}");
}

#[test]
fn others_reach_no_emulator_with_tokens_that_everybody_knows() {
    let open = ["emulate", "--addr", "0.0.0.0:0"];
    run(&mut command(&open)).refused(2, "--personal-token-env");
    let half = [&open[..], &["--personal-token-env", "TOKEN"]].concat();
    run(command(&half).env("TOKEN", "mine")).refused(2, "--app-token-env");
    let own = [
        &half[..],
        &["--app-token-env", "APP", "--signing-secret-env", "SECRET"],
    ]
    .concat();
    let mut own = command(&own);
    let own = own
        .env("TOKEN", "mine")
        .env("APP", "app")
        .env("SECRET", "one");
    let mut emulator = Running::start(own);
    let first = emulator.next_json();
    // Whoever knows no token controls nothing.
    let control = first["control"].as_str().unwrap();
    assert!(control.starts_with("http://127.0.0.1:"), "{first}");
    assert_eq!(emulator.stop().0, 0);
}

#[test]
fn an_empty_token_and_a_fault_that_never_comes_are_refused() {
    let emulate = ["emulate", "--addr", "127.0.0.1:0"];
    let empty = [&emulate[..], &["--personal-token-env", "TOKEN"]].concat();
    run(command(&empty).env("TOKEN", "")).refused(2, "TOKEN");
    let never = [&emulate[..], &["--fault", "me:status=503,times=0"]].concat();
    run(&mut command(&never)).refused(2, "at least 1");
}
