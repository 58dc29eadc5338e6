//! Numbers of several rounds.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// What one round after the other gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) rounds: Vec<f64>,
}

impl Measured {
    pub(crate) fn new(name: &str, unit: &str) -> Self {
        Self {
            name: name.to_owned(),
            unit: unit.to_owned(),
            rounds: Vec::new(),
        }
    }

    pub(crate) fn median(&self) -> f64 {
        median(self.rounds.clone())
    }

    /// The median of the rounds' ratios: contenders take turns, so that a machine that is slower for
    /// a while is slower for both. Where one had more rounds, the ratio of the medians.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        if self.rounds.len() != other.rounds.len() {
            return self.median() / other.median();
        }
        let both = self.rounds.iter().zip(&other.rounds);
        median(both.map(|(ours, theirs)| ours / theirs).collect())
    }

    /// The least and the most.
    pub(crate) fn spread(&self) -> (f64, f64) {
        let least = self.rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self
            .rounds
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        (least, most)
    }
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    let middle = rounds.len() / 2;
    match rounds.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => rounds[middle],
        _ => f64::midpoint(rounds[middle - 1], rounds[middle]),
    }
}

/// Something that is timed.
pub(crate) type Timed<'a> = (&'a str, &'a mut dyn FnMut());

/// Times each in turn, for so many rounds, each round long enough for the clock. In nanoseconds
/// for one call.
pub(crate) fn alternating(rounds: usize, contenders: &mut [Timed<'_>]) -> Vec<Measured> {
    const ROUND: Duration = Duration::from_millis(200);
    let mut measured: Vec<_> = contenders
        .iter()
        .map(|(name, _)| Measured::new(name, "ns"))
        .collect();
    // Nobody is the first to warm the machine up.
    for (_, call) in contenders.iter_mut() {
        for _ in 0..1000 {
            call();
        }
    }
    for _ in 0..rounds {
        for ((_, call), measured) in contenders.iter_mut().zip(&mut measured) {
            let start = Instant::now();
            let mut calls = 0_u32;
            while start.elapsed() < ROUND {
                for _ in 0..100 {
                    call();
                }
                calls += 100;
            }
            let each = start.elapsed().as_secs_f64() * 1e9 / f64::from(calls);
            measured.rounds.push(each);
        }
    }
    measured
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rounds: &[f64]) -> Measured {
        let mut one = Measured::new("x", "ns");
        one.rounds = rounds.to_vec();
        one
    }

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        assert_eq!(of(&[3.0, 1.0, 200.0]).median(), 3.0);
        assert_eq!(of(&[4.0, 1.0, 2.0, 100.0]).median(), 3.0);
        assert_eq!(of(&[7.0]).median(), 7.0);
        assert!(of(&[]).median().is_nan());
    }

    #[test]
    fn a_ratio_is_the_median_of_the_rounds_or_of_the_medians_where_they_have_no_partners() {
        let (ours, theirs) = (of(&[1.0, 20.0, 3.0]), of(&[2.0, 10.0, 6.0]));
        assert_eq!(ours.ratio(&theirs), 0.5);
        assert_eq!(ours.ratio(&of(&[6.0])), 0.5);
    }

    #[test]
    fn the_spread_is_the_least_and_the_most() {
        assert_eq!(of(&[3.0, 1.0, 200.0]).spread(), (1.0, 200.0));
        assert_eq!(of(&[7.0]).spread(), (7.0, 7.0));
    }

    #[test]
    fn contenders_have_as_many_rounds_each() {
        let (mut one, mut other) = (0_u64, 0_u64);
        let measured = alternating(2, &mut [("a", &mut || one += 1), ("b", &mut || other += 1)]);
        let rounds: Vec<_> = measured.iter().map(|one| one.rounds.len()).collect();
        assert_eq!(rounds, [2, 2]);
        assert!(measured.iter().all(|one| one.median() > 0.0));
        assert!(one > 1000 && other > 1000);
    }
}
