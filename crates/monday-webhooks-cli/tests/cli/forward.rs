//! `listen --forward`.

use std::{io::Read, net::TcpListener};

use monday_webhooks::{
    Delivery, SubscriptionKind,
    auth::{SigningSecret, Verifier},
    inbox::{Inbox, Received, SqliteInbox, SqliteOptions},
    testing::sample,
};

use crate::{
    endpoint::Endpoint,
    listen::{AUDIENCE, Listener, body, numbered, token},
    support::{Running, command, run},
};

const SIGNED: [&str; 4] = ["--signing-secret-env", "SECRET", "--retry-every", "10ms"];

fn forwarding(endpoint: &Endpoint, more: &[&str]) -> Listener {
    let options = [&SIGNED[..], &["--forward", &endpoint.url], more].concat();
    Listener::start(&options)
}

#[test]
fn a_delivery_is_handed_on_with_its_headers_and_the_answer_is_shown() {
    let endpoint = Endpoint::start(&[204]);
    let mut listener = forwarding(&endpoint, &[]);
    let token = token("one", |_| ());
    let headers = format!(
        "content-type: application/json; charset=utf-8\r\nauthorization: {token}\r\nx-from: monday\r\nte: trailers\r\n"
    );
    assert_eq!(listener.exchange("/", "POST", &headers, &body()).0, 200);
    let arrived = endpoint.next();
    assert_eq!(arrived.body, body());
    assert_eq!(arrived.headers["authorization"], token);
    assert_eq!(arrived.headers["x-from"], "monday");
    assert_eq!(arrived.headers["content-type"], "application/json");
    assert!(!arrived.headers.contains_key("te"));
    let host = endpoint.url.trim_start_matches("http://");
    assert_eq!(arrived.headers["host"], host.trim_end_matches("/hook"));

    let printed = listener.process.next_json();
    assert_eq!(printed["attempt"], 1);
    assert_eq!(printed["forward"]["status"], 204);
    assert_eq!(printed["forward"]["to"], *endpoint.url);
    assert_eq!(listener.process.stop(), (0, Vec::new()));
}

#[test]
fn an_endpoint_that_fails_gets_the_delivery_again_until_it_takes_it() {
    let endpoint = Endpoint::start(&[500, 404, 200]);
    let mut listener = forwarding(&endpoint, &[]);
    assert_eq!(listener.post(Some(&token("one", |_| ())), &body()), 200);
    let bodies = [(); 3].map(|()| endpoint.next().body);
    assert_eq!(bodies, [(); 3].map(|()| body()));
    // One line, for the attempt that was taken.
    let printed = listener.process.next_json();
    assert_eq!(printed["attempt"], 3);
    assert_eq!(printed["forward"]["status"], 200);
    assert_eq!(listener.process.stop(), (0, Vec::new()));
    assert!(endpoint.is_empty());
}

#[test]
fn what_a_killed_process_held_is_handed_on_after_a_restart_with_a_token_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = format!("sqlite:{}", folder.path().join("inbox.db").display());
    let inbox = ["--inbox", &inbox, "--audience", AUDIENCE];
    // An endpoint that takes its time.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}/", silent.local_addr().unwrap());
    let listener = Listener::start(&[&SIGNED[..], &inbox, &["--forward", &to]].concat());
    let first = token("one", |claims| claims.expires_at += 1000);
    assert_eq!(listener.post(Some(&first), &body()), 200);
    let (mut asked, _) = silent.accept().unwrap();
    let mut request = [0; 1];
    asked.read_exact(&mut request).unwrap();
    assert_eq!(listener.process.kill(), Vec::<String>::new());

    let endpoint = Endpoint::start(&[200]);
    let mut listener = forwarding(&endpoint, &inbox);
    let arrived = endpoint.next();
    assert_eq!(arrived.body, body());
    let made = &arrived.headers["authorization"];
    assert_ne!(*made, first);
    assert_signed_for(made);
    assert_eq!(listener.process.next_json()["forward"]["status"], 200);
    assert_eq!(listener.process.stop(), (0, Vec::new()));
}

/// A token is right for the sample's sender and endpoint.
fn assert_signed_for(token: &str) {
    let verifier = Verifier::new(SigningSecret::new("one").unwrap()).audience(AUDIENCE);
    let sender = verifier.verify(token, std::time::SystemTime::now());
    let sender = sender.unwrap();
    assert_eq!(sender.account_id.unwrap().get(), 17_654_321);
    assert_eq!(sender.user_id.unwrap().get(), 51_234_567);
}

#[test]
fn what_waits_for_its_next_attempt_stays_in_the_inbox() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = format!("sqlite:{}", folder.path().join("inbox.db").display());
    let endpoint = Endpoint::start(&[503]);
    let mut listen = command(&["listen", "--addr", "127.0.0.1:0", "--unsigned"]);
    listen.args([
        "--inbox",
        &inbox,
        "--retry-every",
        "1h",
        "--forward",
        &endpoint.url,
    ]);
    let said = folder.path().join("said");
    let stderr = std::fs::File::create(&said).unwrap();
    let listener = Listener::of(Running::with_stderr(&mut listen, stderr));
    assert_eq!(listener.post(None, &body()), 200);
    endpoint.next();
    // It isn't waited for, nor lost.
    assert_eq!(listener.process.stop(), (0, Vec::new()));
    let said = std::fs::read_to_string(said).unwrap();
    let last = said.lines().last().unwrap();
    assert_eq!(last, "a delivery waits in the inbox for the next start");
    let status = ["inbox", "status", "--json", "--inbox", &inbox];
    assert_eq!(run(&mut command(&status)).json()["unhandled"], 1);
}

#[test]
fn an_expired_token_is_replaced_by_one_for_the_same_sender_and_endpoint() {
    let endpoint = Endpoint::start(&[503, 200]);
    let listener = forwarding(&endpoint, &[]);
    // Good for the leeway alone: it is over at the first attempt already.
    let late = token("one", |claims| {
        claims.expires_at = claims.issued_at;
        claims.issued_at -= 100;
    });
    assert_eq!(listener.post(Some(&late), &body()), 200);
    let arrived = endpoint.next();
    let made = &arrived.headers["authorization"];
    assert_ne!(*made, late);
    assert_signed_for(made);
}

#[test]
fn with_an_inbox_in_memory_the_end_says_what_is_lost() {
    let endpoint = Endpoint::start(&[503]);
    let options = [
        "--unsigned",
        "--forward",
        &endpoint.url,
        "--retry-every",
        "1h",
    ];
    let listener = Listener::start(&options);
    assert_eq!(listener.post(None, &body()), 200);
    assert!(!endpoint.next().headers.contains_key("authorization"));
    assert_eq!(listener.process.stop(), (1, Vec::new()));
}

#[test]
fn what_duplicates_bring_is_forgotten_and_new_deliveries_keep_their_headers() {
    let endpoint = Endpoint::start(&[200]);
    let listener = Listener::start(&["--unsigned", "--forward", &endpoint.url]);
    // More than is kept in all: 16 MiB.
    let long = "a".repeat(8000);
    for _ in 0..2200 {
        let headers = format!("content-type: application/json\r\nx-long: {long}\r\n");
        assert_eq!(listener.exchange("/", "POST", &headers, &body()).0, 200);
    }
    assert_eq!(endpoint.next().headers["x-long"], long);
    let other = sample(&SubscriptionKind::CreateUpdate).unwrap();
    let headers = "content-type: application/json\r\nx-mine: yes\r\n";
    let answer = listener.exchange("/", "POST", headers, &other.to_string());
    assert_eq!(answer.0, 200);
    assert_eq!(endpoint.next().headers["x-mine"], "yes");
    assert!(endpoint.is_empty());
}

#[test]
fn what_the_endpoint_took_is_not_sent_again_where_nobody_reads_the_lines() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = format!("sqlite:{}", folder.path().join("inbox.db").display());
    let endpoint = Endpoint::start(&[200]);
    let options = ["--unsigned", "--inbox", &inbox, "--forward", &endpoint.url];
    let mut listener = Listener::start(&options);
    listener.process.close_stdout();
    assert_eq!(listener.post(None, &body()), 200);
    endpoint.next();
    assert_eq!(listener.process.wait(), 1);
    let status = ["inbox", "status", "--json", "--inbox", &inbox];
    assert_eq!(run(&mut command(&status)).json()["unhandled"], 0);
}

#[test]
fn a_stop_beside_a_slow_endpoint_loses_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = format!("sqlite:{}", folder.path().join("inbox.db").display());
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}/", silent.local_addr().unwrap());
    let listener = Listener::start(&["--unsigned", "--inbox", &inbox, "--forward", &to]);
    assert_eq!(listener.post(None, &body()), 200);
    let (mut asked, _) = silent.accept().unwrap();
    asked.read_exact(&mut [0; 1]).unwrap();
    assert_eq!(listener.process.stop(), (0, Vec::new()));
    let status = ["inbox", "status", "--json", "--inbox", &inbox];
    assert_eq!(run(&mut command(&status)).json()["unhandled"], 1);
}

#[test]
fn wrong_options_are_refused() {
    let listen = ["listen", "--addr", "127.0.0.1:0", "--unsigned"];
    let refused = |more: &[&str], says| {
        run(&mut command(&[&listen[..], more].concat())).refused(2, says);
    };
    refused(&["--forward", "ftp://example.com"], "http or https");
    refused(&["--forward", "http://example.com/x"], "--allow-http");
    for named in ["https://me:word@example.com/", "https://me@example.com/"] {
        refused(&["--forward", named], "without a name or a password");
    }
    refused(&["--retry-every", "5s"], "--forward");
    let forward = ["--forward", "http://127.0.0.1:1/"];
    refused(
        &[&forward[..], &["--retry-every", "0s"]].concat(),
        "some time",
    );
    refused(
        &[&forward[..], &["--retry-every", "5"]].concat(),
        "500ms, 5s or 1m",
    );
    refused(&["--inspect", "0.0.0.0:0"], "--inspect-token-env");
    refused(&["--inspect-token-env", "TOKEN"], "--inspect");
}

#[test]
fn what_was_accepted_goes_to_the_endpoint_although_nobody_reads_the_lines() {
    const ALL: usize = 40;
    let (go, wait) = std::sync::mpsc::channel::<()>();
    // It answers one after the other, the first of them once it may.
    let endpoint = Endpoint::answering(&[200], move |_| {
        let _ = wait.recv();
        String::new()
    });
    let mut listener = Listener::start(&["--unsigned", "--forward", &endpoint.url]);
    for number in 0..ALL {
        assert_eq!(listener.post(None, &numbered(number as u64)), 200);
    }
    listener.process.close_stdout();
    drop(go);
    assert_eq!(listener.process.wait(), 1);
    let arrived: std::collections::HashSet<_> =
        std::iter::from_fn(|| endpoint.next_if_any().map(|arrived| arrived.body)).collect();
    assert_eq!(arrived.len(), ALL);
}

#[test]
fn a_stop_beside_a_slow_endpoint_says_what_memory_loses() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}/", silent.local_addr().unwrap());
    let (listener, said) = listen_and_say(&["--unsigned", "--forward", &to]);
    assert_eq!(listener.post(None, &body()), 200);
    let (mut asked, _) = silent.accept().unwrap();
    asked.read_exact(&mut [0; 1]).unwrap();
    assert_eq!(listener.process.stop(), (1, Vec::new()));
    let said = said.read();
    for words in [
        "did not answer within 10 s",
        "a delivery",
        "--inbox sqlite:PATH",
    ] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_second_signal_ends_what_waits_for_an_endpoint() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}/", silent.local_addr().unwrap());
    let (listener, said) = listen_and_say(&["--unsigned", "--forward", &to]);
    assert_eq!(listener.post(None, &body()), 200);
    let (mut asked, _) = silent.accept().unwrap();
    asked.read_exact(&mut [0; 1]).unwrap();
    listener.process.signal("-TERM");
    listener.until_closed();
    listener.process.signal("-INT");
    assert_eq!(listener.process.wait(), 1);
    let said = said.read();
    assert!(said.contains("second signal"), "{said}");
}

#[test]
fn an_inbox_that_is_damaged_while_it_is_used_ends_the_command_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let inbox = format!("sqlite:{}", path.display());
    // More than SQLite keeps in memory, and more than are handed on at once.
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let inbox = SqliteInbox::open(&path, SqliteOptions::default()).unwrap();
        for number in 0..60 {
            let mut body: serde_json::Value = serde_json::from_str(&numbered(number)).unwrap();
            body["event"]["padding"] = "a".repeat(200_000).into();
            let delivery = Delivery::parse(body.to_string()).unwrap();
            let received = Received::new(delivery, std::time::SystemTime::now());
            inbox.put(received).await.unwrap();
        }
    });
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}/", silent.local_addr().unwrap());
    let options = [
        "--unsigned",
        "--inbox",
        &inbox,
        "--retry-every",
        "1ms",
        "--forward",
        &to,
    ];
    let (listener, said) = listen_and_say(&options);
    let held: Vec<_> = (0..16).map(|_| silent.accept().unwrap().0).collect();
    let length = std::fs::metadata(&path).unwrap().len();
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let page = vec![0xa5; 4096];
    for number in 1..length / 4096 {
        std::os::unix::fs::FileExt::write_all_at(&file, &page, number * 4096).unwrap();
    }
    drop(held);
    drop(silent);
    assert_eq!(listener.process.wait(), 1);
    let said = said.read();
    assert!(
        said.lines()
            .last()
            .unwrap()
            .contains("the inbox is damaged"),
        "{said}"
    );
}

/// `listen`, and the file with what it says on standard error.
fn listen_and_say(options: &[&str]) -> (Listener, Said) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let stderr = file.reopen().unwrap();
    let mut listen = command(&[&["listen", "--addr", "127.0.0.1:0"], options].concat());
    let listener = Listener::of(Running::with_stderr(listen.env("SECRET", "one"), stderr));
    (listener, Said(file))
}

struct Said(tempfile::NamedTempFile);

impl Said {
    fn read(&self) -> String {
        std::fs::read_to_string(self.0.path()).unwrap()
    }
}
