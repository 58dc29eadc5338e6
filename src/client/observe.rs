//! What a call tells `tracing`, by OpenTelemetry's names: what was called and how it went, and never
//! what was sent or answered.

use std::time::Duration;

use tracing::{Span, field::Empty};

use super::{Client, answer::Facts, call::Asked, error::Error};

/// The span of a whole call, attempts and waits included.
pub(super) fn span(client: &Client, asked: &Asked<'_>) -> Span {
    let endpoint = &client.shared.endpoint;
    tracing::info_span!(
        "monday.call",
        otel.kind = "client",
        graphql.operation.name = asked.operation,
        graphql.operation.type = if asked.is_mutation { "mutation" } else { "query" },
        http.request.method = "POST",
        server.address = endpoint.host_str(),
        server.port = endpoint.port_or_known_default(),
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error.type = Empty,
        monday.error_code = Empty,
        monday.request_id = Empty,
    )
}

/// A call has its data.
pub(super) fn answered(span: &Span, facts: &Facts, attempts: u32) {
    span.record("http.response.status_code", facts.status.as_u16());
    span.record("monday.request_id", facts.request_id.as_deref());
    resent(span, attempts);
    tracing::debug!(
        parent: span,
        http.response.status_code = facts.status.as_u16(),
        monday.request_id = facts.request_id,
        monday.attempt = attempts,
        "a call is answered"
    );
}

/// A call has failed for good.
pub(super) fn failed(span: &Span, error: &Error) {
    span.record("http.response.status_code", error.status());
    span.record("error.type", error.kind().name());
    span.record("monday.error_code", error.code());
    span.record("monday.request_id", error.request_id());
    resent(span, error.attempts());
    tracing::debug!(
        parent: span,
        http.response.status_code = error.status(),
        error.type = error.kind().name(),
        monday.error_code = error.code(),
        monday.request_id = error.request_id(),
        monday.attempt = error.attempts(),
        monday.may_have_been_applied = error.may_have_been_applied(),
        "a call has failed"
    );
}

/// An attempt has failed, and there is to be another one.
pub(super) fn repeated(span: &Span, error: &Error, wait: Duration) {
    tracing::info!(
        parent: span,
        http.response.status_code = error.status(),
        error.type = error.kind().name(),
        monday.error_code = error.code(),
        monday.request_id = error.request_id(),
        monday.attempt = error.attempts(),
        monday.wait_ms = milliseconds(wait),
        "a call is repeated"
    );
}

/// The client's own limits have let an attempt go, after a wait that may be none.
pub(super) fn let_go(span: &Span, attempt: u32, waited: Duration) {
    if waited >= Duration::from_millis(1) {
        tracing::debug!(
            parent: span,
            monday.attempt = attempt,
            monday.wait_ms = milliseconds(waited),
            "a call waited for the client's own limits"
        );
    }
}

fn milliseconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

/// OpenTelemetry counts how often a request was sent again.
fn resent(span: &Span, attempts: u32) {
    if attempts > 1 {
        span.record("http.request.resend_count", attempts - 1);
    }
}
