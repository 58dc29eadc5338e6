//! How long a delivery is remembered.

use std::time::Duration;

/// How long a delivery is remembered after it was received, so that a duplicate is known for one.
///
/// It is the least: an implementation may remember somewhat longer.
///
/// ```
/// use std::time::Duration;
///
/// use monday_webhooks::inbox::{DedupeWindow, MemoryOptions};
///
/// let mut options = MemoryOptions::default();
/// options.window = DedupeWindow::new(Duration::from_secs(2 * 60 * 60))?;
/// assert!(DedupeWindow::new(Duration::from_secs(60)).is_err());
/// # Ok::<(), monday_webhooks::inbox::WindowError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DedupeWindow(Duration);

/// The window is shorter than monday goes on retrying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a dedupe window of {} s is shorter than the 30 minutes for which monday retries", .0.as_secs())]
pub struct WindowError(Duration);

impl DedupeWindow {
    /// 30 minutes: for so long monday retries (monday's webhooks reference).
    pub const MIN: Self = Self(Duration::from_mins(30));

    /// The window of this length.
    ///
    /// # Errors
    ///
    /// [`WindowError`] under 30 minutes.
    pub fn new(length: Duration) -> Result<Self, WindowError> {
        if length < Self::MIN.0 {
            Err(WindowError(length))
        } else {
            Ok(Self(length))
        }
    }

    /// The length.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }

    pub(super) fn millis(self) -> i64 {
        i64::try_from(self.0.as_millis()).unwrap_or(i64::MAX)
    }
}

impl Default for DedupeWindow {
    /// 24 hours.
    fn default() -> Self {
        Self(Duration::from_hours(24))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_under_thirty_minutes_is_refused() {
        let minute = Duration::from_mins(1);
        assert!(DedupeWindow::new(29 * minute).is_err());
        assert_eq!(DedupeWindow::new(30 * minute), Ok(DedupeWindow::MIN));
        assert_eq!(DedupeWindow::default().get(), 24 * 60 * minute);
    }
}
