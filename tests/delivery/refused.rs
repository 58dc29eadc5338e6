//! Bodies that are no deliveries.

use monday_webhooks::{Delivery, DeliveryError};
use proptest::prelude::*;

use super::mutation::sample_texts;

#[test]
fn what_is_no_delivery_is_refused_with_its_reason() {
    let not_json = |line, column| DeliveryError::NotJson { line, column };
    for (body, error) in [
        ("", not_json(1, 0)),
        (" \n ", not_json(2, 1)),
        ("{\"event\":{}} x", not_json(1, 14)),
        ("{\"event\":{}}{\"event\":{}}", not_json(1, 13)),
        ("{\"event\":{\"a\":+1}}", not_json(1, 15)),
        ("{\"event\":{\"a\":01}}", not_json(1, 16)),
        ("{\"event\":{\"a\":NaN}}", not_json(1, 15)),
        ("{\"event\":{\"a\":1,}}", not_json(1, 17)),
        ("{\"event\":{'a':1}}", not_json(1, 11)),
        ("{\"event\":{\"a\":\"\n\"}}", not_json(1, 15)),
        ("{\"event\":{\"a\":\"\\x\"}}", not_json(1, 17)),
        ("{\"event\":{}", not_json(1, 11)),
        ("\u{feff}{\"event\":{}}", not_json(1, 1)),
        ("event={}", not_json(1, 1)),
        ("[]", DeliveryError::NotAnObject),
        ("[{\"event\":{}}]", DeliveryError::NotAnObject),
        ("null", DeliveryError::NotAnObject),
        ("\"{}\"", DeliveryError::NotAnObject),
        ("{}", DeliveryError::NoEvent),
        ("{\"Event\":{}}", DeliveryError::NoEvent),
        ("{\"event\":[]}", DeliveryError::NoEvent),
        ("{\"event\":null}", DeliveryError::NoEvent),
        ("{\"event\":\"{}\"}", DeliveryError::NoEvent),
        ("{\"event\":{},\"event\":5}", DeliveryError::NoEvent),
        (
            "{\"event\":{\"a\":\"\\ud800\"}}",
            DeliveryError::LoneSurrogate,
        ),
        ("{\"event\":{\"\\udc00\":1}}", DeliveryError::LoneSurrogate),
        (
            "{\"event\":{},\"a\":\"\\ud83d \\ude00\"}",
            DeliveryError::LoneSurrogate,
        ),
        ("{\"event\":{\"a\":1e999}}", DeliveryError::NumberOutOfRange),
        (
            "{\"event\":{\"a\":[-1.0E+400]}}",
            DeliveryError::NumberOutOfRange,
        ),
    ] {
        assert_eq!(Delivery::parse(body).unwrap_err(), error, "{body}");
    }
    for body in [
        &b"\xff"[..],
        b"{\"event\":{\"a\":\"\xc3\"}}",
        b"{\"event\":{\"a\":\"\xed\xa0\x80\"}}",
    ] {
        assert_eq!(Delivery::parse(body).unwrap_err(), DeliveryError::NotUtf8);
    }
}

#[test]
fn nesting_is_taken_to_its_limit_and_no_further() {
    let nested = |depth: usize| {
        format!(
            "{{\"event\":{{\"a\":{}{}}}}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert!(Delivery::parse(nested(125)).is_ok());
    for depth in [126, 10_000, 500_000] {
        assert_eq!(
            Delivery::parse(nested(depth)).unwrap_err(),
            DeliveryError::TooDeep,
            "{depth}"
        );
    }
    let objects = format!(
        "{{\"event\":{}1{}}}",
        "{\"a\":".repeat(10_000),
        "}".repeat(10_000)
    );
    assert_eq!(
        Delivery::parse(objects).unwrap_err(),
        DeliveryError::TooDeep
    );
}

#[test]
fn any_number_of_values_side_by_side_is_no_nesting() {
    for value in ["{}", "[]", "{\"a\":[{}]}"] {
        let body = format!(
            "{{\"event\":{{\"a\":[{value}{}]}}}}",
            format!(",{value}").repeat(500)
        );
        assert!(Delivery::parse(body).is_ok(), "{value}");
    }
}

#[test]
fn a_refusal_quotes_nothing_of_the_body() {
    for body in [
        "{\"event\":hidden}",
        "{\"event\":{\"hidden\":\"\\ud800\"}}",
        "{\"hidden\":1}",
        "\"hidden\"",
    ] {
        let error = Delivery::parse(body).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_delivery_or_an_error(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Delivery::parse(body);
    }

    #[test]
    fn a_sample_that_broke_off_is_refused(sample in prop::sample::select(sample_texts()), at: prop::sample::Index) {
        let end = at.index(sample.len());
        prop_assert!(Delivery::parse(sample.as_bytes()[..end].to_vec()).is_err());
    }

    #[test]
    fn a_sample_with_any_byte_changed_is_a_delivery_or_an_error(
        sample in prop::sample::select(sample_texts()), at: prop::sample::Index, byte: u8,
    ) {
        let mut body = sample.into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        let read = serde_json::from_slice::<serde_json::Value>(&body);
        match Delivery::parse(body) {
            Ok(_) => prop_assert!(read.is_ok()),
            Err(DeliveryError::NoEvent | DeliveryError::NotAnObject) => {}
            Err(_) => prop_assert!(read.is_err()),
        }
    }
}
