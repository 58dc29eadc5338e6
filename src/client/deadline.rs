//! Until when a call has to be over, and how it waits.

use std::{fmt, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::retry::RetryPolicy;

/// The moment at which a call ends, whatever it is doing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    /// The moment after this wait. One that no clock holds counts as 30 years.
    pub(super) fn after(wait: Duration) -> Self {
        const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

        let now = Instant::now();
        Self(now.checked_add(wait).unwrap_or_else(|| now + FAR))
    }

    pub(super) fn at(self) -> Instant {
        self.0
    }

    pub(super) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// How much a call may try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub(super) deadline: Deadline,
    pub(super) retries: RetryPolicy,
    /// How long a request may take, where that is shorter than usual.
    pub(super) request_timeout: Option<Duration>,
}

impl Effort {
    pub(super) fn new(retries: RetryPolicy) -> Self {
        Self {
            deadline: Deadline::after(retries.max_elapsed),
            retries,
            request_timeout: None,
        }
    }

    /// The same, but for at most so long.
    pub(super) fn within(self, time: Duration) -> Self {
        let deadline = Deadline(self.deadline.0.min(Deadline::after(time).0));
        Self { deadline, ..self }
    }

    /// The same, but so that this much of its time is left; of a short one a quarter.
    pub(super) fn leaving(self, time: Duration) -> Self {
        let left = self.deadline.left();
        self.within(left - time.min(left / 4))
    }

    /// The same, but with less time for a request; what comes before it counts to the whole alone.
    pub(super) fn with_request_timeout(self, time: Duration) -> Self {
        let request_timeout = Some(time);
        Self {
            request_timeout,
            ..self
        }
    }

    pub(super) fn with_retries(self, retries: RetryPolicy) -> Self {
        Self { retries, ..self }
    }
}

/// How a call waits: really, or in a test by saying so alone.
#[derive(Clone, Default)]
pub(super) struct Pause(Option<Arc<dyn Fn(Duration) + Send + Sync>>);

impl Pause {
    #[cfg(feature = "testing")]
    pub(super) fn told_to(tell: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    /// Waits. A wait that is only told counts towards the deadline as if it had been one.
    pub(super) async fn wait(&self, wait: Duration, deadline: &mut Deadline) {
        match &self.0 {
            None => tokio::time::sleep(wait).await,
            Some(tell) => {
                deadline.0 = deadline.0.checked_sub(wait).unwrap_or_else(Instant::now);
                tell(wait);
            }
        }
    }
}

impl fmt::Debug for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            None => "Pause",
            Some(_) => "Pause(told)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_wait_has_a_deadline_too() {
        assert!(Deadline::after(Duration::MAX).at() > Instant::now());
    }
}
