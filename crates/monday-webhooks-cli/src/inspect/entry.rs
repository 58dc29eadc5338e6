//! What the inspector shows of one request.

use std::time::SystemTime;

use bytes::Bytes;
use monday_webhooks::{Delivery, Event, EventKind, SubscriptionKind};
use serde::Serialize;

use crate::output;

/// The most of an endpoint's answer that is kept, in bytes.
const MAX_ANSWER: usize = 2048;

/// The most of each text in the list of one entry, in bytes: a name can be as long as a body.
const MAX_LISTED: usize = 300;

/// The longest indented body, in bytes.
const MAX_PRETTY: usize = 4 << 20;

/// What kind of request it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A delivery.
    Delivery,
    /// A request that wasn't taken.
    Refused,
    /// monday asked for proof of the URL.
    Challenge,
    /// A call of the emulator's API.
    Call,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Waits for its handler, or for the endpoint.
    Waiting,
    /// Done with.
    Done,
    /// An attempt failed; another one comes.
    Retrying,
    /// Given up.
    Dead,
    /// Known already, and not handed over again.
    Duplicate,
    /// Not taken.
    Refused,
}

/// One attempt to hand it to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Attempt {
    /// From 1; none for a replay, which stands outside the count.
    pub(crate) number: Option<u32>,
    pub(crate) at: String,
    /// Where to.
    pub(crate) to: String,
    /// The endpoint's answer, where there was one.
    pub(crate) status: Option<u16>,
    /// Why there was none.
    pub(crate) error: Option<String>,
    /// How long it took, in milliseconds.
    pub(crate) millis: Option<u64>,
    /// The beginning of the answer's body.
    pub(crate) answer: String,
}

impl Attempt {
    /// The beginning of an answer's body as text.
    pub(crate) fn answer_of(body: &[u8]) -> String {
        String::from_utf8_lossy(&body[..body.len().min(MAX_ANSWER)]).into_owned()
    }
}

/// One request, as the list shows it, and what else there is to see.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) at: String,
    pub(crate) kind: Kind,
    pub(crate) state: State,
    /// The event, or what else it was.
    pub(crate) title: String,
    /// Which item or column, in short.
    pub(crate) about: String,
    /// The status that the sender was answered with.
    pub(crate) status: Option<u16>,
    /// Whether the token proved the sender; none where that isn't known here.
    pub(crate) verified: Option<bool>,
    /// Why it wasn't taken, or what went wrong.
    pub(crate) reason: Option<String>,
    #[serde(skip)]
    pub(crate) details: Details,
}

/// What isn't in the list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details {
    /// Names and values, in the order in which they are shown.
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) body: Option<Bytes>,
    /// What names the delivery for whoever hands it over.
    pub(crate) key: String,
    pub(crate) sender: Sender,
    /// What the token is for.
    pub(crate) audience: Option<String>,
    /// Where it is delivered, where that isn't one place for all.
    pub(crate) target: Option<String>,
    /// Whether it carries a token.
    pub(crate) signed: bool,
}

/// Who sent it, as far as its token says, and to which webhook.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sender {
    pub(crate) account: Option<monday_webhooks::AccountId>,
    pub(crate) user: Option<monday_webhooks::UserId>,
    /// The emulator's webhook.
    pub(crate) webhook: Option<u64>,
}

/// An entry with all that there is to see.
#[derive(Debug, Serialize)]
pub(crate) struct Whole<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    fields: &'a [(&'static str, String)],
    attempts: &'a [Attempt],
    /// The body to the byte, where it is text.
    body: Option<&'a str>,
    account: Option<monday_webhooks::AccountId>,
    user: Option<monday_webhooks::UserId>,
    audience: Option<&'a str>,
    target: Option<&'a str>,
    signed: bool,
    /// The same, indented, where that isn't much longer.
    pretty: Option<String>,
}

impl Entry {
    /// An entry that isn't in a record yet.
    pub(crate) fn new(kind: Kind, state: State, title: impl Into<String>) -> Self {
        Self {
            id: 0,
            at: now(),
            kind,
            state,
            title: title.into(),
            about: String::new(),
            status: None,
            verified: None,
            reason: None,
            details: Details::default(),
        }
    }

    /// An entry for a delivery that isn't in a record yet.
    pub(crate) fn of(delivery: &Delivery) -> Self {
        let title = match (delivery.kind(), delivery.wire_type()) {
            (EventKind::Unknown, Some(wire_type)) => wire_type.to_owned(),
            (kind, _) => kind.as_str().to_owned(),
        };
        let mut entry = Self::new(Kind::Delivery, State::Waiting, title);
        entry.about = about(delivery.event()).unwrap_or_default();
        entry.details = Details {
            fields: fields(delivery),
            body: Some(delivery.body().clone()),
            key: delivery.dedupe_key(),
            ..Details::default()
        };
        entry
    }

    pub(crate) fn whole(&self) -> Whole<'_> {
        let body = self.details.body.as_deref();
        let body = body.and_then(|body| std::str::from_utf8(body).ok());
        Whole {
            entry: self,
            fields: &self.details.fields,
            attempts: &self.details.attempts,
            body,
            account: self.details.sender.account,
            user: self.details.sender.user,
            audience: self.details.audience.as_deref(),
            target: self.details.target.as_deref(),
            signed: self.details.signed,
            pretty: body.and_then(|body| output::indented(body, MAX_PRETTY)),
        }
    }

    /// Whether what it shows contains a text in lower case.
    pub(crate) fn contains(&self, lower: &str) -> bool {
        let has = |text: &str| text.to_lowercase().contains(lower);
        let body = self.details.body.as_deref().unwrap_or_default();
        has(&self.title)
            || has(&self.about)
            || self.reason.as_deref().is_some_and(has)
            || self.details.fields.iter().any(|(_, value)| has(value))
            || has(&String::from_utf8_lossy(body))
    }

    /// Cuts what the list shows of it.
    pub(super) fn cut(&mut self) {
        let texts = [&mut self.title, &mut self.about];
        for text in texts.into_iter().chain(&mut self.reason) {
            text.truncate(text.floor_char_boundary(MAX_LISTED));
        }
    }

    /// About how much memory it takes, in bytes.
    pub(crate) fn size(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let details = &self.details;
        let attempts = details
            .attempts
            .iter()
            .map(|attempt| 256 + attempt.to.len() + length(&attempt.error) + attempt.answer.len());
        let fields = details.fields.iter().map(|(_, value)| 64 + value.len());
        512 + self.title.len()
            + self.about.len()
            + length(&self.reason)
            + details.body.as_ref().map_or(0, Bytes::len)
            + details.key.len()
            + length(&details.audience)
            + length(&details.target)
            + attempts.sum::<usize>()
            + fields.sum::<usize>()
    }
}

/// The time at which something is told of. A clock outside of the years 1970 to 9999 tells none.
pub(crate) fn now() -> String {
    output::time(SystemTime::now()).unwrap_or_default()
}

/// The decoded view.
fn fields(delivery: &Delivery) -> Vec<(&'static str, String)> {
    let subscriptions = delivery.possible_subscriptions();
    let subscriptions: Vec<_> = subscriptions.iter().map(SubscriptionKind::as_str).collect();
    let mut fields = Fields(Vec::new());
    fields.add("Type on the wire", delivery.wire_type());
    fields.add("Subscribed to as", Some(subscriptions.join(" or ")));
    fields.add("Webhook", delivery.subscription_id());
    fields.add("Board", delivery.board_id());
    fields.add(
        if delivery.is_subitem() {
            "Subitem"
        } else {
            "Item"
        },
        delivery.item_id(),
    );
    of_event(&mut fields, delivery.event());
    fields.add("User", delivery.user_id());
    fields.add("Happened", delivery.trigger_time().and_then(output::time));
    fields.add("Trigger", delivery.trigger_uuid());
    fields.add(
        "Trigger of the first attempt",
        delivery.original_trigger_uuid(),
    );
    fields.add("Repeated by monday", delivery.is_retry());
    for problem in delivery.problems() {
        fields.add("Odd", Some(problem));
    }
    fields.0
}

struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn add(&mut self, name: &'static str, value: Option<impl ToString>) {
        let value = value.map(|value| value.to_string());
        self.0.extend(
            value
                .filter(|value| !value.is_empty())
                .map(|value| (name, value)),
        );
    }
}

fn of_event(fields: &mut Fields, event: &Event) {
    let raw = |value: &monday_webhooks::event::ColumnValue| value.raw().get().to_owned();
    match event {
        Event::ItemCreated(event) => {
            fields.add("Name", event.name.as_deref());
            fields.add("Group", event.group_name.as_deref());
        }
        Event::ColumnValueChanged(event) => {
            fields.add("Name", event.item_name.as_deref());
            fields.add("Column", event.column_title.as_deref());
            fields.add("Column's id", Some(&event.column_id));
            fields.add("Column's type", event.column_type.as_deref());
            fields.add("Value", event.value.as_ref().map(raw));
            fields.add("Value before", event.previous_value.as_ref().map(raw));
        }
        Event::NameChanged(event) => {
            fields.add("Name", event.name.as_deref());
            fields.add("Name before", event.previous_name.as_deref());
        }
        Event::ItemArchived(event) | Event::ItemDeleted(event) => {
            fields.add("Name", event.item_name.as_deref());
        }
        Event::ItemRestored(event) => fields.add("Name", event.item_name.as_deref()),
        Event::ItemMovedToGroup(event) => {
            fields.add("From group", event.source_group_id.as_ref());
            fields.add("To group", event.dest_group_id.as_ref());
        }
        Event::SubitemMoved(event) => {
            fields.add("From item", event.source_item_id);
            fields.add("To item", event.dest_item_id);
        }
        Event::ColumnCreated(event) => {
            fields.add("Column", event.column_title.as_deref());
            fields.add("Column's id", Some(&event.column_id));
            fields.add("Column's type", event.column_type.as_deref());
        }
        Event::UpdateCreated(event) | Event::UpdateEdited(event) | Event::UpdateDeleted(event) => {
            fields.add("Update", Some(event.update_id));
            fields.add("Reply", event.reply_id);
            fields.add("Text", event.text_body.as_deref());
        }
        _ => {}
    }
}

/// A few words for the list.
fn about(event: &Event) -> Option<String> {
    match event {
        Event::ItemCreated(event) => event.name.clone(),
        Event::ColumnValueChanged(event) => {
            let name = event.item_name.as_deref().unwrap_or_default();
            let column = event.column_title.as_deref();
            let column = column.unwrap_or_else(|| event.column_id.as_str());
            Some(format!("{name}: {column}"))
        }
        Event::NameChanged(event) => event.name.clone(),
        Event::ItemArchived(event) | Event::ItemDeleted(event) => event.item_name.clone(),
        Event::ItemRestored(event) => event.item_name.clone(),
        Event::ItemMovedToGroup(event) => Some(event.dest_group.as_ref()?.title.clone()?),
        Event::ColumnCreated(event) => event.column_title.clone(),
        Event::UpdateCreated(event) | Event::UpdateEdited(event) | Event::UpdateDeleted(event) => {
            event.text_body.clone()
        }
        _ => None,
    }
}
