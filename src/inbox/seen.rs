//! The keys of the last day, in memory.

use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasherDefault, Hasher},
};

/// A window is remembered in so many parts at least, and forgotten part by part.
const GENERATIONS: i64 = 8;

/// A part has at most this share of all that may be remembered. So where there are too many, all
/// but so many wait for what may be forgotten.
const SHARE: usize = 16;

/// A set that grows moves all that it holds. In shards that is a short pause now and then instead
/// of one long one.
const SHARDS: usize = 64;

/// The keys that were seen within a window, and up to an eighth of the window longer.
#[derive(Debug)]
pub(super) struct Seen {
    window: i64,
    /// What may be forgotten early when there are too many, is at least this old.
    least: i64,
    max: usize,
    count: usize,
    generations: VecDeque<Generation>,
}

#[derive(Debug)]
struct Generation {
    first: i64,
    last: i64,
    count: usize,
    shards: Box<[HashSet<u128, BuildHasherDefault<Uniform>>]>,
}

/// Why a key can't be remembered: there are too many that may not be forgotten yet.
#[derive(Debug)]
pub(super) struct TooMany;

impl Seen {
    /// Times are in milliseconds.
    pub(super) const fn new(window: i64, least: i64, max: usize) -> Self {
        Self {
            window,
            least,
            max,
            count: 0,
            generations: VecDeque::new(),
        }
    }

    pub(super) fn contains(&mut self, key: u128, now: i64) -> bool {
        self.forget(now.saturating_sub(self.window));
        self.generations.iter().any(|generation| {
            generation
                .shards
                .get(shard(key))
                .is_some_and(|shard| shard.contains(&key))
        })
    }

    /// Remembers a key that isn't there.
    pub(super) fn insert(&mut self, key: u128, now: i64) -> Result<(), TooMany> {
        if self.count >= self.max {
            self.forget_one(now.saturating_sub(self.least));
            if self.count >= self.max {
                return Err(TooMany);
            }
        }
        let span = self.window / GENERATIONS;
        let size = self.max.div_ceil(SHARE);
        let fits =
            |newest: &Generation| now < newest.first.saturating_add(span) && newest.count < size;
        if !self.generations.back().is_some_and(fits) {
            self.generations.push_back(Generation::new(now));
        }
        if let Some(newest) = self.generations.back_mut() {
            newest.last = newest.last.max(now);
            let shard = newest.shards.get_mut(shard(key));
            if shard.is_some_and(|shard| shard.insert(key)) {
                newest.count += 1;
                self.count += 1;
            }
        }
        Ok(())
    }

    /// What was seen at a time that is still to come counts as seen now: a clock that was wrong
    /// would otherwise keep it, and all that came with it, until then. Returns whether there was
    /// such a time.
    pub(super) fn settle_at(&mut self, now: i64) -> bool {
        let mut wrong = false;
        for generation in &mut self.generations {
            wrong |= generation.last > now;
            generation.first = generation.first.min(now);
            generation.last = generation.last.min(now);
        }
        wrong
    }

    /// Takes back what was inserted last, since it was not kept after all.
    #[cfg(feature = "sqlite")]
    pub(super) fn remove(&mut self, key: u128) {
        for generation in &mut self.generations {
            let shard = generation.shards.get_mut(shard(key));
            if shard.is_some_and(|shard| shard.remove(&key)) {
                generation.count -= 1;
                self.count -= 1;
            }
        }
    }

    /// Forgets what is older than `horizon`.
    fn forget(&mut self, horizon: i64) {
        while self
            .generations
            .front()
            .is_some_and(|oldest| oldest.last < horizon)
        {
            self.forget_one(horizon);
        }
    }

    fn forget_one(&mut self, horizon: i64) {
        let old = |oldest: &&Generation| oldest.last < horizon;
        if self.generations.front().filter(old).is_some()
            && let Some(oldest) = self.generations.pop_front()
        {
            self.count -= oldest.count;
        }
    }
}

impl Generation {
    fn new(now: i64) -> Self {
        Self {
            first: now,
            last: now,
            count: 0,
            shards: std::iter::repeat_with(HashSet::default)
                .take(SHARDS)
                .collect(),
        }
    }
}

/// Of the upper bits, since the sets go by the lower ones.
const fn shard(key: u128) -> usize {
    (key >> 96) as usize % SHARDS
}

/// A digest is its own hash.
#[derive(Debug, Default)]
struct Uniform(u64);

impl Hasher for Uniform {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, digest: u128) {
        self.0 = digest as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::inbox::digest::key_digest;

    #[test]
    fn a_full_memory_forgets_early_but_never_what_monday_may_still_repeat() {
        let mut seen = Seen::new(1_000, 300, 10);
        for key in 0..10 {
            seen.insert(key, 0).unwrap();
        }
        assert!(seen.insert(10, 300).is_err());
        assert!(seen.contains(0, 300));
        seen.insert(10, 301).unwrap();
        assert!(!seen.contains(0, 301));
        assert!(seen.contains(10, 301));
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn what_is_taken_back_takes_no_place() {
        let mut seen = Seen::new(1_000, 300, 10);
        for key in 0..10 {
            seen.insert(key, 0).unwrap();
        }
        seen.remove(3);
        assert!(!seen.contains(3, 0));
        seen.insert(11, 0).unwrap();
        assert!(seen.insert(12, 0).is_err());
        assert!(!seen.contains(11, 1_001));
        assert_eq!(seen.count, 0);
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nothing_longer() {
        let mut seen = Seen::new(1_000, 300, 10);
        seen.insert(1, 5_000_000).unwrap();
        assert!(seen.settle_at(2_000));
        seen.insert(2, 2_000).unwrap();
        assert!(!seen.settle_at(3_000));
        assert!(seen.contains(1, 3_000));
        assert!(!seen.contains(1, 3_001) && !seen.contains(2, 3_001));
    }

    proptest! {
        /// At a steady rate, or in bursts: whoever is refused has to wait for what monday may still
        /// repeat, and that is known.
        #[test]
        fn what_monday_may_repeat_is_known_and_nothing_else_keeps_others_out(
            max in 16_usize..300,
            pauses in prop::collection::vec(0i64..8, 1..16),
            steps in 0_usize..1_500,
        ) {
            let (window, least) = (1_000, 100);
            let mut seen = Seen::new(window, least, max);
            let mut kept: Vec<(u128, i64)> = Vec::new();
            let mut now = 1_000;
            for (step, pause) in (0..steps).zip(pauses.iter().cycle()) {
                now += pause;
                let digest = key_digest(&step);
                let young = kept.iter().filter(|(_, at)| now - at <= least).count();
                prop_assert!(!seen.contains(digest, now));
                // Each is asked in a lookup.
                prop_assert!(seen.generations.len() <= SHARE + 8 + 2);
                if seen.insert(digest, now).is_ok() {
                    kept.push((digest, now));
                } else {
                    // All but a sixteenth.
                    prop_assert!(young + max.div_ceil(16) > max, "{young} of {max}");
                }
            }
            for (digest, at) in kept {
                if now - at <= least {
                    prop_assert!(seen.contains(digest, now));
                }
            }
        }

        /// Against a map: what is younger than the window is known, and what is older than the
        /// window and a generation isn't.
        #[test]
        fn keys_are_known_for_the_window(steps in prop::collection::vec((0u8..20, 0i64..40), 0..200)) {
            let window = 160;
            let mut seen = Seen::new(window, 1, 1_000);
            let mut model = HashMap::new();
            let mut now = 1_000;
            for (key, pause) in steps {
                now += pause;
                let digest = key_digest(&key);
                let known = seen.contains(digest, now);
                match model.get(&key) {
                    Some(at) if now - at <= window => prop_assert!(known),
                    Some(at) if now - at <= window + window / GENERATIONS => {}
                    _ => prop_assert!(!known),
                }
                if !known {
                    seen.insert(digest, now).unwrap();
                    model.insert(key, now);
                }
            }
            let counted: usize = seen.generations.iter().map(|generation| generation.count).sum();
            prop_assert_eq!(counted, seen.count);
        }
    }
}
