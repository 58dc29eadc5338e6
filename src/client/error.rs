//! One error for every way in which a call can fail.

use std::{fmt, time::Duration};

use http::StatusCode;
use serde_json::{Value, value::RawValue};

use crate::id::AccountId;

pub use super::kind::ErrorKind;
use super::transport::TransportCause;

/// Why a call failed, with whatever monday said of it.
///
/// The message of [`Display`](fmt::Display) is one line, and has neither a token nor the URL of a
/// webhook in it. [`data`](Self::data), [`errors`](Self::errors) and
/// [`error_data`](Self::error_data) are what monday sent, and are shown by neither `Display` nor
/// `Debug`.
///
/// ```
/// use monday_webhooks::client::{Error, ErrorKind};
///
/// fn what_to_do(error: &Error) -> &'static str {
///     match error.kind() {
///         ErrorKind::Unauthorized => "ask for another token",
///         ErrorKind::NotFound => "it isn't there",
///         _ if error.may_have_been_applied() => "look whether it happened",
///         _ if error.is_retryable() => "try again later",
///         _ => "mend what the message says",
///     }
/// }
/// ```
pub struct Error(Box<Details>);

/// What is known of a failure.
pub(super) struct Details {
    pub(super) kind: ErrorKind,
    pub(super) operation: &'static str,
    pub(super) message: Option<String>,
    pub(super) code: Option<String>,
    pub(super) status: Option<StatusCode>,
    pub(super) request_id: Option<String>,
    pub(super) account_id: Option<AccountId>,
    pub(super) error_data: Option<Value>,
    pub(super) errors: Vec<Value>,
    pub(super) path: Option<String>,
    pub(super) data: Option<Box<RawValue>>,
    pub(super) retry_after: Option<Duration>,
    pub(super) retryable: bool,
    pub(super) may_have_been_applied: bool,
    pub(super) attempts: u32,
    pub(super) cause: Option<TransportCause>,
    pub(super) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The name of the operation.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// monday's code, such as `InvalidArgumentException`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// monday's message, on one line and without secrets.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The HTTP status. monday answers most errors with 200.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// monday's id of the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The account that the token belongs to.
    #[must_use]
    pub fn account_id(&self) -> Option<AccountId> {
        self.0.account_id
    }

    /// monday's `error_data`.
    #[must_use]
    pub fn error_data(&self) -> Option<&Value> {
        self.0.error_data.as_ref()
    }

    /// All errors of the answer, as monday sent them. What the other methods say is of the one that
    /// decides: what no repetition mends before what passes, and "not found" only where all say so.
    #[must_use]
    pub fn errors(&self) -> &[Value] {
        &self.0.errors
    }

    /// Why there was no answer, for the kinds [`Transport`](ErrorKind::Transport) and
    /// [`Timeout`](ErrorKind::Timeout).
    #[must_use]
    pub fn transport_cause(&self) -> Option<TransportCause> {
        self.0.cause
    }

    /// The field that failed, as a path with dots.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The data that came along with the errors, where there is some.
    #[must_use]
    pub fn data(&self) -> Option<&RawValue> {
        self.0.data.as_deref()
    }

    /// How long monday asked to wait: the longest where it named several, and [`Duration::MAX`]
    /// where it is longer than that holds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the failure is one that may pass. For a mutation look at
    /// [`may_have_been_applied`](Self::may_have_been_applied) as well.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether monday may have carried the mutation out all the same. `false` for a query.
    #[must_use]
    pub fn may_have_been_applied(&self) -> bool {
        self.0.may_have_been_applied
    }

    /// How often the request was sent. 0 where it never was.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    pub(super) fn new(details: Details) -> Self {
        Self(Box::new(details))
    }

    pub(super) fn details_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl Details {
    pub(super) const fn new(kind: ErrorKind, operation: &'static str) -> Self {
        Self {
            kind,
            operation,
            message: None,
            code: None,
            status: None,
            request_id: None,
            account_id: None,
            error_data: None,
            errors: Vec::new(),
            cause: None,
            path: None,
            data: None,
            retry_after: None,
            retryable: false,
            may_have_been_applied: false,
            attempts: 0,
            source: None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            kind,
            operation,
            message,
            code,
            status,
            request_id,
            retry_after,
            may_have_been_applied,
            cause,
            ..
        } = &*self.0;
        write!(f, "{operation}: {}", kind.sentence())?;
        if let Some(cause) = cause {
            write!(f, ": {}", cause.sentence())?;
        }
        if let Some(message) = message {
            write!(f, ": {message}")?;
        }
        let notes: Vec<String> = [
            code.as_ref().map(|code| format!("code {code}")),
            status.map(|status| format!("HTTP {}", status.as_u16())),
            request_id.as_ref().map(|id| format!("request {id}")),
            retry_after.map(|wait| format!("retry in {}", Shown(wait))),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !notes.is_empty() {
            write!(f, " ({})", notes.join(", "))?;
        }
        if *may_have_been_applied {
            f.write_str("; it may have been carried out all the same")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("message", &self.0.message)
            .field("code", &self.0.code)
            .field("status", &self.0.status)
            .field("request_id", &self.0.request_id)
            .field("account_id", &self.0.account_id)
            .field("path", &self.0.path)
            .field("retry_after", &self.0.retry_after)
            .field("retryable", &self.0.retryable)
            .field("may_have_been_applied", &self.0.may_have_been_applied)
            .field("attempts", &self.0.attempts)
            .field("cause", &self.0.cause)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}

/// A wait in whole seconds, rounded up.
struct Shown(Duration);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const YEAR: u64 = 365 * 24 * 60 * 60;

        match self.0.as_secs() {
            YEAR.. => f.write_str("more than a year"),
            seconds => write!(f, "{} s", seconds + u64::from(self.0.subsec_nanos() > 0)),
        }
    }
}
