//! The secrets themselves.

use monday_webhooks::auth::{ClientSecret, SecretError, SigningSecret, Verifier};

use super::{AUDIENCE, SECRET};

#[test]
fn a_verifier_without_a_secret_can_not_be_made() {
    assert_eq!(SigningSecret::new("").unwrap_err(), SecretError::Empty);
    assert_eq!(ClientSecret::new("").unwrap_err(), SecretError::Empty);
    for blank in [" ", "\n", "\t", "a\n", "\u{a0}a"] {
        assert_eq!(
            SigningSecret::new(blank).unwrap_err(),
            SecretError::WhiteSpace,
            "{blank:?}"
        );
    }
}

#[test]
fn nothing_that_is_shown_shows_a_secret() {
    let board = Verifier::new(SigningSecret::new(SECRET).unwrap()).audience(AUDIENCE);
    let lifecycle = Verifier::new(ClientSecret::new(SECRET).unwrap());
    let shown = format!("{board:?} {board:#?} {lifecycle:?}");
    assert!(shown.contains("SigningSecret(..)"), "{shown}");
    assert!(!shown.contains("horse"), "{shown}");
}
