//! `decode`: nothing lost, and what is no delivery refused.

use monday_webhooks::{SubscriptionKind, testing::sample};
use serde_json::Value;

use crate::support::{command, run_with_input};

#[test]
fn every_sample_is_decoded_to_an_equal_delivery() {
    let lines: Vec<_> = SubscriptionKind::ALL
        .iter()
        .map(|kind| sample(kind).unwrap().to_string())
        .collect();
    let ran = run_with_input(
        &mut command(&["decode", "--lines"]),
        lines.join("\n").as_bytes(),
    );
    assert_eq!(ran.code(), 0, "{ran:?}");
    let decoded = ran.json_lines();
    assert_eq!(decoded.len(), 21);
    for ((kind, line), decoded) in SubscriptionKind::ALL.iter().zip(&lines).zip(decoded) {
        assert_eq!(decoded["known"], true);
        let subscriptions = decoded["subscriptions"].as_array().unwrap();
        assert!(
            subscriptions.contains(&Value::from(kind.as_str())),
            "{kind}"
        );
        assert_eq!(decoded["delivery"].to_string(), *line);
    }
}

#[test]
fn numbers_keep_their_digits_and_odd_shapes_their_form() {
    let body = r#"{ "event" : {"type":"sprout","big":123456789012345678901234567890,"float":1.50e2,
        "zero":-0.0,"null":null,"text":"a\u00e9 \" b"}, "more":[ ] }"#;
    let ran = run_with_input(&mut command(&["decode"]), body.as_bytes());
    assert!(
        ran.stdout().ends_with(
            r#""delivery":{"event":{"type":"sprout","big":123456789012345678901234567890,"float":1.50e2,"zero":-0.0,"null":null,"text":"a\u00e9 \" b"},"more":[]}}
"#
        ),
        "{ran:?}"
    );
    assert_eq!(ran.json()["kind"], "unknown");
}

#[test]
fn what_is_no_delivery_is_refused() {
    let deep = format!(
        "{{\"event\":{{\"a\":{}{}}}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let long = format!("{{\"event\":{{\"a\":\"{}\"}}}}", "a".repeat(2 << 20));
    for (body, says) in [
        ("", "not JSON"),
        ("nonsense", "not JSON"),
        ("[1]", "not a JSON object"),
        ("{\"events\":{}}", "\"event\""),
        ("{\"event\":{\"a\":\"\\udc00\"}}", "surrogate"),
        ("{\"event\":{\"a\":1e999}}", "out of range"),
        (&deep, "deeper"),
        (&long, "longer"),
    ] {
        run_with_input(&mut command(&["decode"]), body.as_bytes()).refused(1, says);
    }
    run_with_input(&mut command(&["decode", "/nonexistent"]), b"").refused(1, "/nonexistent");
}

#[test]
fn a_bad_line_is_named_and_the_rest_goes_on() {
    let long = "a".repeat(3 << 20);
    let input = format!("{{\"event\":{{}}}}\nnonsense\n\n{long}\n{{\"event\":{{\"type\":\"a\"}}}}");
    let ran = run_with_input(&mut command(&["decode", "--lines"]), input.as_bytes());
    assert_eq!(ran.code(), 1);
    let decoded = ran.json_lines();
    assert_eq!(decoded.len(), 2);
    assert_eq!(decoded[0]["wire_type"], Value::Null);
    assert_eq!(decoded[1]["wire_type"], "a");
    let complaints: Vec<_> = ran.stderr().lines().collect();
    assert_eq!(complaints.len(), 2, "{ran:?}");
    assert!(complaints[0].starts_with("line 2: "), "{ran:?}");
    assert!(complaints[1].starts_with("line 4: "), "{ran:?}");
}
