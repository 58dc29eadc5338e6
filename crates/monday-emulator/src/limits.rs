//! monday's limits on calls and their complexity.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::sync::lock;
use crate::tokens::{Token, TokenKind};

const MINUTE: Duration = Duration::from_secs(60);
const IP_WINDOW: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The budget that `complexity` shows where none is enforced.
const USUAL_BUDGET: u32 = 5_000_000;

/// Which limits are enforced; each `None` is not (monday's rate limits reference).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// The complexity of one call, in points.
    pub query_complexity: Option<u32>,
    /// The complexity of an app's reads in a minute, and again of its writes; a personal token has
    /// the double for both together.
    pub complexity_per_minute: Option<u32>,
    /// Calls in a minute.
    pub calls_per_minute: Option<u32>,
    /// Calls under way at the same time.
    pub concurrent_calls: Option<u32>,
    /// Calls from one address in ten seconds.
    pub calls_per_ip: Option<u32>,
    /// Calls in a day.
    pub calls_per_day: Option<u32>,
    /// How a refused caller is told how long to wait.
    pub hint: RetryHint,
}

impl Limits {
    /// Nothing is limited.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The limits of monday's smallest plan.
    #[must_use]
    pub fn basic() -> Self {
        Self::of_plan(1_000, 40, 1_000)
    }

    /// The limits of monday's pro plan.
    #[must_use]
    pub fn pro() -> Self {
        Self::of_plan(2_500, 100, 10_000)
    }

    /// The limits of monday's enterprise plan.
    #[must_use]
    pub fn enterprise() -> Self {
        Self::of_plan(5_000, 250, 25_000)
    }

    fn of_plan(calls_per_minute: u32, concurrent_calls: u32, calls_per_day: u32) -> Self {
        Self {
            query_complexity: Some(USUAL_BUDGET),
            complexity_per_minute: Some(USUAL_BUDGET),
            calls_per_minute: Some(calls_per_minute),
            concurrent_calls: Some(concurrent_calls),
            calls_per_ip: Some(5_000),
            calls_per_day: Some(calls_per_day),
            hint: RetryHint::default(),
        }
    }
}

/// How a caller that is over a limit is told how long to wait: monday does it in three ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RetryHint {
    /// `retry_in_seconds` in the error's `extensions`.
    #[default]
    Extension,
    /// The header `Retry-After`.
    Header,
    /// "reset in N seconds" in the text of an error of the old form.
    LegacyText,
}

/// A limit that a call ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) limit: Limit,
    /// How long it lasts, rounded up; nothing where waiting doesn't help.
    pub(crate) retry_in_seconds: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    QueryComplexity,
    ComplexityPerMinute,
    CallsPerMinute,
    ConcurrentCalls,
    CallsPerIp,
    CallsPerDay,
}

/// The points that a token has, before and after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) before: u32,
    pub(crate) query: u32,
    pub(crate) reset_in_seconds: u64,
}

/// What has been used.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    under_way: AtomicU32,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    minute: Window,
    day: Window,
    by_ip: HashMap<IpAddr, Window>,
    complexity: HashMap<(TokenKind, u64, bool), Window>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    started: Timestamp,
    used: u32,
}

impl Window {
    fn roll(&mut self, now: Timestamp, length: Duration) {
        if now >= self.started + length {
            *self = Self {
                started: now,
                used: 0,
            };
        }
    }

    fn left(&self, now: Timestamp, length: Duration) -> u64 {
        let left = (self.started + length).saturating_sub(now);
        left.as_secs() + u64::from(left.subsec_nanos() > 0)
    }

    fn take(
        &mut self,
        now: Timestamp,
        length: Duration,
        allowed: Option<u32>,
        limit: Limit,
    ) -> Result<(), Exceeded> {
        self.roll(now, length);
        if allowed.is_some_and(|allowed| self.used >= allowed) {
            return Err(Exceeded {
                limit,
                retry_in_seconds: Some(self.left(now, length)),
            });
        }
        self.used = self.used.saturating_add(1);
        Ok(())
    }
}

/// A call that counts as under way until this is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay<'a>(&'a AtomicU32);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Limiter {
    /// Counts a call.
    pub(crate) fn enter(
        &self,
        limits: &Limits,
        now: Timestamp,
        ip: IpAddr,
    ) -> Result<UnderWay<'_>, Exceeded> {
        let already = self.under_way.fetch_add(1, Ordering::Relaxed);
        let under_way = UnderWay(&self.under_way);
        let mut used = lock(&self.used);
        used.by_ip
            .retain(|_, window| now < window.started + IP_WINDOW);
        used.by_ip.entry(ip).or_default().take(
            now,
            IP_WINDOW,
            limits.calls_per_ip,
            Limit::CallsPerIp,
        )?;
        if limits
            .concurrent_calls
            .is_some_and(|allowed| already >= allowed)
        {
            return Err(Exceeded {
                limit: Limit::ConcurrentCalls,
                retry_in_seconds: Some(1),
            });
        }
        used.minute
            .take(now, MINUTE, limits.calls_per_minute, Limit::CallsPerMinute)?;
        used.day
            .take(now, DAY, limits.calls_per_day, Limit::CallsPerDay)?;
        Ok(under_way)
    }

    /// Spends the points of a call.
    pub(crate) fn spend(
        &self,
        limits: &Limits,
        now: Timestamp,
        token: &Token,
        writes: bool,
        points: u32,
    ) -> Result<Budget, Exceeded> {
        if limits
            .query_complexity
            .is_some_and(|allowed| points > allowed)
        {
            return Err(Exceeded {
                limit: Limit::QueryComplexity,
                retry_in_seconds: None,
            });
        }
        let one_budget = token.kind() == TokenKind::Personal;
        let key = (token.kind(), token.user_id(), writes && !one_budget);
        let mut used = lock(&self.used);
        let window = used.complexity.entry(key).or_default();
        window.roll(now, MINUTE);
        let base = limits.complexity_per_minute.unwrap_or(USUAL_BUDGET);
        let allowed = if one_budget {
            base.saturating_mul(2)
        } else {
            base
        };
        let before = allowed.saturating_sub(window.used);
        let reset_in_seconds = window.left(now, MINUTE);
        if points > before && limits.complexity_per_minute.is_some() {
            return Err(Exceeded {
                limit: Limit::ComplexityPerMinute,
                retry_in_seconds: Some(reset_in_seconds),
            });
        }
        window.used = window.used.saturating_add(points);
        Ok(Budget {
            before,
            query: points,
            reset_in_seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    use super::*;

    const IP: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn at(seconds: u64) -> Timestamp {
        Duration::from_secs(1_000_000 + seconds)
    }

    #[test]
    fn a_limit_of_n_calls_allows_n_in_its_window_and_then_again() {
        let (limiter, mut limits) = (Limiter::default(), Limits::none());
        limits.calls_per_minute = Some(2);
        for (second, refused) in [
            (0, None),
            (10, None),
            (20, Some(40)),
            (59, Some(1)),
            (60, None),
        ] {
            let outcome = limiter.enter(&limits, at(second), IP).map(|_| ());
            let expected = refused.map_or(Ok(()), |seconds| {
                Err(Exceeded {
                    limit: Limit::CallsPerMinute,
                    retry_in_seconds: Some(seconds),
                })
            });
            assert_eq!(outcome, expected, "at {second} s");
        }
    }

    #[test]
    fn calls_count_as_under_way_until_they_end() {
        let (limiter, mut limits) = (Limiter::default(), Limits::none());
        limits.concurrent_calls = Some(1);
        let first = limiter.enter(&limits, at(0), IP).unwrap();
        let second = limiter.enter(&limits, at(0), IP).unwrap_err();
        assert_eq!(second.limit, Limit::ConcurrentCalls);
        drop(first);
        assert!(limiter.enter(&limits, at(0), IP).is_ok());
    }

    #[test]
    fn an_app_has_a_budget_for_reads_and_one_for_writes_a_person_one_for_both() {
        let (limiter, mut limits) = (Limiter::default(), Limits::none());
        limits.complexity_per_minute = Some(100);
        let app = Token::new(TokenKind::App, 1, "a");
        let person = Token::new(TokenKind::Personal, 1, "p");
        let spend = |token, writes, points| limiter.spend(&limits, at(0), token, writes, points);
        assert_eq!(spend(&app, false, 60).unwrap().before, 100);
        assert_eq!(spend(&app, true, 100).unwrap().before, 100);
        let over = spend(&app, false, 41).unwrap_err();
        assert_eq!(over.limit, Limit::ComplexityPerMinute);
        assert_eq!(over.retry_in_seconds, Some(60));
        assert!(spend(&app, false, 40).is_ok());
        assert_eq!(spend(&person, false, 150).unwrap().before, 200);
        assert_eq!(spend(&person, true, 50).unwrap().before, 50);
        assert!(spend(&person, true, 1).is_err());
    }

    #[test]
    fn a_query_over_the_limit_is_refused_for_good() {
        let (limiter, mut limits) = (Limiter::default(), Limits::none());
        limits.query_complexity = Some(10);
        let token = Token::new(TokenKind::App, 1, "a");
        let over = limiter
            .spend(&limits, at(0), &token, false, 11)
            .unwrap_err();
        assert_eq!(over.retry_in_seconds, None);
        assert!(limiter.spend(&limits, at(0), &token, false, 10).is_ok());
    }

    proptest! {
        #[test]
        fn no_window_ever_has_more_calls_than_its_limit(
            allowed in 1..6_u32,
            gaps in proptest::collection::vec(0..40_u64, 1..60),
        ) {
            let (limiter, mut limits) = (Limiter::default(), Limits::none());
            limits.calls_per_minute = Some(allowed);
            // A window starts with the first call after the one before.
            let (mut now, mut started, mut admitted) = (0, None::<u64>, 0);
            for gap in gaps {
                now += gap;
                if started.is_none_or(|started| now >= started + 60) {
                    (started, admitted) = (Some(now), 0);
                }
                match limiter.enter(&limits, at(now), IP) {
                    Ok(_) => admitted += 1,
                    Err(exceeded) => {
                        prop_assert_eq!(admitted, allowed);
                        let end = started.unwrap_or_default() + 60;
                        prop_assert_eq!(exceeded.retry_in_seconds, Some(end - now));
                    }
                }
                prop_assert!(admitted <= allowed);
            }
        }

        #[test]
        fn who_waits_as_long_as_asked_is_let_in(
            allowed in 1..4_u32, calls in 1..8_usize, millis in 0..200_000_u64,
        ) {
            for limit in ["minute", "ip", "day"] {
                let (limiter, mut limits) = (Limiter::default(), Limits::none());
                match limit {
                    "minute" => limits.calls_per_minute = Some(allowed),
                    "ip" => limits.calls_per_ip = Some(allowed),
                    _ => limits.calls_per_day = Some(allowed),
                }
                let now = at(0) + Duration::from_millis(millis);
                let refused = (0..calls).filter_map(|_| limiter.enter(&limits, now, IP).err());
                if let Some(exceeded) = refused.last() {
                    let wait = Duration::from_secs(exceeded.retry_in_seconds.unwrap_or(u64::MAX));
                    prop_assert!(limiter.enter(&limits, now.saturating_add(wait), IP).is_ok());
                }
            }
        }

        #[test]
        fn no_more_calls_are_under_way_than_allowed(
            allowed in 0..5_u32, steps in proptest::collection::vec(any::<bool>(), 0..60),
        ) {
            let (limiter, mut limits) = (Limiter::default(), Limits::none());
            limits.concurrent_calls = Some(allowed);
            let mut under_way = Vec::new();
            for enters in steps {
                if !enters {
                    under_way.pop();
                } else if let Ok(call) = limiter.enter(&limits, at(0), IP) {
                    under_way.push(call);
                } else {
                    prop_assert_eq!(under_way.len(), allowed as usize);
                }
                prop_assert!(under_way.len() <= allowed as usize);
            }
        }

        #[test]
        fn a_budget_is_never_overspent_and_shown_as_it_is(
            allowed in 1..1_000_u32, points in proptest::collection::vec(0..400_u32, 1..20),
        ) {
            let (limiter, mut limits) = (Limiter::default(), Limits::none());
            limits.complexity_per_minute = Some(allowed);
            let app = Token::new(TokenKind::App, 1, "a");
            let mut spent = 0;
            for points in points {
                match limiter.spend(&limits, at(0), &app, false, points) {
                    Ok(budget) => {
                        prop_assert_eq!((budget.before, budget.query), (allowed - spent, points));
                        spent += points;
                    }
                    Err(_) => prop_assert!(spent + points > allowed),
                }
                prop_assert!(spent <= allowed);
            }
        }

        #[test]
        fn limits_read_back_as_they_were_written(
            numbers in proptest::array::uniform6(proptest::option::of(any::<u32>())),
            hint in proptest::sample::select(vec![
                RetryHint::Extension, RetryHint::Header, RetryHint::LegacyText,
            ]),
        ) {
            let [query_complexity, complexity_per_minute, calls_per_minute, concurrent_calls,
                calls_per_ip, calls_per_day] = numbers;
            let limits = Limits {
                query_complexity, complexity_per_minute, calls_per_minute, concurrent_calls,
                calls_per_ip, calls_per_day, hint,
            };
            let text = serde_json::to_string(&limits).unwrap();
            prop_assert_eq!(serde_json::from_str::<Limits>(&text).unwrap(), limits);
        }
    }
}
