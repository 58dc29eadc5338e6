//! The connections that are open, and which of them gives way to another one.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
    next: u64,
    all: HashMap<u64, Connection>,
    /// The connections that keep the server waiting, longest first.
    waiting: BTreeMap<u64, u64>,
}

struct Connection {
    /// Its key in `waiting`, while it is there.
    since: Option<u64>,
    leave: Arc<Notify>,
}

/// A connection's place, given back on drop.
#[must_use]
pub(super) struct Place {
    connections: Connections,
    number: u64,
    leave: Arc<Notify>,
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
        if open.all.len() >= self.limit && !open.one_leaves() {
            return None;
        }
        let number = open.tick();
        let leave = Arc::new(Notify::new());
        let connection = Connection {
            since: None,
            leave: Arc::clone(&leave),
        };
        open.all.insert(number, connection);
        open.waits(number);
        Some(Arc::new(Place {
            connections: self.clone(),
            number,
            leave,
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
    fn tick(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn one_leaves(&mut self) -> bool {
        let Some((_, number)) = self.waiting.pop_first() else {
            return false;
        };
        if let Some(connection) = self.all.remove(&number) {
            connection.leave.notify_one();
        }
        true
    }

    fn waits(&mut self, number: u64) {
        self.is_served(number);
        let since = self.tick();
        // One that has to leave has no place to wait in.
        if let Some(connection) = self.all.get_mut(&number) {
            connection.since = Some(since);
            self.waiting.insert(since, number);
        }
    }

    fn is_served(&mut self, number: u64) {
        let connection = self.all.get_mut(&number);
        if let Some(since) = connection.and_then(|connection| connection.since.take()) {
            self.waiting.remove(&since);
        }
    }
}

impl Place {
    /// From now on the connection keeps the server waiting: for a request, or a part of one.
    pub(super) fn waits(&self) {
        self.connections.lock().waits(self.number);
    }

    /// From now on it waits for the server.
    pub(super) fn is_served(&self) {
        self.connections.lock().is_served(self.number);
    }

    /// Ready once the connection has to give way.
    pub(super) async fn leave(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        open.is_served(self.number);
        open.all.remove(&self.number);
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
                place.leave.notify_one();
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
        prop::collection::vec(step, 0..64)
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
