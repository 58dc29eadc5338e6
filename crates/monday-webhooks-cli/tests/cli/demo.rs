//! `demo` and `events`.

use std::collections::BTreeSet;

use monday_webhooks::SubscriptionKind;

use crate::support::{command, run};

#[test]
fn the_demo_closes_the_loop_for_all_21_subscriptions() {
    let ran = run(&mut command(&["demo", "--json"]));
    assert_eq!(ran.code(), 0, "{ran:?}");
    let steps = ran.json_lines();
    let named = |name: &'static str| steps.iter().filter(move |step| step["step"] == name);
    for name in ["subscribe", "challenge", "deliver", "delete"] {
        let subscriptions: BTreeSet<_> = named(name)
            .map(|step| step["subscription"].as_str().unwrap())
            .collect();
        let all: BTreeSet<_> = SubscriptionKind::ALL
            .iter()
            .map(SubscriptionKind::as_str)
            .collect();
        assert_eq!(subscriptions, all, "{name}");
    }
    assert!(named("challenge").all(|step| step["answered"] == true));
    assert!(named("deliver").all(|step| step["verified"] == true && step["wire_type"].is_string()));
    let counts: Vec<_> = named("list")
        .map(|step| step["count"].as_u64().unwrap())
        .collect();
    assert_eq!(counts, [21, 0]);
}

#[test]
fn a_person_gets_the_demo_as_text() {
    let ran = run(&mut command(&["demo"]));
    assert_eq!(ran.code(), 0, "{ran:?}");
    assert!(
        ran.stdout().ends_with("listed 21\ndeleted 21\nlisted 0\n"),
        "{ran:?}"
    );
    assert_eq!(ran.stdout().matches("delivery verified").count(), 21);
}

#[test]
fn the_table_of_events_has_a_row_for_each() {
    let events = run(&mut command(&["events", "--json"])).json();
    let events = events.as_array().unwrap();
    assert_eq!(events.len(), 21);
    let configured: Vec<_> = events
        .iter()
        .filter(|row| !row["config"].is_null())
        .map(|row| row["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        configured,
        [
            "change_specific_column_value",
            "change_status_column_value",
            "item_moved_to_specific_group"
        ]
    );
    let text = run(&mut command(&["events"]));
    assert_eq!(text.stdout().lines().count(), 22, "{text:?}");
}
