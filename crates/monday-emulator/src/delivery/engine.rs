//! The queue of each webhook, and who is sent what when.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::sync::{Notify, watch};

use super::attempt::{Refused, post_json};
use super::{Attempt, Delivery, DeliveryState, Outcome};
use crate::behaviour::{Acknowledgement, Behaviour, Ordering, RetryToken, RetryTriggerUuid};
use crate::clock::Timestamp;
use crate::core::Core;
use crate::log::LogEvent;
use crate::random::hex_id;
use crate::sync::lock;
use crate::tokens::TokenKind;
use crate::webhooks::Webhook;

/// How many deliveries are remembered; beyond that the oldest finished ones are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// Sends deliveries, one at a time for each webhook, and repeats what wasn't acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Engine {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    timers_changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    jobs: BTreeMap<u64, Job>,
    lanes: HashMap<u64, Lane>,
    timers: BTreeSet<(Timestamp, u64)>,
    paused: bool,
}

#[derive(Debug)]
struct Job {
    delivery: Delivery,
    webhook: Webhook,
    first_attempt: Option<Timestamp>,
    token: Option<String>,
    duplicates_left: Option<u32>,
}

#[derive(Debug, Default)]
struct Lane {
    queue: VecDeque<u64>,
    busy: bool,
    /// With strict ordering, the delivery that the rest waits for.
    blocked_by: Option<u64>,
}

impl Lane {
    fn take_next(&mut self, ordering: Ordering) -> Option<u64> {
        if self.busy {
            return None;
        }
        let next = if let Some(blocking) = self.blocked_by {
            let position = self.queue.iter().position(|id| *id == blocking)?;
            self.queue.remove(position)
        } else if ordering == Ordering::NewestFirst {
            self.queue.pop_back()
        } else {
            self.queue.pop_front()
        };
        self.busy = next.is_some();
        if ordering == Ordering::Strict {
            self.blocked_by = next;
        }
        next
    }

    fn could_send(&self) -> bool {
        self.busy
            || match self.blocked_by {
                Some(blocking) => self.queue.contains(&blocking),
                None => !self.queue.is_empty(),
            }
    }
}

impl Engine {
    /// Queues `event` for `webhook` and returns the delivery's number.
    ///
    /// `subscriptionId`, `triggerUuid` and `triggerTime` are filled in where they're missing.
    pub(crate) fn enqueue(core: &Arc<Core>, webhook: &Webhook, event: Value) -> u64 {
        let engine = &core.deliveries;
        let id = {
            let mut state = lock(&engine.state);
            state.last_id += 1;
            let id = state.last_id;
            let delivery = Delivery {
                id,
                webhook_id: webhook.id,
                event: webhook.event.clone(),
                body: core.envelope(webhook, event),
                signed: webhook.created_by == TokenKind::App,
                state: DeliveryState::Pending,
                attempts: Vec::new(),
            };
            core.log.push(LogEvent::DeliveryQueued {
                delivery: id,
                webhook: webhook.id,
                event: webhook.event.clone(),
            });
            state.jobs.insert(
                id,
                Job {
                    delivery,
                    webhook: webhook.clone(),
                    first_attempt: None,
                    token: None,
                    duplicates_left: None,
                },
            );
            let lane = state.lanes.entry(webhook.id).or_default();
            lane.queue.push_back(id);
            state.forget_old();
            id
        };
        Self::pump(core);
        id
    }

    /// Drops what a deleted webhook was still to be sent.
    pub(crate) fn drop_webhook(core: &Arc<Core>, webhook_id: u64) {
        let engine = &core.deliveries;
        {
            let mut state = lock(&engine.state);
            let State {
                jobs,
                lanes,
                timers,
                ..
            } = &mut *state;
            if let Some(lane) = lanes.get_mut(&webhook_id) {
                lane.queue.clear();
                lane.blocked_by = None;
            }
            for job in jobs.values_mut() {
                if job.delivery.webhook_id == webhook_id && !job.delivery.state.is_final() {
                    job.delivery.state = DeliveryState::Dropped;
                }
            }
            timers.retain(|(_, id)| {
                jobs.get(id)
                    .is_some_and(|job| job.delivery.webhook_id != webhook_id)
            });
        }
        engine.notify();
    }

    /// Keeps everything in its queue until [resumed](Self::resume).
    pub(crate) fn pause(&self) {
        lock(&self.state).paused = true;
    }

    /// Sends what was held back.
    pub(crate) fn resume(core: &Arc<Core>) {
        lock(&core.deliveries.state).paused = false;
        Self::pump(core);
    }

    /// All deliveries that are remembered, in the order in which they were queued.
    pub(crate) fn all(&self) -> Vec<Delivery> {
        lock(&self.state)
            .jobs
            .values()
            .map(|job| job.delivery.clone())
            .collect()
    }

    pub(crate) fn get(&self, id: u64) -> Option<Delivery> {
        lock(&self.state)
            .jobs
            .get(&id)
            .map(|job| job.delivery.clone())
    }

    /// When the next retry is due.
    pub(crate) fn next_timer(&self) -> Option<Timestamp> {
        lock(&self.state).timers.first().map(|(due, _)| *due)
    }

    /// Waits until `look` finds what it looks for; `None` once the emulator stops.
    pub(crate) async fn wait<T>(
        &self,
        core: &Core,
        mut look: impl FnMut(&Self) -> Option<T>,
    ) -> Option<T> {
        let mut changed = self.changed.subscribe();
        let mut stopped = core.stop.subscribe();
        loop {
            changed.borrow_and_update();
            if let Some(found) = look(self) {
                return Some(found);
            }
            tokio::select! {
                _ = changed.changed() => {}
                _ = stopped.wait_for(|stop| *stop) => return None,
            }
        }
    }

    /// Whether nothing is under way and nothing could be sent before the clock moves on.
    pub(crate) fn is_idle(&self, now: Timestamp) -> bool {
        let state = lock(&self.state);
        let sending = state
            .lanes
            .values()
            .any(|lane| lane.busy || (!state.paused && lane.could_send()));
        let due = state.timers.first().is_some_and(|(due, _)| *due <= now);
        !sending && !due
    }

    /// Whether every delivery came to its end.
    pub(crate) fn is_settled(&self) -> bool {
        let state = lock(&self.state);
        state.timers.is_empty()
            && state
                .lanes
                .values()
                .all(|lane| !lane.busy && lane.queue.is_empty())
            && state.jobs.values().all(|job| job.delivery.state.is_final())
    }

    /// Puts retries into their queue when they're due, until the emulator stops.
    pub(crate) async fn run_timers(core: Arc<Core>) {
        let engine = &core.deliveries;
        let mut stopped = core.stop.subscribe();
        loop {
            let rearmed = engine.timers_changed.notified();
            let next = engine.next_timer();
            let due = async {
                match next {
                    Some(due) => core.clock.sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = rearmed => {}
                _ = stopped.wait_for(|stop| *stop) => return,
            }
            engine.queue_due(core.clock.now());
            Self::pump(&core);
        }
    }

    fn queue_due(&self, now: Timestamp) {
        let mut state = lock(&self.state);
        while let Some((due, id)) = state.timers.first().copied() {
            if due > now {
                break;
            }
            state.timers.pop_first();
            if let Some(webhook) = state.jobs.get(&id).map(|job| job.delivery.webhook_id) {
                let lane = state.lanes.entry(webhook).or_default();
                lane.queue.push_front(id);
            }
        }
    }

    fn pump(core: &Arc<Core>) {
        let ordering = core.behaviour().ordering;
        let ready: Vec<u64> = {
            let mut state = lock(&core.deliveries.state);
            if state.paused {
                Vec::new()
            } else {
                state
                    .lanes
                    .values_mut()
                    .filter_map(|lane| lane.take_next(ordering))
                    .collect()
            }
        };
        for id in ready {
            core.runtime.spawn(Self::send(core.clone(), id));
        }
        core.deliveries.notify();
    }

    async fn send(core: Arc<Core>, id: u64) {
        let behaviour = core.behaviour();
        let prepared = core.deliveries.prepare(&core, id, behaviour);
        if let Some((webhook, body, token)) = prepared {
            let mut stopped = core.stop.subscribe();
            let at = core.clock.now();
            let answer = tokio::select! {
                answer = post_json(
                    &core.http,
                    &webhook.url,
                    token.as_deref(),
                    &body,
                    behaviour.answer_timeout,
                ) => answer.map(|answer| answer.status),
                _ = stopped.wait_for(|stop| *stop) => return,
            };
            core.deliveries.record(&core, id, at, answer, behaviour);
        }
        Self::pump(&core);
    }

    /// The body and the token of the next attempt.
    fn prepare(
        &self,
        core: &Core,
        id: u64,
        behaviour: Behaviour,
    ) -> Option<(Webhook, Value, Option<String>)> {
        let mut state = lock(&self.state);
        let job = state.jobs.get_mut(&id)?;
        let retry = job.delivery.attempts.len();
        if retry > 0 && job.duplicates_left.is_none() {
            mark_retry(&mut job.delivery.body, retry, behaviour.retry_trigger_uuid);
        }
        if job.webhook.created_by == TokenKind::App
            && (job.token.is_none() || behaviour.retry_token == RetryToken::Fresh)
        {
            job.token = Some(core.sign(&job.webhook));
        }
        Some((
            job.webhook.clone(),
            job.delivery.body.clone(),
            job.token.clone(),
        ))
    }

    fn record(
        &self,
        core: &Core,
        id: u64,
        at: Timestamp,
        answer: Result<u16, Refused>,
        behaviour: Behaviour,
    ) {
        let mut state = lock(&self.state);
        let State {
            jobs,
            lanes,
            timers,
            ..
        } = &mut *state;
        let Some(job) = jobs.get_mut(&id) else {
            return;
        };
        let lane = lanes.entry(job.delivery.webhook_id).or_default();
        lane.busy = false;
        let acknowledged = match (&answer, behaviour.acknowledgement) {
            (Ok(status), Acknowledgement::AnySuccess) => (200..300).contains(status),
            (Ok(status), Acknowledgement::OnlyOk) => *status == 200,
            (Err(_), _) => false,
        };
        let final_refusal = !behaviour.retry_client_errors
            && matches!(answer, Ok(status) if (400..500).contains(&status));
        let number = u32::try_from(job.delivery.attempts.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let attempt = Attempt {
            number,
            at,
            outcome: match answer {
                Ok(status) => Outcome::Status(status),
                Err(refused) => Outcome::Failed(refused.to_string()),
            },
        };
        let first = *job.first_attempt.get_or_insert(at);
        let mut again_at = None;
        if let Some(left) = &mut job.duplicates_left {
            *left = left.saturating_sub(1);
            again_at = (*left > 0).then_some(at);
        } else if job.delivery.state == DeliveryState::Dropped {
            // Deleted while it was under way: what came of it changes nothing.
        } else if acknowledged {
            job.delivery.state = DeliveryState::Acknowledged;
            if behaviour.duplicates > 0 {
                job.duplicates_left = Some(behaviour.duplicates);
                again_at = Some(at);
            }
        } else {
            // Counted from the first attempt, so that slow answers don't lose the last retry.
            let due = first.saturating_add(behaviour.retry_interval.saturating_mul(number));
            if final_refusal || due > first.saturating_add(behaviour.retry_window) {
                job.delivery.state = DeliveryState::GivenUp;
            } else {
                again_at = Some(due);
            }
        }
        core.log.push(LogEvent::DeliveryAttempt {
            delivery: id,
            webhook: job.delivery.webhook_id,
            event: job.delivery.event.clone(),
            url: job.webhook.url.clone(),
            signed: job.delivery.signed,
            attempt: attempt.clone(),
            state: job.delivery.state,
        });
        job.delivery.attempts.push(attempt);
        if job.delivery.state.is_final() && lane.blocked_by == Some(id) {
            lane.blocked_by = None;
        }
        if let Some(due) = again_at {
            timers.insert((due, id));
            self.timers_changed.notify_one();
        }
    }

    fn notify(&self) {
        self.changed.send_modify(|revision| *revision += 1);
    }
}

impl State {
    fn forget_old(&mut self) {
        while self.jobs.len() > MAX_REMEMBERED {
            let oldest = self
                .jobs
                .iter()
                .find(|(_, job)| job.delivery.state.is_final())
                .map(|(id, _)| *id);
            match oldest {
                Some(id) => self.jobs.remove(&id),
                None => break,
            };
        }
    }
}

/// Marks a body as a retry in those fields that it has.
fn mark_retry(body: &mut Value, retry: usize, trigger_uuid: RetryTriggerUuid) {
    let Some(event) = body["event"].as_object_mut() else {
        return;
    };
    if let Some(is_retry) = event.get_mut("isRetry") {
        *is_retry = true.into();
    }
    if let Some(count) = event.get_mut("retryCount") {
        *count = retry.into();
    }
    if trigger_uuid == RetryTriggerUuid::Fresh {
        let previous = event.insert("triggerUuid".to_owned(), hex_id().into());
        if let (Some(previous), Some(original)) = (previous, event.get_mut("originalTriggerUuid"))
            && original.is_null()
        {
            *original = previous;
        }
    }
}
