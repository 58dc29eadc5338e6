//! Errors as monday answers them.

use serde_json::{Map, Value, json};

/// Why the API doesn't do what it was asked: monday's code, the status that goes with it, and a
/// message (monday's error reference).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) error_data: Map<String, Value>,
    pub(crate) retry_in_seconds: Option<u64>,
}

impl Refusal {
    fn new(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code,
            status,
            error_data: Map::new(),
            retry_in_seconds: None,
        }
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new("InvalidArgumentException", 200, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", 200, message)
    }

    pub(crate) fn json_parse(message: impl Into<String>) -> Self {
        Self::new("JsonParseException", 400, message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new("Unauthorized", 401, "Not authenticated")
    }

    pub(crate) fn invalid_version(requested: &str) -> Self {
        Self::new(
            "InvalidVersionException",
            200,
            format!("Unknown API version {requested:?}"),
        )
    }

    pub(crate) fn missing_scope(scope: &str) -> Self {
        Self::new(
            "missingRequiredPermissions",
            200,
            format!("The token lacks the scope {scope}"),
        )
    }

    pub(crate) fn internal() -> Self {
        Self::new("INTERNAL_SERVER_ERROR", 500, "Internal server error")
    }

    pub(crate) fn parse(message: impl Into<String>) -> Self {
        Self::new("GRAPHQL_PARSE_FAILED", 200, message)
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("GRAPHQL_VALIDATION_FAILED", 200, message)
    }

    /// Adds a value to `error_data`.
    pub(crate) fn with_data(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.error_data.insert(key.to_owned(), value.into());
        self
    }

    /// The `extensions` of the error.
    pub(crate) fn extensions(&self) -> Value {
        let mut extensions = json!({
            "code": self.code,
            "status_code": self.status,
            "error_data": self.error_data,
        });
        if let Some(seconds) = self.retry_in_seconds {
            extensions["retry_in_seconds"] = seconds.into();
        }
        extensions
    }
}
