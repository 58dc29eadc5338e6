//! The name of a stream.

use std::{fmt, str::FromStr};

/// The longest name that is taken.
const MAX: usize = 64;

/// The name of the stream that holds an inbox: 1 to 64 letters, digits, `-` and `_`.
///
/// It is also the first part of the subjects, and with `_DEAD` behind it the name of the stream of
/// dead letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StreamName(String);

/// The text can't be the name of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a stream has 1 to {MAX} letters, digits, - and _")]
pub struct StreamNameError(());

impl StreamName {
    /// The name with this text.
    ///
    /// # Errors
    ///
    /// [`StreamNameError`] where the text has other characters, or is empty or too long.
    pub fn new(text: impl Into<String>) -> Result<Self, StreamNameError> {
        let text = text.into();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=MAX).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(StreamNameError(()))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the stream of dead letters.
    pub(super) fn dead(&self) -> String {
        format!("{}_DEAD", self.0)
    }
}

impl FromStr for StreamName {
    type Err = StreamNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_of_plain_characters() {
        for good in ["MONDAY", "m", "monday-inbox_2"] {
            assert_eq!(StreamName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a.b", "a*", ">", "ä", "a\n", &"a".repeat(65)] {
            assert!(StreamName::new(bad).is_err(), "{bad}");
        }
    }
}
