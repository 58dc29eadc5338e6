//! What `listen` prints.

use monday_webhooks::{AccountId, inbox::Job};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{failure::Failure, inspect::entry::Attempt, output, printer::Printer};

/// A delivery as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    /// Null outside of the years 1970 to 9999.
    received_at: Option<String>,
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

/// Prints a delivery that was handled, and returns once its line is written.
pub(super) async fn print(
    printer: &Printer,
    style: Style,
    job: &Job,
    forward: Option<&Attempt>,
) -> Result<(), Failure> {
    match line(style, job, forward)? {
        Some(line) => printer.print(line).await,
        None => Ok(()),
    }
}

fn line(style: Style, job: &Job, forward: Option<&Attempt>) -> Result<Option<String>, Failure> {
    let received = &job.received;
    Ok(Some(match style {
        Style::Quiet => return Ok(None),
        Style::Json => {
            let body = std::str::from_utf8(received.delivery.body()).map_err(Failure::failed)?;
            output::json_line(&Line {
                received_at: output::time(received.received_at),
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
            })?
        }
        Style::Text => format!(
            "{}{}{}\n",
            described(job),
            if received.verified {
                ""
            } else {
                "  (unverified)"
            },
            forward.map(answered).unwrap_or_default(),
        ),
    }))
}

/// Says on standard error that the endpoint didn't take a delivery.
pub(super) fn print_failed(style: Style, job: &Job, attempt: &Attempt, next: &str) {
    if style != Style::Quiet {
        output::say(&format!("{}{}; {next}", described(job), answered(attempt)));
    }
}

fn described(job: &Job) -> String {
    let delivery = &job.received.delivery;
    format!(
        "{}  {:<22} board {:<12} item {:<12} webhook {}",
        or_dash(output::time(job.received.received_at)),
        delivery.kind(),
        or_dash(delivery.board_id()),
        or_dash(delivery.item_id()),
        or_dash(delivery.subscription_id()),
    )
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
