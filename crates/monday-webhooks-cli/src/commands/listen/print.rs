//! What `listen` prints.

use monday_webhooks::{AccountId, inbox::Job};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{failure::Failure, inspect::entry::Attempt, output};

/// A delivery as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    received_at: String,
    verified: bool,
    account_id: Option<AccountId>,
    duplicate: bool,
    attempt: u32,
    delivery: &'a RawValue,
    /// Only where deliveries are forwarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    forward: Option<Forwarded<'a>>,
}

/// What the endpoint said.
#[derive(Serialize)]
struct Forwarded<'a> {
    to: &'a str,
    status: Option<u16>,
    /// In milliseconds.
    millis: Option<u64>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Style {
    Quiet,
    Json,
    Text,
}

/// Prints a delivery that was handled.
pub(super) fn print(style: Style, job: &Job, forward: Option<&Attempt>) -> Result<(), Failure> {
    let received = &job.received;
    match style {
        Style::Quiet => Ok(()),
        Style::Json => {
            let body = std::str::from_utf8(received.delivery.body()).map_err(Failure::failed)?;
            output::json(&Line {
                received_at: received_at(job),
                verified: received.verified,
                account_id: received.account_id,
                duplicate: false,
                attempt: job.attempt,
                delivery: &output::compact(body)?,
                forward: forward.map(|attempt| Forwarded {
                    to: &attempt.to,
                    status: attempt.status,
                    millis: attempt.millis,
                }),
            })
        }
        Style::Text => output::line(&format!(
            "{}{}{}",
            described(job),
            if received.verified {
                ""
            } else {
                "  (unverified)"
            },
            forward.map(answered).unwrap_or_default(),
        )),
    }
}

/// Says on standard error that the endpoint didn't take a delivery.
pub(super) fn print_failed(style: Style, job: &Job, attempt: &Attempt, next: &str) {
    if style != Style::Quiet {
        anstream::eprintln!("{}{}; {next}", described(job), answered(attempt));
    }
}

fn described(job: &Job) -> String {
    let delivery = &job.received.delivery;
    format!(
        "{}  {:<22} board {:<12} item {:<12} webhook {}",
        received_at(job),
        delivery.kind(),
        or_dash(delivery.board_id()),
        or_dash(delivery.item_id()),
        or_dash(delivery.subscription_id()),
    )
}

fn received_at(job: &Job) -> String {
    humantime::format_rfc3339_millis(job.received.received_at).to_string()
}

fn answered(attempt: &Attempt) -> String {
    let millis = attempt.millis.unwrap_or_default();
    match (attempt.status, &attempt.error) {
        (Some(status), _) => format!("  -> {status} in {millis} ms"),
        (None, Some(error)) => format!("  -> no answer: {}", output::printable(error)),
        (None, None) => String::new(),
    }
}

fn or_dash(id: Option<impl ToString>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}
