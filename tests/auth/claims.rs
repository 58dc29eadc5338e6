//! What a token says of its sender.

use monday_webhooks::{
    AccountId, ApiToken, UserId,
    auth::{AuthError, SigningSecret, Verifier},
    testing::{BoardClaims, sign_board_token},
};
use proptest::prelude::*;
use serde_json::Value;

use super::{at, claims, claims_with, claims_without, refusal, token, verify};

#[test]
fn every_claim_but_the_expiry_may_be_missing() {
    for name in ["accountId", "userId", "iat"] {
        assert!(verify(&token(claims_without(name))).is_ok(), "{name}");
    }
    assert!(
        verify(&token(claims_without("accountId")))
            .unwrap()
            .account_id
            .is_none()
    );
    assert!(
        verify(&token(claims_without("userId")))
            .unwrap()
            .user_id
            .is_none()
    );
}

#[test]
fn a_claim_of_another_type_is_refused_and_not_taken_as_absent() {
    let odd = [
        "true",
        "\"5\"",
        "5.5",
        "5.0",
        "1e3",
        "1e400",
        "[5]",
        "{}",
        "18446744073709551616",
    ];
    for (name, values) in [
        ("accountId", &odd[..]),
        ("accountId", &["-1"]),
        ("userId", &odd),
        (
            "shortLivedToken",
            &["5", "true", "[]", "{}", "\"\"", "\"a b\"", r#""a\r\nb""#],
        ),
    ] {
        for value in values {
            let token = token(claims_with(name, value));
            assert_eq!(
                refusal(&token),
                AuthError::ClaimType(name),
                "{name}: {value}"
            );
        }
    }
}

#[test]
fn an_optional_claim_that_is_null_counts_as_absent() {
    for name in ["accountId", "userId", "shortLivedToken"] {
        let sender = verify(&token(claims_with(name, "null"))).unwrap();
        match name {
            "accountId" => assert_eq!(sender.account_id, None),
            "userId" => assert_eq!(sender.user_id, None),
            _ => assert!(sender.short_lived_token().is_none()),
        }
    }
    for name in ["exp", "iat", "nbf", "aud"] {
        assert_eq!(
            refusal(&token(claims_with(name, "null"))),
            AuthError::ClaimType(name)
        );
    }
}

#[test]
fn a_user_of_an_automation_has_a_negative_id() {
    let sender = verify(&token(claims_with("userId", "-4"))).unwrap();
    assert_eq!(sender.user_id, Some(UserId::new(-4)));
}

#[test]
fn an_unknown_claim_of_any_type_is_let_be() {
    for value in [
        "null",
        "[[[]]]",
        "1e400",
        "\"\\ud800\"",
        "{\"a\":1,\"a\":2}",
    ] {
        assert!(
            verify(&token(claims_with("permissions", value))).is_ok(),
            "{value}"
        );
    }
}

#[test]
fn a_name_that_stands_twice_in_the_claims_is_refused() {
    let claims = claims().to_string();
    for twice in [
        r#""exp":9999999999"#,
        r#""exp":1300"#,
        r#""\u0065xp":1300"#,
        r#""aud":"https://evil.example/""#,
        r#""accountId":1"#,
    ] {
        let twice = format!("{},{twice}}}", &claims[..claims.len() - 1]);
        assert_eq!(refusal(&token(&twice)), AuthError::Duplicate, "{twice}");
    }
}

/// With so many names they are looked up in another way.
#[test]
fn a_token_may_have_very_many_claims_but_none_twice() {
    for count in [10, 12, 13, 40, 300] {
        let mut many = claims();
        for number in 0..count {
            many[format!("claim{number}")] = Value::from(number);
        }
        let many = many.to_string();
        verify(&token(&many)).unwrap();
        let twice = format!(r#"{},"claim{}":0}}"#, &many[..many.len() - 1], count - 1);
        assert_eq!(refusal(&token(&twice)), AuthError::Duplicate, "{count}");
    }
}

#[test]
fn the_short_lived_token_is_handed_out_on_request_and_shown_by_nothing() {
    let sender = verify(&token(claims_with("shortLivedToken", "\"eyJhidden\""))).unwrap();
    let short_lived = sender.short_lived_token().unwrap();
    assert_eq!(short_lived.expose(), "eyJhidden");
    assert!(!format!("{sender:?} {short_lived:?}").contains("hidden"));
}

proptest! {
    #[test]
    fn what_was_signed_is_what_is_read(
        account: u64, user: i64, issued in 0..u64::from(u32::MAX), ttl in 1..10_000_u64,
        audience in "https://[a-z]{1,20}\\.example/\\PC{0,40}",
        short_lived in prop::option::of("[!-~]{1,200}"),
        secret in "[!-~]{1,100}",
    ) {
        let secret = SigningSecret::new(secret).unwrap();
        let claims = BoardClaims {
            account_id: AccountId::new(account),
            user_id: UserId::new(user),
            audience: audience.clone(),
            issued_at: issued,
            expires_at: issued + ttl,
            short_lived_token: short_lived.as_ref().map(|text| ApiToken::app(text.as_str()).unwrap()),
        };
        let token = sign_board_token(&secret, &claims);
        let sender = Verifier::new(secret).audience(&audience).verify(&token, at(issued)).unwrap();
        prop_assert_eq!(sender.account_id, Some(claims.account_id));
        prop_assert_eq!(sender.user_id, Some(claims.user_id));
        prop_assert_eq!(&sender.audience, &[audience]);
        prop_assert_eq!((sender.issued_at, sender.expires_at), (Some(issued), issued + ttl));
        prop_assert_eq!(sender.short_lived_token().map(ApiToken::expose), short_lived.as_deref());
    }
}
