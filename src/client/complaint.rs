//! What one error of monday's says, and which kind it is.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value};

use super::{error::ErrorKind, wait};

/// One error, read as far as it can be.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Complaint {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) status_code: Option<u16>,
    pub(super) error_data: Option<Value>,
    pub(super) path: Option<String>,
}

impl Complaint {
    /// All that an answer complains of: `errors` as objects, as texts or as whatever it is, and the
    /// legacy form, with everything on top. An error without a code of its own has the one on top.
    pub(super) fn all(errors: &Value, top: &Map<String, Value>) -> Vec<Self> {
        let top = Self::from_top(top);
        let errors = match errors {
            Value::Array(errors) => errors.as_slice(),
            Value::Null => &[],
            other => std::slice::from_ref(other),
        };
        let errors = errors.iter().map(|error| {
            let error = Self::from_error(error);
            match &top {
                Some(top) if error.code.is_none() => Self {
                    code: top.code.clone(),
                    status_code: error.status_code.or(top.status_code),
                    error_data: error.error_data.or_else(|| top.error_data.clone()),
                    ..error
                },
                _ => error,
            }
        });
        let mut all: Vec<Self> = errors.collect();
        if let Some(top) = top {
            all.push(top);
        }
        all
    }

    fn from_error(error: &Value) -> Self {
        let extensions = &error["extensions"];
        Self {
            code: text(&extensions["code"]),
            message: text(error).or_else(|| text(&error["message"])),
            status_code: status(&extensions["status_code"]),
            error_data: Some(&extensions["error_data"])
                .filter(|data| !data.is_null())
                .cloned(),
            path: path(&error["path"]),
        }
    }

    fn from_top(top: &Map<String, Value>) -> Option<Self> {
        let own = |name: &str| top.get(name).filter(|value| !value.is_null());
        let (code, message) = (own("error_code"), own("error_message"));
        if code.is_none() && message.is_none() {
            return None;
        }
        Some(Self {
            code: code.and_then(text),
            message: message.and_then(text),
            status_code: own("status_code").and_then(status),
            error_data: own("error_data").cloned(),
            path: None,
        })
    }

    /// The wait that the message names.
    pub(super) fn wait(&self) -> Option<Duration> {
        wait::in_message(self.message.as_deref()?)
    }

    /// What kind of error it is: by monday's code, or else by the status, its own before that of
    /// HTTP, or else by the text (monday's error reference).
    pub(super) fn kind(&self, http: StatusCode) -> ErrorKind {
        let code = self.code.as_deref().unwrap_or_default();
        let own = self.status_code.or_else(|| code.parse().ok());
        let own = own.filter(|own| !(200..300).contains(own));
        let status = own.unwrap_or(http.as_u16());
        match by_code(code) {
            // Codes that say "forbidden" by the reference come with 401, too.
            Some(ErrorKind::Forbidden) if status == 401 => ErrorKind::Unauthorized,
            Some(kind) => kind,
            None => by_status(status, own.is_some())
                .filter(|kind| *kind != ErrorKind::Configuration || code.is_empty())
                .unwrap_or_else(|| self.by_text()),
        }
    }

    fn by_text(&self) -> ErrorKind {
        if self.code.as_ref().is_some_and(|code| !code.is_empty()) {
            return ErrorKind::Other;
        }
        let message = self.message.as_deref().unwrap_or_default();
        let message = message.to_ascii_lowercase();
        if message.contains("parse error") {
            ErrorKind::Validation
        } else if message.contains("not authenticated") {
            ErrorKind::Unauthorized
        } else {
            self.limit_by_text(&message).unwrap_or(ErrorKind::Other)
        }
    }

    /// The limit that a text of the legacy form tells of, as in "Complexity budget exhausted, reset
    /// in 3 seconds". Both are needed, the limit and when it is reset: of a limit it is known that
    /// nothing ran, and so a mutation is sent again. "Internal error, retry in 5 seconds" says no
    /// such thing.
    fn limit_by_text(&self, message: &str) -> Option<ErrorKind> {
        self.wait().filter(|_| message.contains("reset in"))?;
        if message.contains("complexity") {
            return Some(ErrorKind::Complexity);
        }
        message
            .split(|end: char| !end.is_ascii_alphanumeric())
            .any(|word| matches!(word, "limit" | "limits" | "rate"))
            .then_some(ErrorKind::RateLimit)
    }
}

fn by_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "COMPLEXITY_BUDGET_EXHAUSTED" | "ComplexityException" => ErrorKind::Complexity,
        "maxConcurrencyExceeded"
        | "IP_RATE_LIMIT_EXCEEDED"
        | "FIELD_LIMIT_EXCEEDED"
        | "DAILY_LIMIT_EXCEEDED"
        | "RATE_LIMIT_EXCEEDED"
        | "API_TEMPORARILY_BLOCKED"
        | "Rate Limit Exceeded"
        | "Minute limit rate exceeded" => ErrorKind::RateLimit,
        "Unauthorized" => ErrorKind::Unauthorized,
        "UserUnauthorizedException"
        | "USER_UNAUTHORIZED"
        | "USER_ACCESS_DENIED"
        | "UNAUTHORIZED"
        | "missingRequiredPermissions" => ErrorKind::Forbidden,
        "ResourceNotFoundException" => ErrorKind::NotFound,
        "InvalidArgumentException"
        | "InvalidBoardIdException"
        | "InvalidColumnIdException"
        | "InvalidUserIdException"
        | "InvalidVersionException"
        | "ColumnValueException"
        | "CorrectedValueException"
        | "CreateBoardException"
        | "ItemNameTooLongException"
        | "ItemsLimitationException" => ErrorKind::InvalidArgument,
        "JsonParseException"
        | "RecordInvalidException"
        | "GRAPHQL_PARSE_FAILED"
        | "GRAPHQL_VALIDATION_FAILED" => ErrorKind::Validation,
        "IDEMPOTENCY_CONFLICT" | "DeleteLastGroupException" => ErrorKind::Conflict,
        "INTERNAL_SERVER_ERROR" => ErrorKind::Server,
        _ => return None,
    })
}

/// What a status says. That a thing isn't there, only monday itself can say: a bare 404 comes
/// from any server that the endpoint was mistyped to.
fn by_status(status: u16, is_mondays_own: bool) -> Option<ErrorKind> {
    Some(match status {
        400 | 413 | 415 | 422 => ErrorKind::Validation,
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 if is_mondays_own => ErrorKind::NotFound,
        300..400 | 404 | 405 | 410 => ErrorKind::Configuration,
        408 => ErrorKind::Timeout,
        409 => ErrorKind::Conflict,
        423 => ErrorKind::Locked,
        429 => ErrorKind::RateLimit,
        500.. => ErrorKind::Server,
        _ => return None,
    })
}

/// A text, or a number as one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn status(value: &Value) -> Option<u16> {
    match value {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn path(value: &Value) -> Option<String> {
    let parts: Vec<String> = value
        .as_array()?
        .iter()
        .map(|part| {
            part.as_str()
                .map_or_else(|| part.to_string(), str::to_owned)
        })
        .collect();
    Some(parts.join("."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(status: u16, extensions: &Value) -> ErrorKind {
        let error = json!({"message": "a", "extensions": extensions});
        let [complaint] = Complaint::all(&json!([error]), &Map::new())
            .try_into()
            .unwrap();
        complaint.kind(StatusCode::from_u16(status).unwrap())
    }

    #[test]
    fn only_monday_itself_says_that_a_thing_is_not_there() {
        let none = json!({});
        assert_eq!(kind(404, &none), ErrorKind::Configuration);
        assert_eq!(
            kind(404, &json!({"code": "SomethingNew"})),
            ErrorKind::Other
        );
        assert_eq!(kind(200, &json!({"status_code": 404})), ErrorKind::NotFound);
        let code = json!({"code": "ResourceNotFoundException"});
        assert_eq!(kind(200, &code), ErrorKind::NotFound);
        assert_eq!(kind(404, &code), ErrorKind::NotFound);
    }

    #[test]
    fn a_status_is_read_as_number_as_text_and_as_a_numeric_code() {
        for extensions in [
            json!({"status_code": 429}),
            json!({"status_code": "429"}),
            json!({"code": 429}),
            json!({"code": "429"}),
        ] {
            assert_eq!(kind(200, &extensions), ErrorKind::RateLimit, "{extensions}");
        }
    }

    #[test]
    fn the_code_unauthorized_is_about_the_token_with_401_and_about_its_rights_otherwise() {
        let code = json!({"code": "UNAUTHORIZED"});
        assert_eq!(kind(401, &code), ErrorKind::Unauthorized);
        assert_eq!(kind(403, &code), ErrorKind::Forbidden);
        assert_eq!(kind(200, &code), ErrorKind::Forbidden);
        let own = json!({"code": "UNAUTHORIZED", "status_code": 401});
        assert_eq!(kind(200, &own), ErrorKind::Unauthorized);
    }

    #[test]
    fn a_text_alone_tells_of_a_limit_only_where_it_names_both_the_limit_and_its_reset() {
        let by_text = |message: &str| {
            let complaint = Complaint {
                message: Some(message.to_owned()),
                ..Complaint::default()
            };
            complaint.kind(StatusCode::OK)
        };
        for (message, kind) in [
            (
                "Complexity budget exhausted, reset in 16s",
                ErrorKind::Complexity,
            ),
            ("Rate limit, reset in 16s", ErrorKind::RateLimit),
            (
                "Minute limit rate exceeded; Reset in 3 seconds",
                ErrorKind::RateLimit,
            ),
            (
                "Internal error, please retry in 5 seconds",
                ErrorKind::Other,
            ),
            ("Over the limit, retry in 5 seconds", ErrorKind::Other),
            (
                "Failed to generate it, reset in 5 seconds",
                ErrorKind::Other,
            ),
            ("Rate limit", ErrorKind::Other),
            ("reset in 5 seconds", ErrorKind::Other),
        ] {
            assert_eq!(by_text(message), kind, "{message}");
        }
    }

    #[test]
    fn a_text_has_the_code_on_top() {
        let top = json!({"error_code": "ComplexityException", "status_code": 429});
        let all = Complaint::all(&json!(["reset in 3 seconds"]), top.as_object().unwrap());
        assert_eq!(all.len(), 2);
        for complaint in all {
            assert_eq!(complaint.kind(StatusCode::OK), ErrorKind::Complexity);
        }
    }
}
