//! Tokens: what is taken, and what is not.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use monday_webhooks::{
    AccountId,
    auth::{AuthError, SigningSecret, Verifier},
    testing::{BoardClaims, sign_board_token},
};

const AUDIENCE: &str = "https://example.com/monday";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn claims() -> BoardClaims {
    BoardClaims {
        issued_at: 1000,
        expires_at: 1300,
        ..BoardClaims::new(AUDIENCE)
    }
}

#[test]
fn a_good_token_names_its_sender() {
    let secret = SigningSecret::new("one").unwrap();
    let token = sign_board_token(&secret, &claims());
    let verifier = Verifier::new(secret).audience(AUDIENCE);
    for header in [
        token.clone(),
        format!("Bearer {token}"),
        format!("bEARER {token}"),
    ] {
        let sender = verifier.verify(&header, at(1100)).unwrap();
        assert_eq!(sender.account_id, Some(AccountId::new(17_654_321)));
        assert_eq!((sender.issued_at, sender.expires_at), (Some(1000), 1300));
    }
}

#[test]
fn a_token_is_good_until_its_expiry_and_the_leeway() {
    let secret = SigningSecret::new("one").unwrap();
    let token = sign_board_token(&secret, &claims());
    let verifier = Verifier::new(secret).leeway(Duration::from_secs(5));
    assert!(verifier.verify(&token, at(1304)).is_ok());
    assert_eq!(
        verifier.verify(&token, at(1305)).unwrap_err(),
        AuthError::Expired
    );
    assert!(verifier.verify(&token, at(995)).is_ok());
    assert_eq!(
        verifier.verify(&token, at(994)).unwrap_err(),
        AuthError::NotYet("iat")
    );
}

#[test]
fn another_audience_is_refused() {
    let secret = SigningSecret::new("one").unwrap();
    let token = sign_board_token(&secret, &claims());
    let other = Verifier::new(secret).audience("https://example.com/monday/");
    assert_eq!(
        other.verify(&token, at(1100)).unwrap_err(),
        AuthError::Audience
    );
}
