//! The two secrets of an app.

use std::fmt;

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

/// Why a text can't be a secret. The text itself is never part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// With an empty secret everybody could sign.
    #[error("the secret is empty")]
    Empty,
    /// Most often the newline at the end of a file.
    #[error("the secret begins or ends with white space")]
    WhiteSpace,
}

/// HMAC-SHA256 with its key schedule done, so that a check doesn't repeat it.
pub(super) type Key = Hmac<Sha256>;

fn key(text: &str) -> Result<Key, SecretError> {
    if text.is_empty() {
        return Err(SecretError::Empty);
    }
    if text.trim() != text {
        return Err(SecretError::WhiteSpace);
    }
    // HMAC takes a key of any length.
    Key::new_from_slice(text.as_bytes()).map_err(|_| SecretError::Empty)
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Key);

        impl $name {
            /// The secret with this text, as monday's developer center shows it.
            ///
            /// # Errors
            ///
            /// [`SecretError`] where the text is empty, or has white space around it.
            pub fn new(text: impl AsRef<str>) -> Result<Self, SecretError> {
                key(text.as_ref()).map(Self)
            }

            pub(super) fn key(&self) -> &Key {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

secret! {
    /// An app's Signing Secret: it signs the deliveries of board webhooks. Never shown by `Debug`.
    SigningSecret
}
secret! {
    /// An app's Client Secret: it signs app lifecycle webhooks. Never shown by `Debug`.
    ClientSecret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_is_refused_at_construction() {
        assert_eq!(SigningSecret::new("").unwrap_err(), SecretError::Empty);
        assert_eq!(ClientSecret::new("").unwrap_err(), SecretError::Empty);
    }

    #[test]
    fn the_newline_of_a_file_is_refused_rather_than_signed_with() {
        assert_eq!(
            SigningSecret::new("text\n").unwrap_err(),
            SecretError::WhiteSpace
        );
        assert_eq!(
            SigningSecret::new(" ").unwrap_err(),
            SecretError::WhiteSpace
        );
    }

    #[test]
    fn debug_output_does_not_show_a_secret() {
        let secret = SigningSecret::new("hidden").unwrap();
        assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
    }
}
