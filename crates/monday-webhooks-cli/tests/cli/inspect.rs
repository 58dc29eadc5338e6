//! The inspector, without a browser.

use monday_emulator::DEFAULT_BOARD_ID;
use monday_webhooks::ApiToken;
use serde_json::{Value, json};

use crate::{
    endpoint::Endpoint,
    inspected::{Answer, Inspected, authority, exchange},
    listen::{Listener, body, token},
    support::{command, run},
};

#[test]
fn what_arrives_is_shown_with_what_became_of_it() {
    let inspected = Inspected::listen(&["--signing-secret-env", "SECRET"]);
    assert_eq!(inspected.deliver(Some(&token("one", |_| ())), &body()), 200);
    assert_eq!(inspected.deliver(Some(&token("one", |_| ())), &body()), 200);
    assert_eq!(inspected.deliver(Some(&token("two", |_| ())), &body()), 401);
    assert_eq!(inspected.deliver(None, r#"{"challenge":"abc"}"#), 200);
    inspected.until(|entry| entry["id"] == 1 && entry["state"] == "done");

    let entries = inspected.entries();
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry["title"].as_str().unwrap(),
                entry["state"].as_str().unwrap(),
                &entry["status"],
                &entry["verified"],
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("item_created", "done", &json!(200), &json!(true)),
            ("item_created", "duplicate", &json!(200), &json!(true)),
            ("refused", "refused", &json!(401), &json!(false)),
            ("challenge", "done", &json!(200), &Value::Null),
        ]
    );
    assert!(entries[2]["reason"].as_str().unwrap().contains("signature"));

    let whole = inspected.get("/api/entries/1");
    assert_eq!(whole["body"], body());
    let fields = whole["fields"].as_array().unwrap();
    assert!(
        fields.contains(&json!(["Item", "9876501234"])),
        "{fields:?}"
    );
    assert!(
        fields.contains(&json!(["Subscribed to as", "create_item"])),
        "{fields:?}"
    );
    // Nothing that a token could be made of again.
    let text = whole.to_string();
    assert!(!text.contains(&token("one", |_| ())[..20]), "{text}");
    assert_eq!(
        inspected
            .get("/api/entries?q=ORDER%201138")
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(inspected.get("/api/entries?q=nothing+like+it"), json!([]));
    assert_eq!(
        inspected.exchange("GET", "/api/entries/99", "", "").status,
        404
    );
    // What the command prints is what it prints without an inspector.
    let (code, lines) = inspected.process.stop();
    assert_eq!((code, lines.len()), (0, 1), "{lines:?}");
}

#[test]
fn a_delivery_can_be_replayed_and_a_dead_letter_requeued() {
    let mut statuses = [500; 32];
    statuses[31] = 200;
    let endpoint = Endpoint::start(Box::leak(Box::new(statuses)));
    let options = [
        "--unsigned",
        "--forward",
        &endpoint.url,
        "--retry-every",
        "1ms",
    ];
    let inspected = Inspected::listen(&options);
    assert_eq!(inspected.deliver(None, &body()), 200);
    inspected.until(|entry| entry["state"] == "dead");
    let whole = inspected.get("/api/entries/1");
    assert_eq!(whole["attempts"].as_array().unwrap().len(), 31);
    assert_eq!(whole["attempts"][0]["answer"], "<b>as the service says</b>");
    for _ in 0..31 {
        endpoint.next();
    }

    // Outside the count, and taken now.
    assert_eq!(inspected.post("/api/entries/1/replay"), 200);
    assert_eq!(endpoint.next().body, body());
    let attempts = inspected.get("/api/entries/1")["attempts"].take();
    assert_eq!(attempts[31]["number"], Value::Null);
    assert_eq!(attempts[31]["status"], 200);

    // It is dead from the worker's settlement on, a moment after its last attempt.
    let letter = loop {
        let letters = inspected.get("/api/dead");
        if let Some(letter) = letters.get(0) {
            break letter.clone();
        }
    };
    assert_eq!(letter["reason"], "the endpoint answered 500");
    let requeue = format!("/api/dead/{}/requeue", letter["id"]);
    assert_eq!(inspected.post(&requeue), 200);
    assert_eq!(endpoint.next().body, body());
    inspected.until(|entry| entry["state"] == "done");
    assert_eq!(inspected.post(&requeue), 404);
    assert_eq!(inspected.get("/api/dead"), json!([]));
}

#[test]
fn what_an_endpoint_repeats_of_the_token_is_not_shown() {
    let endpoint = Endpoint::answering(&[500, 200], |arrived| {
        let claims = "with a-short-lived-credential in it";
        format!("you sent {:?} {claims}", arrived.headers)
    });
    let options = ["--signing-secret-env", "SECRET", "--retry-every", "1ms"];
    let options = [&options[..], &["--forward", &endpoint.url]].concat();
    let inspected = Inspected::listen(&options);
    let token = token("one", |claims| {
        claims.short_lived_token = Some(ApiToken::app("a-short-lived-credential").unwrap());
    });
    assert_eq!(inspected.deliver(Some(&token), &body()), 200);
    inspected.until(|entry| entry["state"] == "done");
    let shown = inspected.get("/api/entries/1")["attempts"].take();
    let (code, lines) = inspected.process.stop();
    assert_eq!(code, 0);
    for text in [shown.to_string(), lines.concat()] {
        assert!(!text.contains(&token), "{text}");
        assert!(!text.contains("a-short-lived-credential"), "{text}");
    }
    for attempt in [0, 1] {
        let answer = shown[attempt]["answer"].as_str().unwrap();
        assert!(answer.starts_with("you sent {"), "{answer}");
        assert!(answer.ends_with("with [redacted] in it"), "{answer}");
    }
}

#[test]
fn without_an_endpoint_there_is_nowhere_to_replay_to() {
    let inspected = Inspected::listen(&["--unsigned"]);
    assert_eq!(inspected.deliver(None, &body()), 200);
    let headers = "content-type: application/json\r\n";
    let answer = inspected.exchange("POST", "/api/entries/1/replay", headers, "{}");
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("--forward"), "{answer:?}");
    // Without a token for monday's API the page says so.
    let answer = inspected.exchange("GET", "/api/webhooks?board=1", "", "");
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("MONDAY_API_TOKEN"), "{answer:?}");
}

#[test]
fn the_page_asks_monday_with_the_settings_of_the_file() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let emulator = runtime
        .block_on(monday_emulator::Emulator::start())
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("monday.yml");
    let (endpoint, token) = (emulator.endpoint(), emulator.app_token().expose());
    std::fs::write(&file, format!("token: {token}\nurl: {endpoint}\n")).unwrap();
    let inspected = Inspected::listen(&["--unsigned", "--config", file.to_str().unwrap()]);
    let webhooks = inspected.get(&format!("/api/webhooks?board={DEFAULT_BOARD_ID}"));
    assert_eq!(webhooks, json!([]));
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn the_page_and_its_answers_are_for_nobody_else() {
    let inspected = Inspected::listen(&["--unsigned"]);
    let page = inspected.exchange("GET", "/", "", "");
    assert_eq!(page.status, 200);
    for header in [
        "content-security-policy: default-src 'none'; script-src 'nonce-",
        "x-frame-options: deny",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(page.head.contains(header), "{header}: {}", page.head);
    }
    // Another word each time.
    let nonce = |answer: &Answer| answer.head.split("'nonce-").nth(1).unwrap()[..32].to_owned();
    assert_ne!(nonce(&page), nonce(&inspected.exchange("GET", "/", "", "")));

    // A name that somebody pointed at loopback.
    let rebound = "host: evil.example\r\n";
    for path in ["/", "/api/entries", "/api/changes"] {
        let answer = exchange(inspected.authority(), "GET", path, rebound, "");
        assert_eq!(answer.status, 403, "{path}");
        assert!(!answer.head.contains("access-control"), "{answer:?}");
    }
    // Another page in the same browser.
    let cross = "origin: https://evil.example\r\ncontent-type: application/json\r\n";
    let replay = "/api/entries/1/replay";
    assert_eq!(inspected.exchange("POST", replay, cross, "{}").status, 403);
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    assert_eq!(inspected.exchange("POST", replay, form, "").status, 403);
    let fetched = "sec-fetch-site: cross-site\r\n";
    assert_eq!(
        inspected
            .exchange("GET", "/api/entries", fetched, "")
            .status,
        403
    );
    let preflight = "origin: https://evil.example\r\naccess-control-request-method: POST\r\n";
    let answer = inspected.exchange("OPTIONS", replay, preflight, "");
    assert_eq!(answer.status, 403);
}

#[test]
fn beyond_loopback_nothing_is_shown_without_the_token() {
    const TOKEN: &str = "a-token-nobody-guesses";
    let listen = ["listen", "--addr", "127.0.0.1:0", "--unsigned"];
    let short = ["--inspect", "127.0.0.1:0", "--inspect-token-env", "TOKEN"];
    let short = [&listen[..], &short].concat();
    run(command(&short).env("TOKEN", "short")).refused(2, "16 characters");

    let options = [&listen[..], &["--inspect-token-env", "TOKEN"]].concat();
    let inspected = Inspected::start(command(&options).env("TOKEN", TOKEN));
    assert_eq!(inspected.deliver(None, &body()), 200);
    let page = inspected.exchange("GET", "/", "", "");
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("item_created"));
    let entries = |headers: &str| {
        inspected
            .exchange("GET", "/api/entries", headers, "")
            .status
    };
    assert_eq!(entries(""), 401);
    assert_eq!(entries(&format!("authorization: {TOKEN}\r\n")), 401);
    let port = inspected.authority().split(':').nth(1).unwrap();
    let name = format!("cookie: monday-webhooks-inspector-{port}=");
    assert_eq!(entries(&format!("{name}\r\n")), 401);
    assert_eq!(inspected.post("/api/entries/1/replay"), 401);

    let json = "content-type: application/json\r\n";
    let log_in = |token: &str| {
        let body = json!({ "token": token }).to_string();
        inspected.exchange("POST", "/login", json, &body)
    };
    assert_eq!(log_in("a-token-somebody-guesses").status, 401);
    let good = log_in(TOKEN);
    assert_eq!(good.status, 204);
    let cookie = good.head.split("set-cookie: ").nth(1).unwrap();
    let cookie = cookie.split("\r\n").next().unwrap();
    assert!(
        cookie.ends_with("; path=/; httponly; samesite=strict"),
        "{cookie}"
    );
    assert!(!cookie.contains(TOKEN));
    let cookie = cookie.split(';').next().unwrap();
    let open = format!("cookie: {cookie}\r\n");
    assert!(open.starts_with(&name), "{open}");
    assert_eq!(entries(&open), 200);
    assert_eq!(log_in(&"a".repeat(5000)).status, 400);
}

/// `emulate` with an inspector.
pub(crate) fn emulate() -> Inspected {
    Inspected::start(&mut command(&["emulate", "--addr", "127.0.0.1:0"]))
}

/// Asks the emulator, as an app.
pub(crate) fn call(emulate: &Inspected, query: &str) -> Value {
    let to = authority(emulate.first["graphql"].as_str().unwrap());
    let headers = format!(
        "host: {to}\r\ncontent-type: application/json\r\nauthorization: emulator-app-token\r\n"
    );
    let body = json!({ "query": query }).to_string();
    let answer = exchange(to, "POST", "/v2", &headers, &body);
    serde_json::from_str(&answer.body).unwrap()
}

/// Makes a webhook for new items.
pub(crate) fn create_webhook(emulate: &Inspected, url: &str) -> Value {
    call(
        emulate,
        &format!(
            "mutation {{ create_webhook(board_id: {DEFAULT_BOARD_ID}, url: \"{url}\", event: create_item) {{ id }} }}"
        ),
    )["data"]["create_webhook"]["id"]
        .take()
}

pub(crate) fn create_item(emulate: &Inspected, name: &str) {
    call(
        emulate,
        &format!(
            "mutation {{ create_item(board_id: {DEFAULT_BOARD_ID}, item_name: \"{name}\") {{ id }} }}"
        ),
    );
}

/// Does something by the emulator's control API.
fn control(emulate: &Inspected, path: &str, body: &Value) -> u16 {
    let control = emulate.first["control"].as_str().unwrap();
    let to = authority(control);
    let folder = &control[control.find(to).unwrap() + to.len()..];
    let headers = format!("host: {to}\r\ncontent-type: application/json\r\n");
    let path = format!("{folder}/{path}");
    exchange(to, "POST", &path, &headers, &body.to_string()).status
}

#[test]
fn the_emulator_shows_calls_challenges_and_deliveries() {
    let endpoint = Endpoint::start(&[200]);
    let inspected = emulate();
    // An endpoint that doesn't echo: refused, and shown with the reason.
    create_webhook(&inspected, &endpoint.url);
    inspected.until(|entry| entry["kind"] == "call" && entry["state"] == "refused");
    let kinds: Vec<_> = inspected.entries();
    let kinds: Vec<_> = kinds
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["challenge", "call"]);

    // One that does, which is `listen`.
    let mut listener = Listener::start(&["--unsigned"]);
    create_webhook(&inspected, &listener.url);
    create_item(&inspected, "<i>new</i>");
    let printed = listener.process.next_json();
    assert_eq!(printed["delivery"]["event"]["pulseName"], "<i>new</i>");
    let entry = inspected.until(|entry| entry["kind"] == "delivery" && entry["state"] == "done");
    assert_eq!(entry["about"], "<i>new</i>");
    let webhooks = inspected.get("/api/webhooks");
    assert_eq!(webhooks[0]["event"], "create_item");
    assert_eq!(webhooks[0]["url"], *listener.url);

    // A replay is another delivery to the same webhook, and no duplicate.
    assert_eq!(
        inspected.post(&format!("/api/entries/{}/replay", entry["id"])),
        200
    );
    let printed = listener.process.next_json();
    assert_eq!(printed["delivery"]["event"]["pulseName"], "<i>new</i>");
}

#[test]
fn the_emulator_tells_what_waits_from_what_failed_and_what_is_dropped() {
    let inspected = emulate();
    let mut listener = Listener::start(&["--unsigned"]);
    let webhook = create_webhook(&inspected, &listener.url);
    let delivery = |state: &'static str| {
        inspected.until(|entry| entry["kind"] == "delivery" && entry["state"] == state)
    };

    assert_eq!(control(&inspected, "pause", &json!({})), 200);
    create_item(&inspected, "first");
    let first = delivery("waiting");
    assert_eq!(control(&inspected, "resume", &json!({})), 200);
    let printed = listener.process.next_json();
    assert_eq!(printed["delivery"]["event"]["pulseName"], "first");
    assert_eq!(delivery("done")["id"], first["id"]);

    // What isn't an event's object can be delivered, and can't be told apart anew.
    let odd =
        json!({"webhook": webhook.as_str().unwrap().parse::<u64>().unwrap(), "event": "text"});
    assert_eq!(control(&inspected, "deliver", &odd), 200);
    let odd = inspected.until(|entry| entry["kind"] == "delivery" && entry["id"] != first["id"]);
    let replay = format!("/api/entries/{}/replay", odd["id"]);
    assert_eq!(inspected.post(&replay), 409);

    assert_eq!(listener.process.stop().0, 0);
    create_item(&inspected, "second");
    let second =
        inspected.until(|entry| entry["state"] == "retrying" && entry["about"] == "second");
    call(
        &inspected,
        &format!("mutation {{ delete_webhook(id: {webhook}) {{ id }} }}"),
    );
    inspected.until(|entry| entry["id"] == second["id"] && entry["state"] == "dead");
}

#[test]
fn a_time_that_no_calendar_has_is_no_trouble() {
    let inspected = Inspected::listen(&["--unsigned"]);
    for (number, time) in [
        "9999-12-31T23:59:59.999-01:00",
        "1900-01-01T00:00:00.000Z",
        "0000-01-01T00:00:00.000+01:00",
    ]
    .iter()
    .enumerate()
    {
        let mut body: Value = serde_json::from_str(&body()).unwrap();
        body["event"]["triggerTime"] = (*time).into();
        body["event"]["triggerUuid"] = number.to_string().into();
        assert_eq!(inspected.deliver(None, &body.to_string()), 200, "{time}");
    }
    assert_eq!(inspected.entries().len(), 3);
}

#[test]
fn a_body_that_grows_when_it_is_indented_is_shown_as_it_came() {
    let inspected = Inspected::listen(&["--unsigned"]);
    // Each of many lines would begin with more than two hundred spaces.
    let deep = 120;
    let inner = vec!["0"; 300_000].join(",");
    let value = format!("{}{inner}{}", "[".repeat(deep), "]".repeat(deep));
    let body = format!(r#"{{"event":{{"type":"new_type","value":{value}}}}}"#);
    assert_eq!(inspected.deliver(None, &body), 200);
    let whole = inspected.exchange("GET", "/api/entries/1", "", "");
    assert_eq!(whole.status, 200);
    assert!(whole.body.len() < 4 * body.len(), "{}", whole.body.len());
    let whole: Value = serde_json::from_str(&whole.body).unwrap();
    assert_eq!(whole["body"], body);
    assert_eq!(whole["pretty"], Value::Null);
}

#[test]
fn a_long_name_of_an_event_is_cut_in_the_list() {
    let inspected = Inspected::listen(&["--unsigned"]);
    let name = "n".repeat(500_000);
    let body = format!(r#"{{"event":{{"type":"{name}"}}}}"#);
    assert_eq!(inspected.deliver(None, &body), 200);
    let entries = inspected.entries();
    assert!(entries[0]["title"].as_str().unwrap().len() <= 300);
    assert_eq!(inspected.get("/api/entries/1")["body"], body);
}

#[test]
fn those_who_look_on_leave_room_for_others() {
    let inspected = Inspected::listen(&["--unsigned"]);
    let looking: Vec<_> = (0..64)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(inspected.authority()).unwrap();
            let host = inspected.authority();
            let request = format!("GET /api/changes HTTP/1.1\r\nhost: {host}\r\n\r\n");
            std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_eq!(inspected.get("/api/entries"), json!([]));
    drop(looking);
}
