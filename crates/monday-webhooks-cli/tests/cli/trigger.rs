//! `trigger`: sample deliveries, as monday would send them.

use serde_json::{Value, json};

use crate::support::{Running, command, run};

fn listener(extra: &[&str]) -> (Running, String) {
    let arguments = [&["listen", "--addr", "127.0.0.1:0"], extra].concat();
    let mut listener = Running::start(command(&arguments).env("SECRET", "one"));
    let url = listener.next_json()["listening"]
        .as_str()
        .unwrap()
        .to_owned();
    (listener, url)
}

#[test]
fn what_is_set_replaces_what_the_sample_says() {
    let (mut listener, url) = listener(&["--unsigned"]);
    let arguments = [
        "trigger",
        "change_status_column_value",
        "--to",
        &url,
        "--set",
        "event.pulseName=Hello",
        "--set",
        "event.value.label.index=3",
        "--set",
        "event.extra.made=[1]",
        "--set",
        "event.extra.made.1=two",
        "--count",
        "2",
    ];
    assert_eq!(run(&mut command(&arguments)).code(), 0);
    for _ in 0..2 {
        let event = listener.next_json()["delivery"]["event"].clone();
        assert_eq!(event["pulseName"], "Hello");
        assert_eq!(event["value"]["label"]["index"], 3);
        assert_eq!(event["extra"], json!({"made": [1, "two"]}));
        assert_eq!(event["columnType"], "color");
    }
    assert_eq!(listener.stop().0, 0);
}

#[test]
fn nothing_is_sent_when_one_override_is_wrong() {
    let (listener, url) = listener(&["--unsigned"]);
    for (wrong, says) in [
        ("event.pulseName.x=1", "event.pulseName is a string"),
        ("event..x=1", "event..x"),
        ("event", "PATH=VALUE"),
    ] {
        let good = ["trigger", "create_item", "--to", &url, "--set", "event.a=1"];
        run(&mut command(&[&good[..], &["--set", wrong]].concat())).refused(2, says);
    }
    let (code, printed) = listener.stop();
    assert_eq!((code, printed), (0, Vec::<String>::new()));
}

#[test]
fn what_an_endpoint_refuses_comes_with_what_to_do() {
    let (listener, url) = listener(&["--path", "/monday", "--signing-secret-env", "SECRET"]);
    let unsigned = ["trigger", "create_item", "--to", &url, "--count", "2"];
    let ran = run(&mut command(&unsigned));
    assert_eq!(ran.code(), 1);
    assert_eq!(ran.stdout().lines().count(), 2);
    assert!(ran.stderr().contains("took 0 of 2 deliveries"), "{ran:?}");
    assert!(ran.stderr().contains("--signing-secret-env"), "{ran:?}");

    let signed = [&unsigned[..], &["--signing-secret-env", "SECRET"]].concat();
    let ran = run(command(&signed).env("SECRET", "another"));
    assert!(ran.stderr().contains("Signing Secret"), "{ran:?}");

    let elsewhere = url.replace("/monday", "/tuesday");
    let ran = run(&mut command(&[
        "trigger",
        "create_item",
        "--to",
        &elsewhere,
    ]));
    assert!(ran.stderr().contains("check the path of --to"), "{ran:?}");
    assert_eq!(listener.stop().0, 0);

    let gone = run(&mut command(&["trigger", "create_item", "--to", &url]));
    gone.refused(1, "monday-webhooks listen");
    let wrong = ["trigger", "create_item", "--to", "127.0.0.1:8080"];
    run(&mut command(&wrong)).refused(2, "http://127.0.0.1:8080/");
}

#[test]
fn a_number_of_deliveries_is_at_least_one() {
    let none = [
        "trigger",
        "create_item",
        "--to",
        "http://127.0.0.1/",
        "--count",
        "0",
    ];
    run(&mut command(&none)).refused(2, "--count");
}

#[test]
fn an_override_of_the_identifier_makes_duplicates() {
    let (mut listener, url) = listener(&["--unsigned"]);
    let arguments = [
        "trigger",
        "create_item",
        "--to",
        &url,
        "--set",
        "event.triggerUuid=aa",
    ];
    assert_eq!(run(&mut command(&arguments)).code(), 0);
    assert_eq!(run(&mut command(&arguments)).code(), 0);
    assert_eq!(listener.next_json()["duplicate"], Value::from(false));
    let (_, left) = listener.stop();
    assert!(
        left.iter().all(|line| line.contains("\"duplicate\":true")),
        "{left:?}"
    );
}

#[test]
fn what_is_meant_for_this_machine_goes_through_no_proxy() {
    let (mut listener, url) = listener(&["--unsigned"]);
    let mut trigger = command(&["trigger", "create_item", "--to", &url]);
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        trigger.env(variable, "http://127.0.0.1:9");
    }
    let ran = run(&mut trigger);
    assert_eq!(ran.code(), 0, "{ran:?}");
    assert_eq!(listener.next_json()["duplicate"], Value::from(false));
    assert_eq!(listener.stop().0, 0);
}
