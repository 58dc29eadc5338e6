//! How much a receiver takes on.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The longest body that is read unless another limit is set: 1 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// The limits of a [`Receiver`](super::Receiver). Each has a default that suits monday's
/// deliveries, which have a few KiB.
///
/// Together they bound the memory that requests take. A body that is in flight takes at most three
/// times its length: once or, without an announced length, up to twice for the bytes themselves, and
/// up to once for the typed view. So all that callers with a good token can take, or anybody where
/// the receiver is [unsigned](super::dangerous::unsigned()), is three times `in_flight_bytes`:
/// 48 MiB with the defaults. Of a caller without a good token no more than 7 KiB of a body are kept,
/// and no header while a body is awaited. What a sink keeps is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body, in bytes: 1 MiB by default. A longer one is answered 413.
    pub body_size: usize,
    /// How many requests with a good token are read and handed over at once, 1,024 by default. One
    /// more is answered 503 with `Retry-After`, and monday tries again.
    pub in_flight: usize,
    /// How many bytes the bodies of these may have together, as far as they have arrived, or up to
    /// 64 KiB each as announced: 16 MiB by default, and never less than one body may have. A request
    /// that would exceed them is answered 503 with `Retry-After`.
    pub in_flight_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_size: DEFAULT_BODY_LIMIT,
            in_flight: 1024,
            in_flight_bytes: 16 * 1024 * 1024,
        }
    }
}

/// Counts what is in flight.
#[derive(Debug)]
pub(super) struct InFlight {
    requests: Counter,
    bytes: Counter,
}

#[derive(Debug)]
struct Counter {
    count: AtomicUsize,
    limit: usize,
}

/// A place in flight, given back on drop with all that it grew by.
#[must_use]
pub(super) struct Place<'a> {
    in_flight: &'a InFlight,
    bytes: usize,
}

impl Counter {
    const fn new(limit: usize) -> Self {
        Self {
            count: AtomicUsize::new(0),
            limit,
        }
    }

    /// Counts so many more, where the limit allows for them.
    fn add(&self, more: usize) -> bool {
        let next = |count: usize| count.checked_add(more).filter(|count| *count <= self.limit);
        self.count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .is_ok()
    }

    fn remove(&self, less: usize) {
        self.count.fetch_sub(less, Ordering::Relaxed);
    }
}

impl InFlight {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            requests: Counter::new(limits.in_flight),
            bytes: Counter::new(limits.in_flight_bytes.max(limits.body_size)),
        }
    }

    /// A place, where there is one left.
    pub(super) fn enter(&self) -> Option<Place<'_>> {
        self.requests.add(1).then(|| Place {
            in_flight: self,
            bytes: 0,
        })
    }
}

impl Place<'_> {
    /// Whether there is room for so many bytes more, which are then taken.
    pub(super) fn grow(&mut self, more: usize) -> bool {
        let is_room = self.in_flight.bytes.add(more);
        if is_room {
            self.bytes += more;
        }
        is_room
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.in_flight.bytes.remove(self.bytes);
        self.in_flight.requests.remove(1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn there_are_as_many_places_as_the_limit_says(limit in 0_usize..8, steps in prop::collection::vec(any::<bool>(), 0..64)) {
            let in_flight = InFlight::new(&Limits { in_flight: limit, ..Limits::default() });
            let mut places = Vec::new();
            for enters in steps {
                if enters {
                    let place = in_flight.enter();
                    prop_assert_eq!(place.is_some(), places.len() < limit);
                    places.extend(place);
                } else {
                    places.pop();
                }
            }
        }

        #[test]
        fn there_is_as_much_room_for_bytes_as_the_limits_say(
            body_size in 0_usize..50,
            in_flight_bytes in 0_usize..100,
            steps in prop::collection::vec((0..4_usize, prop::option::of(prop_oneof![0..40_usize, Just(usize::MAX)])), 0..64),
        ) {
            let limits = Limits { body_size, in_flight_bytes, in_flight: 4 };
            let in_flight = InFlight::new(&limits);
            let mut places: Vec<_> = (0..4).map(|_| (in_flight.enter().unwrap(), 0)).collect();
            for (at, more) in steps {
                let room = body_size.max(in_flight_bytes) - places.iter().map(|(_, bytes)| bytes).sum::<usize>();
                match more {
                    Some(more) => {
                        let (place, bytes) = &mut places[at];
                        prop_assert_eq!(place.grow(more), more <= room);
                        *bytes += if more <= room { more } else { 0 };
                    }
                    None => {
                        drop(places.remove(at));
                        places.push((in_flight.enter().unwrap(), 0));
                    }
                }
            }
        }
    }
}
