//! What the inspector of `listen` stands in front of.

use std::sync::Arc;

use monday_webhooks::{
    Client, Delivery,
    inbox::{DeadLetter, DeadLetterId, Inbox, Received},
};
use serde_json::{Value, json};

use super::forward::Forwarder;
use crate::{
    failure::with_causes,
    inspect::{About, Answer, Backend, Record, entry::Entry},
    output::{self, WebhookRow},
};

/// How many dead letters are shown, and how many are read at once.
const LETTERS: usize = 200;
const PAGE: usize = 20;

/// The most that is shown of a dead letter's body, in bytes: there are hundreds in one answer.
const MAX_BODY: usize = 16 << 10;

pub(super) struct Inspected<I> {
    pub(super) url: String,
    pub(super) inbox: Arc<I>,
    pub(super) record: Arc<Record>,
    pub(super) forwarder: Option<Arc<Forwarder>>,
    /// The variable that holds the first Signing Secret.
    pub(super) secret_env: Option<String>,
    /// For the webhooks of a board, or why there is none.
    pub(super) client: Result<Client, String>,
}

impl<I: Inbox> Backend for Inspected<I> {
    fn about(&self) -> About {
        let forwarder = self.forwarder.as_ref();
        About {
            command: "listen",
            url: self.url.clone(),
            replays_to: forwarder.map(|forwarder| forwarder.to().to_owned()),
            replays: forwarder.is_some(),
            secret_env: self.secret_env.clone(),
            dead_letters: true,
            by_board: true,
        }
    }

    fn webhooks(&self, board: Option<String>) -> Answer<'_, Value> {
        Box::pin(async move {
            let client = self.client.as_ref().map_err(Clone::clone)?;
            let board = board.unwrap_or_default();
            let board = board
                .parse()
                .map_err(|_| "a board is named by its number".to_owned())?;
            let webhooks = client.webhooks().list(board).await;
            let webhooks = webhooks.map_err(|error| with_causes(&error))?;
            let rows: Vec<_> = webhooks.iter().map(WebhookRow::from).collect();
            serde_json::to_value(rows).map_err(|error| error.to_string())
        })
    }

    fn replay(&self, entry: Arc<Entry>) -> Answer<'_, ()> {
        Box::pin(async move {
            let forwarder = self.forwarder.as_ref().ok_or_else(|| {
                "there is nowhere to replay to: start listen with --forward URL".to_owned()
            })?;
            let body = entry.details.body.clone();
            let body = body.ok_or_else(|| "no body was kept of this".to_owned())?;
            let delivery = Delivery::parse(body).map_err(|error| error.to_string())?;
            let mut received = Received::new(delivery, std::time::SystemTime::now());
            received.verified = entry.verified == Some(true);
            received.account_id = entry.details.sender.account;
            received.user_id = entry.details.sender.user;
            let attempt = forwarder.replay(&received).await;
            let error = attempt.error.clone();
            self.record
                .change(entry.id, |entry| entry.details.attempts.push(attempt));
            error.map_or(Ok(()), Err)
        })
    }

    fn dead_letters(&self) -> Answer<'_, Value> {
        Box::pin(async move {
            let mut shown: Vec<Value> = Vec::new();
            let mut last = None;
            while shown.len() < LETTERS {
                let letters = self.inbox.dead_letters(last, PAGE).await;
                let letters = letters.map_err(|error| with_causes(&error))?;
                shown.extend(letters.iter().map(letter));
                match letters.last() {
                    Some(letter) => last = Some(letter.id),
                    None => break,
                }
            }
            Ok(shown.into())
        })
    }

    fn requeue(&self, letter: DeadLetterId) -> Answer<'_, bool> {
        Box::pin(async move {
            let requeued = self.inbox.requeue(letter).await;
            requeued.map_err(|error| with_causes(&error))
        })
    }
}

fn letter(letter: &DeadLetter) -> Value {
    let title = letter
        .delivery()
        .map(|delivery| delivery.kind().to_string());
    let body = std::str::from_utf8(&letter.body).ok();
    json!({
        "id": letter.id.get(),
        "title": title.unwrap_or_else(|_| "unreadable".to_owned()),
        "received_at": output::time(letter.received_at),
        "died_at": output::time(letter.died_at),
        "attempts": letter.attempts,
        "reason": letter.reason,
        "body": body.map(beginning),
    })
}

/// A body, indented where that isn't long, or else its beginning.
fn beginning(body: &str) -> String {
    output::indented(body, MAX_BODY).unwrap_or_else(|| {
        let beginning = &body[..body.floor_char_boundary(MAX_BODY)];
        let more = if beginning.len() < body.len() {
            "…"
        } else {
            ""
        };
        format!("{beginning}{more}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_body_the_beginning_is_shown() {
        assert_eq!(beginning("[1]"), "[\n  1\n]");
        assert_eq!(beginning("no {json"), "no {json");
        let long = format!("[{}1]", "é, ".repeat(MAX_BODY));
        let shown = beginning(&long);
        assert!(shown.len() <= MAX_BODY + '…'.len_utf8());
        assert!(long.starts_with(shown.trim_end_matches('…')) && shown.ends_with('…'));
        let deep = format!(
            "{}{}{}",
            "[".repeat(120),
            "0,".repeat(4000),
            "]".repeat(120)
        );
        assert_eq!(beginning(&deep), deep);
    }
}
