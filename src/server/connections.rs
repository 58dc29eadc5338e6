//! The connections that are open, and which of them gives way to another one.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

/// A bounded set of connections. Where it is full, one more takes the place of the one that has kept
/// the server waiting for longest, so that nobody can keep others out by holding connections open.
/// One that waits for the server never gives way.
#[derive(Clone)]
pub(super) struct Connections {
    open: Arc<Mutex<Open>>,
    limit: usize,
}

#[derive(Default)]
struct Open {
    tick: u64,
    count: usize,
    /// Whoever keeps the server waiting, longest first. Who doesn't any more may stand there still,
    /// with a tick that isn't its own any more.
    waiting: VecDeque<(u64, Arc<Connection>)>,
}

struct Connection {
    /// The tick since when it keeps the server waiting, or one of the two below. Only who has the lock
    /// makes it [`LEFT`], which it stays.
    since: AtomicU64,
    leave: Notify,
}

/// It waits for the server.
const SERVED: u64 = 0;

/// It had to leave: whatever it still does changes nothing any more.
const LEFT: u64 = u64::MAX;

/// So many of those that don't wait any more may stand among those that do, and as many more as there
/// are connections.
const STALE: usize = 64;

/// A connection's place, given back on drop.
#[must_use]
pub(super) struct Place {
    connections: Connections,
    connection: Arc<Connection>,
}

impl Connections {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            open: Arc::default(),
            limit,
        }
    }

    /// A place for a new connection, that keeps the server waiting. None where all places are taken
    /// by connections that wait for the server.
    pub(super) fn enter(&self) -> Option<Arc<Place>> {
        let mut open = self.lock();
        if open.count >= self.limit && !open.one_leaves() {
            return None;
        }
        open.count += 1;
        let connection = Arc::new(Connection {
            since: AtomicU64::new(SERVED),
            leave: Notify::new(),
        });
        open.waits(&connection);
        Some(Arc::new(Place {
            connections: self.clone(),
            connection,
        }))
    }

    /// Makes the one leave that has kept the server waiting for longest, where there is one.
    pub(super) fn make_room(&self) {
        self.lock().one_leaves();
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn one_leaves(&mut self) -> bool {
        while let Some((tick, connection)) = self.waiting.pop_front() {
            if connection.turns(tick, LEFT) {
                self.count -= 1;
                connection.leave.notify_one();
                return true;
            }
        }
        false
    }

    fn waits(&mut self, connection: &Arc<Connection>) {
        if connection.since() == LEFT {
            return;
        }
        self.tick += 1;
        connection.since.store(self.tick, Ordering::Relaxed);
        self.waiting.push_back((self.tick, Arc::clone(connection)));
        if self.waiting.len() > 2 * self.count + STALE {
            self.waiting
                .retain(|(tick, connection)| connection.since() == *tick);
        }
    }
}

impl Connection {
    fn since(&self) -> u64 {
        self.since.load(Ordering::Relaxed)
    }

    /// Whether it was that until now, and is the other from now on.
    fn turns(&self, from: u64, to: u64) -> bool {
        self.since
            .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

impl Place {
    /// From now on the connection keeps the server waiting: for a request, or a part of one.
    pub(super) fn waits(&self) {
        self.connections.lock().waits(&self.connection);
    }

    /// From now on it waits for the server.
    pub(super) fn is_served(&self) {
        let since = self.connection.since();
        if since != LEFT {
            // Where it has to leave this very moment, it leaves.
            self.connection.turns(since, SERVED);
        }
    }

    /// Ready once the connection has to give way.
    pub(super) async fn leave(&self) {
        self.connection.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        if self.connection.since() != LEFT {
            self.connection.since.store(SERVED, Ordering::Relaxed);
            open.count -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use proptest::prelude::*;

    use super::*;

    fn has_to_leave(place: &Place) -> bool {
        let leave = std::pin::pin!(place.leave());
        match leave.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(()) => {
                place.connection.leave.notify_one();
                true
            }
            Poll::Pending => false,
        }
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Enter,
        Waits(usize),
        IsServed(usize),
        Ends(usize),
        MakeRoom,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            3 => Just(Step::Enter),
            2 => (0..8_usize).prop_map(Step::Waits),
            2 => (0..8_usize).prop_map(Step::IsServed),
            1 => (0..8_usize).prop_map(Step::Ends),
            1 => Just(Step::MakeRoom),
        ];
        prop::collection::vec(step, 0..512)
    }

    #[test]
    fn a_connection_that_is_served_again_and_again_takes_no_more_memory() {
        let connections = Connections::new(1);
        let place = connections.enter().unwrap();
        for _ in 0..10_000 {
            place.waits();
            place.is_served();
        }
        assert!(connections.lock().waiting.len() <= 2 + STALE);
    }

    proptest! {
        /// The model is a list: the connections that stay, those that wait in the order since when.
        #[test]
        fn the_one_that_kept_the_server_waiting_for_longest_gives_way_and_nobody_else(limit in 0..6_usize, steps in steps()) {
            let connections = Connections::new(limit);
            let mut staying: Vec<(Arc<Place>, bool)> = Vec::new();
            let mut left: Vec<Arc<Place>> = Vec::new();
            for step in steps {
                let longest = staying.iter().position(|(_, waits)| *waits);
                match step {
                    Step::Enter => {
                        let place = connections.enter();
                        if staying.len() >= limit {
                            prop_assert_eq!(place.is_some(), longest.is_some());
                            left.extend(longest.map(|at| staying.remove(at).0));
                        } else {
                            prop_assert!(place.is_some());
                        }
                        staying.extend(place.map(|place| (place, true)));
                    }
                    Step::MakeRoom => {
                        connections.make_room();
                        left.extend(longest.map(|at| staying.remove(at).0));
                    }
                    Step::Waits(at) if at < staying.len() => {
                        let (place, _) = staying.remove(at);
                        place.waits();
                        staying.push((place, true));
                    }
                    Step::IsServed(at) if at < staying.len() => {
                        staying[at].0.is_served();
                        staying[at].1 = false;
                    }
                    Step::Ends(at) if at < staying.len() => {
                        staying.remove(at);
                    }
                    // One that has to leave changes nothing any more, whatever it still does.
                    Step::Waits(_) => left.iter().for_each(|place| place.waits()),
                    Step::IsServed(_) => left.iter().for_each(|place| place.is_served()),
                    Step::Ends(_) => left.truncate(0),
                }
                prop_assert!(staying.iter().all(|(place, _)| !has_to_leave(place)));
                prop_assert!(left.iter().all(|place| has_to_leave(place)));
            }
        }
    }
}
