//! When a request is repeated, and after how long.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How often and after how long a request is repeated.
///
/// A query is repeated after any failure that may pass; a mutation only where monday can't have
/// carried it out. What monday asks to wait is honoured, with a little on top so that not everybody
/// comes back at the same moment; without such a wish the waits grow exponentially, with jitter.
///
/// ```
/// use std::time::Duration;
///
/// use monday_webhooks::{ApiToken, Client, client::RetryPolicy};
///
/// // For somebody who waits: two repeats, and ten seconds in all.
/// let policy = RetryPolicy::default()
///     .with_max_retries(2)
///     .with_max_elapsed(Duration::from_secs(10));
/// let client = Client::builder().retry(policy).build(ApiToken::new("token")?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often a request is repeated after the first time. With 0 it is sent exactly once.
    pub max_retries: u32,
    /// The longest wait that is taken on. Where monday asks for a longer one, the call ends at
    /// once with an error that says how long.
    pub max_wait: Duration,
    /// How long the whole call may take, waits included.
    pub max_elapsed: Duration,
}

/// The shortest and the longest wait where monday doesn't ask for one.
const MIN_DELAY: Duration = Duration::from_millis(500);
const MAX_DELAY: Duration = Duration::from_secs(10);

/// The most that comes on top of a wait that monday asks for.
const MAX_JITTER: Duration = Duration::from_secs(1);

impl Default for RetryPolicy {
    /// Four repeats, waits of up to 60 seconds, two minutes in all.
    fn default() -> Self {
        Self {
            max_retries: 4,
            max_wait: Duration::from_secs(60),
            max_elapsed: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// Sends every request exactly once.
    #[must_use]
    pub fn never() -> Self {
        Self {
            max_retries: 0,
            ..Self::default()
        }
    }

    /// The same with another number of repeats.
    #[must_use]
    pub const fn with_max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// The same with another limit for a wait.
    #[must_use]
    pub const fn with_max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// The same with another limit for the whole call.
    #[must_use]
    pub const fn with_max_elapsed(mut self, max_elapsed: Duration) -> Self {
        self.max_elapsed = max_elapsed;
        self
    }

    pub(super) fn schedule(&self) -> Schedule {
        Schedule {
            delays: Box::new(
                ExponentialBuilder::new()
                    .with_min_delay(MIN_DELAY)
                    .with_max_delay(MAX_DELAY)
                    .with_max_times(self.max_retries as usize)
                    .with_jitter()
                    .build(),
            ),
            max_wait: self.max_wait,
        }
    }
}

/// The waits of one call.
pub(super) struct Schedule {
    delays: Box<dyn Iterator<Item = Duration> + Send>,
    max_wait: Duration,
}

impl Schedule {
    /// How long to wait before the next attempt, if there is to be one.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let delay = self.delays.next()?;
        match asked {
            Some(asked) if asked > self.max_wait => None,
            // Never shorter than asked, and not much longer: monday knows when its limit resets.
            Some(asked) => Some(asked.saturating_add(jitter(asked)).min(self.max_wait)),
            None => Some(delay.min(self.max_wait)),
        }
    }
}

/// Up to a quarter of a second and a tenth of the wait, and at most [`MAX_JITTER`].
fn jitter(asked: Duration) -> Duration {
    let most = (Duration::from_millis(250) + asked / 10).min(MAX_JITTER);
    most.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_are_bounded_and_never_shorter_than_asked(
            max_retries in 0u32..20,
            max_wait in 0u64..100,
            asked in prop::collection::vec(prop::option::of(0u64..120), 0..30),
        ) {
            let max_wait = Duration::from_secs(max_wait);
            let mut schedule = RetryPolicy::default()
                .with_max_retries(max_retries)
                .with_max_wait(max_wait)
                .schedule();
            for (attempt, asked) in (0u32..).zip(asked) {
                let asked = asked.map(Duration::from_secs);
                match schedule.next(asked) {
                    Some(wait) => {
                        prop_assert!(attempt < max_retries);
                        prop_assert!(wait <= max_wait);
                        if let Some(asked) = asked {
                            prop_assert!(wait >= asked && wait <= asked + MAX_JITTER);
                        }
                    }
                    None => prop_assert!(
                        attempt >= max_retries || asked.is_some_and(|asked| asked > max_wait)
                    ),
                }
            }
        }
    }

    #[test]
    fn the_longest_of_all_waits_is_one() {
        let policy = RetryPolicy::default().with_max_wait(Duration::MAX);
        let mut schedule = policy.schedule();
        assert_eq!(schedule.next(Some(Duration::MAX)), Some(Duration::MAX));
    }
}
