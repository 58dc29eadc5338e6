//! A delivery and a dead letter as messages: the body to the byte, the rest in headers.

use std::{
    str::FromStr,
    time::{Duration, SystemTime},
};

use async_nats::{HeaderMap, header::HeaderName, jetstream::message::StreamMessage};
use bytes::Bytes;

use crate::{
    event::Delivery,
    id::{AccountId, UserId},
    inbox::{
        DeadLetter, DeadLetterId, Received,
        received::{from_millis, millis},
    },
};

const RECEIVED_AT: &str = "Monday-Received-At";
const VERIFIED: &str = "Monday-Verified";
const ACCOUNT_ID: &str = "Monday-Account-Id";
const USER_ID: &str = "Monday-User-Id";
const DIED_AT: &str = "Monday-Died-At";
const ATTEMPTS: &str = "Monday-Attempts";
const REASON: &str = "Monday-Reason";

/// What the server knows duplicates by.
pub(super) const MESSAGE_ID: HeaderName = async_nats::header::NATS_MESSAGE_ID;

/// The headers of a delivery. Times are in milliseconds of Unix time.
pub(super) fn headers(received: &Received) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(RECEIVED_AT, millis(received.received_at).to_string());
    headers.insert(VERIFIED, received.verified.to_string());
    if let Some(account) = received.account_id {
        headers.insert(ACCOUNT_ID, account.get().to_string());
    }
    if let Some(user) = received.user_id {
        headers.insert(USER_ID, user.get().to_string());
    }
    headers
}

/// The delivery of a message; `None` where it is none. A message without our headers, which
/// somebody else published, is a delivery of which nobody knows who sent it.
pub(super) fn received(headers: Option<&HeaderMap>, body: Bytes) -> Option<Received> {
    let arrival = Arrival::read(headers)?;
    Some(arrival.with(Delivery::parse(body).ok()?))
}

/// The headers of a dead letter; those of a delivery that can be read are among them.
pub(super) fn dead_headers(
    received: Option<&Received>,
    died_at: SystemTime,
    attempts: u32,
    reason: &str,
) -> HeaderMap {
    let mut headers = received.map(headers).unwrap_or_default();
    headers.insert(DIED_AT, millis(died_at).to_string());
    headers.insert(ATTEMPTS, attempts.to_string());
    // As JSON, since a header has one line.
    headers.insert(REASON, serde_json::Value::from(reason).to_string());
    headers
}

/// The dead letter of a message. What can't be read of its headers is left out.
pub(super) fn dead_letter(message: StreamMessage) -> DeadLetter {
    let headers = Some(&message.headers);
    let died_at = number(headers, DIED_AT).flatten().map(from_millis);
    let arrival = Arrival::read(headers).unwrap_or_default();
    DeadLetter {
        id: DeadLetterId::new(message.sequence),
        body: message.payload,
        verified: arrival.verified,
        account_id: arrival.account_id,
        user_id: arrival.user_id,
        received_at: arrival
            .received_at
            .or(died_at)
            .unwrap_or(SystemTime::UNIX_EPOCH),
        died_at: died_at.unwrap_or(SystemTime::UNIX_EPOCH),
        attempts: number(headers, ATTEMPTS).flatten().unwrap_or_default(),
        reason: text(&message.headers, REASON)
            .and_then(|reason| serde_json::from_str(reason).ok())
            .unwrap_or_default(),
    }
}

/// What is known of an arrival.
#[derive(Default)]
struct Arrival {
    verified: bool,
    account_id: Option<AccountId>,
    user_id: Option<UserId>,
    received_at: Option<SystemTime>,
}

impl Arrival {
    /// `None` where a header of ours says something else than we write.
    fn read(headers: Option<&HeaderMap>) -> Option<Self> {
        Some(Self {
            verified: number(headers, VERIFIED)?.unwrap_or_default(),
            account_id: number(headers, ACCOUNT_ID)?.map(AccountId::new),
            user_id: number(headers, USER_ID)?.map(UserId::new),
            received_at: number(headers, RECEIVED_AT)?.map(from_millis),
        })
    }

    fn with(self, delivery: Delivery) -> Received {
        let now = SystemTime::now();
        let mut received = Received::new(delivery, self.received_at.unwrap_or(now));
        received.verified = self.verified;
        received.account_id = self.account_id;
        received.user_id = self.user_id;
        received
    }
}

/// The value of a header; `Some(None)` where there is none, `None` where it isn't one.
fn number<T: FromStr>(headers: Option<&HeaderMap>, name: &'static str) -> Option<Option<T>> {
    match headers.and_then(|headers| text(headers, name)) {
        None => Some(None),
        Some(text) => text.parse().ok().map(Some),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    headers.get(name).map(async_nats::HeaderValue::as_str)
}

/// When a delivery arrived, for a key.
pub(super) fn arrival(received: &Received) -> i64 {
    millis(received.received_at)
}

/// What a body is known by.
pub(super) fn digest(body: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    base64::Engine::encode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        Sha256::digest(body),
    )
}

/// When the server stored a message.
pub(super) fn stored_at(message: &StreamMessage) -> SystemTime {
    message.time.into()
}

/// What a message of a stream is known by. A stream that is made anew has the same numbers again,
/// for messages that were stored at other times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    pub(super) sequence: u64,
    /// In nanoseconds of Unix time.
    stored_at: i64,
}

/// What stands in the subject of an acknowledgement: how often the message was handed out, and
/// which one it is. ADR-15 of NATS has two forms, of 9 and of at least 11 parts.
pub(super) fn place(reply: &str) -> Option<(u32, Number)> {
    let parts: Vec<&str> = reply.split('.').collect();
    let (["$JS", "ACK", _, _, count, sequence, _, stored_at, _]
    | [
        "$JS",
        "ACK",
        _,
        _,
        _,
        _,
        count,
        sequence,
        _,
        stored_at,
        _,
        ..,
    ]) = *parts
    else {
        return None;
    };
    let number = Number {
        sequence: sequence.parse().ok()?,
        stored_at: stored_at.parse().ok()?,
    };
    Some((count.parse().ok()?, number))
}

/// "Again, after so long."
pub(super) fn negative(after: Duration) -> Bytes {
    let nanos = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX >> 1);
    format!("-NAK {{\"delay\":{}}}", nanos.min(u64::MAX >> 1)).into()
}

#[cfg(test)]
mod tests {
    use proptest::{option, prelude::*};

    use super::*;

    #[test]
    fn both_forms_of_an_acknowledgement_are_read() {
        let number = |sequence, stored_at| Number {
            sequence,
            stored_at,
        };
        assert_eq!(
            place("$JS.ACK.M.handler.3.100.7.179.42"),
            Some((3, number(100, 179)))
        );
        for domain in [
            "$JS.ACK._.acc.M.handler.2.50.9.178.0",
            "$JS.ACK.hub.acc.M.handler.2.50.9.178.0.r",
        ] {
            assert_eq!(place(domain), Some((2, number(50, 178))));
        }
        for bad in [
            "",
            "$JS.ACK.M",
            "_INBOX.a.b.c.1.2.3.4.5",
            "$JS.ACK.M.h.x.1.1.1.1",
            "$JS.ACK.M.h.1.1.1.x.1",
        ] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_header_that_says_something_else_makes_no_delivery() {
        let body = Bytes::from(r#"{"event":{"type":"x"}}"#);
        assert!(received(None, body.clone()).is_some_and(|received| !received.verified));
        for (name, value) in [
            (VERIFIED, "maybe"),
            (ACCOUNT_ID, "-1"),
            (RECEIVED_AT, "now"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value);
            assert!(received(Some(&headers), body.clone()).is_none(), "{name}");
        }
        assert!(received(None, Bytes::from("{}")).is_none());
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(
            field in ".*", verified: bool, account in option::of(0u64..), user in option::of(any::<i64>()),
            at in 0i64..1_000_000_000_000_000, died in 0i64..1_000_000_000_000_000, attempts: u32, reason in "(.|\n|\r)*",
        ) {
            let body = serde_json::json!({"event": {"type": field, "x": [null, 1.50]}}).to_string();
            let mut written = Received::new(Delivery::parse(body.clone()).unwrap(), from_millis(at));
            written.verified = verified;
            written.account_id = account.map(AccountId::new);
            written.user_id = user.map(UserId::new);

            let read = received(Some(&headers(&written)), written.delivery.body().clone()).unwrap();
            prop_assert_eq!(read.delivery.body(), &body);
            prop_assert_eq!(
                (read.verified, read.account_id, read.user_id, read.received_at),
                (verified, written.account_id, written.user_id, from_millis(at))
            );

            let letter = dead_letter(StreamMessage {
                subject: "a".into(),
                sequence: 7,
                headers: dead_headers(Some(&written), from_millis(died), attempts, &reason),
                payload: written.delivery.body().clone(),
                time: async_nats::datetime::from_nanos(0).unwrap(),
            });
            prop_assert_eq!(letter.body, body);
            prop_assert_eq!(
                (letter.verified, letter.account_id, letter.user_id, letter.received_at),
                (verified, written.account_id, written.user_id, from_millis(at))
            );
            prop_assert_eq!((letter.died_at, letter.attempts, letter.reason), (from_millis(died), attempts, reason));
        }
    }
}
