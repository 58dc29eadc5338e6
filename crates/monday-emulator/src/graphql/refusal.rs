//! Errors as monday answers them.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::limits::{Exceeded, Limit};
use crate::world::WorldError;

/// Why the API doesn't do what it was asked: monday's code, the status that goes with it, and a
/// message (monday's error reference).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) code: Cow<'static, str>,
    pub(crate) status: u16,
    pub(crate) error_data: Map<String, Value>,
    pub(crate) retry_in_seconds: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(
        code: impl Into<Cow<'static, str>>,
        status: u16,
        message: impl Into<String>,
    ) -> Self {
        Self {
            message: message.into(),
            code: code.into(),
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

    pub(crate) fn column_value(message: impl Into<String>) -> Self {
        Self::new("ColumnValueException", 200, message)
    }

    pub(crate) fn json_parse(message: impl Into<String>) -> Self {
        Self::new("JsonParseException", 400, message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new("Unauthorized", 401, "Not authenticated")
    }

    pub(crate) fn invalid_version(requested: &str) -> Self {
        let message = format!("Unknown API version {requested:?}");
        Self::new("InvalidVersionException", 200, message)
    }

    pub(crate) fn missing_scope(scope: &str) -> Self {
        let message = format!("The token lacks the scope {scope}");
        Self::new("missingRequiredPermissions", 200, message)
    }

    /// monday would know what to do.
    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new("EmulatorUnsupported", 200, message)
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

    /// The `extensions` of the error. For complexity they are the code and the waiting time alone.
    pub(crate) fn extensions(&self) -> Value {
        let mut extensions = json!({ "code": self.code });
        if self.code != COMPLEXITY {
            extensions["status_code"] = self.status.into();
            extensions["error_data"] = self.error_data.clone().into();
        }
        if let Some(seconds) = self.retry_in_seconds {
            extensions["retry_in_seconds"] = seconds.into();
        }
        extensions
    }
}

const COMPLEXITY: &str = "COMPLEXITY_BUDGET_EXHAUSTED";

/// The HTTP status that goes with a code, by monday's error reference.
pub(crate) fn status_of(code: &str) -> u16 {
    match code {
        "JsonParseException" => 400,
        "Unauthorized" => 401,
        "UserUnauthorizedException" | "USER_ACCESS_DENIED" | "UNAUTHORIZED" => 403,
        "IDEMPOTENCY_CONFLICT" | "DeleteLastGroupException" => 409,
        "RecordInvalidException" => 422,
        COMPLEXITY
        | "ComplexityException"
        | "maxConcurrencyExceeded"
        | "IP_RATE_LIMIT_EXCEEDED"
        | "FIELD_LIMIT_EXCEEDED"
        | "DAILY_LIMIT_EXCEEDED"
        | "Rate Limit Exceeded"
        | "Minute limit rate exceeded" => 429,
        "INTERNAL_SERVER_ERROR" => 500,
        _ => 200,
    }
}

impl From<Exceeded> for Refusal {
    fn from(exceeded: Exceeded) -> Self {
        let (code, message) = match exceeded.limit {
            Limit::QueryComplexity => (
                "ComplexityException",
                "The query's complexity is over the limit of one call",
            ),
            Limit::ComplexityPerMinute => (COMPLEXITY, "Complexity budget exhausted"),
            Limit::CallsPerMinute => ("Minute limit rate exceeded", "Minute limit rate exceeded"),
            Limit::ConcurrentCalls => ("maxConcurrencyExceeded", "Max concurrency exceeded"),
            Limit::CallsPerIp => ("IP_RATE_LIMIT_EXCEEDED", "IP rate limit exceeded"),
            Limit::CallsPerDay => ("DAILY_LIMIT_EXCEEDED", "Daily limit exceeded"),
        };
        let mut refusal = Self::new(code, status_of(code), message);
        refusal.retry_in_seconds = exceeded.retry_in_seconds;
        refusal
    }
}

impl From<WorldError> for Refusal {
    fn from(error: WorldError) -> Self {
        let message = error.to_string();
        match error {
            WorldError::NoBoard(id) => {
                Self::new("InvalidBoardIdException", 200, message).with_data("board_id", id)
            }
            WorldError::NoColumn(id) => {
                Self::new("InvalidColumnIdException", 200, message).with_data("column_id", id)
            }
            WorldError::NoItem(id) => Self::not_found(message).with_data("item_id", id),
            WorldError::NoUpdate(id) => Self::not_found(message).with_data("update_id", id),
            WorldError::NoGroup(id) => Self::not_found(message).with_data("group_id", id),
            WorldError::NameTooLong => Self::new("ItemNameTooLongException", 200, message),
            WorldError::Value(_) => Self::column_value(message),
            WorldError::LastGroup(id) => {
                let code = "DeleteLastGroupException";
                Self::new(code, status_of(code), message).with_data("group_id", id)
            }
            WorldError::EmptyName
            | WorldError::ColumnExists(_)
            | WorldError::FixedColumn(_)
            | WorldError::OtherBoard(_)
            | WorldError::Parent(_) => Self::invalid_argument(message),
        }
    }
}
