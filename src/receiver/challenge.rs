//! The challenge by which monday proves a URL when a webhook is created.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde::{Deserialize, Serialize};

/// The longest challenge that is echoed, in bytes.
pub const MAX_CHALLENGE: usize = 1024;

/// A body of this size can be a challenge, escapes and white space included.
pub(super) const MAX_BODY: usize = 6 * MAX_CHALLENGE + 256;

/// An object with a `challenge` and nothing else. An object with other keys beside it is another
/// vendor's handshake.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Challenge {
    challenge: String,
}

/// The answer to a challenge, if the body is one.
///
/// It is an echo to somebody unknown, so nothing else of the request is reflected and the answer
/// is never HTML.
pub(super) fn answer(body: &[u8]) -> Option<Response<Bytes>> {
    if body.len() > MAX_BODY {
        return None;
    }
    // serde would read a list of one string as the object, too.
    let inside = body.trim_ascii_start().strip_prefix(b"{")?;
    // Each delivery comes by here, and an error that nobody reads takes its time to be made.
    if inside.trim_ascii_start().starts_with(b"\"event\"") {
        return None;
    }
    let challenge: Challenge = serde_json::from_slice(body).ok()?;
    if challenge.challenge.len() > MAX_CHALLENGE {
        return None;
    }
    let body = serde_json::to_vec(&challenge).ok()?;
    Some(json(Response::new(Bytes::from(body))))
}

/// Marks a response as JSON that a browser must not take for anything else.
pub(super) fn json(mut response: Response<Bytes>) -> Response<Bytes> {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_one_bounded_string_is_a_challenge() {
        for other in [
            json!({"challenge": 5}),
            json!({"challenge": null}),
            json!({"challenge": "a", "type": "url_verification", "token": "b"}),
            json!({"challenge": "a".repeat(MAX_CHALLENGE + 1)}),
            json!({"event": {}}),
            json!(["challenge"]),
            json!("challenge"),
        ] {
            assert!(answer(other.to_string().as_bytes()).is_none(), "{other}");
        }
        for odd in [
            r#"{"challenge":"a","challenge":"b"}"#,
            r#"{"challenge":"a"} x"#,
            "",
            "{",
        ] {
            assert!(answer(odd.as_bytes()).is_none(), "{odd}");
        }
    }

    #[test]
    fn the_longest_challenge_is_echoed_with_all_of_it_escaped_and_room_around_it() {
        let escapes = "\\u0061".repeat(MAX_CHALLENGE);
        let space = " ".repeat(200);
        let body = format!("{space}{{\"challenge\":\"{escapes}\"}}");
        assert!(answer(body.as_bytes()).is_some());
        assert!(answer(format!("{body}{space}").as_bytes()).is_none());
        let padded = format!("{body:MAX_BODY$}");
        assert!(answer(padded.as_bytes()).is_some());
        assert!(answer(format!("{padded} ").as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn a_challenge_is_echoed_as_it_came(text in "\\PC{0,200}") {
            let asked = json!({"challenge": text});
            let answer = answer(asked.to_string().as_bytes()).unwrap();
            prop_assert_eq!(answer.headers()[header::CONTENT_TYPE].as_bytes(), b"application/json");
            prop_assert_eq!(serde_json::from_slice::<Value>(answer.body()).unwrap(), asked);
        }

        #[test]
        fn a_challenge_of_any_escapes_is_echoed_up_to_the_limit(unit in 0u32..0xD800, count in 0usize..=MAX_CHALLENGE) {
            let unit = char::from_u32(unit).unwrap_or('a');
            let text = unit.to_string().repeat(count);
            let body = format!("{{ \"challenge\" : \"{}\" }}", format!("\\u{:04x}", u32::from(unit)).repeat(count));
            prop_assert_eq!(answer(body.as_bytes()).is_some(), text.len() <= MAX_CHALLENGE);
        }
    }
}
