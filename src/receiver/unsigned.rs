//! The door without a lock, and the one thing that can stand in for the lock.

use std::fmt;

use hmac::digest::CtOutput;
use sha2::{Digest, Sha256};

/// A door without a lock. See [`dangerous::unsigned`](dangerous::unsigned()).
#[derive(Debug, Clone)]
pub struct Unsigned {
    segment: Option<SecretSegment>,
}

impl Unsigned {
    /// Takes deliveries only where the last segment of the request's path is this one, and answers
    /// 404 elsewhere, to challenges too. monday calls a webhook's URL as it was given.
    ///
    /// The server of the module `server` compares its whole path, in constant time as well: give
    /// it the path with the segment. In an axum router, mount a receiver with
    /// `route_service("/monday/{segment}", …)`: `nest_service` takes the path away, and every
    /// request would be answered 404.
    #[must_use]
    pub fn behind(mut self, segment: SecretSegment) -> Self {
        self.segment = Some(segment);
        self
    }

    pub(super) fn is_at(&self, path: &str) -> bool {
        let last = path.rsplit('/').next().unwrap_or_default();
        self.segment
            .as_ref()
            .is_none_or(|segment| segment.0.is(last))
    }
}

/// What is not safe by itself.
pub mod dangerous {
    use super::Unsigned;

    /// Takes deliveries from anybody who knows the URL.
    ///
    /// Webhooks that were made with a personal token, or in monday's own pages, are delivered
    /// without a token, and there is nothing to check. Keep the URL secret, with a long random
    /// segment at the end of its path ([`Unsigned::behind`]), and ask monday's API before acting
    /// on what a delivery says.
    ///
    /// ```
    /// use monday_webhooks::{Delivery, Receiver, receiver::{Unverified, dangerous}};
    ///
    /// let receiver = Receiver::new(dangerous::unsigned(), async |delivery: Unverified<Delivery>| {
    ///     println!("somebody says: {}", delivery.message().kind());
    ///     Ok::<(), std::io::Error>(())
    /// });
    /// # fn check<S: tower_service::Service<http::Request<http_body_util::Full<bytes::Bytes>>>>(_: S) {}
    /// # check(receiver);
    /// ```
    #[must_use]
    pub const fn unsigned() -> Unsigned {
        Unsigned { segment: None }
    }
}

/// A segment of a URL's path that nobody can guess. Compared in constant time, and never shown by
/// `Debug`.
///
/// ```
/// use monday_webhooks::receiver::{SecretSegment, dangerous};
///
/// // In the webhook's URL: https://example.com/monday/Zm9vYmFyYmF6cXV4MTIzNDU
/// let segment = SecretSegment::new("Zm9vYmFyYmF6cXV4MTIzNDU")?;
/// let door = dangerous::unsigned().behind(segment);
/// # Ok::<(), monday_webhooks::receiver::SegmentError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SecretSegment(HiddenText);

/// Why a text can't be a [`SecretSegment`]. The text itself is never part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// It could be guessed.
    #[error(
        "a secret segment has at least {} characters, as 128 random bits have",
        SecretSegment::MIN_LENGTH
    )]
    TooShort,
    /// It could arrive in another form than it was given.
    #[error("a secret segment has only letters, digits, \"-\", \"_\", \".\" and \"~\" in it")]
    Character,
}

impl SecretSegment {
    /// The fewest characters: as many as 128 random bits have in base64url.
    pub const MIN_LENGTH: usize = 22;

    /// The segment with this text.
    ///
    /// # Errors
    ///
    /// [`SegmentError`] where the text is shorter than [`MIN_LENGTH`](Self::MIN_LENGTH), or has a
    /// character that URLs escape.
    pub fn new(text: impl AsRef<str>) -> Result<Self, SegmentError> {
        let text = text.as_ref();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        if !text.bytes().all(plain) {
            return Err(SegmentError::Character);
        }
        if text.len() < Self::MIN_LENGTH {
            return Err(SegmentError::TooShort);
        }
        Ok(Self(HiddenText::new(text)))
    }
}

/// A text that is only ever compared, by its digest and in constant time: how long it takes tells
/// the length of the other text, and nothing of this one.
#[derive(Clone)]
pub(crate) struct HiddenText(CtOutput<Sha256>);

impl HiddenText {
    pub(crate) fn new(text: &str) -> Self {
        Self(CtOutput::new(Sha256::digest(text)))
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.0 == CtOutput::new(Sha256::digest(text))
    }
}

impl fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_segment_that_could_be_guessed_or_rewritten_is_refused() {
        let refusal = |text: &str| SecretSegment::new(text).unwrap_err();
        assert_eq!(refusal(""), SegmentError::TooShort);
        assert_eq!(refusal(&"a".repeat(21)), SegmentError::TooShort);
        for other in ["/", "%", "?", "#", " ", "é", "+", "\n"] {
            assert_eq!(
                refusal(&(other.to_owned() + &"a".repeat(30))),
                SegmentError::Character
            );
        }
        assert!(SecretSegment::new("a".repeat(22)).is_ok());
    }

    #[test]
    fn debug_output_does_not_show_a_segment() {
        let segment = SecretSegment::new("abcdefghijklmnopqrstuv").unwrap();
        let door = dangerous::unsigned().behind(segment);
        assert_eq!(
            format!("{door:?}"),
            "Unsigned { segment: Some(SecretSegment(..)) }"
        );
    }

    proptest! {
        #[test]
        fn a_door_behind_a_segment_is_at_the_paths_that_end_in_it(
            segment in "[A-Za-z0-9._~-]{22,60}",
            before in "(/[a-z]{0,5}){0,3}/",
            other in "[A-Za-z0-9._~-]{0,60}",
        ) {
            let door = dangerous::unsigned().behind(SecretSegment::new(&segment).unwrap());
            let at = |path: String| door.is_at(&path);
            let there = [format!("{before}{segment}"), segment.clone()];
            prop_assert!(there.into_iter().all(at));
            let elsewhere = [
                format!("{before}{segment}/"),
                format!("{before}{segment}/{other}x"),
                format!("{before}{}", segment.split_at(1).1),
            ];
            prop_assert!(!elsewhere.into_iter().any(at));
            prop_assert_eq!(at(format!("{before}{other}")), other == segment);
            prop_assert!(dangerous::unsigned().is_at(&before));
        }
    }
}
