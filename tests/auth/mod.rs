//! Tokens: what is taken, and what is not. SECURITY.md names these tests.

mod audience;
mod claims;
mod differential;
mod form;
mod header;
mod lifecycle;
mod secrets;
mod security;
mod signature;
mod times;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use monday_webhooks::auth::{AuthError, Sender, SigningSecret, Verifier};
use serde_json::{Value, json};
use sha2::Sha256;

const AUDIENCE: &str = "https://example.com/monday";
const SECRET: &str = "correct horse battery staple";
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// The clock of most tests.
const NOW: u64 = 1_100;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn verifier() -> Verifier {
    Verifier::new(SigningSecret::new(SECRET).unwrap()).audience(AUDIENCE)
}

fn verify(token: &str) -> Result<Sender, AuthError> {
    verifier().verify(token, at(NOW))
}

fn refusal(token: &str) -> AuthError {
    verify(token).unwrap_err()
}

/// The claims of monday's sample.
fn claims() -> Value {
    json!({"accountId": 17_654_321, "userId": 51_234_567, "aud": AUDIENCE, "iat": 1_000, "exp": 1_300})
}

/// The sample's claims with one changed. Its value is JSON text, so that it can be any number.
fn claims_with(name: &str, value: &str) -> String {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    let text = claims.to_string();
    format!("{},{}:{value}}}", &text[..text.len() - 1], json!(name))
}

/// The sample's claims without one.
fn claims_without(name: &str) -> String {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims.to_string()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn mac(secret: &str, signed: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A compact JWS of any header and any payload, rightly signed with any secret: independent of
/// the signer under `testing`.
fn jws(secret: &str, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = encode(mac(secret, &signed));
    format!("{signed}.{signature}")
}

/// A rightly signed token with these claims.
fn token(claims: impl AsRef<[u8]>) -> String {
    jws(SECRET, HEADER, claims)
}

/// A rightly signed token with this header.
fn headed(header: impl AsRef<[u8]>) -> String {
    jws(SECRET, header, claims().to_string())
}

#[test]
fn a_good_token_names_its_sender() {
    let sender = verify(&token(claims().to_string())).unwrap();
    assert_eq!(
        sender.account_id.map(monday_webhooks::AccountId::get),
        Some(17_654_321)
    );
    assert_eq!(
        sender.user_id.map(monday_webhooks::UserId::get),
        Some(51_234_567)
    );
    assert_eq!(sender.audience, [AUDIENCE]);
    assert_eq!((sender.issued_at, sender.expires_at), (Some(1_000), 1_300));
    assert!(sender.short_lived_token().is_none());
}

#[test]
fn the_scheme_bearer_is_optional_and_of_any_case() {
    let token = token(claims().to_string());
    for scheme in ["", "Bearer ", "bearer ", "BEARER ", "bEaReR "] {
        assert!(verify(&format!("{scheme}{token}")).is_ok(), "{scheme:?}");
    }
    for scheme in [
        "Bearer",
        "Bearer\t",
        "Bearer  ",
        " Bearer ",
        "Basic ",
        "JWT ",
        "Bearer Bearer ",
    ] {
        assert_eq!(
            refusal(&format!("{scheme}{token}")),
            AuthError::Malformed,
            "{scheme:?}"
        );
    }
}
