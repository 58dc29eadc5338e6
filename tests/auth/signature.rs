//! The signature of a token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use monday_webhooks::auth::{AuthError, SigningSecret, Verifier};
use proptest::prelude::*;

use super::{HEADER, NOW, SECRET, at, claims, encode, jws, mac, refusal, token, verify};

fn good() -> String {
    token(claims().to_string())
}

#[test]
fn every_bit_of_the_signature_counts() {
    let good = good();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(signature.len() * 8, 256);
    for bit in 0..256 {
        let mut flipped = signature.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let token = format!("{signed}.{}", encode(flipped));
        assert_eq!(refusal(&token), AuthError::Signature, "bit {bit}");
    }
}

#[test]
fn every_bit_of_what_is_signed_counts() {
    let good = good();
    let signed = good.rfind('.').unwrap();
    for bit in 0..signed * 8 {
        let mut flipped = good.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(token) = String::from_utf8(flipped) else {
            continue;
        };
        assert!(verify(&token).is_err(), "bit {bit}");
    }
}

#[test]
fn a_signature_of_another_length_is_refused() {
    let good = good();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for length in 1..32 {
        let token = format!("{signed}.{}", encode(&signature[..length]));
        assert_eq!(refusal(&token), AuthError::Signature, "{length} bytes");
    }
    let longer = [&signature[..], &[0]].concat();
    assert_eq!(
        refusal(&format!("{signed}.{}", encode(longer))),
        AuthError::Signature
    );
    let twice = [&signature[..], &signature[..]].concat();
    assert_eq!(
        refusal(&format!("{signed}.{}", encode(twice))),
        AuthError::Signature
    );
    assert_eq!(refusal(&format!("{signed}.")), AuthError::Malformed);
}

#[test]
fn a_constant_signature_is_refused() {
    let good = good();
    let (signed, _) = good.rsplit_once('.').unwrap();
    for byte in [0, 0xFF] {
        let token = format!("{signed}.{}", encode([byte; 32]));
        assert_eq!(refusal(&token), AuthError::Signature);
    }
}

#[test]
fn a_signature_of_other_text_is_refused() {
    let (header, payload) = (encode(HEADER), encode(claims().to_string()));
    for signed in [
        payload.clone(),
        format!("{payload}.{header}"),
        format!("{header}.{payload}."),
        format!("{HEADER}.{}", claims()),
        format!("{header}{payload}"),
    ] {
        let token = format!("{header}.{payload}.{}", encode(mac(SECRET, &signed)));
        assert_eq!(refusal(&token), AuthError::Signature, "{signed}");
    }
}

#[test]
fn the_hexadecimal_signature_of_other_services_is_refused() {
    let good = good();
    let (signed, _) = good.rsplit_once('.').unwrap();
    let hex: String = mac(SECRET, signed)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(refusal(&format!("{signed}.{hex}")), AuthError::Signature);
}

#[test]
fn another_secret_is_refused() {
    for secret in [
        "",
        "another",
        "Correct horse battery staple",
        "correct horse battery staple ",
        "correct horse battery stapl",
    ] {
        let token = jws(secret, HEADER, claims().to_string());
        assert_eq!(refusal(&token), AuthError::Signature, "{secret:?}");
    }
}

#[test]
fn while_secrets_rotate_both_are_taken_and_then_the_old_one_no_more() {
    let [old, new] = ["old", "new"].map(|text| SigningSecret::new(text).unwrap());
    let [by_old, by_new] = ["old", "new"].map(|text| jws(text, HEADER, claims().to_string()));

    let rotating = Verifier::new(new.clone()).or_secret(old);
    assert!(rotating.verify(&by_old, at(NOW)).is_ok());
    assert!(rotating.verify(&by_new, at(NOW)).is_ok());

    let rotated = Verifier::new(new);
    assert!(rotated.verify(&by_new, at(NOW)).is_ok());
    assert_eq!(
        rotated.verify(&by_old, at(NOW)).unwrap_err(),
        AuthError::Signature
    );
}

#[test]
fn a_secret_longer_than_a_block_is_taken_as_it_is() {
    let secret = "s".repeat(200);
    let token = jws(&secret, HEADER, claims().to_string());
    let verifier = Verifier::new(SigningSecret::new(&secret).unwrap());
    assert!(verifier.verify(&token, at(NOW)).is_ok());
    let shorter = Verifier::new(SigningSecret::new(&secret[..199]).unwrap());
    assert_eq!(
        shorter.verify(&token, at(NOW)).unwrap_err(),
        AuthError::Signature
    );
}

#[test]
fn a_refusal_does_not_show_the_right_signature() {
    let token = jws("another", HEADER, claims().to_string());
    let (signed, _) = token.rsplit_once('.').unwrap();
    let right = encode(mac(SECRET, signed));
    let error = refusal(&token);
    assert!(!format!("{error} {error:?}").contains(&right[..8]));
}

proptest! {
    #[test]
    fn only_the_secret_itself_opens(secret in "[!-~]{1,80}", other in "[!-~]{1,80}") {
        let token = jws(&secret, HEADER, claims().to_string());
        let verify = |text: &str| Verifier::new(SigningSecret::new(text).unwrap()).verify(&token, at(NOW));
        prop_assert!(verify(&secret).is_ok());
        prop_assert_eq!(verify(&other).is_ok(), secret == other);
    }
}
