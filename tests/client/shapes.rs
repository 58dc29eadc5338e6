//! The shapes in which a call fails.

use monday_webhooks::client::ErrorKind;
use serde_json::{Value, json};

use super::server::{Answer, refused};

/// How an answer is taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Taken {
    /// It never passes: sent once, whatever the operation.
    Final,
    /// It never passes, and a mutation may have been carried out.
    FinalInDoubt,
    /// It passes, and nothing was carried out: sent five times.
    Passing,
    /// It passes, and a mutation may have been carried out: only a query is sent again.
    PassingInDoubt,
}
use Taken::{Final, FinalInDoubt, Passing, PassingInDoubt};

impl Taken {
    pub(super) fn queries(self) -> usize {
        match self {
            Final | FinalInDoubt => 1,
            Passing | PassingInDoubt => 5,
        }
    }

    pub(super) fn mutations(self) -> usize {
        match self {
            Passing => 5,
            _ => 1,
        }
    }

    pub(super) fn in_doubt(self) -> bool {
        matches!(self, FinalInDoubt | PassingInDoubt)
    }
}

pub(super) type Row = (&'static str, Answer, Taken, ErrorKind, Option<u64>);

fn errors(errors: &Value) -> Answer {
    Answer::json(&json!({"data": null, "errors": errors}))
}

fn coded(code: &Value) -> Value {
    json!({"message": "a", "extensions": code})
}

/// The answer, how it is taken, its kind, and the seconds that it asks to wait.
pub(super) fn table() -> Vec<Row> {
    let mut rows = refusals();
    rows.extend(limits());
    rows.extend(several_errors());
    rows.extend(no_answer_of_mondays());
    rows
}

fn limits() -> Vec<Row> {
    use ErrorKind::{Complexity, Other, RateLimit};
    let complexity = "COMPLEXITY_BUDGET_EXHAUSTED";
    let legacy = json!({"error_code": "ComplexityException", "error_message": "Complexity budget exhausted", "status_code": 429});
    let texts = json!({"errors": ["Complexity budget exhausted", "reset in 3 seconds"], "status_code": 429, "error_code": "ComplexityException"});
    let limited =
        |status, extensions: &Value| refused("maxConcurrencyExceeded", status, extensions);
    let html = "<html>slow down</html>";
    vec![
        (
            "complexity",
            refused(complexity, "a", &json!({"retry_in_seconds": 7})),
            Passing,
            Complexity,
            Some(7),
        ),
        (
            "complexity in json that says it is html",
            refused(complexity, "a", &json!({"retry_in_seconds": 7}))
                .header("content-type", "text/html; charset=utf-8"),
            Passing,
            Complexity,
            Some(7),
        ),
        (
            "concurrency",
            limited("a", &json!({"status_code": 429})),
            Passing,
            RateLimit,
            None,
        ),
        ("legacy", Answer::json(&legacy), Passing, Complexity, None),
        (
            "texts",
            Answer::text(429, &texts.to_string()),
            Passing,
            Complexity,
            Some(3),
        ),
        (
            "one text",
            Answer::text(
                200,
                &json!({"errors": ["Rate limit, reset in 16s"]}).to_string(),
            ),
            Passing,
            RateLimit,
            Some(16),
        ),
        (
            "full stop",
            errors(&json!([{"message": "The rate limit is used up, reset in 7."}])),
            Passing,
            RateLimit,
            Some(7),
        ),
        (
            "a wait in the text under an unknown code",
            refused("SomethingNew", "Rate limit, reset in 7.", &json!({})),
            PassingInDoubt,
            Other,
            Some(7),
        ),
        (
            "a wait beside an unknown code",
            refused("SomethingNew", "busy", &json!({"retry_in_seconds": 5})),
            PassingInDoubt,
            Other,
            Some(5),
        ),
        (
            "a wait in a text that tells of no limit",
            errors(&json!([{"message": "Internal error, please retry in 5 seconds"}])),
            PassingInDoubt,
            Other,
            Some(5),
        ),
        (
            "a header beside an unknown code",
            refused("SomethingNew", "busy", &json!({})).header("retry-after", "5"),
            PassingInDoubt,
            Other,
            Some(5),
        ),
        (
            "zero",
            limited("a", &json!({"retry_in_seconds": 0})),
            Passing,
            RateLimit,
            Some(0),
        ),
        (
            "html 429",
            Answer::text(429, html),
            Passing,
            RateLimit,
            None,
        ),
        (
            "html 429 with a header",
            Answer::text(429, html).header("retry-after", "12"),
            Passing,
            RateLimit,
            Some(12),
        ),
        (
            "several headers",
            Answer::text(429, html)
                .header("retry-after", "2")
                .header("retry-after", "9"),
            Passing,
            RateLimit,
            Some(9),
        ),
        (
            "header and body",
            limited("reset in 4 seconds", &json!({"retry_in_seconds": "5"}))
                .header("retry-after", "2"),
            Passing,
            RateLimit,
            Some(5),
        ),
        (
            "numeric code",
            errors(&json!([coded(&json!({"code": 429}))])),
            Passing,
            RateLimit,
            None,
        ),
        (
            "textual status",
            errors(&json!([coded(&json!({"status_code": "429"}))])),
            Passing,
            RateLimit,
            None,
        ),
        (
            "locked",
            refused("ResourceLocked", "a", &json!({"status_code": 423})),
            Passing,
            ErrorKind::Locked,
            None,
        ),
    ]
}

fn refusals() -> Vec<Row> {
    use ErrorKind::{Forbidden, InvalidArgument, NotFound, Other, Unauthorized, Validation};
    let status = |status: u16| json!({"status_code": status});
    let unauthorized = json!({"errors": [coded(&json!({"code": "UNAUTHORIZED"}))]});
    vec![
        (
            "unauthorized",
            Answer::text(401, &json!({"errors": ["Not Authenticated"]}).to_string()),
            Final,
            Unauthorized,
            None,
        ),
        (
            "code and 401",
            Answer::text(401, &unauthorized.to_string()),
            Final,
            Unauthorized,
            None,
        ),
        (
            "code and 403",
            Answer::text(403, &unauthorized.to_string()),
            Final,
            Forbidden,
            None,
        ),
        (
            "forbidden",
            refused("UserUnauthorizedException", "a", &status(403)),
            Final,
            Forbidden,
            None,
        ),
        (
            "scope",
            refused("missingRequiredPermissions", "a", &status(200)),
            Final,
            Forbidden,
            None,
        ),
        (
            "argument",
            refused("InvalidArgumentException", "Board not found", &status(200)),
            Final,
            InvalidArgument,
            None,
        ),
        (
            "operation",
            refused("JsonParseException", "a", &status(400)),
            Final,
            Validation,
            None,
        ),
        (
            "conflict",
            refused("IDEMPOTENCY_CONFLICT", "a", &status(409)),
            Final,
            ErrorKind::Conflict,
            None,
        ),
        (
            "not found",
            refused("ResourceNotFoundException", "a", &json!({})),
            Final,
            NotFound,
            None,
        ),
        (
            "own 404",
            refused("SomethingNew", "a", &status(404)),
            Final,
            NotFound,
            None,
        ),
        (
            "unknown code",
            refused("SomethingNew", "a", &json!({})),
            FinalInDoubt,
            Other,
            None,
        ),
    ]
}

fn several_errors() -> Vec<Row> {
    use ErrorKind::{Complexity, InvalidArgument, NotFound, Server};
    let argument = coded(&json!({"code": "InvalidArgumentException"}));
    let internal = coded(&json!({"code": "INTERNAL_SERVER_ERROR", "status_code": 500}));
    let missing = coded(&json!({"code": "ResourceNotFoundException"}));
    let budget = coded(&json!({"code": "COMPLEXITY_BUDGET_EXHAUSTED", "retry_in_seconds": 6}));
    let result = json!({
        "data": {"create_webhook": {"id": "5"}, "delete_webhook": {"id": "5"}, "webhooks": [null]},
        "errors": [argument],
    });
    vec![
        (
            "argument, then 500",
            errors(&json!([argument, internal])),
            FinalInDoubt,
            InvalidArgument,
            None,
        ),
        (
            "500, then argument",
            errors(&json!([internal, argument])),
            FinalInDoubt,
            InvalidArgument,
            None,
        ),
        (
            "missing, then argument",
            errors(&json!([missing, argument])),
            Final,
            InvalidArgument,
            None,
        ),
        (
            "missing, then 500",
            errors(&json!([missing, internal])),
            PassingInDoubt,
            Server,
            None,
        ),
        (
            "missing twice",
            errors(&json!([missing, missing])),
            Final,
            NotFound,
            None,
        ),
        (
            "missing, then complexity",
            errors(&json!([missing, budget])),
            Passing,
            Complexity,
            Some(6),
        ),
        (
            "a result beside an error",
            Answer::json(&result),
            FinalInDoubt,
            InvalidArgument,
            None,
        ),
    ]
}

fn no_answer_of_mondays() -> Vec<Row> {
    use ErrorKind::{Configuration, Decode, Server, Transport};
    let internal = json!({"status_code": 500});
    let not_found = json!({"errors": [{"message": "not found"}]}).to_string();
    vec![
        (
            "html 404",
            Answer::text(404, "<html>not found</html>"),
            Final,
            Configuration,
            None,
        ),
        (
            "empty 404",
            Answer::text(404, ""),
            Final,
            Configuration,
            None,
        ),
        (
            "somebody's 404",
            Answer::text(404, &not_found),
            Final,
            Configuration,
            None,
        ),
        (
            "another 404",
            Answer::text(404, r#"{"error": "no route"}"#),
            Final,
            Configuration,
            None,
        ),
        (
            "html 405",
            Answer::text(405, "<html></html>"),
            Final,
            Configuration,
            None,
        ),
        (
            "redirect",
            Answer::text(302, "").header("location", "/"),
            Final,
            Configuration,
            None,
        ),
        (
            "html 500",
            Answer::text(500, "<html>oops</html>"),
            PassingInDoubt,
            Server,
            None,
        ),
        (
            "empty 502",
            Answer::text(502, ""),
            PassingInDoubt,
            Server,
            None,
        ),
        (
            "busy 503",
            Answer::text(503, "").header("retry-after", "8"),
            PassingInDoubt,
            Server,
            Some(8),
        ),
        (
            "internal",
            refused("INTERNAL_SERVER_ERROR", "a", &internal),
            PassingInDoubt,
            Server,
            None,
        ),
        (
            "truncated",
            Answer::text(200, "{\"data\": {\"webho"),
            PassingInDoubt,
            Decode,
            None,
        ),
        (
            "html 200",
            Answer::text(200, "<html></html>"),
            PassingInDoubt,
            Decode,
            None,
        ),
        (
            "html 200 that says it is json",
            Answer::text(200, "<html></html>").header("content-type", "application/json"),
            PassingInDoubt,
            Decode,
            None,
        ),
        (
            "empty 200",
            Answer::text(200, ""),
            PassingInDoubt,
            Decode,
            None,
        ),
        ("broken", Answer::broken(), PassingInDoubt, Transport, None),
        (
            "data list",
            Answer::json(&json!({"data": []})),
            FinalInDoubt,
            Decode,
            None,
        ),
        (
            "data null",
            Answer::json(&json!({"data": null})),
            PassingInDoubt,
            Decode,
            None,
        ),
    ]
}
