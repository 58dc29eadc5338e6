//! Looking after an inbox.

use std::{num::NonZeroUsize, path::Path, time::SystemTime};

use monday_webhooks::{
    Delivery,
    inbox::{Inbox, Received, Settlement, SqliteInbox, SqliteOptions},
};
use serde_json::{Value, json};

use crate::support::{Running, command, run};

/// An inbox with this many deliveries, of which these are dead letters.
fn inbox(path: &Path, deliveries: usize, dead: &[usize]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let inbox = SqliteInbox::open(path, SqliteOptions::default()).unwrap();
        for number in 0..deliveries {
            let body = format!(
                r#"{{"event":{{"type":"create_pulse","pulseId":{number},"boardId":1,"triggerUuid":"{number:032x}","subscriptionId":1}}}}"#
            );
            let delivery = Delivery::parse(body).unwrap();
            let received = Received::new(delivery, SystemTime::now());
            inbox.put(received).await.unwrap();
        }
        let claimed = inbox.claim(NonZeroUsize::MAX).await.unwrap();
        for (number, claimed) in claimed.iter().enumerate() {
            let settlement = if dead.contains(&number) {
                let reason = format!("reason {number}");
                Settlement::Dead { reason }
            } else {
                Settlement::Release
            };
            inbox.settle(&claimed.lease, settlement).await.unwrap();
        }
    });
}

/// An inbox of five deliveries, two of them dead letters, in a folder that goes with it.
fn with_dead_letters() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.sqlite");
    inbox(&path, 5, &[1, 3]);
    let name = format!("sqlite:{}", path.display());
    (folder, name)
}

fn status(name: &str) -> Value {
    run(&mut command(&[
        "inbox", "status", "--inbox", name, "--json",
    ]))
    .json()
}

fn dead(name: &str, more: &[&str]) -> Vec<Value> {
    let ran = run(command(&["inbox", "dead", "--inbox", name, "--json"]).args(more));
    assert_eq!(ran.code(), 0, "{ran:?}");
    ran.json_lines()
}

#[test]
fn dead_letters_are_listed_handed_over_again_and_deleted() {
    let (_folder, name) = with_dead_letters();
    let before = status(&name);
    assert_eq!(
        (&before["unhandled"], &before["dead"]),
        (&json!(3), &json!(2))
    );
    assert!(before["oldest"].as_str().unwrap().ends_with('Z'));

    let letters = dead(&name, &[]);
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0]["reason"], "reason 1");
    assert_eq!(letters[0]["attempts"], 1);
    assert_eq!(letters[0]["delivery"]["event"]["pulseId"], 1);
    let first = letters[0]["id"].to_string();
    let second = letters[1]["id"].to_string();
    assert_eq!(dead(&name, &["--after", &first]), letters[1..]);
    assert_eq!(dead(&name, &["--limit", "1"]), letters[..1]);
    let table = run(&mut command(&["inbox", "dead", "--inbox", &name]));
    assert!(table.stdout().contains("item_created"), "{table:?}");

    let requeue = ["inbox", "requeue", "--inbox", &name, "--json", &first];
    let requeued = run(&mut command(&requeue)).json();
    assert_eq!(requeued, json!({"id": letters[0]["id"], "requeued": true}));
    let again = run(&mut command(&requeue));
    assert_eq!(again.code(), 1, "it is no dead letter any more: {again:?}");
    assert!(again.stderr().contains(&format!("no dead letter {first}")));

    let purge = ["inbox", "purge", "--inbox", &name, "--json", "--all"];
    let purged = run(&mut command(&purge)).json_lines();
    assert_eq!(purged, [json!({"id": letters[1]["id"], "purged": true})]);
    assert_eq!(dead(&name, &[]), [Value::Null; 0], "{second} is gone");
    assert_eq!(status(&name)["unhandled"], 4);
}

#[test]
fn an_inbox_in_use_is_looked_at_and_not_changed() {
    let (_folder, name) = with_dead_letters();
    let mut listener = Running::start(&mut command(&[
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--unsigned",
        "--quiet",
        "--inbox",
        &name,
    ]));
    assert!(listener.next_json()["listening"].is_string());
    assert_eq!(status(&name)["dead"], 2);
    assert_eq!(dead(&name, &[]).len(), 2);
    for change in ["requeue", "purge"] {
        run(&mut command(&["inbox", change, "--inbox", &name, "--all"]))
            .refused(1, "stop the `listen` that uses it");
    }
    assert_eq!(listener.stop(), (0, Vec::new()));
    assert_eq!(dead(&name, &[]).len(), 2);
}

#[test]
fn what_is_no_inbox_is_refused_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.sqlite");
    let name = format!("sqlite:{}", missing.display());
    for arguments in [
        &["status"][..],
        &["dead"],
        &["requeue", "--all"],
        &["purge", "1"],
    ] {
        let mut command = command(&["inbox"]);
        run(command.args(arguments).args(["--inbox", &name])).refused(1, "there is no such file");
        assert!(!missing.exists());
    }
    let text = folder.path().join("text");
    std::fs::write(
        &text,
        "no database, but long enough for a header".repeat(100),
    )
    .unwrap();
    let name = format!("sqlite:{}", text.display());
    run(&mut command(&["inbox", "status", "--inbox", &name])).refused(1, "damaged");
    run(&mut command(&["inbox", "status", "--inbox", "memory"]))
        .refused(2, "ends with its process");
    let (_folder, name) = with_dead_letters();
    run(&mut command(&["inbox", "purge", "--inbox", &name])).refused(2, "--all");
}
