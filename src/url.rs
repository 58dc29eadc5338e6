//! The URL that monday calls.

use std::{fmt, str::FromStr};

/// The most characters that monday takes in a webhook's URL (monday's webhooks reference).
pub const MAX_URL_LENGTH: usize = 255;

/// The URL of an endpoint: https, at most 255 characters.
///
/// It is kept to the letter, since it comes back as the audience of monday's tokens. monday never
/// returns the URL of a webhook, so keep it where you keep the webhook's id. It can hold a secret
/// path segment, so `Debug` shows no more than the host.
///
/// ```
/// use monday_webhooks::WebhookUrl;
///
/// let url = WebhookUrl::new("https://example.com/monday")?;
/// assert!(WebhookUrl::new("http://example.com/monday").is_err());
/// # Ok::<(), monday_webhooks::url::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WebhookUrl {
    text: String,
    host: String,
}

/// Why a text can't be the URL of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Longer than monday takes.
    #[error("a webhook URL has at most {MAX_URL_LENGTH} characters; this one has {0}")]
    TooLong(usize),
    /// Another scheme than https.
    #[error("a webhook URL begins with https://")]
    NotHttps,
    /// No URL with a host.
    #[error("a webhook URL has the form https://host/path, without spaces")]
    Malformed,
    /// A user name or a password in the URL.
    #[error("a webhook URL has no user name or password in it")]
    Credentials,
    /// A part after `#`, which is never sent.
    #[error("a webhook URL has no #fragment")]
    Fragment,
}

impl WebhookUrl {
    /// Checks a URL.
    ///
    /// # Errors
    ///
    /// [`UrlError`], which names the rule that the URL breaks.
    pub fn new(url: impl Into<String>) -> Result<Self, UrlError> {
        Self::check(url.into(), &["https"])
    }

    /// Takes plain http too. Deliveries and their tokens then cross the network in the clear:
    /// only for an endpoint on the same machine, as in tests.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), but for the scheme.
    pub fn dangerous_http(url: impl Into<String>) -> Result<Self, UrlError> {
        Self::check(url.into(), &["https", "http"])
    }

    fn check(text: String, schemes: &[&str]) -> Result<Self, UrlError> {
        let length = text.chars().count();
        if length > MAX_URL_LENGTH {
            return Err(UrlError::TooLong(length));
        }
        // The parser would drop or escape these without a word.
        if text.chars().any(|character| {
            character.is_whitespace() || character.is_control() || character == '\\'
        }) {
            return Err(UrlError::Malformed);
        }
        let url = url::Url::parse(&text).map_err(|_| UrlError::Malformed)?;
        if !schemes.contains(&url.scheme()) {
            return Err(UrlError::NotHttps);
        }
        let authority = text.split_once("://").ok_or(UrlError::Malformed)?.1;
        let host = url.host_str().ok_or(UrlError::Malformed)?;
        if authority.starts_with('/') {
            return Err(UrlError::Malformed);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(UrlError::Fragment);
        }
        Ok(Self {
            host: host.to_owned(),
            text,
        })
    }

    /// The URL to the letter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for WebhookUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::new(text)
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({}/..)", self.host)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_monday_could_not_call_is_refused() {
        for (url, error) in [
            ("http://example.com/", UrlError::NotHttps),
            ("ftp://example.com/", UrlError::NotHttps),
            ("example.com/hook", UrlError::Malformed),
            ("https:example.com", UrlError::Malformed),
            ("https:///example.com", UrlError::Malformed),
            ("https://", UrlError::Malformed),
            ("https://exa mple.com/", UrlError::Malformed),
            ("https://example.com/a b", UrlError::Malformed),
            ("https://example.com/\n", UrlError::Malformed),
            ("https://example.com\\a", UrlError::Malformed),
            ("https://user:pass@example.com/", UrlError::Credentials),
            ("https://example.com/#part", UrlError::Fragment),
        ] {
            assert_eq!(WebhookUrl::new(url).unwrap_err(), error, "{url}");
        }
    }

    #[test]
    fn debug_output_shows_no_path() {
        let url = WebhookUrl::new("https://example.com/hidden?hidden=1").unwrap();
        assert_eq!(format!("{url:?}"), "WebhookUrl(example.com/..)");
    }

    proptest! {
        #[test]
        fn the_limit_is_255_characters(length in 200usize..300, unit in prop::sample::select(vec!['a', 'é', '🎉'])) {
            let start = "https://example.com/";
            let url = format!("{start}{}", unit.to_string().repeat(length - start.len()));
            match WebhookUrl::new(url.as_str()) {
                Ok(kept) => {
                    prop_assert!(length <= MAX_URL_LENGTH);
                    prop_assert_eq!(kept.as_str(), url);
                }
                Err(error) => {
                    prop_assert!(length > MAX_URL_LENGTH);
                    prop_assert_eq!(error, UrlError::TooLong(length));
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = WebhookUrl::new(text);
        }
    }
}
