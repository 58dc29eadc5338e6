//! The one header that counts, as a request has it.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header};
use monday_webhooks::{
    SubscriptionKind,
    auth::{AuthError, SigningSecret, Verifier},
    receiver::{Outcome, Refusal, receive},
    testing::{BoardClaims, sample, sign_board_token},
};

use super::AUDIENCE;

fn secret() -> SigningSecret {
    SigningSecret::new("one").unwrap()
}

fn token() -> String {
    sign_board_token(&secret(), &BoardClaims::new(AUDIENCE))
}

/// What becomes of a delivery with these values of the header.
fn outcome<V: AsRef<[u8]>>(values: &[V]) -> Result<(), Refusal> {
    let body = sample(&SubscriptionKind::CreateItem).unwrap().to_string();
    let mut request = Request::post("/")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(body))
        .unwrap();
    for value in values {
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        request.headers_mut().append(header::AUTHORIZATION, value);
    }
    let verifier = Verifier::new(secret()).audience(AUDIENCE);
    match receive(&verifier, request, SystemTime::now()) {
        Outcome::Message(_) => Ok(()),
        Outcome::Refused(refusal) => Err(refusal),
        Outcome::Challenge(_) => panic!("this is no challenge"),
    }
}

#[test]
fn a_request_has_one_token_in_one_header() {
    let good = token();
    assert_eq!(outcome(&[&good]), Ok(()));
    assert_eq!(outcome(&[format!("bEARER {good}")]), Ok(()));

    let refused = |error| Err(Refusal::Unauthorized(error));
    assert_eq!(outcome::<&str>(&[]), refused(AuthError::Missing));
    for several in [
        vec![good.clone(), good.clone()],
        vec![good.clone(), String::new()],
        vec!["nonsense".to_owned(), good.clone()],
    ] {
        assert_eq!(outcome(&several), refused(AuthError::Several));
    }
    for one in [
        format!("{good}, {good}"),
        format!("{good},"),
        format!("nonsense, Bearer {good}"),
        format!("{good};a=b"),
        format!("\"{good}\""),
        format!("Basic {good}"),
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
    ] {
        assert_eq!(outcome(&[&one]), refused(AuthError::Malformed), "{one}");
    }
    for odd in [
        &b"\xff"[..],
        "é".as_bytes(),
        &[good.as_bytes(), b"\x80"].concat(),
    ] {
        assert_eq!(outcome(&[odd]), refused(AuthError::Malformed));
    }
}

#[test]
fn every_bad_token_is_answered_alike() {
    let other = SigningSecret::new("two").unwrap();
    let mut expired = BoardClaims::new(AUDIENCE);
    expired.expires_at = 1;
    let elsewhere = BoardClaims::new("https://example.com/other");
    let mut answers: Vec<_> = [
        vec![],
        vec!["nonsense".to_owned()],
        vec![token(), token()],
        vec![sign_board_token(&other, &BoardClaims::new(AUDIENCE))],
        vec![sign_board_token(&secret(), &expired)],
        vec![sign_board_token(&secret(), &elsewhere)],
        vec!["a".repeat(9000)],
    ]
    .iter()
    .map(|values| {
        let answer = outcome(values).unwrap_err().response();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Bearer");
        format!("{answer:?}")
    })
    .collect();
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}
