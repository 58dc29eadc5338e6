//! How much a receiver takes on.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The longest body that is read unless another limit is set: 1 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// The limits of a [`Receiver`](super::Receiver). Each has a default that suits monday's
/// deliveries, which have a few KiB.
///
/// Together they bound the memory for bodies: at most `in_flight` times `body_size` for callers
/// with a good token, or for anybody where the receiver is
/// [unsigned](super::dangerous::unsigned()). Of a caller without a good token no more than 7 KiB
/// are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body, in bytes: 1 MiB by default. A longer one is answered 413.
    pub body_size: usize,
    /// How many requests with a good token are read and handed over at once, 1,024 by default. One
    /// more is answered 503 with `Retry-After`, and monday tries again.
    pub in_flight: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_size: DEFAULT_BODY_LIMIT,
            in_flight: 1024,
        }
    }
}

/// Counts what is in flight.
#[derive(Debug)]
pub(super) struct InFlight {
    count: AtomicUsize,
    limit: usize,
}

/// A place in flight, given back on drop.
#[must_use]
pub(super) struct Place<'a>(&'a InFlight);

impl InFlight {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            count: AtomicUsize::new(0),
            limit,
        }
    }

    /// A place, where there is one left.
    pub(super) fn enter(&self) -> Option<Place<'_>> {
        let next = |count| (count < self.limit).then_some(count + 1);
        self.count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .ok()
            .map(|_| Place(self))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn there_are_as_many_places_as_the_limit_says(limit in 0_usize..8, steps in prop::collection::vec(any::<bool>(), 0..64)) {
            let in_flight = InFlight::new(limit);
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
    }
}
