//! What the inspector of `emulate` stands in front of.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use monday_emulator::{Delivery, DeliveryState, Handle, LogEvent, Outcome};
use monday_webhooks::inbox::DeadLetterId;
use serde_json::{Value, json};

use crate::inspect::{
    About, Answer, Backend, Record, RecordLimits,
    entry::{Attempt, Entry, Kind, Sender, State, now},
};

pub(super) struct Inspected {
    pub(super) emulator: Handle,
    pub(super) secret_env: Option<String>,
}

/// Puts what happens in the emulator into the record.
pub(super) struct Recorder {
    emulator: Handle,
    record: Arc<Record>,
    /// The entry of each delivery.
    entries: Mutex<HashMap<u64, u64>>,
}

impl Recorder {
    pub(super) fn new(emulator: Handle, record: Arc<Record>) -> Self {
        Self {
            emulator,
            record,
            entries: Mutex::default(),
        }
    }

    pub(super) fn see(&self, event: &LogEvent) {
        match event {
            LogEvent::Request {
                operation,
                fields,
                status,
                errors,
                fault,
                ..
            } => {
                let title = operation.clone().unwrap_or_else(|| fields.join(", "));
                let good = errors.is_empty() && fault.is_none();
                let state = if good { State::Done } else { State::Refused };
                let mut entry = Entry::new(Kind::Call, state, title);
                entry.about = fields.join(", ");
                entry.status = *status;
                let reasons = errors.iter().cloned();
                let reasons: Vec<_> = reasons
                    .chain(fault.iter().map(|fault| format!("fault {fault}")))
                    .collect();
                entry.reason = (!reasons.is_empty()).then(|| reasons.join(", "));
                self.record.add(entry);
            }
            LogEvent::Challenge {
                url,
                echoed,
                reason,
            } => {
                let state = if *echoed { State::Done } else { State::Refused };
                let mut entry = Entry::new(Kind::Challenge, state, "challenge");
                entry.about.clone_from(url);
                entry.reason.clone_from(reason);
                self.record.add(entry);
            }
            LogEvent::DeliveryQueued { delivery, .. } => {
                self.entry(*delivery);
            }
            LogEvent::DeliveryAttempt {
                delivery,
                url,
                attempt,
                state,
                ..
            } => {
                let Some(id) = self.entry(*delivery) else {
                    return;
                };
                let attempt = attempt_of(attempt, url);
                self.record.change(id, |entry| {
                    entry.status = attempt.status;
                    entry.state = shown(*state);
                    entry.details.attempts.push(attempt);
                });
            }
            LogEvent::WebhookDeleted { .. } => self.see_dropped(),
            LogEvent::Lost { .. } => self.look_anew(),
            _ => {}
        }
    }

    /// After events that nobody will tell of any more: the deliveries as they are now.
    fn look_anew(&self) {
        for delivery in self.emulator.deliveries() {
            let Some(id) = self.entry(delivery.id) else {
                continue;
            };
            self.record.change(id, |entry| {
                entry.state = state_of(&delivery);
                let to = entry.details.target.clone().unwrap_or_default();
                // With the time of those that were told of.
                let told = entry.details.attempts.len();
                let more = delivery.attempts.iter().skip(told);
                let more = more.map(|attempt| attempt_of(attempt, &to));
                entry.details.attempts.extend(more);
            });
        }
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<u64, u64>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entry of a delivery, made where there is none yet.
    fn entry(&self, delivery: u64) -> Option<u64> {
        if let Some(id) = self.entries().get(&delivery) {
            return Some(*id);
        }
        let delivered = self.emulator.delivery(delivery)?;
        let mut entry = entry_of(&delivered);
        let webhooks = self.emulator.all_webhooks();
        let webhook = webhooks
            .into_iter()
            .find(|webhook| webhook.id == delivered.webhook_id);
        entry.details.target = webhook.map(|webhook| webhook.url);
        entry.details.audience.clone_from(&entry.details.target);
        let id = self.record.add(entry);
        let mut entries = self.entries();
        // A delivery can be attempted again after its end, as a duplicate: its entry is remembered
        // for as long as the record has it.
        if entries.len() > 2 * RecordLimits::default().entries {
            entries.retain(|_, id| self.record.get(*id).is_some());
        }
        entries.insert(delivery, id);
        Some(id)
    }

    /// With its webhook a delivery is dropped, and no attempt will tell of it.
    fn see_dropped(&self) {
        let entries = self.entries().clone();
        for (delivery, id) in entries {
            let delivery = self.emulator.delivery(delivery);
            if delivery.is_some_and(|delivery| delivery.state == DeliveryState::Dropped) {
                self.record.change(id, |entry| entry.state = State::Dead);
            }
        }
    }
}

fn entry_of(delivery: &Delivery) -> Entry {
    let body = delivery.body.to_string();
    let mut entry = match monday_webhooks::Delivery::parse(body.clone()) {
        Ok(parsed) => Entry::of(&parsed),
        Err(_) => {
            let mut entry = Entry::new(Kind::Delivery, State::Waiting, delivery.event.as_str());
            entry.details.body = Some(body.into());
            entry
        }
    };
    entry.state = state_of(delivery);
    entry.details.sender = Sender {
        webhook: Some(delivery.webhook_id),
        ..Sender::default()
    };
    entry.details.signed = delivery.signed;
    let fields = &mut entry.details.fields;
    fields.push(("Signed", delivery.signed.to_string()));
    fields.push(("Webhook's event", delivery.event.clone()));
    entry
}

fn attempt_of(attempt: &monday_emulator::Attempt, to: &str) -> Attempt {
    let (status, error) = match &attempt.outcome {
        Outcome::Status(status) => (Some(*status), None),
        Outcome::Failed(reason) => (None, Some(reason.clone())),
        _ => (None, None),
    };
    Attempt {
        number: Some(attempt.number),
        at: now(),
        to: to.to_owned(),
        status,
        error,
        millis: None,
        answer: String::new(),
    }
}

fn state_of(delivery: &Delivery) -> State {
    match delivery.attempts.is_empty() && !delivery.state.is_final() {
        true => State::Waiting,
        false => shown(delivery.state),
    }
}

const fn shown(state: DeliveryState) -> State {
    match state {
        DeliveryState::Acknowledged => State::Done,
        DeliveryState::GivenUp | DeliveryState::Dropped => State::Dead,
        _ => State::Retrying,
    }
}

impl Backend for Inspected {
    fn about(&self) -> About {
        About {
            command: "emulate",
            url: self.emulator.endpoint(),
            replays_to: None,
            replays: true,
            secret_env: self.secret_env.clone(),
            dead_letters: false,
            by_board: false,
        }
    }

    fn webhooks(&self, _: Option<String>) -> Answer<'_, Value> {
        let webhooks = self.emulator.all_webhooks();
        let rows = webhooks.into_iter().map(|webhook| {
            json!({
                "id": webhook.id.to_string(),
                "board_id": webhook.board_id.to_string(),
                "event": webhook.event,
                "config": webhook.config,
                "url": webhook.url,
                "created_by": webhook.created_by,
            })
        });
        let rows = rows.collect();
        Box::pin(async move { Ok(rows) })
    }

    fn replay(&self, entry: Arc<Entry>) -> Answer<'_, ()> {
        Box::pin(async move {
            let webhook = entry.details.sender.webhook;
            let body: Option<Value> = entry
                .details
                .body
                .as_deref()
                .and_then(|body| serde_json::from_slice(body).ok());
            let (Some(webhook), Some(mut body)) = (webhook, body) else {
                return Err("this is no delivery".to_owned());
            };
            // With a trigger of its own: a receiver that drops duplicates would drop it.
            let Value::Object(mut event) = body["event"].take() else {
                return Err("its event is no object".to_owned());
            };
            let trigger = uuid::Uuid::new_v4().simple().to_string();
            event.insert("triggerUuid".to_owned(), trigger.into());
            let sent = self.emulator.deliver(webhook, event.into()).await;
            sent.map(drop).map_err(|error| error.to_string())
        })
    }

    fn dead_letters(&self) -> Answer<'_, Value> {
        Box::pin(async { Ok(Value::Array(Vec::new())) })
    }

    fn requeue(&self, _: DeadLetterId) -> Answer<'_, bool> {
        Box::pin(async { Ok(false) })
    }
}
