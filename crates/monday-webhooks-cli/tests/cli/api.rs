//! `create`, `list` and `delete` against the emulator.

use std::process::Command;

use monday_emulator::{DEFAULT_BOARD_ID, Emulator, FailedChallenge};
use serde_json::{Value, json};

use crate::support::{Ran, Running, command, run};

struct Monday {
    emulator: Emulator,
    runtime: tokio::runtime::Runtime,
}

impl Monday {
    fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let emulator = runtime.block_on(Emulator::start()).unwrap();
        Self { emulator, runtime }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command
            .env("MONDAY_API_URL", self.emulator.endpoint())
            .env("MONDAY_API_TOKEN", self.emulator.app_token().expose());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command(arguments))
    }
}

fn board() -> String {
    DEFAULT_BOARD_ID.to_string()
}

#[test]
fn a_webhook_is_created_listed_deleted_and_gone() {
    let monday = Monday::start();
    let mut endpoint = Running::start(&mut command(&[
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--unsigned",
    ]));
    let url = endpoint.next_json()["listening"]
        .as_str()
        .unwrap()
        .to_owned();
    let board = board();

    let created = monday
        .run(&[
            "create",
            "--json",
            "--board",
            &board,
            "--url",
            &url,
            "--allow-http",
            "--event",
            "change_status_column_value",
            "--column",
            "status",
            "--status-index",
            "1",
        ])
        .json();
    let config = json!({"columnId": "status", "columnValue": {"index": 1}});
    assert_eq!(created["event"], "change_status_column_value");
    assert_eq!(created["board_id"], board);
    assert_eq!(created["config"], config);
    let id = created["id"].as_str().unwrap();

    let list = ["list", "--json", "--board", &board];
    assert_eq!(
        monday.run(&list).json(),
        Value::Array(vec![created.clone()])
    );
    assert_eq!(
        monday
            .run(&["--json", "list", "--board", &board, "--app-only"])
            .json(),
        json!([created])
    );
    assert_eq!(monday.run(&["delete", "--json", id]).json(), created);
    assert_eq!(monday.run(&list).json(), json!([]));
    monday.run(&["delete", id]).refused(1, "--missing-ok");
    assert_eq!(
        monday.run(&["delete", "--json", id, "--missing-ok"]).json(),
        json!({"id": id, "missing": true})
    );
    endpoint.stop();
}

#[test]
fn what_monday_would_refuse_is_refused_before_anything_is_sent() {
    let monday = Monday::start();
    let board = board();
    let long = format!("https://example.com/{}", "a".repeat(236));
    let good = "https://example.com/hook";
    let cases: &[(&str, &str, &[&str], &str)] = &[
        (&long, "create_item", &[], "255"),
        ("http://example.com/hook", "create_item", &[], "https"),
        ("http://127.0.0.1/hook", "create_item", &[], "https"),
        ("not a url", "create_item", &[], "URL"),
        (good, "sprout_item", &[], "WebhookEventType"),
        (
            good,
            "create_item",
            &["--column", "status"],
            "takes no --column",
        ),
        (good, "create_item", &["--config", "{}"], "takes no config"),
        (good, "change_specific_column_value", &[], "--column"),
        (
            good,
            "change_specific_column_value",
            &["--column", "a", "--any-status"],
            "takes no --any-status",
        ),
        (
            good,
            "change_status_column_value",
            &["--column", "a"],
            "--status-index or --any-status",
        ),
        (
            good,
            "change_status_column_value",
            &["--any-status"],
            "--column",
        ),
        (
            good,
            "change_status_column_value",
            &["--column", "a", "--any-status", "--status-index", "1"],
            "cannot be used with",
        ),
        (
            good,
            "change_status_column_value",
            &["--config", r#"{"columnId":"a"}"#],
            "columnValue",
        ),
        (good, "item_moved_to_specific_group", &[], "--group"),
        (
            good,
            "item_moved_to_specific_group",
            &["--config", "[]"],
            "JSON object",
        ),
        (
            good,
            "item_moved_to_specific_group",
            &["--config", "{"],
            "JSON",
        ),
    ];
    for (url, event, options, says) in cases {
        let mut arguments = vec!["create", "--board", &board, "--url", url, "--event", event];
        arguments.extend_from_slice(options);
        monday.run(&arguments).refused(2, says);
    }
    assert!(monday.emulator.requests().is_empty());
}

#[test]
fn an_error_of_mondays_is_one_sentence_with_its_code() {
    let monday = Monday::start();
    let url = "https://example.com/hook";
    let unknown = monday.run(&[
        "create",
        "--board",
        "5",
        "--url",
        url,
        "--event",
        "create_item",
    ]);
    unknown.refused(1, "Board not found");
    assert!(
        unknown.stderr().contains("InvalidArgumentException"),
        "{unknown:?}"
    );
    assert!(unknown.stderr().contains("request "), "{unknown:?}");

    let mut stranger = monday.command(&["list", "--board", &board()]);
    let ran = run(stranger.env("MONDAY_API_TOKEN", "hidden-and-unknown"));
    ran.refused(1, "refused the token");
    assert!(!ran.stderr().contains("hidden"), "{ran:?}");
}

#[test]
fn what_monday_refuses_comes_with_what_to_do() {
    let monday = Monday::start();
    let board = board();
    let create = |board: &str| {
        let url = ["--url", "http://127.0.0.1:9/", "--allow-http"];
        let event = ["create", "--board", board, "--event", "create_item"];
        monday.run(&[&event[..], &url].concat())
    };
    create(&board).refused(
        1,
        "it must answer the challenge; try `monday-webhooks listen",
    );
    create("5").refused(1, "check --board");
    monday
        .emulator
        .change_behaviour(|behaviour| behaviour.failed_challenge = FailedChallenge::Null);
    create(&board).refused(1, "may have been created; list the board's webhooks");
    let mut stranger = monday.command(&["list", "--board", &board]);
    run(stranger.env("MONDAY_API_TOKEN", "unknown")).refused(1, "--token-env");
    monday
        .emulator
        .add_fault("webhooks:error=missingRequiredPermissions".parse().unwrap());
    monday
        .run(&["list", "--board", &board])
        .refused(1, "webhooks:read");
}

#[test]
fn the_version_of_the_schema_is_sent_unless_another_is_named() {
    let monday = Monday::start();
    let board = board();
    monday.run(&["list", "--json", "--board", &board]).json();
    monday
        .run(&[
            "list",
            "--json",
            "--board",
            &board,
            "--api-version",
            "2026-07",
        ])
        .json();
    let versions: Vec<_> = monday
        .emulator
        .requests()
        .iter()
        .map(|request| request.api_version.clone().unwrap())
        .collect();
    assert_eq!(versions, [monday_webhooks::API_VERSION, "2026-07"]);
    drop(monday.runtime);
}

#[test]
fn a_token_is_sent_to_https_or_loopback_only() {
    let ran = run(command(&[
        "list",
        "--board",
        "1",
        "--endpoint",
        "http://example.com/v2",
    ])
    .env("MONDAY_API_TOKEN", "a"));
    ran.refused(2, "loopback");
}

#[test]
fn a_token_for_loopback_does_not_go_through_a_proxy() {
    let monday = Monday::start();
    let mut list = monday.command(&["list", "--json", "--board", &board()]);
    list.env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1");
    assert_eq!(run(&mut list).json(), json!([]));
}

#[test]
fn at_a_mistyped_endpoint_a_webhook_is_not_taken_for_missing() {
    let monday = Monday::start();
    let endpoint = monday.emulator.endpoint().replace("/v2", "/v3");
    let ran = monday.run(&["delete", "5", "--missing-ok", "--endpoint", &endpoint]);
    ran.refused(1, "check its URL");
    let missing = monday
        .run(&["delete", "5", "--missing-ok", "--json"])
        .json();
    assert_eq!(missing, json!({"id": "5", "missing": true}));
}

#[test]
fn a_creation_whose_answer_was_lost_is_found_or_said_to_be_in_doubt() {
    let monday = Monday::start();
    let mut endpoint = Running::start(&mut command(&[
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--unsigned",
    ]));
    let url = endpoint.next_json()["listening"]
        .as_str()
        .unwrap()
        .to_owned();
    let board = board();
    let arguments = [
        "create",
        "--json",
        "--board",
        &board,
        "--url",
        &url,
        "--allow-http",
        "--event",
        "create_item",
    ];
    let older = monday.run(&arguments).json();

    monday
        .emulator
        .add_fault("create_webhook:lost".parse().unwrap());
    let found = monday.run(&arguments);
    let webhooks = monday.emulator.webhooks(DEFAULT_BOARD_ID);
    let [_, new] = webhooks.as_slice() else {
        panic!("{webhooks:?}");
    };
    assert_eq!(found.json()["id"], new.id.to_string());
    assert_ne!(found.json()["id"], older["id"]);

    monday
        .emulator
        .add_fault("create_webhook:reset".parse().unwrap());
    let ran = monday.run(&arguments);
    ran.refused(1, "may have been created; list the board's webhooks");
    assert_eq!(monday.emulator.webhooks(DEFAULT_BOARD_ID).len(), 2);
}

#[test]
fn settings_come_from_a_file_then_the_environment_then_the_options() {
    let monday = Monday::start();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("monday.yml");
    let endpoint = monday.emulator.endpoint();
    let token = monday.emulator.app_token().expose();
    std::fs::write(
        &file,
        format!("token: {token}\nurl: {endpoint}\nversion: 2026-10\nmax_retries: 0\n"),
    )
    .unwrap();
    let (file, board) = (file.to_str().unwrap(), board());
    for arguments in [
        ["--config", file, "list", "--json", "--board", &board],
        ["list", "--json", "--board", &board, "--config", file],
    ] {
        assert_eq!(run(&mut command(&arguments)).json(), json!([]));
    }
    let arguments = ["list", "--json", "--board", &board, "--config", file];
    let mut environment = command(&arguments);
    environment.env("MONDAY_API_VERSION", "2026-07");
    run(&mut environment).json();
    let mut option = command(&arguments);
    option
        .env("MONDAY_API_VERSION", "hidden")
        .env("MONDAY_API_URL", "hidden")
        .env("MONDAY_API_TOKEN", "hidden hidden")
        .env("TOKEN", token);
    let options = ["--api-version", "2027-01", "--endpoint", endpoint.as_str()];
    run(option.args(options).args(["--token-env", "TOKEN"])).json();
    let versions: Vec<_> = monday
        .emulator
        .requests()
        .iter()
        .filter_map(|request| request.api_version.clone())
        .collect();
    assert_eq!(versions, ["2026-10", "2026-10", "2026-07", "2027-01"]);

    for (text, says) in [
        ("token: [hidden]", "monday.yml: token is not a text"),
        ("tokn: hidden", "there is no setting \"tokn\""),
        (
            "token: hidden\nmax_wait: hidden",
            "monday.yml: max_wait is not a time",
        ),
    ] {
        std::fs::write(file, text).unwrap();
        let ran = run(&mut command(&arguments));
        ran.refused(2, says);
        assert!(!ran.stderr().contains("hidden"), "{ran:?}");
    }
}

#[test]
fn every_command_takes_a_file_of_settings_before_and_after_its_name() {
    let monday = Monday::start();
    let directory = tempfile::tempdir().unwrap();
    let (file, other) = (
        directory.path().join("a.toml"),
        directory.path().join("b.toml"),
    );
    let endpoint = monday.emulator.endpoint();
    let token = monday.emulator.app_token().expose();
    std::fs::write(
        &file,
        format!("token = \"{token}\"\nurl = \"{endpoint}\"\n"),
    )
    .unwrap();
    std::fs::write(&other, "endpoint = \"http://127.0.0.1:1/v2\"\n").unwrap();
    let (file, other) = (file.to_str().unwrap(), other.to_str().unwrap());

    for arguments in [
        &["events", "--json", "--config", file][..],
        &["--config", file, "events", "--json"],
        &["decode", "--config", file, "/dev/null", "--lines"],
        &["schema", "--config", file, "fetch"],
        &["schema", "fetch", "--config", file],
        &["--config", file, "schema", "fetch"],
        // The nearest one counts.
        &["--config", other, "schema", "fetch", "--config", file],
    ] {
        let ran = run(&mut command(arguments));
        assert_eq!(ran.code(), 0, "{arguments:?}: {ran:?}");
    }
    run(&mut command(&["schema", "fetch", "--config", other])).refused(1, "could not be fetched");
    let mut environment = command(&["schema", "fetch"]);
    run(environment.env("MONDAY_API_URL", "http://127.0.0.1:1/v2"))
        .refused(1, "could not be fetched");
    let remote = ["schema", "fetch", "--endpoint", "http://example.com/v2"];
    run(&mut command(&remote)).refused(2, "loopback");

    // After `create` the word is the webhook's own.
    let mut endpoint = Running::start(&mut command(&[
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--unsigned",
        "--config",
        file,
    ]));
    let url = endpoint.next_json()["listening"]
        .as_str()
        .unwrap()
        .to_owned();
    let board = board();
    let create = [
        "create",
        "--json",
        "--allow-http",
        "--board",
        &board,
        "--url",
        &url,
        "--event",
        "change_specific_column_value",
        "--config",
        r#"{"columnId":"a"}"#,
    ];
    let created = run(&mut command(&[&["--config", file], &create[..]].concat())).json();
    assert_eq!(created["config"], json!({"columnId": "a"}));
    let delete = [
        "delete",
        created["id"].as_str().unwrap(),
        "--json",
        "--config",
        file,
    ];
    assert_eq!(run(&mut command(&delete)).json()["id"], created["id"]);
    let help = run(&mut command(&["create", "--help"]));
    assert!(help.stdout().contains("--config FILE create"), "{help:?}");

    let missing = [
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--unsigned",
        "--config",
        "/no/such.toml",
    ];
    run(&mut command(&missing)).refused(2, "/no/such.toml");
}

#[test]
fn an_empty_variable_is_one_that_is_not_set() {
    let monday = Monday::start();
    let board = board();
    let endpoint = monday.emulator.endpoint();
    let list = ["list", "--json", "--board", &board, "--endpoint", &endpoint];
    let mut listing = command(&list);
    listing
        .env("MONDAY_API_TOKEN", "")
        .env("MONDAY_API_VERSION", "");
    listing.env("MONDAY_API_KEY", monday.emulator.app_token().expose());
    assert_eq!(run(&mut listing).json(), json!([]));
    let mut none = command(&list);
    run(none.env("MONDAY_API_TOKEN", "").env("MONDAY_API_KEY", "")).refused(2, "no API token");
    let mut named = command(&[&list[..], &["--token-env", "EMPTY"]].concat());
    run(named.env("EMPTY", "")).refused(2, "EMPTY: the API token is empty");
}
