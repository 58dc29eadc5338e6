//! Why a client can't be set up.

use crate::token::TokenError;

use super::headers::HeaderError;

/// Why a client can't be set up. It names the setting that is wrong, and shows neither a token nor
/// a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no token.
    #[error("there is no API token: set MONDAY_API_TOKEN (or MONDAY_API_KEY)")]
    NoToken,
    /// A variable of the environment isn't Unicode.
    #[error("the environment variable {variable} is not Unicode")]
    NotUnicode {
        /// Its name.
        variable: &'static str,
    },
    /// The token in a variable of the environment can't be one.
    #[error("the environment variable {variable} holds no API token")]
    Token {
        /// Its name.
        variable: &'static str,
        /// What is wrong with it.
        source: TokenError,
    },
    /// A variable of the environment has a value of the wrong form.
    #[error("the environment variable {variable} is not {expected}")]
    Variable {
        /// Its name.
        variable: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// A variable of the environment has a value of the right form that can't be.
    #[error("the environment variable {variable} is wrong: {source}")]
    Environment {
        /// Its name.
        variable: &'static str,
        /// What is wrong with it.
        source: Box<BuildError>,
    },
    /// Not a URL that a token may be sent to.
    #[error("endpoint: it is an https URL, or an http URL on loopback, without credentials")]
    Endpoint,
    /// Not a version of monday's API.
    #[error("api_version: it has the form YYYY-MM with 01, 04, 07 or 10, or is the word dev")]
    ApiVersion,
    /// A header that can't be sent.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// Another setting is wrong.
    #[error("{key}: {problem}")]
    Setting {
        /// The setting, by its key in [`ClientConfig`](super::ClientConfig).
        key: &'static str,
        /// What is wrong with it, and what would be right.
        problem: &'static str,
        /// What was said of it, where there is more.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Http(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl BuildError {
    pub(super) const fn setting(key: &'static str, problem: &'static str) -> Self {
        Self::Setting {
            key,
            problem,
            source: None,
        }
    }
}
