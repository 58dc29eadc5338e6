//! Challenges: what is echoed, and what isn't.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, header};
use monday_webhooks::{
    auth::{SigningSecret, Verifier},
    receiver::{MAX_CHALLENGE, Outcome, receive},
};
use serde_json::{Value, json};

/// An answer holds the one string that was asked for, and a text of any kind is answered.
pub fn check(data: &[u8]) {
    if let Some(answer) = answer(Bytes::copy_from_slice(data)) {
        let asked: Value = serde_json::from_slice(data).expect("a challenge is JSON");
        let object = asked.as_object().expect("a challenge is an object");
        assert_eq!(object.len(), 1);
        let text = object["challenge"].as_str().expect("a challenge is a text");
        assert!(text.len() <= MAX_CHALLENGE);
        assert_eq!(answer, asked);
    }

    let text = String::from_utf8_lossy(data);
    let asked = json!({"challenge": text});
    let answer = answer(asked.to_string().into());
    assert_eq!(answer, (text.len() <= MAX_CHALLENGE).then_some(asked));
}

fn answer(body: Bytes) -> Option<Value> {
    let verifier = Verifier::new(SigningSecret::new("one").expect("a secret"));
    let request = Request::post("/")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .expect("a request");
    match receive(&verifier, request, SystemTime::UNIX_EPOCH) {
        Outcome::Challenge(answer) => {
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
            assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            Some(serde_json::from_slice(answer.body()).expect("an answer is JSON"))
        }
        Outcome::Message(_) => panic!("a request without a token came through"),
        Outcome::Refused(_) => None,
    }
}
