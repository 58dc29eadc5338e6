//! serde_json with a feature that changes what a number is to serde.

use monday_webhooks::{
    BoardId, Event, SubscriptionKind,
    testing::{sample, verified},
};
use serde_json::{Value, json};

#[test]
fn numbers_are_precise_here() {
    assert!(serde_json::from_str::<Value>("1e999").is_ok());
}

#[test]
fn an_id_is_read_from_a_text_and_from_a_value() {
    let id = BoardId::new(9_876_543_210);
    assert_eq!(serde_json::from_str::<BoardId>("9876543210").unwrap(), id);
    assert_eq!(
        serde_json::from_value::<BoardId>(json!(9_876_543_210_u64)).unwrap(),
        id
    );
    for wrong in ["1.5", "-1", "1e3", "{}", r#"{"a":"1"}"#, "[1]"] {
        assert!(serde_json::from_str::<BoardId>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_sample_is_typed_and_kept_to_the_letter() {
    for kind in SubscriptionKind::ALL {
        let delivery = verified(&kind).unwrap().into_message();
        assert!(delivery.problems().is_empty(), "{kind}");
        let is_typed = !matches!(delivery.event(), Event::Unknown | Event::Incomplete(_));
        assert!(is_typed, "{kind}");
        let kept = serde_json::to_string(&delivery).unwrap();
        assert_eq!(kept, sample(&kind).unwrap().to_string());
    }
}
