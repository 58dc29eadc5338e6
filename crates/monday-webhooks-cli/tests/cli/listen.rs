//! `listen` and `trigger`.

use std::{
    collections::HashSet,
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use monday_webhooks::{
    Delivery, SubscriptionKind,
    auth::SigningSecret,
    inbox::{Inbox, Received, Settlement, SqliteInbox, SqliteOptions},
    testing::{BoardClaims, sample, sign_board_token},
};
use serde_json::{Value, json};

use crate::support::{Running, command, run};

pub(crate) const AUDIENCE: &str = "https://example.com/monday";

pub(crate) struct Listener {
    pub(crate) process: Running,
    pub(crate) url: String,
}

impl Listener {
    pub(crate) fn start(options: &[&str]) -> Self {
        let mut arguments = vec!["listen", "--addr", "127.0.0.1:0"];
        arguments.extend_from_slice(options);
        Self::of(Running::start(command(&arguments).env("SECRET", "one")))
    }

    /// A `listen` that has just been started.
    pub(crate) fn of(mut process: Running) -> Self {
        let url = process.next_json()["listening"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { process, url }
    }

    /// Sends a request as it stands, and returns the whole answer.
    pub(crate) fn exchange(
        &self,
        path: &str,
        method: &str,
        headers: &str,
        body: &str,
    ) -> (u16, String) {
        let authority = self.authority();
        let mut stream = TcpStream::connect(authority).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The answer to a refused body can come before all of it was sent.
        let _ = stream.write_all(body.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        (answer[9..12].parse().unwrap(), answer)
    }

    /// Waits until it takes no more connections.
    pub(crate) fn until_closed(&self) {
        while TcpStream::connect(self.authority()).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    fn authority(&self) -> &str {
        let url = self.url.strip_prefix("http://").unwrap();
        url.split('/').next().unwrap()
    }

    pub(crate) fn post(&self, token: Option<&str>, body: &str) -> u16 {
        let mut headers = "content-type: application/json\r\n".to_owned();
        if let Some(token) = token {
            headers += &format!("authorization: {token}\r\n");
        }
        self.exchange("/", "POST", &headers, body).0
    }
}

pub(crate) fn token(secret: &str, change: impl Fn(&mut BoardClaims)) -> String {
    let mut claims = BoardClaims::new(AUDIENCE);
    change(&mut claims);
    sign_board_token(&SigningSecret::new(secret).unwrap(), &claims)
}

pub(crate) fn body() -> String {
    sample(&SubscriptionKind::CreateItem).unwrap().to_string()
}

#[test]
fn only_good_tokens_come_through_and_the_rest_prints_nothing() {
    let mut listener = Listener::start(&["--signing-secret-env", "SECRET", "--audience", AUDIENCE]);
    let good = token("one", |_| ());
    for bad in [
        None,
        Some(token("two", |_| ())),
        Some(token("one", |claims| {
            claims.expires_at = claims.issued_at - 10;
        })),
        Some(token("one", |claims| {
            claims.audience = "https://example.com/".into();
        })),
        Some("nonsense".to_owned()),
    ] {
        assert_eq!(listener.post(bad.as_deref(), &body()), 401);
    }
    let (_, answer) = listener.exchange("/", "POST", "content-type: application/json\r\n", &body());
    assert!(
        answer.ends_with("\r\n\r\n{\"error\":\"unauthorized\"}"),
        "{answer}"
    );

    assert_eq!(listener.post(Some(&good), &body()), 200);
    let printed = listener.process.next_json();
    assert_eq!(printed["verified"], true);
    assert_eq!(printed["account_id"], 17_654_321);
    assert_eq!(printed["attempt"], 1);
    assert_eq!(printed["duplicate"], false);
    assert_eq!(
        printed["delivery"],
        serde_json::from_str::<Value>(&body()).unwrap()
    );
    assert_eq!(listener.process.stop(), (0, Vec::new()));
}

#[test]
fn each_refusal_has_its_status() {
    let listener = Listener::start(&["--unsigned", "--path", "/hook"]);
    assert!(listener.url.ends_with("/hook"), "{}", listener.url);
    let json = "content-type: application/json\r\n";
    let long = "a".repeat(2 << 20);
    let deep = format!(
        "{{\"event\":{{\"a\":{}{}}}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    for (path, method, headers, body, status) in [
        ("/", "POST", json, "{}", 404),
        ("/hook", "GET", json, "", 405),
        ("/hook", "PUT", json, "{}", 405),
        ("/hook", "POST", "content-type: text/plain\r\n", "{}", 415),
        (
            "/hook",
            "POST",
            "content-type: application/json\r\ncontent-encoding: gzip\r\n",
            "{}",
            415,
        ),
        ("/hook", "POST", "", "{}", 415),
        ("/hook", "POST", json, long.as_str(), 413),
        ("/hook", "POST", json, deep.as_str(), 400),
        ("/hook", "POST", json, "{}", 400),
        ("/hook", "POST", json, "", 400),
    ] {
        assert_eq!(
            listener.exchange(path, method, headers, body).0,
            status,
            "{method} {path} {headers}"
        );
    }
    let (status, answer) = listener.exchange("/hook", "POST", json, r#"{"challenge":"abc"}"#);
    assert_eq!(status, 200);
    assert!(answer.ends_with("{\"challenge\":\"abc\"}"), "{answer}");
    assert_eq!(listener.process.stop(), (0, Vec::new()));
}

#[test]
fn quiet_prints_the_first_line_alone() {
    let listener = Listener::start(&["--unsigned", "--quiet"]);
    assert_eq!(listener.post(None, &body()), 200);
    assert_eq!(listener.process.stop(), (0, Vec::new()));
}

#[test]
fn triggered_deliveries_of_every_subscription_arrive_verified() {
    let mut listener = Listener::start(&["--signing-secret-env", "SECRET"]);
    for kind in SubscriptionKind::ALL {
        let arguments = [
            "trigger",
            kind.as_str(),
            "--to",
            &listener.url,
            "--signing-secret-env",
            "SECRET",
            "--json",
        ];
        let sent = run(command(&arguments).env("SECRET", "one")).json();
        assert_eq!(
            sent,
            json!({"number": 1, "subscription": kind, "status": 200})
        );
        let printed = listener.process.next_json();
        assert_eq!(printed["verified"], true);
        assert!(printed["delivery"]["event"]["subscriptionId"].is_u64());
    }
    let refused = |command: &mut Command| {
        let ran = run(command);
        assert_eq!(ran.code(), 1, "{ran:?}");
        assert!(ran.stdout().contains("401"), "{ran:?}");
    };
    refused(&mut command(&[
        "trigger",
        "create_item",
        "--to",
        &listener.url,
    ]));
    listener.process.stop();
}

/// The n-th of many deliveries that differ.
pub(crate) fn numbered(number: u64) -> String {
    let mut body = sample(&SubscriptionKind::CreateItem).unwrap();
    body["event"]["triggerUuid"] = format!("{number:032x}").into();
    body.to_string()
}

pub(crate) fn number(line: &str) -> u64 {
    let line: Value = serde_json::from_str(line).unwrap();
    let uuid = line["delivery"]["event"]["triggerUuid"].as_str().unwrap();
    u64::from_str_radix(uuid, 16).unwrap()
}

#[test]
fn a_duplicate_is_acknowledged_and_printed_once() {
    let mut listener = Listener::start(&["--unsigned"]);
    assert_eq!(listener.post(None, &numbered(1)), 200);
    assert_eq!(listener.post(None, &numbered(1)), 200);
    assert_eq!(listener.post(None, &numbered(2)), 200);
    let first = listener.process.next_json();
    let second = listener.process.next_json();
    assert_eq!(number(&first.to_string()), 1);
    assert_eq!(number(&second.to_string()), 2);
    assert_eq!(listener.process.stop(), (0, Vec::new()));
}

#[test]
fn what_a_killed_listener_acknowledged_is_printed_by_it_or_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = format!("sqlite:{}", folder.path().join("inbox").display());
    let mut printed = Vec::new();
    for round in 0..3 {
        let listener = Listener::start(&["--unsigned", "--inbox", &inbox]);
        for number in round * 20..(round + 1) * 20 {
            assert_eq!(listener.post(None, &numbered(number)), 200);
        }
        printed.extend(listener.process.kill());
    }
    let listener = Listener::start(&["--unsigned", "--inbox", &inbox]);
    for known in 0..60 {
        assert_eq!(listener.post(None, &numbered(known)), 200);
    }
    let (code, rest) = listener.process.stop();
    assert_eq!(code, 0);
    printed.extend(rest);
    let mut numbers: Vec<_> = printed.iter().map(|line| number(line)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (0..60).collect::<Vec<_>>());
}

#[test]
fn an_inbox_has_one_listener_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = format!("sqlite:{}", folder.path().join("inbox").display());
    let listener = Listener::start(&["--unsigned", "--inbox", &inbox]);
    let second = [
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--unsigned",
        "--inbox",
        &inbox,
    ];
    run(&mut command(&second)).refused(1, "in use by another process");
    assert_eq!(listener.process.stop(), (0, Vec::new()));
    for wrong in ["disk", "sqlite:", "redis:there"] {
        let arguments = [
            "listen",
            "--addr",
            "127.0.0.1:0",
            "--unsigned",
            "--inbox",
            wrong,
        ];
        run(&mut command(&arguments)).refused(2, "sqlite:PATH");
    }
}

#[test]
fn from_memory_lines_come_in_the_order_of_the_deliveries() {
    let listener = Listener::start(&["--unsigned"]);
    for number in 0..100 {
        assert_eq!(listener.post(None, &numbered(number)), 200);
    }
    let (code, printed) = listener.process.stop();
    assert_eq!(code, 0);
    let numbers: Vec<_> = printed.iter().map(|line| number(line)).collect();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}

#[test]
fn what_is_not_due_yet_stays_in_the_file_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let inbox = SqliteInbox::open(&path, SqliteOptions::default()).unwrap();
        let delivery = Delivery::parse(body()).unwrap();
        let received = Received::new(delivery, std::time::SystemTime::now());
        inbox.put(received).await.unwrap();
        let claimed = inbox.claim(std::num::NonZeroUsize::MIN).await.unwrap();
        let after = std::time::Duration::from_secs(3600);
        let later = Settlement::Retry { after };
        inbox.settle(&claimed[0].lease, later).await.unwrap();
    });
    let inbox = format!("sqlite:{}", path.display());
    let listen = [
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--unsigned",
        "--inbox",
        &inbox,
    ];
    let said = folder.path().join("said");
    let stderr = std::fs::File::create(&said).unwrap();
    let listener = Listener::of(Running::with_stderr(&mut command(&listen), stderr));
    assert_eq!(listener.process.stop(), (0, Vec::new()));
    let said = std::fs::read_to_string(said).unwrap();
    assert_eq!(said, "a delivery waits in the inbox for the next start\n");
}

/// Fills the pipe that nobody reads, and still posts: the numbers that were taken.
fn post_past_a_full_pipe(listener: &Listener) -> Vec<u64> {
    // A line has more than 500 bytes, and a pipe 64 KiB.
    let answered = (0..400).map(|number| (number, listener.post(None, &numbered(number))));
    let taken: Vec<u64> = answered
        .filter(|(_, status)| {
            assert!([200, 503].contains(status), "{status}");
            *status == 200
        })
        .map(|(number, _)| number)
        .collect();
    assert!(taken.len() > 100);
    taken
}

#[test]
fn a_reader_that_pauses_stops_neither_the_receiving_nor_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = format!("sqlite:{}", folder.path().join("inbox").display());
    let options = ["--unsigned", "--inbox", &inbox];
    let listener = Listener::start(&options);
    let mut taken: HashSet<u64> = post_past_a_full_pipe(&listener).into_iter().collect();
    listener.process.signal("-TERM");
    let (code, printed) = listener.process.wait_unread();
    assert_eq!(code, 1);
    // What wasn't printed is still there.
    let next = Listener::start(&options);
    let (code, rest) = next.process.stop();
    assert_eq!(code, 0);
    // The last line may have been cut off.
    let whole = printed
        .iter()
        .chain(&rest)
        .filter(|line| serde_json::from_str::<Value>(line).is_ok());
    for line in whole {
        taken.remove(&number(line));
    }
    assert_eq!(taken, HashSet::new());
}

#[test]
fn what_memory_could_not_print_is_counted_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said");
    let stderr = std::fs::File::create(&said).unwrap();
    let listen = ["listen", "--addr", "127.0.0.1:0", "--unsigned"];
    let listener = Listener::of(Running::with_stderr(&mut command(&listen), stderr));
    let taken = post_past_a_full_pipe(&listener).len();
    listener.process.signal("-TERM");
    let (code, printed) = listener.process.wait_unread();
    assert_eq!(code, 1);
    let said = std::fs::read_to_string(said).unwrap();
    let whole = printed
        .iter()
        .filter(|line| serde_json::from_str::<Value>(line).is_ok())
        .count();
    let lost = taken - whole;
    assert!(
        said.contains(&format!("{lost} deliveries")),
        "{lost}: {said}"
    );
    assert!(said.contains("--inbox sqlite:PATH"), "{said}");
}

#[test]
fn a_late_retry_is_taken_within_the_grace() {
    let options = [
        "--signing-secret-env",
        "SECRET",
        "--late-retry-grace",
        "10m",
    ];
    let mut listener = Listener::start(&options);
    let expired = |seconds: u64| {
        token("one", |claims| {
            claims.issued_at -= seconds + 300;
            claims.expires_at = claims.issued_at + 300;
        })
    };
    assert_eq!(listener.post(Some(&expired(900)), &numbered(1)), 401);
    assert_eq!(listener.post(Some(&expired(300)), &numbered(2)), 200);
    assert_eq!(number(&listener.process.next_json().to_string()), 2);
    assert_eq!(listener.process.stop().0, 0);
}
