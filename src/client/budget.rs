//! A token's complexity budget, as far as monday's answers tell.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use tokio::{sync::Notify, time::Instant};

use super::deadline::Deadline;

/// No budget has more points, and sums of so many don't overflow: monday's has ten million a minute.
const MOST: i64 = 1 << 40;

/// What monday says of the budget in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Complexity {
    before: i64,
    after: i64,
    query: i64,
    reset_in_x_seconds: u64,
}

/// The points that a token has left, known from the last answer on.
#[derive(Debug)]
pub(super) struct Budget {
    minute: Duration,
    known: Mutex<Known>,
    cost_known: Notify,
}

#[derive(Debug, Default)]
struct Known {
    /// The most points that monday ever said are left: as many as there are in a minute.
    full: Option<i64>,
    left: i64,
    resets: Option<Instant>,
    /// The points of calls that are under way.
    under_way: i64,
    /// How many minutes have begun.
    minutes: u64,
    /// What each operation cost the last time; `None` while the first call of it is under way.
    costs: HashMap<&'static str, Option<i64>>,
}

/// Points set aside for a call, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Reserved {
    budget: Arc<Budget>,
    operation: &'static str,
    points: i64,
    /// The minute in which they were set aside.
    minute: u64,
}

impl Budget {
    pub(super) fn new(minute: Duration) -> Self {
        Self {
            minute,
            known: Mutex::default(),
            cost_known: Notify::new(),
        }
    }

    /// Sets the points of an operation aside, as soon as they are there. What it costs is known
    /// once it has run, so the first call of an operation goes alone.
    pub(super) async fn reserve(self: &Arc<Self>, operation: &'static str) -> Reserved {
        loop {
            let mut cost_known = std::pin::pin!(self.cost_known.notified());
            cost_known.as_mut().enable();
            match self.try_reserve(operation, Instant::now()) {
                Ok(reserved) => return reserved,
                Err(Some(resets)) => tokio::time::sleep_until(resets).await,
                Err(None) => cost_known.await,
            }
        }
    }

    /// Sets points aside, or says when to try again; `None` is when the cost is known.
    fn try_reserve(
        self: &Arc<Self>,
        operation: &'static str,
        now: Instant,
    ) -> Result<Reserved, Option<Instant>> {
        let mut known = self.known();
        let points = match known.costs.get(operation) {
            Some(Some(points)) => *points,
            Some(None) => return Err(None),
            None => 0,
        };
        if let Some(resets) = known.resets {
            // What isn't known costs something, too.
            if now < resets && known.left.saturating_sub(known.under_way) < points.max(1) {
                return Err(Some(resets));
            }
            if now >= resets {
                known.minutes += 1;
                known.resets = known.full.map(|_| now + self.minute);
                known.left = known.full.unwrap_or_default();
            }
        }
        known.under_way += points;
        known.costs.entry(operation).or_insert(None);
        Ok(Reserved {
            budget: Arc::clone(self),
            operation,
            points,
            minute: known.minutes,
        })
    }

    /// Whether nothing is known of it that a new one wouldn't know.
    pub(super) fn is_idle(&self) -> bool {
        let known = self.known();
        let has_reset = known.resets.is_none_or(|resets| resets <= Instant::now());
        known.under_way == 0 && has_reset && known.costs.values().all(Option::is_some)
    }

    /// monday's seconds, where a minute has another length.
    fn scaled(&self, seconds: u64) -> Duration {
        self.minute.mul_f64(seconds.min(3600) as f64 / 60.0)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Every change is whole before the lock is given back.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reserved {
    /// Takes over what the answer to the call says.
    pub(super) fn learn(&self, said: Complexity) {
        let [before, after, query] =
            [said.before, said.after, said.query].map(|points| points.clamp(-MOST, MOST));
        let resets = Instant::now() + self.budget.scaled(said.reset_in_x_seconds);
        let mut known = self.budget.known();
        known.costs.insert(self.operation, Some(query));
        let is_first = known.full.is_none();
        known.full = known.full.max(Some(before));
        if is_first {
            known.left = after;
            known.resets = Some(resets);
        } else if self.minute == known.minutes {
            // Answers overtake each other: within a minute the lowest is the latest.
            known.left = known.left.min(after);
            known.resets = known.resets.max(Some(resets));
        } else {
            // The call may have run in the old minute or in the new one.
            known.left = known.left.saturating_sub(query);
        }
    }

    /// Nothing is left for so long.
    pub(super) fn exhausted(&self, wait: Duration) {
        let mut known = self.budget.known();
        known.left = 0;
        known.resets = Some(Deadline::after(wait).at());
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut known = self.budget.known();
        known.under_way -= self.points;
        if known.costs.get(self.operation) == Some(&None) {
            // It didn't come to know the cost: the next one may try.
            known.costs.remove(self.operation);
        }
        drop(known);
        self.budget.cost_known.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    const fn said(before: i64, after: i64, query: i64, reset_in_x_seconds: u64) -> Complexity {
        Complexity {
            before,
            after,
            query,
            reset_in_x_seconds,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_number_that_an_answer_may_have_is_too_much_to_reckon_with() {
        let extremes = [i64::MIN, -1, 0, 1, i64::MAX];
        for before in extremes {
            for after in extremes {
                for query in extremes {
                    let budget = Arc::new(Budget::new(MINUTE));
                    let now = Instant::now();
                    for _ in 0..4 {
                        let calls: Vec<_> = (0..4)
                            .filter_map(|_| budget.try_reserve("A", now).ok())
                            .collect();
                        for call in &calls {
                            call.learn(said(before, after, query, u64::MAX));
                        }
                        // The minute is over.
                        drop(budget.try_reserve("A", now + MINUTE * 60 * 60));
                    }
                    assert_eq!(budget.known().under_way, 0);
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_would_go_over_waits_for_the_next_minute() {
        let budget = Arc::new(Budget::new(MINUTE));
        let began = Instant::now();
        let first = budget.reserve("A").await;
        first.learn(said(100, 60, 40, 20));
        drop(first);
        let second = budget.reserve("A").await;
        assert_eq!((second.points, began.elapsed()), (40, Duration::ZERO));
        // 20 points are left beside the 40 that are under way.
        let third = budget.reserve("A").await;
        assert_eq!(third.points, 40);
        assert_eq!(began.elapsed(), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn of_answers_that_overtake_each_other_the_lowest_counts() {
        let budget = Arc::new(Budget::new(MINUTE));
        budget.reserve("A").await.learn(said(40, 30, 10, 30));
        let calls = [budget.reserve("A").await, budget.reserve("A").await];
        calls[0].learn(said(20, 10, 10, 30));
        calls[1].learn(said(30, 20, 10, 30));
        drop(calls);
        let last = budget.try_reserve("A", Instant::now());
        assert!(last.is_ok());
        assert!(budget.try_reserve("A", Instant::now()).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_does_not_bring_the_next_minute_forward() {
        let budget = Arc::new(Budget::new(MINUTE));
        budget.reserve("A").await.learn(said(60, 40, 20, 10));
        let late = budget.reserve("A").await;
        budget.reserve("A").await.learn(said(40, 20, 20, 10));
        let began = Instant::now();
        let second = budget.reserve("A").await;
        assert_eq!(began.elapsed(), Duration::from_secs(10));
        // It may have run in the new minute: of its 60 points, 20 are gone and 20 are under way.
        late.learn(said(20, 0, 20, 1));
        drop(late);
        let third = budget.reserve("A").await;
        assert_eq!(began.elapsed(), Duration::from_secs(10));
        let fourth = budget.reserve("A").await;
        assert_eq!(began.elapsed(), Duration::from_secs(10) + MINUTE);
        drop((second, third, fourth));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_call_of_an_operation_goes_alone() {
        let budget = Arc::new(Budget::new(MINUTE));
        let first = budget.reserve("A").await;
        assert!(matches!(budget.try_reserve("A", Instant::now()), Err(None)));
        assert!(budget.try_reserve("B", Instant::now()).is_ok());
        let waiting = tokio::spawn({
            let budget = Arc::clone(&budget);
            async move { budget.reserve("A").await.points }
        });
        tokio::task::yield_now().await;
        first.learn(said(100, 93, 7, 60));
        drop(first);
        assert_eq!(waiting.await.unwrap(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_that_monday_calls_exhausted_is_let_alone_until_it_resets() {
        let budget = Arc::new(Budget::new(MINUTE));
        let call = budget.reserve("A").await;
        call.learn(said(30, 20, 10, 30));
        call.exhausted(Duration::from_secs(16));
        drop(call);
        let began = Instant::now();
        budget.reserve("A").await;
        assert_eq!(began.elapsed(), Duration::from_secs(16));
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_that_was_exhausted_from_the_first_answer_is_learned_when_it_resets() {
        let budget = Arc::new(Budget::new(MINUTE));
        let call = budget.reserve("A").await;
        call.exhausted(Duration::from_secs(16));
        drop(call);
        let began = Instant::now();
        let call = budget.reserve("A").await;
        assert_eq!(began.elapsed(), Duration::from_secs(16));
        call.learn(said(5_000, 4_990, 10, 30));
        drop(call);
        budget.reserve("A").await;
        assert_eq!(began.elapsed(), Duration::from_secs(16), "there is enough");
    }
}
