//! What goes back over HTTP.

use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::core::Core;
use crate::limits::RetryHint;
use crate::random::hex_id;

/// An answer, or what comes in its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Json(Value),
    Html(&'static str),
    Empty,
    /// JSON that breaks off in the middle.
    Truncated(Value),
    /// No answer at all: the connection is reset.
    CutOff,
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            retry_after: None,
            body: Body::Json(body),
        }
    }

    pub(crate) fn of(status: u16, body: Body) -> Self {
        Self {
            status,
            retry_after: None,
            body,
        }
    }

    /// A call that is refused as a whole.
    pub(crate) fn refused(core: &Core, refusal: &Refusal) -> Self {
        let mut body = envelope(core);
        body["errors"] = json!([{"message": refusal.message, "extensions": refusal.extensions()}]);
        Self::json(refusal.status, body)
    }

    /// A call that is over a limit, with the waiting time where callers are told it.
    pub(crate) fn limited(core: &Core, mut refusal: Refusal, hint: RetryHint) -> Self {
        match hint {
            RetryHint::Extension => Self::refused(core, &refusal),
            RetryHint::Header => {
                let seconds = refusal.retry_in_seconds.take();
                let mut reply = Self::refused(core, &refusal);
                reply.retry_after = seconds;
                reply
            }
            RetryHint::LegacyText => Self::legacy(core, &refusal),
        }
    }

    /// A refusal in the form of before 2025.
    pub(crate) fn legacy(core: &Core, refusal: &Refusal) -> Self {
        let mut body = json!({
            "error_code": refusal.code,
            "error_message": refusal.message,
            "error_data": refusal.error_data,
            "status_code": refusal.status,
            "account_id": core.account_id,
        });
        if let Some(seconds) = refusal.retry_in_seconds {
            body["errors"] = json!([format!("{}, reset in {seconds} seconds", refusal.message)]);
        }
        Self::json(refusal.status, body)
    }

    /// The codes of the errors in it.
    pub(crate) fn error_codes(&self) -> Vec<String> {
        let Body::Json(body) = &self.body else {
            return Vec::new();
        };
        let errors = body["errors"].as_array();
        errors.map_or_else(Vec::new, |errors| {
            errors
                .iter()
                .filter_map(|error| error["extensions"]["code"].as_str())
                .map(str::to_owned)
                .collect()
        })
    }
}

/// What every answer has.
pub(crate) fn envelope(core: &Core) -> Value {
    json!({"account_id": core.account_id, "extensions": {"request_id": hex_id()}})
}
