//! App lifecycle events: typed where they are known, and never less than what came.

use std::time::{Duration, UNIX_EPOCH};

use monday_webhooks::{
    AccountId, AppId, DeliveryError, UserId,
    event::{LifecycleEvent, LifecycleKind, ProblemKind},
    testing::lifecycle_sample,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn parse(value: &Value) -> LifecycleEvent {
    LifecycleEvent::parse(value.to_string()).unwrap()
}

fn installed() -> Value {
    lifecycle_sample(LifecycleKind::Installed).unwrap()
}

#[test]
fn a_lifecycle_event_of_every_known_type_is_typed_and_written_as_it_came() {
    for kind in LifecycleKind::ALL {
        let sample = lifecycle_sample(kind).unwrap();
        let event = parse(&sample);
        assert_eq!(event.kind(), kind);
        assert_eq!(Some(event.wire_type()), kind.wire_type());
        assert_eq!(event.problems(), []);
        assert_eq!(serde_json::to_value(&event).unwrap(), sample);
    }
    assert_eq!(lifecycle_sample(LifecycleKind::Unknown), None);
}

#[test]
fn every_documented_field_of_a_lifecycle_event_is_typed() {
    let event = parse(&lifecycle_sample(LifecycleKind::SubscriptionCancelled).unwrap());
    let data = event.data();
    assert_eq!(data.app_id, Some(AppId::new(10_000_001)));
    assert_eq!(data.app_name.as_deref(), Some("Order desk"));
    assert_eq!(data.user_id, Some(UserId::new(51_234_567)));
    assert_eq!(data.user_email.as_deref(), Some("leia@example.com"));
    assert_eq!(data.user_name.as_deref(), Some("Leia Organa"));
    assert_eq!(data.user_cluster.as_deref(), Some("operations"));
    assert_eq!(data.user_country.as_deref(), Some("NO"));
    assert_eq!(data.account_id, Some(AccountId::new(17_654_321)));
    assert_eq!(data.account_name.as_deref(), Some("Alderaan Ltd"));
    assert_eq!(data.account_slug.as_deref(), Some("alderaan"));
    assert_eq!(data.account_tier.as_deref(), Some("pro"));
    assert_eq!(data.account_max_users, Some(25));
    assert_eq!(
        data.timestamp,
        Some(UNIX_EPOCH + Duration::from_millis(1_791_792_942_318))
    );
    assert_eq!(
        data.reason.as_deref(),
        Some("monday_subscription_cancel_on_renewal")
    );
    let version = data.version.as_ref().unwrap();
    assert_eq!(
        (version.major, version.minor, version.patch),
        (Some(3), Some(1), Some(0))
    );
    assert_eq!(
        (version.kind.as_deref(), version.number),
        (Some("minor"), Some(14))
    );
    let plan = data.plan.as_ref().unwrap();
    assert_eq!(plan.plan_id.as_deref(), Some("team"));
    assert_eq!(
        plan.renewal_date,
        Some(UNIX_EPOCH + Duration::from_secs(1_794_441_600))
    );
    assert_eq!(
        (plan.is_trial, plan.billing_period.as_deref()),
        (Some(false), Some("monthly"))
    );
    assert_eq!(
        (plan.days_left, plan.pricing_version, plan.max_units),
        (Some(31), Some(2), Some(25))
    );
}

#[test]
fn a_lifecycle_event_of_an_unknown_type_is_kept() {
    let mut body = installed();
    body["type"] = "app_renamed".into();
    body["data"]["old_name"] = "x".into();
    body["trace"] = json!([1.50, 9_007_199_254_740_993_u64]);
    let event = parse(&body);
    assert_eq!(event.kind(), LifecycleKind::Unknown);
    assert_eq!(event.wire_type(), "app_renamed");
    assert_eq!(event.data().app_id, Some(AppId::new(10_000_001)));
    assert_eq!(serde_json::to_value(&event).unwrap(), body);
    assert_eq!(
        serde_json::from_str::<Value>(event.raw_data().unwrap().get()).unwrap(),
        body["data"]
    );
}

#[test]
fn a_lifecycle_event_may_lack_any_of_its_fields() {
    for body in [
        json!({"type": "install"}),
        json!({"type": "install", "data": null}),
        json!({"type": "install", "data": {}}),
        json!({"type": "install", "data": {"version_data": null, "subscription": null, "account_tier": null}}),
    ] {
        let event = parse(&body);
        assert_eq!(event.kind(), LifecycleKind::Installed);
        assert_eq!(event.data(), parse(&json!({"type": "install"})).data());
        assert_eq!(event.problems(), [], "{body}");
        assert_eq!(serde_json::to_value(&event).unwrap(), body);
    }
}

#[test]
fn a_lifecycle_field_of_another_type_is_reported_and_costs_nothing_else() {
    for (path, wrong) in [
        ("app_id", json!(1.5)),
        ("user_email", json!(5)),
        ("account_max_users", json!("many")),
        ("timestamp", json!(1_791_792_942)),
        ("timestamp", json!("yesterday")),
        ("version_data", json!("3.1.0")),
        ("version_data.major", json!([])),
        ("version_data.type", json!(1)),
        ("subscription", json!([])),
        ("subscription.renewal_date", json!("soon")),
        ("subscription.is_trial", json!("no")),
        ("subscription.days_left", json!({})),
    ] {
        let mut body = installed();
        let pointer = format!("/data/{}", path.replace('.', "/"));
        *body.pointer_mut(&pointer).unwrap() = wrong.clone();
        let event = parse(&body);
        let [problem] = event.problems() else {
            panic!("{path}: {:?}", event.problems());
        };
        assert_eq!(
            (problem.field, problem.kind),
            (path, ProblemKind::WrongType)
        );
        assert_eq!(event.data().account_id, Some(AccountId::new(17_654_321)));
        assert_eq!(serde_json::to_value(&event).unwrap(), body);
    }
    let list = parse(&json!({"type": "install", "data": []}));
    assert_eq!(list.problems()[0].field, "data");
    assert_eq!(list.raw_data().unwrap().get(), "[]");
}

#[test]
fn days_that_are_over_and_ids_of_64_bits_are_read() {
    let mut body = installed();
    body["data"]["subscription"]["days_left"] = json!(-3);
    body["data"]["app_id"] = json!("18446744073709551615");
    body["data"]["user_id"] = json!(-4);
    let event = parse(&body);
    assert_eq!(event.problems(), []);
    assert_eq!(event.data().plan.as_ref().unwrap().days_left, Some(-3));
    assert_eq!(event.data().app_id, Some(AppId::new(u64::MAX)));
    assert_eq!(event.data().user_id, Some(UserId::new(-4)));
}

#[test]
fn what_is_no_lifecycle_event_is_refused() {
    for (body, error) in [
        ("{}", DeliveryError::NoType),
        (r#"{"type":5}"#, DeliveryError::NoType),
        (r#"{"type":null,"data":{}}"#, DeliveryError::NoType),
        (
            r#"{"event":{"type":"create_pulse"}}"#,
            DeliveryError::NoType,
        ),
        ("[]", DeliveryError::NotAnObject),
        (
            r#"{"type":"install","data":{"a":1e999}}"#,
            DeliveryError::NumberOutOfRange,
        ),
        (
            r#"{"type":"install","data":{"a":"\ud800"}}"#,
            DeliveryError::LoneSurrogate,
        ),
    ] {
        assert_eq!(LifecycleEvent::parse(body).unwrap_err(), error, "{body}");
    }
    let deep = format!(
        r#"{{"type":"install","data":{}{}}}"#,
        "[".repeat(127),
        "]".repeat(127)
    );
    assert_eq!(
        LifecycleEvent::parse(deep).unwrap_err(),
        DeliveryError::TooDeep
    );
    assert!(LifecycleEvent::parse(&b"{\"type\":\"\xff\"}"[..]).is_err());
}

#[test]
fn debug_output_of_a_lifecycle_event_names_no_person() {
    let event = parse(&installed());
    let shown = format!("{event:?} {:?}", event.data());
    for hidden in ["leia", "Leia", "Alderaan", "alderaan", "Order desk"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(
        shown.contains("Installed") && shown.contains("17654321"),
        "{shown}"
    );
}

/// Any JSON, in the places where a lifecycle event has something.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(Value::from("2026-10-12T08:15:42.318+00:00")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("\\PC{0,6}", inner, 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

#[test]
fn two_requests_with_one_lifecycle_event_have_one_key() {
    let key = |body: &Value| {
        LifecycleEvent::parse(body.to_string())
            .unwrap()
            .dedupe_key()
    };
    let body = installed();
    assert_eq!(key(&body), key(&body));
    assert!(key(&body).unwrap().starts_with("sha256:"));
    let mut later = body.clone();
    later["data"]["timestamp"] = "2026-10-12T08:15:42.319+00:00".into();
    assert_ne!(key(&later), key(&body));
    // Without a time two events of the same kind could be alike.
    for no_time in [json!(null), json!("today"), json!(5)] {
        let mut timeless = body.clone();
        timeless["data"]["timestamp"] = no_time;
        assert_eq!(key(&timeless), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_lifecycle_event_is_kept_to_the_digit(
        wire_type in prop_oneof![Just("install".to_owned()), "\\PC{0,12}"],
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 0..6),
        more in any_json(),
        space in prop::sample::select(vec!["", " ", "\n\t"]),
    ) {
        let mut body = installed();
        body["type"] = wire_type.as_str().into();
        body["more"] = more;
        let paths: Vec<String> = body["data"].as_object().unwrap().keys().map(|name| format!("/data/{name}")).collect();
        for (at, value) in changes {
            let path = at.get(&paths);
            *body.pointer_mut(path).unwrap() = value;
        }
        let text = format!("{space}{body}{space}");
        let event = LifecycleEvent::parse(text.clone()).unwrap();
        prop_assert_eq!(event.wire_type(), &wire_type);
        prop_assert_eq!(&event.body()[..], text.as_bytes());
        let written = serde_json::to_string(&event).unwrap();
        prop_assert_eq!(&written, &body.to_string());
        let again: LifecycleEvent = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(again.data(), event.data());
        prop_assert_eq!(again.problems(), event.problems());
    }

    #[test]
    fn no_body_makes_the_reading_of_a_lifecycle_event_panic(body in prop::collection::vec(any::<u8>(), 0..64), text in "[{}\\[\\]\",:a-z0-9\\\\]{0,64}") {
        let _ = (LifecycleEvent::parse(body), LifecycleEvent::parse(text));
    }
}
