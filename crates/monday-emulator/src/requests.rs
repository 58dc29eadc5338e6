//! The API calls that were received, for a test to look at.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;

use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::sync::lock;
use crate::tokens::TokenKind;

/// How many calls are remembered; beyond that the oldest are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// An API call as it was received.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation's name: as the request says, or else that of the document's only operation.
    pub operation: Option<String>,
    /// The fields that it asks for at the root, by name.
    pub fields: Vec<String>,
    /// The document.
    pub query: String,
    /// The variables.
    pub variables: Map<String, Value>,
    /// The `API-Version` header.
    pub api_version: Option<String>,
    /// Whose token it carried, where that is known.
    pub token: Option<TokenKind>,
    /// The headers by lower-case name, without `authorization` and `cookie`.
    pub headers: Vec<(String, String)>,
}

impl RecordedRequest {
    /// The value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("operation", &self.operation)
            .field("fields", &self.fields)
            .field("api_version", &self.api_version)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// The headers that may be shown.
pub(crate) fn public_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "authorization" | "cookie"))
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

/// The calls so far.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<VecDeque<RecordedRequest>>);

impl Requests {
    pub(crate) fn push(&self, request: RecordedRequest) {
        let mut requests = lock(&self.0);
        if requests.len() == MAX_REMEMBERED {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        lock(&self.0).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}
