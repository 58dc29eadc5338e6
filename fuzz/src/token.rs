//! Tokens: as they come, or rightly signed around any header and any claims.

use std::{
    collections::HashMap,
    time::{Duration, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use monday_webhooks::{
    ApiToken,
    auth::{ClientSecret, SigningSecret, Verifier},
};
use serde_json::{Map, Value, value::RawValue};
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
    let (board, lifecycle) = verify(&sign(header, claims));
    if let (Ok(header), Ok(claims)) = (
        serde_json::from_slice::<Map<String, Value>>(header),
        serde_json::from_slice::<Map<String, Value>>(claims),
    ) {
        check_plain(&header, &claims);
    }
    assert!(!(board && lifecycle), "a token is good for both profiles");
    if board || lifecycle {
        check_taken(header, claims, lifecycle);
    }
}

fn sign(header: &[u8], claims: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key will do");
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{signature}")
}

/// Written anew there is nothing odd about the text: the rules alone decide, and what is good by all
/// of them is taken.
fn check_plain(header: &Map<String, Value>, claims: &Map<String, Value>) {
    let text = |object: &Map<String, Value>| serde_json::to_vec(object).expect("it is JSON");
    let token = sign(&text(header), &text(claims));
    let refused = ["crit", "b64", "zip", "enc"];
    let plain = token.len() <= 8192
        && header.get("alg") == Some(&"HS256".into())
        && !refused.iter().any(|name| header.contains_key(*name));
    let at_the_time = claims
        .get("exp")
        .and_then(Value::as_u64)
        .is_some_and(|exp| NOW < exp.saturating_add(LEEWAY))
        && ["iat", "nbf"].iter().all(|name| match claims.get(*name) {
            None => true,
            Some(time) => time.as_u64().is_some_and(|time| time <= NOW + LEEWAY),
        });
    let for_us = match claims.get("aud") {
        Some(Value::String(url)) => url == AUDIENCE,
        Some(Value::Array(urls)) => {
            urls.iter().all(Value::is_string) && urls.iter().any(|url| url == AUDIENCE)
        }
        _ => false,
    };
    let good = plain && at_the_time && for_us;
    let board = !claims.contains_key("dat")
        && may_be(claims, "accountId", Value::is_u64)
        && may_be(claims, "userId", Value::is_i64)
        && may_be(claims, "shortLivedToken", |text| {
            text.as_str()
                .is_some_and(|text| ApiToken::app(text).is_ok())
        });
    let lifecycle = claims
        .get("dat")
        .and_then(Value::as_object)
        .is_some_and(|dat| {
            ["app_id", "app_version_id", "account_id", "install_id"]
                .iter()
                .all(|name| may_be(dat, name, Value::is_u64))
                && may_be(dat, "user_id", Value::is_i64)
                && may_be(dat, "client_id", Value::is_string)
                && may_be(dat, "is_admin", Value::is_boolean)
        });
    assert_eq!(verify(&token), (good && board, good && lifecycle));
}

fn may_be(object: &Map<String, Value>, name: &str, is: impl Fn(&Value) -> bool) -> bool {
    object
        .get(name)
        .is_none_or(|value| value.is_null() || is(value))
}

fn check_taken(header: &[u8], claims: &[u8], lifecycle: bool) {
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
