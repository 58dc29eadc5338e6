//! Which deliveries are due, in memory; their bodies are in the file.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::{Duration, Instant},
};

use crate::inbox::LONGEST_WAIT;

/// The order in which deliveries are handed over.
#[derive(Debug, Default)]
pub(super) struct Queue {
    ready: BTreeSet<i64>,
    later: BTreeSet<(Instant, i64)>,
    in_flight: BTreeSet<i64>,
    received_at: HashMap<i64, i64>,
    ages: BTreeMap<i64, u64>,
    has_news: bool,
    pub(super) dead: u64,
}

impl Queue {
    /// A delivery that isn't handled yet, received at this time and due after this wait.
    pub(super) fn add(&mut self, id: i64, received_at: i64, wait: Duration) {
        if self.received_at.insert(id, received_at).is_none() {
            *self.ages.entry(received_at).or_default() += 1;
        }
        self.wait(id, wait);
    }

    /// Takes the oldest that are due, or says when something will be.
    pub(super) fn take(&mut self, max: usize) -> Result<Vec<i64>, Option<Duration>> {
        let now = Instant::now();
        while let Some((due, id)) = self.later.first().copied()
            && due <= now
        {
            self.later.pop_first();
            self.ready.insert(id);
        }
        let taken: Vec<i64> = self.ready.iter().copied().take(max).collect();
        if taken.is_empty() {
            let next = self.later.first();
            return Err(next.map(|(due, _)| due.saturating_duration_since(now)));
        }
        for id in &taken {
            self.ready.remove(id);
            self.in_flight.insert(*id);
        }
        Ok(taken)
    }

    pub(super) fn is_in_flight(&self, id: i64) -> bool {
        self.in_flight.contains(&id)
    }

    /// Ends the lease of a delivery; it is due again after this wait.
    pub(super) fn give_back(&mut self, id: i64, wait: Duration) {
        if self.in_flight.remove(&id) {
            self.wait(id, wait);
        }
    }

    /// It was handled, or given up.
    pub(super) fn remove(&mut self, id: i64) {
        self.in_flight.remove(&id);
        let Some(received_at) = self.received_at.remove(&id) else {
            return;
        };
        if let Some(count) = self.ages.get_mut(&received_at) {
            *count -= 1;
            if *count == 0 {
                self.ages.remove(&received_at);
            }
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.ready.len() + self.later.len()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// When the oldest one was received.
    pub(super) fn oldest(&self) -> Option<i64> {
        self.ages.first_key_value().map(|(at, _)| *at)
    }

    /// Whether a delivery came or came back since this was last asked: whoever found nothing that
    /// is due may look again.
    pub(super) const fn take_news(&mut self) -> bool {
        std::mem::replace(&mut self.has_news, false)
    }

    fn wait(&mut self, id: i64, wait: Duration) {
        self.has_news = true;
        if wait.is_zero() {
            self.ready.insert(id);
        } else {
            let due = Instant::now() + wait.min(LONGEST_WAIT);
            self.later.insert((due, id));
        }
    }
}
