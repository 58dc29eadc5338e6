//! Tokens: as they come, or rightly signed around any header and any claims.

use std::{
    collections::HashMap,
    time::{Duration, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use monday_webhooks::auth::{ClientSecret, SigningSecret, Verifier};
use serde_json::{Value, value::RawValue};
use sha2::Sha256;

const SECRET: &str = "correct horse battery staple";
const AUDIENCE: &str = "https://example.com/monday";
const NOW: u64 = 1_100;
const LEEWAY: u64 = 5;

/// With a zero byte in it, the input is a header and claims, to be signed. Otherwise it is the
/// value of an `Authorization` header.
pub fn check(data: &[u8]) {
    match data.iter().position(|byte| *byte == 0) {
        Some(at) => check_signed(&data[..at], &data[at + 1..]),
        None => {
            if let Ok(token) = std::str::from_utf8(data) {
                let (board, lifecycle) = verify(token);
                // Nobody without the secret gets in.
                assert!(
                    !board && !lifecycle,
                    "a token was accepted that nobody signed"
                );
            }
        }
    }
}

fn check_signed(header: &[u8], claims: &[u8]) {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key will do");
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    let (board, lifecycle) = verify(&format!("{signed}.{signature}"));
    assert!(!(board && lifecycle), "a token is good for both profiles");
    if !board && !lifecycle {
        return;
    }

    let header = Object::read(header);
    assert_eq!(header.get("alg"), Some("HS256".into()));
    for refused in ["crit", "b64", "zip", "enc"] {
        assert_eq!(header.get(refused), None, "{refused} was accepted");
    }
    let claims = Object::read(claims);
    let time = |name| {
        let time = claims.get(name)?;
        Some(time.as_u64().expect("a time is a whole number"))
    };
    let expires = time("exp").expect("a token without an end was accepted");
    assert!(
        NOW < expires.saturating_add(LEEWAY),
        "an expired token was accepted"
    );
    for name in ["iat", "nbf"] {
        let is_here = time(name).is_none_or(|time| time <= NOW + LEEWAY);
        assert!(is_here, "a token of the future was accepted");
    }
    let for_us = match claims.get("aud") {
        Some(Value::String(url)) => url == AUDIENCE,
        Some(Value::Array(urls)) => urls.iter().any(|url| url == AUDIENCE),
        _ => false,
    };
    assert!(for_us, "a token for somebody else was accepted");
    assert_eq!(lifecycle, claims.0.contains_key("dat"));
}

/// What another reader finds in a header or in claims. Names that nobody asks for may have values
/// that `Value` can't hold.
struct Object<'a>(HashMap<String, &'a RawValue>);

impl<'a> Object<'a> {
    fn read(json: &'a [u8]) -> Self {
        Self(serde_json::from_slice(json).expect("what was accepted is a JSON object"))
    }

    fn get(&self, name: &str) -> Option<Value> {
        let raw = self.0.get(name)?;
        Some(serde_json::from_str(raw.get()).expect("what was accepted is JSON"))
    }
}

fn verify(token: &str) -> (bool, bool) {
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let leeway = Duration::from_secs(LEEWAY);
    let board = Verifier::new(SigningSecret::new(SECRET).expect("a secret"));
    let lifecycle = Verifier::new(ClientSecret::new(SECRET).expect("a secret"));
    (
        board
            .audience(AUDIENCE)
            .leeway(leeway)
            .verify(token, now)
            .is_ok(),
        lifecycle
            .audience(AUDIENCE)
            .leeway(leeway)
            .verify(token, now)
            .is_ok(),
    )
}
