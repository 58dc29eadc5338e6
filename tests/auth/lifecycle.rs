//! The other profile: app lifecycle webhooks, signed with the Client Secret.

use monday_webhooks::{
    AppId,
    auth::{AuthError, ClientSecret, LifecycleSender, SigningSecret, Verifier},
};
use serde_json::{Value, json};

use super::{AUDIENCE, HEADER, NOW, SECRET, at, claims, jws, refusal, token};

fn lifecycle_claims() -> Value {
    json!({
        "dat": {
            "client_id": "0123456789abcdef", "app_id": 10_000_001, "app_version_id": 10_000_002,
            "account_id": 17_654_321, "user_id": 51_234_567, "install_id": 9_876_543_210_u64,
            "is_admin": true, "slug": "acme",
        },
        "aud": AUDIENCE, "iat": 1_000, "exp": 1_300,
    })
}

fn verify(claims: &str) -> Result<LifecycleSender, AuthError> {
    Verifier::new(ClientSecret::new(SECRET).unwrap())
        .audience(AUDIENCE)
        .verify(&jws(SECRET, HEADER, claims), at(NOW))
}

/// The claims with one under `dat` changed to any JSON text.
fn with(name: &str, value: &str) -> String {
    format!(r#"{{"exp":1300,"aud":"{AUDIENCE}","dat":{{"{name}":{value}}}}}"#)
}

#[test]
fn a_lifecycle_token_names_its_sender() {
    let sender = verify(&lifecycle_claims().to_string()).unwrap();
    assert_eq!(sender.client_id.as_deref(), Some("0123456789abcdef"));
    assert_eq!(sender.app_id, Some(AppId::new(10_000_001)));
    assert_eq!(sender.app_version_id, Some(10_000_002));
    assert_eq!(
        sender.account_id.map(monday_webhooks::AccountId::get),
        Some(17_654_321)
    );
    assert_eq!(
        sender.user_id.map(monday_webhooks::UserId::get),
        Some(51_234_567)
    );
    assert_eq!(sender.install_id, Some(9_876_543_210));
    assert_eq!(sender.is_admin, Some(true));
    assert_eq!(sender.audience, [AUDIENCE]);
    assert_eq!((sender.issued_at, sender.expires_at), (Some(1_000), 1_300));
}

#[test]
fn a_lifecycle_token_is_refused_at_a_board_endpoint_even_with_the_right_secret() {
    assert_eq!(
        refusal(&token(lifecycle_claims().to_string())),
        AuthError::Profile
    );
    let mut both = claims();
    for dat in [
        json!({}),
        json!(null),
        json!("text"),
        json!({"account_id": 1}),
    ] {
        both["dat"] = dat;
        assert_eq!(refusal(&token(both.to_string())), AuthError::Profile);
    }
}

#[test]
fn a_board_token_is_refused_at_a_lifecycle_endpoint_even_with_the_right_secret() {
    assert_eq!(
        verify(&claims().to_string()).unwrap_err(),
        AuthError::Profile
    );
}

#[test]
fn the_secret_of_the_other_profile_does_not_open() {
    let board = Verifier::new(SigningSecret::new("signing").unwrap());
    let lifecycle = Verifier::new(ClientSecret::new("client").unwrap());
    let by_client = jws("client", HEADER, claims().to_string());
    let by_signing = jws("signing", HEADER, lifecycle_claims().to_string());
    assert_eq!(
        board.verify(&by_client, at(NOW)).unwrap_err(),
        AuthError::Signature
    );
    assert_eq!(
        lifecycle.verify(&by_signing, at(NOW)).unwrap_err(),
        AuthError::Signature
    );
}

#[test]
fn an_installation_may_have_a_negative_number() {
    let sender = verify(&with("install_id", "-2")).unwrap();
    assert_eq!(sender.install_id, Some(-2));
}

#[test]
fn every_lifecycle_claim_may_be_missing_and_none_may_be_of_another_type() {
    let bare = json!({"exp": 1_300, "aud": AUDIENCE, "dat": {}}).to_string();
    let sender = verify(&bare).unwrap();
    assert!(sender.client_id.is_none() && sender.app_id.is_none() && sender.is_admin.is_none());

    let no_number = ["\"5\"", "5.0", "true", "[]", "{}", "1e400"];
    for name in [
        "app_id",
        "app_version_id",
        "account_id",
        "user_id",
        "install_id",
    ] {
        for value in no_number {
            assert_eq!(
                verify(&with(name, value)).unwrap_err(),
                AuthError::ClaimType(name),
                "{name}: {value}"
            );
        }
    }
    for (name, value) in [
        ("client_id", "5"),
        ("is_admin", "1"),
        ("is_admin", "\"true\""),
    ] {
        assert_eq!(
            verify(&with(name, value)).unwrap_err(),
            AuthError::ClaimType(name)
        );
    }
    for dat in ["null", "[]", "\"{}\"", "5"] {
        let claims = format!(r#"{{"exp":1300,"aud":"{AUDIENCE}","dat":{dat}}}"#);
        assert_eq!(
            verify(&claims).unwrap_err(),
            AuthError::ClaimType("dat"),
            "{dat}"
        );
    }
}

#[test]
fn a_lifecycle_claim_that_is_null_counts_as_absent() {
    for name in [
        "client_id",
        "app_id",
        "app_version_id",
        "account_id",
        "user_id",
        "install_id",
        "is_admin",
    ] {
        let mut claims = lifecycle_claims();
        claims["dat"][name] = Value::Null;
        let sender = verify(&claims.to_string()).unwrap();
        let present = [
            sender.client_id.is_some(),
            sender.app_id.is_some(),
            sender.app_version_id.is_some(),
            sender.account_id.is_some(),
            sender.user_id.is_some(),
            sender.install_id.is_some(),
            sender.is_admin.is_some(),
        ];
        let absent = present.iter().filter(|is_present| !**is_present);
        assert_eq!(absent.count(), 1, "{name}");
    }
}

#[test]
fn a_name_that_stands_twice_under_dat_is_refused() {
    let twice =
        format!(r#"{{"exp":1300,"aud":"{AUDIENCE}","dat":{{"account_id":1,"account_id":2}}}}"#);
    assert_eq!(verify(&twice).unwrap_err(), AuthError::Duplicate);
}

#[test]
fn the_times_and_the_audience_of_a_lifecycle_token_count_alike() {
    let mut claims = lifecycle_claims();
    claims["exp"] = json!(1_000);
    assert_eq!(verify(&claims.to_string()).unwrap_err(), AuthError::Expired);
    claims["exp"] = json!(1_300);
    claims["aud"] = json!("https://evil.example/");
    assert_eq!(
        verify(&claims.to_string()).unwrap_err(),
        AuthError::Audience
    );
    claims["aud"] = json!(AUDIENCE);
    claims["nbf"] = json!(1_200);
    assert_eq!(
        verify(&claims.to_string()).unwrap_err(),
        AuthError::NotYet("nbf")
    );
}
