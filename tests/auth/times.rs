//! The times in a token.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use monday_webhooks::auth::{AuthError, MAX_GRACE, MAX_LEEWAY, Sender};
use proptest::prelude::*;

use super::{NOW, at, claims_with, claims_without, refusal, token, verifier};

fn verify_at(claims: &str, seconds: u64) -> Result<Sender, AuthError> {
    verifier().verify(&token(claims), at(seconds))
}

#[test]
fn the_most_that_may_be_given_is_what_the_documents_say() {
    assert_eq!(MAX_GRACE, Duration::from_mins(30));
    assert_eq!(MAX_LEEWAY, Duration::from_mins(5));
}

#[test]
fn a_token_is_good_until_its_expiry_and_the_leeway_to_the_second() {
    let claims = claims_with("exp", "1300");
    assert!(verify_at(&claims, 1304).is_ok());
    assert_eq!(verify_at(&claims, 1305).unwrap_err(), AuthError::Expired);

    let strict = verifier().leeway(Duration::ZERO);
    assert!(strict.verify(&token(&claims), at(1299)).is_ok());
    assert_eq!(
        strict.verify(&token(&claims), at(1300)).unwrap_err(),
        AuthError::Expired
    );
    let loose = verifier().leeway(Duration::from_millis(1500));
    let moment = |milliseconds| UNIX_EPOCH + Duration::from_millis(milliseconds);
    assert!(loose.verify(&token(&claims), moment(1_301_499)).is_ok());
    assert!(loose.verify(&token(&claims), moment(1_301_500)).is_err());
}

#[test]
fn a_token_of_the_future_is_refused_beyond_the_leeway_to_the_second() {
    for name in ["iat", "nbf"] {
        assert!(verify_at(&claims_with(name, "1105"), NOW).is_ok(), "{name}");
        assert_eq!(
            verify_at(&claims_with(name, "1106"), NOW).unwrap_err(),
            AuthError::NotYet(name)
        );
        let strict = verifier().leeway(Duration::ZERO);
        let token = token(claims_with(name, "1100"));
        assert!(strict.verify(&token, at(1100)).is_ok(), "{name}");
        assert_eq!(
            strict.verify(&token, at(1099)).unwrap_err(),
            AuthError::NotYet(name)
        );
    }
}

#[test]
fn a_missing_expiry_is_refused_and_the_other_times_may_be_missing() {
    assert_eq!(
        refusal(&token(claims_without("exp"))),
        AuthError::MissingClaim("exp")
    );
    assert_eq!(
        verify_at(&claims_without("iat"), NOW).unwrap().issued_at,
        None
    );
}

#[test]
fn a_time_that_is_no_whole_number_of_seconds_is_refused() {
    for name in ["exp", "iat", "nbf"] {
        for value in [
            "null",
            "\"1300\"",
            "\"\"",
            "-1",
            "-0",
            "1300.0",
            "1300.5",
            "1.3e3",
            "1e400",
            "-1e400",
            "18446744073709551616",
            "true",
            "[1300]",
            "{}",
            "\"never\"",
        ] {
            assert_eq!(
                refusal(&token(claims_with(name, value))),
                AuthError::ClaimType(name),
                "{name}: {value}"
            );
        }
    }
}

#[test]
fn the_latest_time_of_all_overflows_nothing() {
    let far = claims_with("exp", "18446744073709551615");
    let verifier = verifier()
        .leeway(Duration::MAX)
        .late_retry_grace(Duration::MAX);
    assert!(verifier.verify(&token(&far), at(NOW)).is_ok());
    for name in ["iat", "nbf"] {
        assert_eq!(
            verify_at(&claims_with(name, "18446744073709551615"), NOW).unwrap_err(),
            AuthError::NotYet(name)
        );
    }
}

#[test]
fn a_token_that_expired_in_1970_is_refused() {
    assert_eq!(refusal(&token(claims_with("exp", "0"))), AuthError::Expired);
}

#[test]
fn by_a_clock_before_1970_no_token_is_good() {
    let broken: SystemTime = UNIX_EPOCH - Duration::from_secs(1);
    for expiry in ["1300", "18446744073709551615"] {
        let token = token(claims_with("exp", expiry));
        assert_eq!(
            verifier().verify(&token, broken).unwrap_err(),
            AuthError::Expired
        );
    }
}

#[test]
fn late_retries_have_no_grace_unless_it_is_given() {
    let token = token(claims_with("exp", "1300"));
    let late = at(1300 + 600);
    assert_eq!(
        verifier().verify(&token, late).unwrap_err(),
        AuthError::Expired
    );
    let patient = verifier().late_retry_grace(Duration::from_secs(600));
    assert!(patient.verify(&token, late).is_ok());
    assert!(patient.verify(&token, at(1300 + 604)).is_ok());
    assert_eq!(
        patient.verify(&token, at(1300 + 605)).unwrap_err(),
        AuthError::Expired
    );
}

#[test]
fn a_grace_is_never_longer_than_monday_retries() {
    let endless = verifier().late_retry_grace(Duration::MAX);
    let token = token(claims_with("exp", "1300"));
    let last = 1300 + MAX_GRACE.as_secs() + 4;
    assert!(endless.verify(&token, at(last)).is_ok());
    assert_eq!(
        endless.verify(&token, at(last + 1)).unwrap_err(),
        AuthError::Expired
    );
}

#[test]
fn a_leeway_is_never_longer_than_a_token_lives() {
    let endless = verifier().leeway(Duration::MAX);
    let expired = token(claims_with("exp", "1300"));
    let last = 1300 + MAX_LEEWAY.as_secs() - 1;
    assert!(endless.verify(&expired, at(last)).is_ok());
    assert_eq!(
        endless.verify(&expired, at(last + 1)).unwrap_err(),
        AuthError::Expired
    );
    for name in ["iat", "nbf"] {
        let early = |seconds: u64| {
            let time = (NOW + seconds).to_string();
            endless.verify(&token(claims_with(name, &time)), at(NOW))
        };
        assert!(early(MAX_LEEWAY.as_secs()).is_ok());
        assert_eq!(
            early(MAX_LEEWAY.as_secs() + 1).unwrap_err(),
            AuthError::NotYet(name)
        );
    }
}

#[test]
fn a_grace_does_not_let_a_token_of_the_future_in() {
    let patient = verifier().late_retry_grace(MAX_GRACE);
    for name in ["iat", "nbf"] {
        let token = token(claims_with(name, "1106"));
        assert_eq!(
            patient.verify(&token, at(NOW)).unwrap_err(),
            AuthError::NotYet(name)
        );
    }
}

proptest! {
    #[test]
    fn a_token_is_good_exactly_between_its_times(
        exp in 0..4_000_u64, nbf in 0..4_000_u64, iat in 0..4_000_u64,
        now in 0..4_000_u64, leeway in 0..50_u64, grace in 0..3_000_u64,
    ) {
        let claims = serde_json::json!({"aud": super::AUDIENCE, "exp": exp, "nbf": nbf, "iat": iat});
        let verifier = verifier()
            .leeway(Duration::from_secs(leeway))
            .late_retry_grace(Duration::from_secs(grace));
        let good = now < exp + leeway + grace.min(1_800) && nbf <= now + leeway && iat <= now + leeway;
        prop_assert_eq!(verifier.verify(&token(claims.to_string()), at(now)).is_ok(), good);
    }
}
