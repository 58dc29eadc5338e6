//! The subjects that deliveries are published to: `STREAM.ACCOUNT.BOARD.EVENT`.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::inbox::Received;

/// Stands for what a delivery doesn't say.
const NONE: &str = "_";

/// A token that would be longer is replaced by a digest.
const MAX: usize = 128;

/// The subject of a delivery below this name.
pub(super) fn subject(name: &str, received: &Received) -> String {
    let delivery = &received.delivery;
    let or_none = |id: Option<String>| id.unwrap_or_else(|| NONE.to_owned());
    format!(
        "{name}.{}.{}.{}",
        or_none(received.account_id.map(|id| id.to_string())),
        or_none(delivery.board_id().map(|id| id.to_string())),
        event(delivery.wire_type()),
    )
}

/// The token of an event: its name, with everything but letters, digits, `-` and `_` written as
/// `%` and two digits for each byte. Different names have different tokens.
pub(super) fn event(name: Option<&str>) -> String {
    let Some(name) = name else {
        return NONE.to_owned();
    };
    if name.is_empty() {
        return "~".to_owned();
    }
    if name == NONE {
        return "%5F".to_owned();
    }
    let mut token = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            token.push(char::from(byte));
        } else {
            // Nothing that is written to a text fails.
            let _ = write!(token, "%{byte:02X}");
        }
        if token.len() > MAX {
            return digest(name);
        }
    }
    token
}

/// No other token begins with `~`.
fn digest(name: &str) -> String {
    let mut token = "~".to_owned();
    for byte in Sha256::digest(name.as_bytes()) {
        let _ = write!(token, "{byte:02x}");
    }
    token
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use proptest::prelude::*;

    use super::*;
    use crate::{Delivery, id::AccountId};

    fn of(body: &str, account: Option<u64>) -> String {
        let delivery = Delivery::parse(body.to_owned()).unwrap();
        let mut received = Received::new(delivery, SystemTime::UNIX_EPOCH);
        received.account_id = account.map(AccountId::new);
        subject("MONDAY", &received)
    }

    #[test]
    fn a_subject_names_account_board_and_event() {
        let body = r#"{"event":{"type":"create_pulse","boardId":3495876}}"#;
        assert_eq!(of(body, Some(17)), "MONDAY.17.3495876.create_pulse");
        assert_eq!(of(body, None), "MONDAY._.3495876.create_pulse");
        assert_eq!(of(r#"{"event":{}}"#, None), "MONDAY._._._");
        let odd = r#"{"event":{"type":"a.b > *\n"}}"#;
        assert_eq!(of(odd, None), "MONDAY._._.a%2Eb%20%3E%20%2A%0A");
    }

    proptest! {
        #[test]
        fn every_event_has_a_token_of_its_own(one in ".{0,80}|_|~", other in ".{0,80}|_|~") {
            let tokens = [event(Some(&one)), event(Some(&other)), event(None)];
            for token in &tokens {
                prop_assert!(!token.is_empty() && token.len() <= MAX);
                prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_%~".contains(&byte)));
            }
            prop_assert_eq!(tokens[0] == tokens[1], one == other);
            prop_assert_ne!(&tokens[0], &tokens[2]);
        }
    }
}
