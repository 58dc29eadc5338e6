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

/// About how much memory they may take, in bytes.
const MAX_SIZE: usize = 64 << 20;

/// The most that is kept of a name that a client makes up, in bytes: it can be as long as a body.
const MAX_NAME: usize = 256;

/// The beginning of a name that a client has made up.
pub(crate) fn cut(name: &str) -> String {
    name[..name.floor_char_boundary(MAX_NAME)].to_owned()
}

/// An API call as it was received.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation's name: as the request says, or else that of the document's only operation;
    /// no more than 256 bytes of it.
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

/// About how much memory a call takes, in bytes.
fn memory_of(request: &RecordedRequest) -> usize {
    let fields = request.fields.iter().map(|field| size_of_text(field));
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| size_of_text(name) + size_of_text(value));
    size_of::<RecordedRequest>()
        + request.query.len()
        + size_of_map(&request.variables)
        + fields.chain(headers).sum::<usize>()
}

const fn size_of_text(text: &str) -> usize {
    size_of::<String>() + text.len()
}

fn size_of_map(fields: &Map<String, Value>) -> usize {
    let fields = fields.iter();
    fields
        .map(|(name, value)| size_of_text(name) + size_of_value(value))
        .sum()
}

fn size_of_value(value: &Value) -> usize {
    let below = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size_of_value).sum(),
        Value::Object(fields) => size_of_map(fields),
    };
    size_of::<Value>() + below
}

/// The calls so far.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    calls: VecDeque<RecordedRequest>,
    size: usize,
}

impl Requests {
    pub(crate) fn push(&self, request: RecordedRequest) {
        let mut remembered = lock(&self.0);
        remembered.size += memory_of(&request);
        remembered.calls.push_back(request);
        // The latest stays, however large it is.
        while remembered.calls.len() > MAX_REMEMBERED
            || (remembered.size > MAX_SIZE && remembered.calls.len() > 1)
        {
            if let Some(oldest) = remembered.calls.pop_front() {
                remembered.size -= memory_of(&oldest);
            }
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        lock(&self.0).calls.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        *lock(&self.0) = Remembered::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn request(length: usize) -> RecordedRequest {
        let variables = json!({"a": [1, null, {"b": "c".repeat(length)}]});
        RecordedRequest {
            operation: None,
            fields: vec!["me".to_owned()],
            query: String::new(),
            variables: variables.as_object().unwrap().clone(),
            api_version: None,
            token: None,
            headers: Vec::new(),
        }
    }

    proptest! {
        // Each takes tens of megabytes.
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn what_is_remembered_is_counted_and_the_latest_always_there(
            lengths in proptest::collection::vec(0_usize..(20 << 20), 1..12),
        ) {
            let requests = Requests::default();
            for length in lengths {
                requests.push(request(length));
                let remembered = lock(&requests.0);
                let size: usize = remembered.calls.iter().map(memory_of).sum();
                prop_assert_eq!(size, remembered.size);
                prop_assert!(size <= MAX_SIZE);
                prop_assert_eq!(memory_of(remembered.calls.back().unwrap()), memory_of(&request(length)));
            }
            requests.clear();
            prop_assert_eq!(lock(&requests.0).size, 0);
        }

    }

    proptest! {
        #[test]
        fn a_name_is_cut_between_characters(name in "\\PC{0,300}") {
            let cut = cut(&name);
            prop_assert!(cut.len() <= MAX_NAME && name.starts_with(&cut));
            prop_assert!(cut == name || cut.len() > MAX_NAME - 4);
        }
    }
}
