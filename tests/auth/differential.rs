//! A second opinion: the `jsonwebtoken` crate on the same tokens.
//!
//! What is taken here, it takes too. What it takes and is refused here is refused for one of the
//! reasons that [`STRICTER`] names.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use monday_webhooks::auth::AuthError;
use proptest::prelude::*;
use serde_json::Value;

use super::{AUDIENCE, HEADER, SECRET, jws, verifier};

fn second_opinion(token: &str) -> Option<Value> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 5;
    validation.validate_nbf = true;
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "aud"]);
    let key = DecodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::decode(token, &key, &validation)
        .ok()
        .map(|data| data.claims)
}

/// Where this verifier is the stricter one, on purpose.
const STRICTER: [AuthError; 11] = [
    AuthError::Header("crit"),
    AuthError::Header("b64"),
    AuthError::Header("zip"),
    AuthError::Header("enc"),
    AuthError::Duplicate,
    AuthError::ClaimType("exp"),
    AuthError::ClaimType("iat"),
    AuthError::ClaimType("nbf"),
    AuthError::ClaimType("accountId"),
    AuthError::NotYet("iat"),
    AuthError::Profile,
];

/// Asks both, and says whether the token was taken.
fn compare(token: &str) -> Result<bool, TestCaseError> {
    let now = SystemTime::now();
    let second = second_opinion(token);
    match verifier().verify(token, now) {
        Ok(sender) => {
            let claims =
                second.ok_or_else(|| TestCaseError::fail(format!("only taken here: {token}")))?;
            prop_assert_eq!(claims["exp"].as_u64(), Some(sender.expires_at));
            prop_assert_eq!(
                claims["accountId"].as_u64(),
                sender.account_id.map(monday_webhooks::AccountId::get)
            );
            Ok(true)
        }
        Err(error) => {
            prop_assert!(
                second.is_none() || STRICTER.contains(&error),
                "{error:?}: {token}"
            );
            Ok(false)
        }
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs()
}

/// A time far enough from now on either side that the two clocks of one case can't disagree.
fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (60..3_000_u64).prop_map(|later| (now() + later).to_string()),
        1 => (60..3_000_u64).prop_map(|earlier| (now() - earlier).to_string()),
        1 => prop::sample::select(vec![
            "0", "-1", "1e400", "1e30", "9e9", "4102444800.5", "4102444800.0", "18446744073709551615",
            "18446744073709551616", "null", "\"4102444800\"", "true", "[4102444800]",
        ]).prop_map(str::to_owned),
    ]
}

fn past() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (60..3_000_u64).prop_map(|earlier| (now() - earlier).to_string()),
        1 => time(),
    ]
}

fn audience() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(format!("\"{AUDIENCE}\"")),
        1 => Just(format!("[\"{AUDIENCE}\"]")),
        1 => prop::sample::select(vec![
            "\"https://example.com/monday/\"", "[]", "null", "5", "{}", "[\"https://example.com/monday\",5]",
            "\"https:\\/\\/example.com/monday\"", "\"\"",
        ]).prop_map(str::to_owned),
    ]
}

fn payload() -> impl Strategy<Value = String> {
    let claim = |name: &'static str, value: BoxedStrategy<String>| {
        prop::option::weighted(
            0.8,
            value.prop_map(move |value| format!("\"{name}\":{value}")),
        )
    };
    (
        claim("exp", time().boxed()),
        claim("iat", past().boxed()),
        claim("nbf", past().boxed()),
        claim("aud", audience().boxed()),
        claim(
            "accountId",
            prop::sample::select(vec!["1", "5.0", "\"1\"", "17654321"])
                .prop_map(str::to_owned)
                .boxed(),
        ),
        prop::option::weighted(0.1, time().prop_map(|time| format!("\"exp\":{time}"))),
        prop::option::weighted(0.1, Just("\"dat\":{}".to_owned())),
    )
        .prop_map(|(exp, iat, nbf, aud, account, twice, dat)| {
            let claims: Vec<_> = [exp, iat, nbf, aud, account, twice, dat]
                .into_iter()
                .flatten()
                .collect();
            format!("{{{}}}", claims.join(","))
        })
}

fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(HEADER.to_owned()),
        1 => prop::sample::select(vec![
            r#"{"alg":"HS256"}"#, r#"{"alg":"HS384"}"#, r#"{"alg":"none"}"#, r#"{"typ":"JWT"}"#, r#"{"alg":5}"#,
            r#"{"alg":"HS256","crit":["exp"]}"#, r#"{"alg":"HS256","zip":"DEF"}"#, r#"{"alg":"HS256","b64":false}"#,
            r#"{"alg":"HS256","enc":"A128GCM"}"#, r#"{"alg":"HS256","alg":"HS256"}"#, r#"{"alg":"HS256","kid":"k"}"#,
            r#"{"alg":"HS256","jku":"https://evil.example"}"#, r#"{"alg":"RS256"}"#, "[]", "", "{",
        ]).prop_map(str::to_owned),
    ]
}

/// One change to the letters of a token.
#[derive(Debug, Clone)]
enum Change {
    Replace(prop::sample::Index, char),
    Insert(prop::sample::Index, char),
    Remove(prop::sample::Index),
    Cut(prop::sample::Index),
    DropPart(prop::sample::Index),
    RepeatPart(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let letter = || prop::sample::select("ABCxyz019-_.=+/ \n".chars().collect::<Vec<_>>());
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), letter()).prop_map(|(at, letter)| Change::Replace(at, letter)),
        (index(), letter()).prop_map(|(at, letter)| Change::Insert(at, letter)),
        index().prop_map(Change::Remove),
        index().prop_map(Change::Cut),
        index().prop_map(Change::DropPart),
        index().prop_map(Change::RepeatPart),
    ]
}

fn apply(token: &str, change: &Change) -> String {
    let mut letters: Vec<char> = token.chars().collect();
    let mut parts: Vec<&str> = token.split('.').collect();
    match change {
        Change::Replace(at, letter) => letters[at.index(token.len())] = *letter,
        Change::Insert(at, letter) => letters.insert(at.index(token.len()), *letter),
        Change::Remove(at) => drop(letters.remove(at.index(token.len()))),
        Change::Cut(at) => letters.truncate(at.index(token.len())),
        Change::DropPart(at) => {
            parts.remove(at.index(parts.len()));
            return parts.join(".");
        }
        Change::RepeatPart(at) => {
            let part = parts[at.index(parts.len())];
            parts.insert(at.index(parts.len()), part);
            return parts.join(".");
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn rightly_signed_tokens_of_any_header_and_claims_are_judged_alike(header in header(), payload in payload()) {
        compare(&jws(SECRET, header, payload))?;
    }

    #[test]
    fn changed_tokens_are_judged_alike_and_taken_only_unchanged(changes in prop::collection::vec(change(), 1..4)) {
        let claims = format!(r#"{{"aud":"{AUDIENCE}","exp":{}}}"#, now() + 300);
        let good = jws(SECRET, HEADER, claims);
        let mut changed = good.clone();
        for change in &changes {
            if !changed.is_empty() {
                changed = apply(&changed, change);
            }
        }
        prop_assert_eq!(compare(&changed)?, changed == good);
    }
}

#[test]
fn a_good_token_is_taken_by_both() {
    let claims = format!(r#"{{"aud":"{AUDIENCE}","exp":{}}}"#, now() + 300);
    assert!(compare(&jws(SECRET, HEADER, claims)).unwrap());
}

#[test]
fn a_token_made_by_the_other_implementation_is_taken() {
    let token = jsonwebtoken::encode(
        &jsonwebtoken::Header::new(Algorithm::HS256),
        &serde_json::json!({"aud": AUDIENCE, "exp": now() + 300, "accountId": 5}),
        &jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes()),
    )
    .unwrap();
    assert!(compare(&token).unwrap());
}
