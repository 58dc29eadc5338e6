//! So many calls in any minute.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::deadline::Deadline;

/// Lets at most `capacity` calls through in any minute, by anybody's clock.
///
/// A call holds its place until a minute after its **end**. monday counts it somewhere between its
/// start and its end, so that whatever minute monday looks at, it never sees more than `capacity`
/// calls in it: neither in a minute that begins with a call, nor in one that slides.
#[derive(Debug)]
pub(super) struct Window {
    capacity: usize,
    minute: Duration,
    places: Mutex<Places>,
    ended: Notify,
    /// Held by the one who waits at the head, so that nobody overtakes.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Places {
    taken: usize,
    /// When places become free again, in this order.
    free_at: VecDeque<Instant>,
    /// monday asked to wait until then.
    not_before: Option<Instant>,
}

/// A place in the minute, given back a minute after it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Window>);

impl Window {
    pub(super) fn new(capacity: Option<u32>, minute: Duration) -> Self {
        Self {
            capacity: capacity.map_or(usize::MAX, |capacity| capacity as usize),
            minute,
            places: Mutex::default(),
            ended: Notify::new(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// A place, as soon as there is one.
    pub(super) async fn place(self: &Arc<Self>) -> Place {
        let _turn = self.turn.lock().await;
        loop {
            let free_at = match self.try_take(Instant::now()) {
                Ok(()) => return Place(Arc::clone(self)),
                Err(free_at) => free_at,
            };
            match free_at {
                Some(then) => tokio::time::sleep_until(then).await,
                None => self.ended.notified().await,
            }
        }
    }

    /// Takes a place, or says when to try again; `None` is when a call ends.
    fn try_take(&self, now: Instant) -> Result<(), Option<Instant>> {
        let mut places = self.places();
        if let Some(then) = places.not_before {
            if now < then {
                return Err(Some(then));
            }
            places.not_before = None;
        }
        while places.free_at.front().is_some_and(|then| *then <= now) {
            places.free_at.pop_front();
            places.taken -= 1;
        }
        if places.taken < self.capacity {
            places.taken += 1;
            return Ok(());
        }
        Err(places.free_at.front().copied())
    }

    /// Lets nobody through for so long.
    pub(super) fn hold(&self, wait: Duration) {
        let then = Deadline::after(wait).at();
        let mut places = self.places();
        places.not_before = places.not_before.max(Some(then));
    }

    /// How much longer nobody is let through, because monday asked for it.
    pub(super) fn held(&self) -> Option<Duration> {
        let then = self.places().not_before?;
        let left = then.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Counts calls that went through another window and belong to this one.
    pub(super) fn take_over(&self, other: &Self) {
        let calls = other.places().taken;
        let then = Instant::now() + self.minute;
        let mut places = self.places();
        places.taken += calls;
        places.free_at.extend(std::iter::repeat_n(then, calls));
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        // Every change is whole before the lock is given back.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let then = Instant::now() + self.0.minute;
        self.0.places().free_at.push_back(then);
        self.0.ended.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn run<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(test)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Wherever between its start and its end a call is counted.
        #[test]
        fn no_minute_has_more_calls_than_are_allowed(
            capacity in 1usize..6,
            calls in prop::collection::vec((0u64..20_000, 0u64..5_000, 0.0..=1.0f64), 1..40),
        ) {
            let mut counted = run(async {
                let window = Arc::new(Window::new(u32::try_from(capacity).ok(), MINUTE));
                let tasks: Vec<_> = calls.into_iter().map(|(start, lasts, at)| {
                    let window = Arc::clone(&window);
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(start)).await;
                        let place = window.place().await;
                        let lasts = Duration::from_millis(lasts);
                        let counted = Instant::now() + lasts.mul_f64(at);
                        tokio::time::sleep(lasts).await;
                        drop(place);
                        counted
                    })
                }).collect();
                let mut counted = Vec::new();
                for task in tasks {
                    counted.push(task.await.unwrap());
                }
                counted
            });
            counted.sort();
            for some in counted.windows(capacity + 1) {
                prop_assert!(some[capacity] - some[0] >= MINUTE);
            }
        }
    }

    #[test]
    fn nobody_goes_before_the_wait_that_monday_asks_for_is_over() {
        run(async {
            let window = Arc::new(Window::new(None, MINUTE));
            let began = Instant::now();
            window.hold(Duration::from_secs(30));
            window.hold(Duration::from_secs(10));
            assert_eq!(window.held(), Some(Duration::from_secs(30)));
            drop(window.place().await);
            assert_eq!(began.elapsed(), Duration::from_secs(30));
            assert_eq!(window.held(), None);
        });
    }

    #[test]
    fn a_place_whose_call_is_given_up_comes_back_too() {
        run(async {
            let window = Arc::new(Window::new(Some(1), MINUTE));
            let began = Instant::now();
            let held = window.place().await;
            let waiting = tokio::time::timeout(Duration::from_secs(1), window.place());
            assert!(waiting.await.is_err());
            drop(held);
            drop(window.place().await);
            assert_eq!(began.elapsed(), Duration::from_secs(61));
        });
    }
}
