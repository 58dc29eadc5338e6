//! The time that the emulator lives by: real, faster than real, or moved by hand.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::time::Instant;

/// A point in time as the emulator counts it: the time since the Unix epoch.
pub type Timestamp = Duration;

/// The clock that decides when a delivery is retried, a limit refills and a short-lived token ends.
///
/// Cloning is cheap and every clone shows the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Running {
        origin: Timestamp,
        started: Instant,
        scale: u32,
    },
    Manual(watch::Sender<Timestamp>),
}

impl Clock {
    /// A clock that runs as the system's does.
    #[must_use]
    pub fn real() -> Self {
        Self::scaled(NonZeroU32::MIN)
    }

    /// A clock that starts at the system's time and runs `scale` times as fast.
    #[must_use]
    pub fn scaled(scale: NonZeroU32) -> Self {
        Self(Arc::new(Kind::Running {
            origin: system_time(),
            started: Instant::now(),
            scale: scale.get(),
        }))
    }

    /// A clock that starts at the system's time and stands still until it is
    /// [advanced](crate::Handle::advance).
    #[must_use]
    pub fn manual() -> Self {
        Self::manual_from(system_time())
    }

    /// A clock that starts at `start` and stands still until it is
    /// [advanced](crate::Handle::advance).
    #[must_use]
    pub fn manual_from(start: Timestamp) -> Self {
        Self(Arc::new(Kind::Manual(watch::Sender::new(start))))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Kind::Running {
                origin,
                started,
                scale,
            } => origin.saturating_add(started.elapsed().saturating_mul(*scale)),
            Kind::Manual(now) => *now.borrow(),
        }
    }

    /// Whether the clock moves only by hand.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        matches!(&*self.0, Kind::Manual(_))
    }

    /// Completes once the clock shows `deadline` or later.
    pub async fn sleep_until(&self, deadline: Timestamp) {
        match &*self.0 {
            Kind::Running { scale, .. } => {
                let left = deadline.saturating_sub(self.now());
                // Rounded up, so that the clock has passed the deadline on waking.
                tokio::time::sleep(left / *scale + Duration::from_nanos(1)).await;
            }
            Kind::Manual(now) => {
                // The sender lives in this very clock, so waiting can't fail.
                let _ = now.subscribe().wait_for(|now| *now >= deadline).await;
            }
        }
    }

    /// Moves a manual clock forward to `target`; other clocks and earlier targets change nothing.
    pub(crate) fn move_to(&self, target: Timestamp) {
        if let Kind::Manual(now) = &*self.0 {
            now.send_if_modified(|now| {
                let forward = target > *now;
                if forward {
                    *now = target;
                }
                forward
            });
        }
    }
}

/// The system's time, which receivers with a clock of their own go by.
pub(crate) fn system_time() -> Timestamp {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of `triggerTime`.
pub(crate) fn iso8601_millis(time: Timestamp) -> String {
    let (year, month, day) = civil_date(time.as_secs() / 86_400);
    let second = time.as_secs() % 86_400;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        second / 3600,
        second / 60 % 60,
        second % 60,
        time.subsec_millis()
    )
}

/// Year, month and day of a day counted from 1970-01-01 in the proleptic Gregorian calendar.
fn civil_date(days_since_epoch: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, where each year ends with its leap day.
    let days = days_since_epoch + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_written_as_iso_8601_with_milliseconds() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_868_799_001, "2000-02-29T23:59:59.001Z"),
            (1_735_689_599_000, "2024-12-31T23:59:59.000Z"),
            (1_767_225_600_500, "2026-01-01T00:00:00.500Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso8601_millis(Duration::from_millis(millis)), text);
        }
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_its_sleepers_when_it_is_moved_past_their_deadline() {
        let clock = Clock::manual_from(Duration::from_secs(100));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(Duration::from_secs(160)).await }
        });
        clock.move_to(Duration::from_secs(159));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.move_to(Duration::from_secs(160));
        sleeper.await.unwrap();
        assert_eq!(clock.now(), Duration::from_secs(160));
    }

    #[test]
    fn a_manual_clock_never_goes_back() {
        let clock = Clock::manual_from(Duration::from_secs(100));
        clock.move_to(Duration::from_secs(50));
        assert_eq!(clock.now(), Duration::from_secs(100));
    }

    proptest! {
        #[test]
        fn a_time_is_written_as_another_implementation_writes_it(
            // Until the end of the year 9999.
            millis in 0..253_402_300_800_000_u64,
        ) {
            let time = Duration::from_millis(millis);
            let other = humantime::format_rfc3339_millis(UNIX_EPOCH + time).to_string();
            prop_assert_eq!(iso8601_millis(time), other);
        }
    }
}
