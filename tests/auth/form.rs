//! The form of a compact JWS.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE},
};
use monday_webhooks::auth::AuthError;
use proptest::prelude::*;
use serde_json::json;

use super::{HEADER, SECRET, claims, encode, headed, jws, mac, refusal, token, verify};

fn good() -> String {
    token(claims().to_string())
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<_> = token.split('.').collect();
    parts.try_into().unwrap()
}

#[test]
fn a_token_of_another_number_of_parts_is_refused() {
    let good = good();
    let [header, payload, signature] = parts(&good);
    for token in [
        String::new(),
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{good}.{signature}"),
        format!("{good}.{signature}.{signature}"),
        format!(".{good}"),
        format!("{good}."),
        ".".to_owned(),
        "..".to_owned(),
        "....".to_owned(),
    ] {
        assert_eq!(refusal(&token), AuthError::Malformed, "{token}");
    }
}

#[test]
fn a_token_whose_extra_parts_are_signed_is_refused() {
    let signed = format!("{}.{}.{}", encode(HEADER), encode("{}"), encode("{}"));
    let token = format!("{signed}.{}", encode(mac(SECRET, &signed)));
    assert_eq!(refusal(&token), AuthError::Malformed);
}

#[test]
fn a_token_with_an_empty_part_is_refused() {
    let good = good();
    let [header, payload, signature] = parts(&good);
    for token in [
        format!(".{payload}.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}.{payload}."),
    ] {
        assert_eq!(refusal(&token), AuthError::Malformed, "{token}");
    }
}

#[test]
fn base64_with_padding_is_refused() {
    let payload = format!("{} ", claims());
    let padded = URL_SAFE.encode(&payload);
    assert!(padded.ends_with('='));
    let signed = format!("{}.{padded}", encode(HEADER));
    let signature = encode(mac(SECRET, &signed));
    assert_eq!(
        refusal(&format!("{signed}.{signature}")),
        AuthError::Malformed
    );
    assert_eq!(refusal(&format!("{}=", good())), AuthError::Malformed);
}

#[test]
fn the_standard_alphabet_of_base64_is_refused() {
    let mut payload = claims();
    payload["note"] = json!("ÿÿÿ???>>>");
    let standard = STANDARD_NO_PAD.encode(payload.to_string());
    assert!(standard.contains(['+', '/']));
    let signed = format!("{}.{standard}", encode(HEADER));
    let signature = encode(mac(SECRET, &signed));
    assert_eq!(
        refusal(&format!("{signed}.{signature}")),
        AuthError::Malformed
    );

    let good = good();
    let [header, payload, _] = parts(&good);
    let signed = format!("{header}.{payload}");
    let signature = STANDARD.encode(mac(SECRET, &signed));
    assert_eq!(
        refusal(&format!("{signed}.{signature}")),
        AuthError::Malformed
    );
}

#[test]
fn white_space_anywhere_in_a_token_is_refused() {
    let good = good();
    for space in [" ", "\t", "\n", "\r\n", "\u{a0}", "\u{feff}"] {
        for at in [0, 10, good.find('.').unwrap(), good.len()] {
            let mut token = good.clone();
            token.insert_str(at, space);
            assert_eq!(refusal(&token), AuthError::Malformed, "{space:?} at {at}");
        }
    }
}

#[test]
fn bits_left_over_in_the_last_letter_are_refused() {
    let good = good();
    let last = good.chars().last().unwrap();
    let others: Vec<_> = (b'A'..=b'Z')
        .chain(b'a'..=b'z')
        .chain(b'0'..=b'9')
        .map(char::from)
        .filter(|letter| *letter != last)
        .collect();
    for letter in others {
        let token = format!("{}{letter}", &good[..good.len() - 1]);
        let error = refusal(&token);
        assert!(
            matches!(error, AuthError::Malformed | AuthError::Signature),
            "{token}: {error}"
        );
    }
}

#[test]
fn a_token_in_the_json_serialisation_is_refused() {
    let good = good();
    let [header, payload, signature] = parts(&good);
    let flattened = json!({"protected": header, "payload": payload, "signature": signature});
    let general =
        json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]});
    for token in [flattened.to_string(), general.to_string()] {
        assert_eq!(refusal(&token), AuthError::Malformed, "{token}");
        assert_eq!(refusal(&encode(token)), AuthError::Malformed);
    }
}

#[test]
fn a_token_of_8_kib_is_taken_and_a_longer_one_is_not() {
    // base64 has no text of every length, so the header helps.
    let of_length = |length: usize| {
        let headers = [HEADER, r#"{"alg":"HS256"}"#, r#"{"alg":"HS256" }"#];
        let notes = (5_900..6_200).map(|note| {
            let mut claims = claims();
            claims["note"] = "n".repeat(note).into();
            claims.to_string()
        });
        notes
            .flat_map(|claims| headers.map(|header| jws(SECRET, header, &claims)))
            .find(|token| token.len() == length)
            .unwrap()
    };
    assert!(verify(&of_length(8 * 1024)).is_ok());
    assert_eq!(refusal(&of_length(8 * 1024 + 1)), AuthError::TooLong);
    assert_eq!(refusal(&"a".repeat(10 << 20)), AuthError::TooLong);
}

#[test]
fn a_header_or_payload_that_is_no_json_object_is_refused() {
    for odd in [
        "", "null", "5", "\"text\"", "[]", "[{}]", "{", "{}{}", "{} x", "{\"a\":}", "{'a':1}",
    ] {
        let expected = AuthError::Malformed;
        assert_eq!(refusal(&headed(odd)), expected, "header {odd:?}");
        assert_eq!(refusal(&token(odd)), expected, "payload {odd:?}");
    }
    for odd in [&b"\xff\xfe{}"[..], b"\xef\xbb\xbf{}", b"{\"\xff\":1}"] {
        assert_eq!(refusal(&headed(odd)), AuthError::Malformed);
        assert_eq!(refusal(&token(odd)), AuthError::Malformed);
    }
}

#[test]
fn a_token_that_nests_another_token_is_refused() {
    let inner = good();
    assert_eq!(refusal(&token(&inner)), AuthError::Malformed);
    let header = r#"{"alg":"HS256","cty":"JWT"}"#;
    assert_eq!(refusal(&jws(SECRET, header, inner)), AuthError::Malformed);
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_panic(text in ".{0,300}") {
        prop_assert!(verify(&text).is_err());
    }

    #[test]
    fn any_three_parts_are_refused_without_a_panic(
        header in prop::collection::vec(any::<u8>(), 0..100),
        payload in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(verify(&headed(&header)).is_err());
        prop_assert!(verify(&token(&payload)).is_err());
    }
}
