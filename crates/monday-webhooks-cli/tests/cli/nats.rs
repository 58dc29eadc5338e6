//! `listen` and `inbox` with an inbox in NATS JetStream.

use std::{collections::BTreeSet, num::NonZeroUsize, time::SystemTime};

use monday_webhooks::{
    Delivery,
    inbox::{Inbox, NatsInbox, NatsOptions, Received, Settlement},
};
use serde_json::{Value, json};

use crate::{
    listen::{Listener, number, numbered},
    nats_server::NatsServer,
    support::{command, run},
};

/// As monday would: again, as long as it is answered 503.
fn post_until_kept(listener: &Listener, body: &str) {
    loop {
        match listener.post(None, body) {
            200 => return,
            status => assert_eq!(status, 503),
        }
    }
}

#[test]
fn what_a_listener_acknowledged_is_printed_by_it_or_another_one() {
    let server = NatsServer::start();
    let inbox = server.inbox("MONDAY");
    let listen = || Listener::start(&["--unsigned", "--inbox", &inbox]);
    let (one, other) = (listen(), listen());
    for known in 0..20 {
        assert_eq!(one.post(None, &numbered(known)), 200);
        assert_eq!(other.post(None, &numbered(known)), 200);
    }
    let (code, mut printed) = one.process.stop();
    assert_eq!(code, 0);
    for new in 20..40 {
        assert_eq!(other.post(None, &numbered(new)), 200);
    }
    let (code, rest) = other.process.stop();
    assert_eq!(code, 0);
    printed.extend(rest);
    let mut numbers: Vec<u64> = printed.iter().map(|line| number(line)).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..40).collect::<Vec<_>>());
}

#[test]
fn a_listener_outlives_its_server() {
    let mut server = NatsServer::start();
    let inbox = server.inbox("MONDAY");
    let mut listener = Listener::start(&["--unsigned", "--inbox", &inbox]);
    assert_eq!(listener.post(None, &numbered(1)), 200);
    assert_eq!(number(&listener.process.next_json().to_string()), 1);
    server.kill();
    assert_eq!(listener.post(None, &numbered(2)), 503);
    server.run();
    post_until_kept(&listener, &numbered(2));
    let mut printed = BTreeSet::new();
    while !printed.contains(&2) {
        printed.insert(number(&listener.process.next_json().to_string()));
    }
    assert_eq!(listener.process.stop().0, 0);
}

#[test]
fn dead_letters_are_looked_after_while_a_listener_runs() {
    let server = NatsServer::start();
    let inbox = server.inbox("MONDAY");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let options = NatsOptions::from_address(&inbox).unwrap();
        let inbox = NatsInbox::connect(options).await.unwrap();
        for known in 0..3 {
            let delivery = Delivery::parse(numbered(known)).unwrap();
            let received = Received::new(delivery, SystemTime::now());
            inbox.put(received).await.unwrap();
            let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
            let reason = format!("reason {known}");
            let dead = Settlement::Dead { reason };
            inbox.settle(&claimed[0].lease, dead).await.unwrap();
        }
    });
    let looked_after = |arguments: &[&str]| {
        let mut command = command(&["inbox"]);
        run(command.args(arguments).args(["--inbox", &inbox, "--json"]))
    };
    let status = looked_after(&["status"]).json();
    assert_eq!(status, json!({"unhandled": 0, "dead": 3, "oldest": null}));
    let letters = looked_after(&["dead", "--limit", "2"]).json_lines();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[1]["reason"], "reason 1");

    let mut listener = Listener::start(&["--unsigned", "--inbox", &inbox]);
    let first = letters[0]["id"].to_string();
    let requeued = looked_after(&["requeue", &first]).json();
    assert_eq!(requeued, json!({"id": letters[0]["id"], "requeued": true}));
    assert_eq!(number(&listener.process.next_json().to_string()), 0);
    assert_eq!(looked_after(&["requeue", &first]).code(), 1);
    let purged = looked_after(&["purge", "--all"]).json_lines();
    assert_eq!(purged.len(), 2);
    assert_eq!(looked_after(&["dead"]).json_lines(), [Value::Null; 0]);
    assert_eq!(listener.process.stop(), (0, Vec::new()));
}

#[test]
fn what_is_no_inbox_is_refused_and_not_made() {
    let server = NatsServer::with(
        "jetstream { store_dir: store }\nauthorization { users: [{user: me, password: hidden}] }",
    );
    let inbox = server.inbox("MONDAY");
    let as_me = |arguments: &[&str], password: &str| {
        let mut command = command(arguments);
        command.args(["--inbox", &inbox, "--nats-user", "me"]);
        command.args(["--nats-password-env", "PASSWORD"]);
        run(command.env("PASSWORD", password))
    };
    for arguments in [&["inbox", "status"][..], &["inbox", "purge", "1"]] {
        as_me(arguments, "hidden").refused(1, "the stream MONDAY");
        as_me(arguments, "wrong").refused(1, "refuses the credentials");
    }
    let listen = ["listen", "--addr", "127.0.0.1:0", "--unsigned"];
    let with = |more: &[&str]| run(command(&listen).args(more));
    let strict = ["--nats-sync", "require"];
    as_me(&[&listen[..], &strict].concat(), "hidden").refused(1, "system account");
    with(&["--inbox", &inbox]).refused(1, "refuses the credentials");
    let secret = inbox.replace("//", "//me:hidden@");
    let ran = with(&["--inbox", &secret]);
    ran.refused(2, "credentials don't belong");
    with(&["--inbox", "nats://127.0.0.1:1"]).refused(2, "nats://HOST:PORT/STREAM");
    with(&["--inbox", "nats://127.0.0.1:1/M"]).refused(1, "can't be reached");
}
