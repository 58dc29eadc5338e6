//! The limits that a client keeps to by itself, so that monday needn't refuse.

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// How many calls a client makes at most, whoever makes them. By default there is no limit, and
/// what is over monday's is repeated as the [`RetryPolicy`](super::RetryPolicy) says.
///
/// A call that is over a limit waits until there is room, in the order in which calls came, and no
/// longer than [`RetryPolicy::max_elapsed`](super::RetryPolicy::max_elapsed) allows. A client, its
/// clones and its scopes share what monday counts together: the number of calls for each account,
/// complexity for each token. The account is taken from
/// [`ApiToken::with_account`](crate::ApiToken::with_account), or else from monday's first answer;
/// until then a token counts by itself.
///
/// Other programs that use the same account aren't known here. Where they use it up, monday refuses,
/// and all calls of the account wait for as long as monday asks. What monday counts over a day or for
/// an address isn't limited here.
///
/// ```
/// use monday_webhooks::{AccountId, ApiToken, Client, client::Limits};
///
/// let client = Client::builder()
///     .limits(Limits::pro().with_complexity())
///     .build(ApiToken::app("token")?.with_account(AccountId::new(17_654_321)))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Calls in any minute, for each account.
    pub calls_per_minute: Option<u32>,
    /// Calls under way at the same time, for each account.
    pub concurrent_calls: Option<u32>,
    /// Whether every call asks monday how much of the token's complexity budget is left, and waits
    /// for the next minute rather than go over it.
    pub complexity: bool,
    /// How long a minute is: something else than 60 seconds only with an emulator whose clock runs
    /// faster; an hour at most.
    pub minute: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self::none()
    }
}

impl Limits {
    /// No limits.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            calls_per_minute: None,
            concurrent_calls: None,
            complexity: false,
            minute: MINUTE,
        }
    }

    /// 1,000 calls a minute, 40 at a time: monday's smaller plans (monday's rate limits reference).
    #[must_use]
    pub const fn basic() -> Self {
        Self::none()
            .with_calls_per_minute(1_000)
            .with_concurrent_calls(40)
    }

    /// 2,500 calls a minute, 100 at a time: monday's plan Pro.
    #[must_use]
    pub const fn pro() -> Self {
        Self::none()
            .with_calls_per_minute(2_500)
            .with_concurrent_calls(100)
    }

    /// 5,000 calls a minute, 250 at a time: monday's plan Enterprise.
    #[must_use]
    pub const fn enterprise() -> Self {
        Self::none()
            .with_calls_per_minute(5_000)
            .with_concurrent_calls(250)
    }

    /// The same with another number of calls in a minute.
    #[must_use]
    pub const fn with_calls_per_minute(mut self, calls: u32) -> Self {
        self.calls_per_minute = Some(calls);
        self
    }

    /// The same with another number of calls at a time.
    #[must_use]
    pub const fn with_concurrent_calls(mut self, calls: u32) -> Self {
        self.concurrent_calls = Some(calls);
        self
    }

    /// The same, keeping to monday's complexity budget too.
    #[must_use]
    pub const fn with_complexity(mut self) -> Self {
        self.complexity = true;
        self
    }

    /// The same with a minute of another length.
    #[must_use]
    pub const fn with_minute(mut self, minute: Duration) -> Self {
        self.minute = minute;
        self
    }

    pub(super) const fn is_none(&self) -> bool {
        self.calls_per_minute.is_none() && self.concurrent_calls.is_none() && !self.complexity
    }
}
