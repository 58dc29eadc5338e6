//! What deliveries of the same event have in common.

use serde_json::{Value, json};

use super::parse;

#[test]
fn two_deliveries_of_one_event_have_one_key() {
    let key = |event: Value| parse(&json!({"event": event})).dedupe_key();
    assert_eq!(
        key(json!({"subscriptionId": 7, "triggerUuid": "ab12"})),
        "7:ab12"
    );
    assert_eq!(
        key(json!({"subscriptionId": "7", "triggerUuid": "ab12", "isRetry": true})),
        "7:ab12"
    );
    assert_ne!(
        key(json!({"subscriptionId": 8, "triggerUuid": "ab12"})),
        "7:ab12"
    );

    let digest = key(json!({"subscriptionId": 7}));
    assert_eq!(
        digest,
        "sha256:d1d7e810b9011eb1558c1a49d56fa2b47687e0aae3f4e1f13cf2edaf9381c29c"
    );
}

#[test]
fn a_trigger_uuid_that_says_nothing_or_could_break_a_key_is_not_used() {
    for uuid in ["", " ", "a\r\nb", "a:b", "ä", "a/../b", &"a".repeat(65)] {
        let body = json!({"event": {"subscriptionId": 7, "triggerUuid": uuid}});
        let key = parse(&body).dedupe_key();
        assert!(
            key.starts_with("sha256:") && key.len() == 71,
            "{uuid:?}: {key}"
        );
    }
}
