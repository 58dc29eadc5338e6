//! How a worker works.

use std::time::Duration;

/// How a worker works.
///
/// ```
/// use std::time::Duration;
///
/// use monday_webhooks::inbox::{Order, WorkerOptions};
///
/// let mut options = WorkerOptions::default();
/// options.concurrency = 4;
/// options.order = Order::PerItem { held: 256 };
/// options.handler_time = Duration::from_secs(30);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WorkerOptions {
    /// How many deliveries are handled at once: 16 by default; 0 counts as 1.
    pub concurrency: usize,
    /// In which order.
    pub order: Order,
    /// How long to wait after a failure.
    pub backoff: Backoff,
    /// After so many attempts a delivery is given up: 20 by default, which takes about 8 hours
    /// with the default back-off; 0 counts as 1.
    pub max_attempts: u32,
    /// How long a handler may take, 5 minutes by default. Beyond that its future is dropped, and
    /// the attempt has failed.
    pub handler_time: Duration,
    /// How long a shutdown waits for handlers that are at work, 30 seconds by default. Beyond
    /// that they are dropped, and their deliveries are handed over again by the next worker.
    pub drain_time: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            concurrency: 16,
            order: Order::Any,
            backoff: Backoff::default(),
            max_attempts: 20,
            handler_time: Duration::from_mins(5),
            drain_time: Duration::from_secs(30),
        }
    }
}

/// In which order deliveries are handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// Whatever is due.
    #[default]
    Any,
    /// The deliveries of one item, in one account, one after the other in the order in which they
    /// were received. A delivery that fails holds up the later ones of its item until it is
    /// handled or given up. A subitem is an item of its own; what isn't about an item goes by its
    /// board.
    ///
    /// The order is that of this worker. Where several processes work off the same inbox, each
    /// keeps the order of what it got.
    PerItem {
        /// How many deliveries the worker may hold back behind others of their item. While so
        /// many are held back it takes no new ones.
        held: usize,
    },
}

/// How long to wait between the attempts at a delivery: longer each time, up to a cap.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Backoff {
    /// After the first failure: 1 second by default.
    pub first: Duration,
    /// Each wait is so many times as long as the one before: 2 by default; under 1 counts as 1.
    pub factor: f64,
    /// No wait is longer: 1 hour by default.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            factor: 2.0,
            cap: Duration::from_hours(1),
        }
    }
}

impl Backoff {
    /// The wait after this attempt, which is counted from 1.
    #[must_use]
    pub fn after(&self, attempt: u32) -> Duration {
        // `max` and `min` also turn a factor or a product that isn't a number into one.
        let factor = self.factor.max(1.0);
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.first.as_secs_f64() * factor.powi(exponent);
        Duration::try_from_secs_f64(seconds.min(self.cap.as_secs_f64()))
            .unwrap_or(self.cap)
            .min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let backoff = Backoff::default();
        let waits: Vec<u64> = (1..=14)
            .map(|attempt| backoff.after(attempt).as_secs())
            .collect();
        assert_eq!(
            waits,
            [
                1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600
            ]
        );
    }

    #[test]
    fn the_default_attempts_take_about_eight_hours() {
        let options = WorkerOptions::default();
        let total: u64 = (1..options.max_attempts)
            .map(|attempt| options.backoff.after(attempt).as_secs())
            .sum();
        assert!((8 * 3600..9 * 3600).contains(&total), "{total}");
    }

    proptest! {
        #[test]
        fn no_wait_passes_the_cap_and_none_is_shorter_than_the_one_before(
            first in 0u64..100_000, factor in prop::num::f64::ANY, cap in 0u64..100_000, attempt in 0u32..,
        ) {
            let backoff = Backoff {
                first: Duration::from_millis(first),
                factor,
                cap: Duration::from_millis(cap),
            };
            prop_assert!(backoff.after(attempt) <= backoff.cap);
            prop_assert!(backoff.after(attempt) <= backoff.after(attempt.saturating_add(1)));
        }
    }
}
