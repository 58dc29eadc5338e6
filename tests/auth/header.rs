//! The header of a token: it can't choose how it is read.

use monday_webhooks::auth::AuthError;

use super::{SECRET, claims, encode, headed, jws, mac, refusal, verify};

#[test]
fn the_algorithm_none_is_refused_in_every_spelling() {
    for algorithm in ["none", "None", "NONE", "nOnE", "none ", " none", "", "null"] {
        let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
        assert_eq!(
            refusal(&headed(&header)),
            AuthError::Algorithm,
            "{algorithm}"
        );
        let unsigned = format!("{}.{}.", encode(&header), encode(claims().to_string()));
        assert_eq!(refusal(&unsigned), AuthError::Malformed);
        assert_eq!(refusal(&format!("{unsigned}AA")), AuthError::Algorithm);
    }
}

#[test]
fn every_other_algorithm_is_refused_though_the_signature_is_that_of_hs256() {
    for algorithm in [
        "HS384",
        "HS512",
        "HS1",
        "HS256 ",
        " HS256",
        "hs256",
        "Hs256",
        "HS256\\u0000",
        "HS-256",
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "ES256",
        "ES384",
        "ES256K",
        "EdDSA",
        "dir",
        "A128KW",
        "A256GCM",
        "RSA-OAEP",
        "PBES2-HS256+A128KW",
        "HS256,none",
        "ＨＳ256",
    ] {
        let header = format!(r#"{{"alg":"{algorithm}"}}"#);
        assert_eq!(
            refusal(&headed(header)),
            AuthError::Algorithm,
            "{algorithm}"
        );
    }
}

#[test]
fn tokens_rightly_signed_with_hs384_and_hs512_are_refused() {
    for algorithm in [
        jsonwebtoken::Algorithm::HS384,
        jsonwebtoken::Algorithm::HS512,
    ] {
        let token = jsonwebtoken::encode(
            &jsonwebtoken::Header::new(algorithm),
            &claims(),
            &jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes()),
        )
        .unwrap();
        assert_eq!(refusal(&token), AuthError::Algorithm);
    }
}

#[test]
fn a_missing_algorithm_is_refused() {
    for header in [
        "{}",
        r#"{"typ":"JWT"}"#,
        r#"{"ALG":"HS256"}"#,
        r#"{"alg ":"HS256"}"#,
    ] {
        assert_eq!(refusal(&headed(header)), AuthError::Algorithm, "{header}");
    }
}

#[test]
fn an_algorithm_that_is_no_string_is_refused() {
    for algorithm in [
        "null",
        "256",
        "true",
        "[\"HS256\"]",
        "{\"alg\":\"HS256\"}",
        "1e400",
    ] {
        let header = format!(r#"{{"alg":{algorithm}}}"#);
        assert_eq!(
            refusal(&headed(header)),
            AuthError::Algorithm,
            "{algorithm}"
        );
    }
}

#[test]
fn a_name_that_stands_twice_in_the_header_is_refused() {
    for header in [
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"none"}"#,
        r#"{"alg":"HS256","kid":"a","kid":"b"}"#,
    ] {
        assert_eq!(refusal(&headed(header)), AuthError::Duplicate, "{header}");
    }
}

#[test]
fn a_header_that_asks_for_another_reading_is_refused() {
    for (field, values) in [
        ("crit", ["[\"exp\"]", "[]", "null", "\"b64\""]),
        ("b64", ["false", "true", "null", "0"]),
        ("zip", ["\"DEF\"", "\"\"", "null", "false"]),
        ("enc", ["\"A128GCM\"", "\"\"", "null", "{}"]),
    ] {
        for value in values {
            let header = format!(r#"{{"alg":"HS256","{field}":{value}}}"#);
            assert_eq!(
                refusal(&headed(header)),
                AuthError::Header(field),
                "{field}: {value}"
            );
        }
    }
    let escaped = r#"{"alg":"HS256","\u0063rit":["exp"]}"#;
    assert_eq!(refusal(&headed(escaped)), AuthError::Header("crit"));
}

#[test]
fn a_payload_that_is_not_encoded_is_refused_with_b64_false() {
    let header = encode(r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#);
    let signed = format!("{header}.{{\"exp\":1300}}");
    let token = format!("{signed}.{}", encode(mac(SECRET, &signed)));
    assert_eq!(refusal(&token), AuthError::Malformed);
}

#[test]
fn a_key_that_the_header_names_changes_nothing() {
    let jwk = format!(
        r#"{{"kty":"oct","k":"{}","alg":"HS256"}}"#,
        encode("mallory")
    );
    for field in [
        r#""kid":"../../dev/null""#.to_owned(),
        r#""kid":"' UNION SELECT 'mallory"#.to_owned() + r#"""#,
        r#""kid":7"#.to_owned(),
        r#""jku":"http://127.0.0.1:1/jwks.json""#.to_owned(),
        r#""x5u":"http://127.0.0.1:1/cert.pem""#.to_owned(),
        r#""x5c":["AAAA"]"#.to_owned(),
        r#""x5t":"AAAA""#.to_owned(),
        format!(r#""jwk":{jwk}"#),
        r#""typ":"at+jwt""#.to_owned(),
        r#""cty":"text/plain""#.to_owned(),
    ] {
        let header = format!(r#"{{"alg":"HS256",{field}}}"#);
        assert!(verify(&headed(&header)).is_ok(), "{header}");
        let forged = jws("mallory", &header, claims().to_string());
        assert_eq!(refusal(&forged), AuthError::Signature, "{header}");
    }
}

#[test]
fn a_token_encrypted_in_the_compact_form_is_refused() {
    let header = encode(r#"{"alg":"dir","enc":"A128GCM"}"#);
    for token in [
        format!("{header}..{0}.{0}.{0}", encode("x")),
        format!("{header}.{0}.{0}.{0}.{0}", encode("x")),
    ] {
        assert_eq!(refusal(&token), AuthError::Malformed);
    }
}
