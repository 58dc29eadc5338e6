//! The token of monday's API.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::id::AccountId;

/// Who a token acts for, as far as the caller knows. It decides whether webhooks made with the
/// token are delivered with a JWT: only those of an integration app's OAuth token are (monday's
/// webhooks reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenKind {
    /// A user's own API token.
    Personal,
    /// An app's OAuth token, or the short-lived token of an integration call.
    App,
    /// The caller didn't say. The token itself doesn't tell.
    Unspecified,
}

/// A token of monday's API. Its text appears in no `Debug` output, and it is wiped from memory
/// when it is dropped.
///
/// The copies that a client and its HTTP stack make of it for the header of a call
/// are freed like any other memory, and not wiped.
///
/// ```
/// use monday_webhooks::{ApiToken, token::TokenKind};
///
/// let token = ApiToken::app("eyJhbGciOi")?;
/// assert_eq!(token.kind(), TokenKind::App); // so what it subscribes is delivered with a JWT
/// assert!(!format!("{token:?}").contains("eyJhbGciOi"));
/// assert!(ApiToken::new("Bearer eyJhbGciOi").is_err()); // monday takes it bare
/// # Ok::<(), monday_webhooks::token::TokenError>(())
/// ```
#[derive(Clone)]
pub struct ApiToken {
    secret: SecretString,
    kind: TokenKind,
    account: Option<AccountId>,
}

/// Why a text can't be an API token. The text itself is never part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is nothing in it.
    #[error("the API token is empty")]
    Empty,
    /// A space, a newline or another character that can't stand in a header.
    #[error(
        "the API token has a space, a newline or another character that no token has; it stands bare, without \"Bearer\""
    )]
    Character,
}

impl ApiToken {
    /// A token of which nothing more is known.
    ///
    /// # Errors
    ///
    /// [`TokenError`] where the text is empty or has a character other than visible ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, TokenError> {
        Self::with_kind(text, TokenKind::Unspecified)
    }

    /// A user's own token.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn personal(text: impl Into<String>) -> Result<Self, TokenError> {
        Self::with_kind(text, TokenKind::Personal)
    }

    /// An integration app's OAuth token.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn app(text: impl Into<String>) -> Result<Self, TokenError> {
        Self::with_kind(text, TokenKind::App)
    }

    fn with_kind(text: impl Into<String>, kind: TokenKind) -> Result<Self, TokenError> {
        let secret = SecretString::from(text.into());
        let text = secret.expose_secret();
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Character);
        }
        Ok(Self {
            secret,
            kind,
            account: None,
        })
    }

    /// Who the token acts for, as the caller said.
    #[must_use]
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The same token, of which it is known that it belongs to this account. A client with
    /// `client::Limits` counts calls for each account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// The account that the token belongs to, as the caller said.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// The text. It belongs into the `Authorization` header of a call to monday and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToken")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_with_a_newline_or_a_space_is_refused_without_showing_it() {
        for text in [
            "hidden\n",
            "hidden\r\nX-Other: 1",
            "Bearer hidden",
            "hiddén",
        ] {
            let error = ApiToken::new(text).unwrap_err();
            assert_eq!(error, TokenError::Character);
            assert!(!error.to_string().contains("hid"));
        }
        assert_eq!(ApiToken::new("").unwrap_err(), TokenError::Empty);
    }

    #[test]
    fn debug_output_does_not_show_the_token() {
        let token = ApiToken::app("eyJhidden").unwrap();
        assert_eq!(format!("{token:?}"), "ApiToken { kind: App, .. }");
        assert_eq!(token.expose(), "eyJhidden");
    }
}
