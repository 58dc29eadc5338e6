//! Headers of one's own.

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Why a header can't be sent. Its value is never part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Not a name that a header can have.
    #[error("headers: a name has letters, digits and hyphens alone")]
    Name,
    /// A header that the client sends itself.
    #[error("headers.{0}: the client sends this header itself")]
    Reserved(HeaderName),
    /// Not a value that a header can have.
    #[error("headers.{0}: a value has visible ASCII characters, spaces and tabs alone")]
    Value(HeaderName),
}

/// What the client says itself: who calls, which version it asks for, and what the transport needs.
const RESERVED: [HeaderName; 11] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
];

/// Adds a header, in place of one of the same name.
pub(super) fn set(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), HeaderError> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| HeaderError::Name)?;
    if RESERVED.contains(&name) || name == super::exchange::API_VERSION_HEADER {
        return Err(HeaderError::Reserved(name));
    }
    match HeaderValue::from_str(value) {
        Ok(mut value) => {
            // It may be a credential for a gateway.
            value.set_sensitive(true);
            headers.insert(name, value);
            Ok(())
        }
        Err(_) => Err(HeaderError::Value(name)),
    }
}

/// All of them, or the first that can't be sent.
pub(super) fn read(given: &HashMap<String, String>) -> Result<HeaderMap, HeaderError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        set(&mut headers, name, value)?;
    }
    Ok(headers)
}

/// The texts that must not show.
pub(super) fn secrets(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    // A shorter value is too likely a word of the message.
    const MIN: usize = 8;

    let texts = headers.values().filter_map(|value| value.to_str().ok());
    texts.filter(|text| text.len() >= MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_own_headers_and_what_is_no_header_are_refused_by_name() {
        let mut headers = HeaderMap::new();
        for (name, says) in [
            ("authorization", "headers.authorization"),
            ("Api-Version", "headers.api-version"),
            ("HOST", "headers.host"),
            ("a b", "a name has"),
            ("", "a name has"),
        ] {
            let error = set(&mut headers, name, "hidden").unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
        let error = set(&mut headers, "x-a", "hidden\n").unwrap_err();
        assert!(error.to_string().contains("headers.x-a"), "{error}");
        assert!(!format!("{error:?}").contains("hidden"));
        assert!(headers.is_empty());
    }
}
