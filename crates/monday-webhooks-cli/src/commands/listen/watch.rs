//! Looking on while requests are answered and deliveries handled.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::http::{HeaderMap, Request, Response};
use bytes::Bytes;
use http_body_util::Full;
use monday_webhooks::{
    Delivery, auth,
    inbox::{Inbox, Received},
    receiver::{Refusal, Sink, Taken, Unverified, Verified},
};
use tower_service::Service;

use super::{
    forward::{Forwarder, is_taken},
    passed::{Arrived, CheckedToken, Ticket},
};
use crate::{
    failure::with_causes,
    inspect::{
        Record,
        entry::{Attempt, Entry, Kind, Sender, State},
    },
    output,
};

tokio::task_local! {
    /// The headers of the request that is being answered.
    static HEADERS: HeaderMap;
}

/// Who wants to know what happens.
pub(super) struct Watch {
    pub(super) record: Option<Arc<Record>>,
    pub(super) forwarder: Option<Arc<Forwarder>>,
}

impl Watch {
    /// A delivery arrived.
    fn arrived(&self, delivery: &Delivery, sender: Option<&auth::Sender>) -> Arrival {
        let ticket = self.forwarder.as_ref().map(|forwarder| {
            let headers = HEADERS.try_with(HeaderMap::clone).unwrap_or_default();
            let token = sender.map(|sender| CheckedToken {
                audience: sender.audience.first().cloned().unwrap_or_default(),
                expires_at: sender.expires_at,
                short_lived: sender.short_lived_token().cloned(),
            });
            forwarder.arrived(delivery.dedupe_key(), Arrived { headers, token })
        });
        let entry = self.record.as_ref().map(|record| Unanswered {
            record: Arc::clone(record),
            id: record.add(entry_of(delivery, sender)),
            answered: false,
        });
        Arrival { ticket, entry }
    }

    /// What the inbox said to it.
    fn kept(arrival: Arrival, taken: &Result<Taken, Refusal>) {
        if let (Some(ticket), Ok(Taken::New)) = (arrival.ticket, taken) {
            ticket.stay();
        }
        if let Some(entry) = arrival.entry {
            entry.answer(taken);
        }
    }

    /// A request was answered.
    fn answered(&self, response: &Response<Full<Bytes>>) {
        let Some(record) = &self.record else { return };
        let mut entry = match response.extensions().get::<Refusal>() {
            // Told by `kept` already.
            Some(Refusal::Unavailable) => return,
            Some(refusal) => {
                let mut entry = Entry::new(Kind::Refused, State::Refused, "refused");
                entry.reason = Some(with_causes(refusal));
                if matches!(refusal, Refusal::Unauthorized(_)) {
                    entry.verified = Some(false);
                }
                entry
            }
            None if response.extensions().get::<Taken>().is_none() => {
                Entry::new(Kind::Challenge, State::Done, "challenge")
            }
            None => return,
        };
        entry.status = Some(response.status().as_u16());
        record.add(entry);
    }

    /// An attempt to handle a delivery ended.
    pub(super) fn handled(&self, received: &Received, attempt: Option<Attempt>, last: bool) {
        let Some(record) = &self.record else { return };
        let key = received.delivery.dedupe_key();
        let is_it = |entry: &Entry| entry.kind == Kind::Delivery && entry.details.key == key;
        // The first that isn't over: one that comes while this ends is a duplicate.
        let is_open = |state| matches!(state, State::Waiting | State::Retrying);
        let open = record.find_first(|entry| is_it(entry) && is_open(entry.state));
        let is_over = |state| matches!(state, State::Done | State::Dead);
        let over = || record.find(|entry| is_it(entry) && is_over(entry.state));
        let id = open.or_else(over).unwrap_or_else(|| {
            // It comes from before the start, or from further back than the record.
            let mut entry = Entry::of(&received.delivery);
            entry.at = output::time(received.received_at).unwrap_or_default();
            entry.verified = Some(received.verified);
            entry.details.sender.account = received.account_id;
            entry.details.sender.user = received.user_id;
            record.add(entry)
        });
        record.change(id, |entry| {
            entry.state = match &attempt {
                Some(attempt) if !is_taken(attempt) && last => State::Dead,
                Some(attempt) if !is_taken(attempt) => State::Retrying,
                _ => State::Done,
            };
            entry.details.attempts.extend(attempt);
        });
    }
}

fn entry_of(delivery: &Delivery, sender: Option<&auth::Sender>) -> Entry {
    let mut entry = Entry::of(delivery);
    entry.verified = Some(sender.is_some());
    if let Some(sender) = sender {
        entry.details.sender = Sender {
            account: sender.account_id,
            user: sender.user_id,
            webhook: None,
        };
        let fields = &mut entry.details.fields;
        let account = sender.account_id.map(|id| ("Account", id.to_string()));
        fields.extend(account);
        fields.push(("Token for", sender.audience.join(", ")));
        entry.details.audience = sender.audience.first().cloned();
        entry.details.signed = true;
        let expires_at = std::time::Duration::from_secs(sender.expires_at);
        let expires_at = std::time::UNIX_EPOCH.checked_add(expires_at);
        let shown = expires_at.and_then(output::time);
        fields.extend(shown.map(|at| ("Token good until", at)));
    }
    entry
}

/// A delivery on its way into the inbox.
struct Arrival {
    ticket: Option<Ticket>,
    entry: Option<Unanswered>,
}

/// The entry of a delivery for as long as its request has no answer.
struct Unanswered {
    record: Arc<Record>,
    id: u64,
    answered: bool,
}

impl Unanswered {
    fn answer(mut self, taken: &Result<Taken, Refusal>) {
        self.answered = true;
        self.record.change(self.id, |entry| match taken {
            Ok(taken) => {
                entry.status = Some(200);
                if *taken == Taken::Duplicate {
                    entry.state = State::Duplicate;
                }
            }
            Err(refusal) => {
                entry.status = Some(refusal.status().as_u16());
                entry.state = State::Refused;
                entry.reason = Some(with_causes(refusal));
            }
        });
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        if !self.answered {
            self.record.change(self.id, |entry| {
                entry.state = State::Refused;
                entry.reason = Some("the request ended before the inbox had answered".to_owned());
            });
        }
    }
}

/// The inbox, with somebody who looks on.
pub(super) struct Watched<I> {
    pub(super) inbox: Arc<I>,
    pub(super) watch: Arc<Watch>,
}

impl<I: Inbox> Sink<Verified<Delivery>> for Watched<I> {
    async fn take(&self, message: Verified<Delivery>) -> Result<Taken, Refusal> {
        let arrival = self
            .watch
            .arrived(message.message(), Some(message.sender()));
        let taken = self.inbox.take(message).await;
        Watch::kept(arrival, &taken);
        taken
    }
}

impl<I: Inbox> Sink<Unverified<Delivery>> for Watched<I> {
    async fn take(&self, message: Unverified<Delivery>) -> Result<Taken, Refusal> {
        let arrival = self.watch.arrived(message.message(), None);
        let taken = self.inbox.take(message).await;
        Watch::kept(arrival, &taken);
        taken
    }
}

/// The receiver, with somebody who looks on.
#[derive(Clone)]
pub(super) struct Answering<S> {
    pub(super) receiver: S,
    pub(super) watch: Arc<Watch>,
}

impl<S, B> Service<Request<B>> for Answering<S>
where
    S: Service<Request<B>, Response = Response<Full<Bytes>>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.receiver.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Headers are held for as long as the request takes, so only where they are handed on.
        let headers = match self.watch.forwarder {
            Some(_) => request.headers().clone(),
            None => HeaderMap::new(),
        };
        let answer = self.receiver.call(request);
        let watch = Arc::clone(&self.watch);
        Box::pin(async move {
            let response = HEADERS.scope(headers, answer).await?;
            watch.answered(&response);
            Ok(response)
        })
    }
}
