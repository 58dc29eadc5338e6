//! Checking a token, against the bare HMAC and base 64 of the same bytes.

use std::{hint::black_box, time::SystemTime};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use monday_webhooks::auth::{SigningSecret, Verifier};
use serde_json::Value;
use sha2::Sha256;

use crate::{
    Outcome,
    findings::Findings,
    measured::{Measured, Timed, alternating},
    plot::{Axis, Curve, Line},
    sample::{AUDIENCE, SECRET, token},
};

pub(crate) fn run() -> Outcome {
    let token = token()?;
    let now = SystemTime::now();
    let verifier = Verifier::new(SigningSecret::new(SECRET)?).audience(AUDIENCE);
    verifier.verify(&token, now)?;

    let (signed, signature) = token.rsplit_once('.').ok_or("no signature")?;
    let (header, claims) = signed.split_once('.').ok_or("no claims")?;
    let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
    let bare = || {
        let mut mac = key.clone();
        mac.update(signed.as_bytes());
        let parts = [header, claims, signature].map(|part| BASE64_URL_SAFE_NO_PAD.decode(part));
        let signature = parts[2].as_deref().unwrap_or_default();
        black_box(&parts);
        black_box(mac.verify_slice(signature).is_ok())
    };

    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    let decoding = DecodingKey::from_secret(SECRET.as_bytes());
    let library = || {
        let claims = jsonwebtoken::decode::<Value>(&token, &decoding, &validation);
        black_box(claims.is_ok())
    };
    if !bare() || !library() {
        return Err("a contender does not take the token".into());
    }
    let measured = alternating(
        9,
        &mut [
            ("token verify", &mut || {
                _ = black_box(verifier.verify(&token, now).is_ok());
            }),
            ("token bare HMAC and base64", &mut || _ = bare()),
            ("token jsonwebtoken", &mut || _ = library()),
        ],
    );
    Findings {
        measured,
        curves: vec![rotation(&token, now)?],
        ..Findings::default()
    }
    .print()
}

/// The token is signed with the last of so many secrets.
fn rotation(token: &str, now: SystemTime) -> Outcome<Curve> {
    const SECRETS: [usize; 5] = [1, 2, 4, 8, 16];
    let mut verifiers = Vec::new();
    for count in SECRETS {
        let secret = |number: usize| {
            SigningSecret::new(if number + 1 == count {
                SECRET.to_owned()
            } else {
                format!("another-secret-{number}")
            })
        };
        let mut verifier = Verifier::new(secret(0)?).audience(AUDIENCE);
        for number in 1..count {
            verifier = verifier.or_secret(secret(number)?);
        }
        verifier.verify(token, now)?;
        verifiers.push(verifier);
    }
    let mut calls: Vec<_> = verifiers
        .iter()
        .map(|verifier| {
            move || {
                black_box(verifier.verify(token, now).is_ok());
            }
        })
        .collect();
    let mut timed: Vec<Timed<'_>> = calls
        .iter_mut()
        .map(|call| ("", call as &mut dyn FnMut()))
        .collect();
    let measured = alternating(5, &mut timed);
    let points = SECRETS.iter().zip(&measured);
    let points = points.map(|(count, one)| (*count as f64, Measured::median(one)));
    Ok(Curve {
        name: "secrets".into(),
        title: "Checking a token, by secrets in rotation (the last one fits)".into(),
        x: Axis::log("secrets"),
        y: Axis::linear("ns"),
        lines: vec![Line::new("token check", points.collect())],
    })
}
