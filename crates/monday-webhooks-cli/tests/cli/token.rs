//! `token verify` and `token sign`.

use serde_json::Value;

use crate::support::{command, run, run_with_input};

const AUDIENCE: &str = "https://example.com/monday";

fn sign() -> String {
    let arguments = [
        "token",
        "sign",
        "--secret-env",
        "SECRET",
        "--account",
        "77",
        "--user",
        "-5",
        "--audience",
        AUDIENCE,
    ];
    let ran = run(command(&arguments).env("SECRET", "one"));
    assert_eq!(ran.code(), 0, "{ran:?}");
    ran.stdout().trim_end().to_owned()
}

fn verify(options: &[&str], token: &str) -> crate::support::Ran {
    let mut arguments = vec!["--json", "token", "verify", "--secret-env", "SECRET"];
    arguments.extend_from_slice(options);
    arguments.push(token);
    run(command(&arguments).env("SECRET", "one").env("OTHER", "two"))
}

#[test]
fn a_signed_token_is_verified() {
    let ran = verify(&["--audience", AUDIENCE], &sign());
    let first = "{\"account_id\":77,\"user_id\":-5,\"expires_at\":";
    assert!(ran.stdout().starts_with(first), "{ran:?}");
    let claims = ran.json();
    assert_eq!(claims["account_id"], 77);
    assert_eq!(claims["user_id"], -5);
    let lifetime = claims["expires_at"].as_u64().unwrap() - claims["issued_at"].as_u64().unwrap();
    assert_eq!(lifetime, 300);
}

#[test]
fn a_token_is_read_from_standard_input_with_one_newline() {
    let mut from_input = command(&[
        "token",
        "verify",
        "--json",
        "--secret-env",
        "OTHER",
        "--secret-env",
        "SECRET",
        "-",
    ]);
    from_input.env("SECRET", "one").env("OTHER", "two");
    let token = sign();
    assert_eq!(
        run_with_input(&mut from_input, format!("{token}\n").as_bytes()).json()["account_id"],
        Value::from(77)
    );
    run_with_input(&mut from_input, format!("{token}\n\n").as_bytes())
        .refused(1, "not a compact JWT");
    run_with_input(&mut from_input, &b"a".repeat(100_000)).refused(1, "8 KiB");
}

#[test]
fn a_refusal_says_why() {
    let token = sign();
    verify(&["--audience", "https://example.com/"], &token).refused(1, "another audience");
    verify(&["--now", "4102444800"], &token).refused(1, "expired");
    verify(&["--now", "0"], &token).refused(1, "not valid yet");
    verify(&["--lifecycle"], &token).refused(1, "profile");
    verify(&[], "a.b").refused(1, "not a compact JWT");
    let mut other = command(&["token", "verify", "--secret-env", "OTHER", &token]);
    run(other.env("OTHER", "two")).refused(1, "signature");
}
