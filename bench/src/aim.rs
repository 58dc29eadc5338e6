//! What a number should be, and whether it is.

use serde::{Deserialize, Serialize};

/// What a ratio, or a number that has nothing beside it, should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aim {
    AtLeast(f64),
    AtMost(f64),
    /// Only told.
    None,
}

/// What came of an aim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Reached,
    NotReached,
    /// There was no aim.
    Told,
}

impl Aim {
    /// A number that isn't one reaches nothing.
    pub(crate) fn verdict(self, value: f64) -> Verdict {
        let is_reached = match self {
            Self::AtLeast(aim) => value >= aim,
            Self::AtMost(aim) => value <= aim,
            Self::None => return Verdict::Told,
        };
        if is_reached {
            Verdict::Reached
        } else {
            Verdict::NotReached
        }
    }

    pub(crate) fn text(self) -> String {
        match self {
            Self::AtLeast(aim) => format!("≥ {aim:.2}"),
            Self::AtMost(aim) => format!("≤ {aim:.2}"),
            Self::None => "–".to_owned(),
        }
    }
}

impl Verdict {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Reached => "yes",
            Self::NotReached => "**no**",
            Self::Told => "–",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_itself_is_reached_and_beyond_it_nothing() {
        for (aim, value, verdict) in [
            (Aim::AtLeast(0.7), 0.7, Verdict::Reached),
            (Aim::AtLeast(0.7), 0.699, Verdict::NotReached),
            (Aim::AtMost(1.05), 1.05, Verdict::Reached),
            (Aim::AtMost(1.05), 1.051, Verdict::NotReached),
            (Aim::AtMost(1.0), f64::NAN, Verdict::NotReached),
            (Aim::AtLeast(1.0), f64::NAN, Verdict::NotReached),
            (Aim::None, 3.0, Verdict::Told),
        ] {
            assert_eq!(aim.verdict(value), verdict, "{aim:?} {value}");
        }
    }
}
