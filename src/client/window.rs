//! So many calls in any minute, and so many at a time.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::{deadline::Deadline, limits::Limits};

/// Lets at most so many calls through in any minute, by anybody's clock, and so many at a time.
///
/// A call holds its place in the minute until a minute after its **end**. monday counts it somewhere
/// between its start and its end, so that whatever minute monday looks at, it never sees more calls
/// in it than are allowed: neither in a minute that begins with a call, nor in one that slides.
#[derive(Debug)]
pub(super) struct Window {
    a_minute: Option<usize>,
    at_a_time: Option<usize>,
    minute: Duration,
    places: Mutex<Places>,
    /// A call has ended, or the window has moved.
    changed: Notify,
    /// Held by the one who waits at the head, so that nobody overtakes.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Places {
    under_way: usize,
    /// When the places of calls that have ended become free again, in this order.
    free_at: VecDeque<Instant>,
    /// monday asked to wait until then.
    not_before: Option<Instant>,
    /// Where calls are counted now.
    moved: Option<Arc<Window>>,
}

/// A place in the minute, given back a minute after it is dropped; at once where its call was never
/// sent.
#[derive(Debug)]
pub(super) struct Place {
    window: Arc<Window>,
    is_sent: bool,
}

enum Taken {
    Yes,
    /// Try again then, or when something changes.
    NotYet(Option<Instant>),
    Elsewhere(Arc<Window>),
}

impl Window {
    pub(super) fn new(limits: &Limits) -> Self {
        let most = |calls: Option<u32>| calls.map(|calls| calls as usize);
        Self {
            a_minute: most(limits.calls_per_minute),
            at_a_time: most(limits.concurrent_calls),
            minute: limits.minute,
            places: Mutex::default(),
            changed: Notify::new(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// A place, as soon as there is one.
    pub(super) async fn place(self: &Arc<Self>) -> Place {
        let mut window = Arc::clone(self);
        loop {
            match window.own_place().await {
                Ok(place) => return place,
                Err(moved) => window = moved,
            }
        }
    }

    /// A place here, or the window to ask for one.
    async fn own_place(self: &Arc<Self>) -> Result<Place, Arc<Self>> {
        let _turn = self.turn.lock().await;
        loop {
            match self.try_take(Instant::now()) {
                Taken::Yes => {
                    return Ok(Place {
                        window: Arc::clone(self),
                        is_sent: false,
                    });
                }
                Taken::Elsewhere(moved) => return Err(moved),
                Taken::NotYet(None) => self.changed.notified().await,
                Taken::NotYet(Some(then)) => {
                    // Whichever comes first, it is looked at again.
                    let _ = tokio::time::timeout_at(then, self.changed.notified()).await;
                }
            }
        }
    }

    fn try_take(&self, now: Instant) -> Taken {
        let mut places = self.places();
        if let Some(moved) = &places.moved {
            return Taken::Elsewhere(Arc::clone(moved));
        }
        if places.not_before.is_some_and(|then| now < then) {
            return Taken::NotYet(places.not_before);
        }
        places.not_before = None;
        places.forget_free(now);
        if self.at_a_time.is_some_and(|most| places.under_way >= most) {
            return Taken::NotYet(None);
        }
        let counted = places.under_way + places.free_at.len();
        if self.a_minute.is_some_and(|most| counted >= most) {
            return Taken::NotYet(places.free_at.front().copied());
        }
        places.under_way += 1;
        Taken::Yes
    }

    /// Lets nobody through for so long.
    pub(super) fn hold(&self, wait: Duration) {
        let then = Deadline::after(wait).at();
        let mut places = self.places();
        match places.moved.clone() {
            Some(moved) => {
                drop(places);
                moved.hold(wait);
            }
            None => places.not_before = places.not_before.max(Some(then)),
        }
    }

    /// How much longer nobody is let through, because monday asked for it.
    pub(super) fn held(&self) -> Option<Duration> {
        let places = self.places();
        if let Some(moved) = places.moved.clone() {
            drop(places);
            return moved.held();
        }
        let left = places.not_before?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Whether nothing is known of it that a new one wouldn't know.
    pub(super) fn is_idle(&self) -> bool {
        let now = Instant::now();
        let mut places = self.places();
        places.forget_free(now);
        places.under_way == 0
            && places.free_at.is_empty()
            && places.not_before.is_none_or(|then| then <= now)
    }

    /// Counts the calls of another window here, those that wait in it as well, and takes over the
    /// wait that monday asked for there. A window moves once, to one that never moves.
    pub(super) fn take_over(self: &Arc<Self>, other: &Self) {
        let mut others = other.places();
        let mut places = self.places();
        places.under_way += std::mem::take(&mut others.under_way);
        places.free_at.append(&mut others.free_at);
        places.free_at.make_contiguous().sort_unstable();
        places.not_before = places.not_before.max(others.not_before.take());
        others.moved = Some(Arc::clone(self));
        drop((places, others));
        other.changed.notify_one();
    }

    fn leave(&self, is_sent: bool) {
        let mut places = self.places();
        if let Some(moved) = places.moved.clone() {
            drop(places);
            return moved.leave(is_sent);
        }
        places.under_way -= 1;
        if is_sent && self.a_minute.is_some() {
            places.free_at.push_back(Instant::now() + self.minute);
        }
        drop(places);
        self.changed.notify_one();
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        // Every change is whole before the lock is given back.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    fn forget_free(&mut self, now: Instant) {
        while self.free_at.front().is_some_and(|then| *then <= now) {
            self.free_at.pop_front();
        }
    }
}

impl Place {
    /// The call goes out now, so that monday may count it.
    pub(super) fn send(&mut self) {
        self.is_sent = true;
    }

    /// The call never reached monday.
    pub(super) fn take_back(&mut self) {
        self.is_sent = false;
    }

    /// Lets nobody through for so long.
    pub(super) fn hold(&self, wait: Duration) {
        self.window.hold(wait);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.window.leave(self.is_sent);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn window(a_minute: Option<u32>, at_a_time: Option<u32>) -> Arc<Window> {
        Arc::new(Window::new(&Limits {
            calls_per_minute: a_minute,
            concurrent_calls: at_a_time,
            ..Limits::none()
        }))
    }

    /// A call that is sent and answered at once.
    async fn call(window: &Arc<Window>) {
        window.place().await.send();
    }

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
        /// Wherever between its start and its end a call is counted, and also where a part of them
        /// began in a window that moved here when some calls were under way and others waited.
        #[test]
        fn no_minute_has_more_calls_than_are_allowed_and_no_moment_either(
            a_minute in 2usize..6,
            at_a_time in 1usize..4,
            moves in 0u64..20_000,
            calls in prop::collection::vec(
                (0u64..20_000, 0u64..5_000, 0.0..=1.0f64, any::<bool>()), 1..40
            ),
        ) {
            let (calls, moved) = run(async {
                let limits = (u32::try_from(a_minute).ok(), u32::try_from(at_a_time).ok());
                let here = window(limits.0, limits.1);
                let there = window(limits.0, limits.1);
                let moved = Instant::now() + Duration::from_millis(moves);
                let tasks: Vec<_> = calls.into_iter().map(|(start, lasts, at, is_here)| {
                    let window = if is_here { &here } else { &there };
                    let window = Arc::clone(window);
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(start)).await;
                        let mut place = window.place().await;
                        place.send();
                        let lasts = Duration::from_millis(lasts);
                        let began = Instant::now();
                        tokio::time::sleep(lasts).await;
                        drop(place);
                        (began + lasts.mul_f64(at), began, Instant::now())
                    })
                }).collect();
                tokio::time::sleep_until(moved).await;
                here.take_over(&there);
                let mut calls = Vec::new();
                for task in tasks {
                    calls.push(task.await.unwrap());
                }
                (calls, moved)
            });
            // What went out before the two were one was allowed there.
            for (counted, began, _) in calls.iter().filter(|(_, began, _)| *began > moved) {
                let in_its_minute = calls.iter().filter(|(other, before, _)| {
                    before < began && *other + MINUTE > *counted
                });
                prop_assert!(in_its_minute.count() < a_minute);
                let under_way = calls.iter().filter(|(_, before, ended)| {
                    before <= began && began < ended
                });
                prop_assert!(under_way.count() <= at_a_time);
            }
            let mut late: Vec<_> = calls.iter().filter(|(_, began, _)| *began > moved).collect();
            late.sort();
            for some in late.windows(a_minute + 1) {
                prop_assert!(some[a_minute].0 - some[0].0 >= MINUTE);
            }
        }
    }

    #[test]
    fn nobody_goes_before_the_wait_that_monday_asks_for_is_over() {
        run(async {
            let window = window(None, None);
            let began = Instant::now();
            window.hold(Duration::from_secs(30));
            window.hold(Duration::from_secs(10));
            assert_eq!(window.held(), Some(Duration::from_secs(30)));
            call(&window).await;
            assert_eq!(began.elapsed(), Duration::from_secs(30));
            assert_eq!(window.held(), None);
        });
    }

    #[test]
    fn who_waits_for_a_place_and_gives_up_takes_none() {
        run(async {
            let window = window(Some(1), None);
            let began = Instant::now();
            let mut held = window.place().await;
            held.send();
            let waiting = tokio::time::timeout(Duration::from_secs(1), window.place());
            assert!(waiting.await.is_err());
            drop(held);
            call(&window).await;
            assert_eq!(began.elapsed(), Duration::from_secs(61));
        });
    }

    #[test]
    fn the_place_of_a_call_that_never_went_out_is_free_at_once() {
        run(async {
            let window = window(Some(1), None);
            let began = Instant::now();
            drop(window.place().await);
            let mut place = window.place().await;
            place.send();
            place.take_back();
            drop(place);
            call(&window).await;
            assert_eq!(began.elapsed(), Duration::ZERO);
            call(&window).await;
            assert_eq!(began.elapsed(), MINUTE);
        });
    }

    #[test]
    fn who_waits_for_one_of_the_calls_under_way_to_end_takes_no_place_in_the_minute() {
        run(async {
            let window = window(Some(2), Some(1));
            let began = Instant::now();
            let mut held = window.place().await;
            held.send();
            let waiting = tokio::time::timeout(Duration::from_secs(1), window.place());
            assert!(waiting.await.is_err());
            drop(held);
            call(&window).await;
            assert_eq!(began.elapsed(), Duration::from_secs(1));
        });
    }

    #[test]
    fn who_waits_in_a_window_that_moves_goes_on_waiting_where_it_moved_to() {
        run(async {
            let (here, there) = (window(Some(3), None), window(Some(1), None));
            let began = Instant::now();
            call(&there).await;
            let waiting: Vec<_> = (0..3)
                .map(|_| {
                    let there = Arc::clone(&there);
                    tokio::spawn(async move {
                        call(&there).await;
                        began.elapsed()
                    })
                })
                .collect();
            tokio::time::sleep(Duration::from_secs(5)).await;
            here.take_over(&there);
            let mut went = Vec::new();
            for task in waiting {
                went.push(task.await.unwrap().as_secs());
            }
            // The one call that had its place there has one here, too.
            assert_eq!(went, [5, 5, 60]);
        });
    }

    #[test]
    fn the_wait_that_monday_asked_for_moves_along_whenever_it_asked() {
        run(async {
            let (here, before, after) =
                (window(None, None), window(None, None), window(None, None));
            before.hold(Duration::from_secs(30));
            here.take_over(&before);
            assert_eq!(here.held(), Some(Duration::from_secs(30)));
            here.take_over(&after);
            let place = after.place();
            tokio::pin!(place);
            after.hold(Duration::from_secs(40));
            assert_eq!(here.held(), Some(Duration::from_secs(40)));
            assert_eq!(before.held(), here.held());
            let began = Instant::now();
            drop(place.await);
            assert_eq!(began.elapsed(), Duration::from_secs(40));
        });
    }
}
