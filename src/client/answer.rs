//! What monday answers, in all of its shapes: today's, that of 2025-01, the legacy one with
//! everything on top, `errors` of texts, `data` as a list, HTML, nothing.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::id::AccountId;

use super::{
    call::longest,
    error::{Details, Error, ErrorKind},
    redact::clean,
};

/// An answer, read as far as it can be.
pub(super) struct Answer<'a> {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Option<Body<'a>>,
}

/// The answer's own object. Nothing in it is certain.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    errors: Value,
    account_id: Value,
    extensions: Value,
    #[serde(flatten)]
    legacy: Map<String, Value>,
}

/// What the first error of an answer says.
#[derive(Default)]
struct Complaint {
    code: Option<String>,
    message: Option<String>,
    status_code: Option<u64>,
    error_data: Option<Value>,
    path: Option<String>,
    retry_in: Option<Duration>,
}

impl<'a> Answer<'a> {
    pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &'a [u8]) -> Self {
        let object = body.trim_ascii_start().starts_with(b"{");
        Self {
            status,
            retry_after: retry_after(headers, SystemTime::now()),
            body: object.then(|| serde_json::from_slice(body).ok()).flatten(),
        }
    }

    /// The data, if the answer is nothing but data.
    pub(super) fn into_data<T: serde::de::DeserializeOwned>(
        self,
        operation: &'static str,
        secrets: &[&str],
        is_mutation: bool,
    ) -> Result<T, Error> {
        let status = self.status;
        let unreadable = |retryable| {
            Error::new(Details {
                status: Some(status),
                retryable,
                may_have_been_applied: is_mutation,
                ..Details::new(ErrorKind::Decode, operation)
            })
        };
        let Some(body) = self.body else {
            return Err(Error::new(self.without_json(operation, is_mutation)));
        };
        let complaint = body.complaint();
        let data = body.data.filter(|data| data.get() != "null");
        if complaint.is_none() && status.is_success() {
            let data = data.ok_or_else(|| unreadable(true))?;
            return serde_json::from_str(data.get()).map_err(|_| unreadable(false));
        }

        let complaint = complaint.unwrap_or_default();
        let clean = |text: &String| clean(text, secrets.iter().copied());
        let kind = kind(
            complaint.code.as_deref().unwrap_or_default(),
            complaint.message.as_deref().unwrap_or_default(),
            complaint.status_code,
            status,
        );
        let request_id = body.extensions["request_id"].as_str().map(str::to_owned);
        Err(Error::new(Details {
            message: complaint.message.as_ref().map(clean),
            code: complaint.code.as_ref().map(clean),
            status: Some(status),
            request_id: request_id.as_ref().map(clean),
            account_id: account_id(&body.account_id),
            path: complaint.path.as_ref().map(clean),
            error_data: complaint.error_data,
            retry_after: longest([self.retry_after, complaint.retry_in]),
            retryable: may_pass(kind),
            may_have_been_applied: is_mutation && (may_have_run(kind) || has_result(data)),
            data: data.map(ToOwned::to_owned),
            ..Details::new(kind, operation)
        }))
    }

    /// HTML from a proxy, nothing at all, or an answer that broke off.
    fn without_json(&self, operation: &'static str, is_mutation: bool) -> Details {
        let kind = match self.status {
            status if status.is_success() => ErrorKind::Decode,
            status => kind("", "", None, status),
        };
        Details {
            status: Some(self.status),
            retry_after: self.retry_after,
            retryable: kind == ErrorKind::Decode || may_pass(kind),
            may_have_been_applied: is_mutation && may_have_run(kind),
            ..Details::new(kind, operation)
        }
    }
}

impl Body<'_> {
    fn complaint(&self) -> Option<Complaint> {
        let errors = match &self.errors {
            Value::Array(errors) => errors.as_slice(),
            Value::Null => &[],
            other => std::slice::from_ref(other),
        };
        let legacy = ["error_code", "error_message"]
            .iter()
            .any(|name| self.legacy.get(*name).is_some_and(|value| !value.is_null()));
        if errors.is_empty() && !legacy {
            return None;
        }
        let first = errors.first().unwrap_or(&Value::Null);
        let extensions = &first["extensions"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let own = |name: &str| self.legacy.get(name).unwrap_or(&Value::Null);
        let error_data = [&extensions["error_data"], own("error_data")];
        Some(Complaint {
            code: text(&extensions["code"]).or_else(|| text(own("error_code"))),
            message: text(first)
                .or_else(|| text(&first["message"]))
                .or_else(|| text(own("error_message"))),
            status_code: extensions["status_code"]
                .as_u64()
                .or_else(|| own("status_code").as_u64()),
            error_data: error_data.into_iter().find(|data| !data.is_null()).cloned(),
            path: path(&first["path"]),
            retry_in: longest(
                errors
                    .iter()
                    .flat_map(|error| {
                        let message = error.as_str().or_else(|| error["message"].as_str());
                        [
                            seconds(&error["extensions"]["retry_in_seconds"]),
                            message.and_then(reset_in),
                        ]
                    })
                    .chain([own("error_message").as_str().and_then(reset_in)]),
            ),
        })
    }
}

/// What kind of error it is: by monday's code, or else by its status, or else by the text.
fn kind(code: &str, message: &str, status_code: Option<u64>, status: StatusCode) -> ErrorKind {
    match code {
        "COMPLEXITY_BUDGET_EXHAUSTED" | "ComplexityException" => return ErrorKind::Complexity,
        "maxConcurrencyExceeded"
        | "IP_RATE_LIMIT_EXCEEDED"
        | "FIELD_LIMIT_EXCEEDED"
        | "DAILY_LIMIT_EXCEEDED"
        | "RATE_LIMIT_EXCEEDED"
        | "API_TEMPORARILY_BLOCKED"
        | "Rate Limit Exceeded"
        | "Minute limit rate exceeded" => return ErrorKind::RateLimit,
        "Unauthorized" => return ErrorKind::Unauthorized,
        "UserUnauthorizedException"
        | "USER_UNAUTHORIZED"
        | "USER_ACCESS_DENIED"
        | "UNAUTHORIZED"
        | "missingRequiredPermissions" => return ErrorKind::Forbidden,
        "ResourceNotFoundException" => return ErrorKind::NotFound,
        "InvalidArgumentException"
        | "InvalidBoardIdException"
        | "InvalidColumnIdException"
        | "InvalidUserIdException"
        | "InvalidVersionException"
        | "ColumnValueException"
        | "CorrectedValueException"
        | "CreateBoardException"
        | "ItemNameTooLongException"
        | "ItemsLimitationException" => return ErrorKind::InvalidArgument,
        "JsonParseException" | "RecordInvalidException" => return ErrorKind::Validation,
        "IDEMPOTENCY_CONFLICT" | "DeleteLastGroupException" => return ErrorKind::Conflict,
        _ => {}
    }
    let own = status_code.and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok());
    let status = own.filter(|own| !own.is_success()).unwrap_or(status);
    match status.as_u16() {
        400 | 422 => ErrorKind::Validation,
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        423 => ErrorKind::Locked,
        429 => ErrorKind::RateLimit,
        500.. => ErrorKind::Server,
        _ if reset_in(message).is_some() => ErrorKind::RateLimit,
        _ if code.is_empty() && message.to_ascii_lowercase().contains("parse error") => {
            ErrorKind::Validation
        }
        _ => ErrorKind::Other,
    }
}

/// Whether the same request can succeed later.
const fn may_pass(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::RateLimit | ErrorKind::Complexity | ErrorKind::Locked | ErrorKind::Server
    )
}

/// Whether a mutation with this outcome can have been carried out: not where monday refused it
/// for a reason that it names.
const fn may_have_run(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Server | ErrorKind::Decode | ErrorKind::Other
    )
}

/// Whether there is a field with a result beside the errors.
fn has_result(data: Option<&RawValue>) -> bool {
    data.and_then(|data| serde_json::from_str::<Map<String, Value>>(data.get()).ok())
        .is_some_and(|fields| fields.values().any(|value| !value.is_null()))
}

fn account_id(value: &Value) -> Option<AccountId> {
    AccountId::deserialize(value).ok()
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

fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The wait in monday's older texts: "… reset in 3 seconds".
fn reset_in(message: &str) -> Option<Duration> {
    let (_, rest) = message.split_once("reset in ")?;
    let number = rest.split_whitespace().next()?;
    Duration::try_from_secs_f64(number.parse().ok()?).ok()
}

/// The `Retry-After` header: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(text)
            .ok()?
            .duration_since(now)
            .ok(),
    }
}
