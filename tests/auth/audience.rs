//! Whom a token is for.

use monday_webhooks::auth::{AuthError, SigningSecret, Verifier};
use proptest::prelude::*;
use serde_json::json;

use super::{
    AUDIENCE, NOW, SECRET, at, claims_with, claims_without, refusal, token, verifier, verify,
};

fn for_audience(audience: &str) -> String {
    token(claims_with("aud", &json!(audience).to_string()))
}

#[test]
fn an_audience_that_is_almost_right_is_another_audience() {
    for audience in [
        "",
        "https://example.com/monda",
        "https://example.com/mondayy",
        "https://example.com/monday/",
        "https://example.com/Monday",
        "https://EXAMPLE.com/monday",
        "HTTPS://example.com/monday",
        "http://example.com/monday",
        "https://example.com:443/monday",
        "https://example.com/%6Donday",
        "https://example.com/./monday",
        "https://example.com/monday?",
        "https://example.com/monday?a=1",
        "https://example.com/monday#",
        " https://example.com/monday",
        "https://example.com/monday\u{0}",
        "https://example.com/mondаy",
        "https://user@example.com/monday",
        "https://example.com",
        "*",
    ] {
        assert_eq!(
            refusal(&for_audience(audience)),
            AuthError::Audience,
            "{audience}"
        );
    }
}

#[test]
fn an_audience_with_escapes_in_its_json_is_the_same_audience() {
    let escaped = token(claims_with(
        "aud",
        r#""https:\/\/example.com\/\u006donday""#,
    ));
    assert_eq!(verify(&escaped).unwrap().audience, [AUDIENCE]);
}

#[test]
fn one_of_several_audiences_is_enough() {
    let several = json!(["https://other.example/", AUDIENCE]).to_string();
    let sender = verify(&token(claims_with("aud", &several))).unwrap();
    assert_eq!(sender.audience, ["https://other.example/", AUDIENCE]);
    let others = json!(["https://other.example/", "https://example.com/monday/"]).to_string();
    assert_eq!(
        refusal(&token(claims_with("aud", &others))),
        AuthError::Audience
    );

    let moving = verifier().audience("https://new.example/monday");
    for audience in [AUDIENCE, "https://new.example/monday"] {
        assert!(moving.verify(&for_audience(audience), at(NOW)).is_ok());
    }
}

#[test]
fn an_audience_of_another_type_is_refused_whether_one_is_wanted_or_not() {
    let any = Verifier::new(SigningSecret::new(SECRET).unwrap());
    for audience in [
        "null",
        "5",
        "true",
        "{}",
        "[]",
        "[5]",
        "[null]",
        "[[]]",
        r#"["https://example.com/monday", 5]"#,
        r#"{"https://example.com/monday": true}"#,
    ] {
        let token = token(claims_with("aud", audience));
        assert_eq!(refusal(&token), AuthError::ClaimType("aud"), "{audience}");
        assert_eq!(
            any.verify(&token, at(NOW)).unwrap_err(),
            AuthError::ClaimType("aud"),
            "{audience}"
        );
    }
}

#[test]
fn a_missing_audience_is_refused_where_one_is_wanted() {
    let token = token(claims_without("aud"));
    assert_eq!(refusal(&token), AuthError::MissingClaim("aud"));
    let any = Verifier::new(SigningSecret::new(SECRET).unwrap());
    let sender = any.verify(&token, at(NOW)).unwrap();
    assert!(sender.audience.is_empty());
}

#[test]
fn a_query_string_counts_unless_it_is_told_not_to() {
    let exact = verifier().audience("https://example.com/hook?app=7");
    let loose = exact.clone().ignore_audience_query();
    for (audience, by_exact, by_loose) in [
        ("https://example.com/hook?app=7", true, true),
        ("https://example.com/hook?app=8", false, true),
        ("https://example.com/hook?", false, true),
        ("https://example.com/hook", false, true),
        (
            "https://example.com/monday?x=https://example.com/hook",
            false,
            true,
        ),
        ("https://example.com/hook/?app=7", false, false),
        (
            "https://evil.example/?https://example.com/hook",
            false,
            false,
        ),
    ] {
        let token = for_audience(audience);
        assert_eq!(
            exact.verify(&token, at(NOW)).is_ok(),
            by_exact,
            "{audience}"
        );
        assert_eq!(
            loose.verify(&token, at(NOW)).is_ok(),
            by_loose,
            "{audience}"
        );
    }
}

proptest! {
    #[test]
    fn only_the_audience_itself_is_taken(url in "https://[a-z]{1,8}\\.example/[a-zA-Z0-9/?=%.-]{0,20}", other in "https://[a-z]{1,8}\\.example/[a-zA-Z0-9/?=%.-]{0,20}") {
        let verifier = Verifier::new(SigningSecret::new(SECRET).unwrap()).audience(&url);
        prop_assert!(verifier.verify(&for_audience(&url), at(NOW)).is_ok());
        prop_assert_eq!(verifier.verify(&for_audience(&other), at(NOW)).is_ok(), url == other);
    }
}
