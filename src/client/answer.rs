//! What monday answers, in all of its shapes: today's, that of 2025-01, the legacy one with
//! everything on top, `errors` of texts, `data` as a list, HTML, nothing.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};

use crate::id::AccountId;

use super::{
    budget::Complexity,
    call::Asked,
    complaint::Complaint,
    document::COMPLEXITY,
    error::{Details, Error, ErrorKind},
    wait::{self, longest},
};

/// An answer, read as far as it can be.
pub(super) struct Answer<'a> {
    pub(super) facts: Facts,
    retry_after: Option<Duration>,
    body: Option<Body<'a>>,
}

/// What is known of an answer whatever it says.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) status: StatusCode,
    pub(super) request_id: Option<String>,
    pub(super) account_id: Option<AccountId>,
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
    top: Map<String, Value>,
}

/// Reads data into a type.
///
/// Where any crate of the program has serde_json's feature `arbitrary_precision` on, serde takes a number
/// for a map in what it keeps for later, and a fragment's fields are such. By way of a `Value` it doesn't.
fn typed<T: DeserializeOwned>(data: &RawValue) -> serde_json::Result<T> {
    serde_json::from_str(data.get()).or_else(|error| {
        let is_precise = serde_json::from_str::<Value>("1e999").is_ok();
        match serde_json::from_str::<Value>(data.get()) {
            Ok(value) if is_precise => serde_json::from_value(value),
            _ => Err(error),
        }
    })
}

impl<'a> Answer<'a> {
    pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &'a [u8]) -> Self {
        let is_object = body.trim_ascii_start().starts_with(b"{");
        let body: Option<Body<'_>> = is_object
            .then(|| serde_json::from_slice(body).ok())
            .flatten();
        let own_id = body
            .as_ref()
            .and_then(|body| body.extensions.get("request_id")?.as_str());
        let id = own_id.or_else(|| headers.get("x-request-id")?.to_str().ok());
        Self {
            facts: Facts {
                status,
                request_id: id.map(str::to_owned),
                account_id: body
                    .as_ref()
                    .and_then(|body| AccountId::deserialize(&body.account_id).ok()),
            },
            retry_after: wait::in_headers(headers, SystemTime::now()),
            body,
        }
    }

    /// The data as it came, if there is some.
    pub(super) fn data(&self) -> Option<&'a RawValue> {
        let data = self.body.as_ref()?.data?;
        (data.get() != "null").then_some(data)
    }

    /// What the call cost, where that was asked for.
    pub(super) fn complexity(&self) -> Option<Complexity> {
        #[derive(Deserialize)]
        struct Asked {
            // Its name is `document::COMPLEXITY`.
            monday_webhooks_complexity: Complexity,
        }

        let asked: Asked = serde_json::from_str(self.data()?.get()).ok()?;
        Some(asked.monday_webhooks_complexity)
    }

    /// The data, if the answer is nothing but data.
    pub(super) fn read_data<T: DeserializeOwned>(&self, asked: &Asked<'_>) -> Result<T, Error> {
        let data = self.data();
        let Some(body) = &self.body else {
            return Err(self.without_json(asked));
        };
        let complaints = Complaint::all(&body.errors, &body.top);
        if complaints.is_empty() && self.facts.status.is_success() {
            let data = data.ok_or_else(|| self.unreadable(asked, true))?;
            return typed(data).map_err(|_| self.unreadable(asked, false));
        }
        Err(self.refused(asked, body, &complaints))
    }

    fn refused(&self, asked: &Asked<'_>, body: &Body<'_>, complaints: &[Complaint]) -> Error {
        let bare = [Complaint::default()];
        let complaints = if complaints.is_empty() {
            &bare[..]
        } else {
            complaints
        };
        let kinds = || {
            complaints
                .iter()
                .map(|complaint| complaint.kind(self.facts.status))
        };
        // The first of those that decide: an answer's own order breaks ties.
        let (kind, complaint) = kinds()
            .zip(complaints)
            .min_by_key(|(kind, _)| kind.precedence())
            .unwrap_or((ErrorKind::Other, &bare[0]));
        let data = self.data();
        let in_doubt = kinds().any(ErrorKind::may_have_run) || has_result(data);
        let retry_after = longest([self.retry_after, waits(body, complaints)]);
        let clean = |text: &String| asked.secrets.clean(text);
        Error::new(Details {
            message: complaint.message.as_ref().map(clean),
            code: complaint.code.as_ref().map(clean),
            path: complaint.path.as_ref().map(clean),
            error_data: complaint.error_data.clone(),
            errors: match &body.errors {
                Value::Array(errors) => errors.clone(),
                Value::Null => Vec::new(),
                other => vec![other.clone()],
            },
            retry_after,
            // Whoever says when to come back says that it passes, by whatever code.
            retryable: kind.may_pass() || (kind == ErrorKind::Other && retry_after.is_some()),
            may_have_been_applied: asked.is_mutation && in_doubt,
            data: data.map(ToOwned::to_owned),
            ..self.details(kind, asked)
        })
    }

    /// HTML from a proxy, nothing at all, or an answer that broke off.
    fn without_json(&self, asked: &Asked<'_>) -> Error {
        let status = self.facts.status;
        if status.is_success() {
            return self.unreadable(asked, true);
        }
        let kind = Complaint::default().kind(status);
        Error::new(Details {
            retry_after: self.retry_after,
            retryable: kind.may_pass(),
            may_have_been_applied: asked.is_mutation && kind.may_have_run(),
            ..self.details(kind, asked)
        })
    }

    fn unreadable(&self, asked: &Asked<'_>, retryable: bool) -> Error {
        Error::new(Details {
            retry_after: self.retry_after,
            retryable,
            may_have_been_applied: asked.is_mutation,
            ..self.details(ErrorKind::Decode, asked)
        })
    }

    fn details(&self, kind: ErrorKind, asked: &Asked<'_>) -> Details {
        let facts = &self.facts;
        Details {
            status: Some(facts.status),
            request_id: facts.request_id.as_ref().map(|id| asked.secrets.clean(id)),
            account_id: facts.account_id,
            ..Details::new(kind, asked.operation)
        }
    }
}

/// The longest wait that a body asks for.
fn waits(body: &Body<'_>, complaints: &[Complaint]) -> Option<Duration> {
    let errors = body.errors.as_array().map_or(&[][..], Vec::as_slice);
    let in_errors = errors.iter().flat_map(|error| {
        let places = [
            "/extensions/retry_in_seconds",
            "/extensions/error_data/retry_in_seconds",
        ];
        places.map(|place| error.pointer(place).and_then(wait::in_json))
    });
    let on_top = [
        body.extensions
            .get("retry_in_seconds")
            .and_then(wait::in_json),
        body.top.get("retry_in_seconds").and_then(wait::in_json),
    ];
    longest(
        complaints
            .iter()
            .map(Complaint::wait)
            .chain(in_errors)
            .chain(on_top),
    )
}

/// Whether there is a field with a result beside the errors.
fn has_result(data: Option<&RawValue>) -> bool {
    data.and_then(|data| serde_json::from_str::<Map<String, Value>>(data.get()).ok())
        .is_some_and(|fields| {
            // What the call cost is no result of it.
            let mut results = fields.iter().filter(|(name, _)| *name != COMPLEXITY);
            results.any(|(_, value)| !value.is_null())
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::client::redact::Secrets;

    const SECRET: &str = "hidden-token";

    fn read(status: u16, body: &[u8], is_mutation: bool) -> Result<Value, Error> {
        let asked = Asked {
            operation: "A",
            is_mutation,
            api_version: http::HeaderValue::from_static("2026-10"),
            secrets: Secrets::new([SECRET]),
        };
        let status = StatusCode::from_u16(status).unwrap();
        Answer::read(status, &HeaderMap::new(), body).read_data(&asked)
    }

    /// JSON with monday's names at any depth, and anything under them.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            Just(json!(SECRET)),
            "\\PC{0,20}".prop_map(Value::from),
            prop::sample::select(vec![
                "UNAUTHORIZED",
                "ResourceNotFoundException",
                "reset in 7."
            ])
            .prop_map(Value::from),
        ];
        let names = vec![
            "data",
            "errors",
            "message",
            "extensions",
            "code",
            "status_code",
            "path",
            "error_code",
            "error_message",
            "error_data",
            "account_id",
            "request_id",
            "retry_in_seconds",
            "monday_webhooks_complexity",
        ];
        leaf.prop_recursive(5, 40, 5, move |inner| {
            let name = prop::sample::select(names.clone());
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name, inner, 0..6).prop_map(|map| map
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_answer_is_data_or_an_error_that_shows_no_secret_and_repeats_no_doubtful_mutation(
            status in 100u16..1000,
            body in prop_oneof![
                any_json().prop_map(|json| json.to_string().into_bytes()),
                prop::collection::vec(any::<u8>(), 0..60),
            ],
            is_mutation in any::<bool>(),
        ) {
            let Err(error) = read(status, &body, is_mutation) else {
                prop_assert!((200..300).contains(&status));
                return Ok(());
            };
            let shown = format!("{error} {error:?}");
            prop_assert!(!shown.contains(SECRET), "{}", shown);
            prop_assert_eq!(error.to_string().lines().count(), 1);
            prop_assert!(is_mutation || !error.may_have_been_applied());
            if is_mutation && error.is_retryable() && !error.may_have_been_applied() {
                let refused = [ErrorKind::RateLimit, ErrorKind::Complexity, ErrorKind::Locked];
                prop_assert!(refused.contains(&error.kind()), "{}", error);
            }
        }
    }
}
