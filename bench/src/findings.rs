//! What a part of the run has to say.

use serde::{Deserialize, Serialize};

use crate::{Outcome, measured::Measured, plot::Curve};

/// Numbers, curves, and who is out.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Findings {
    pub(crate) measured: Vec<Measured>,
    #[serde(default)]
    pub(crate) curves: Vec<Curve>,
    #[serde(default)]
    pub(crate) disqualified: Vec<Disqualified>,
}

/// A contender that failed, or didn't do the same work: its numbers count for nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Disqualified {
    /// As its numbers are called.
    pub(crate) name: String,
    pub(crate) reason: String,
}

impl From<Vec<Measured>> for Findings {
    fn from(measured: Vec<Measured>) -> Self {
        Self {
            measured,
            ..Self::default()
        }
    }
}

impl Findings {
    /// Takes over what another part has found. Curves of the same name become one with the lines
    /// of both.
    pub(crate) fn extend(&mut self, other: Self) {
        self.measured.extend(other.measured);
        self.disqualified.extend(other.disqualified);
        for curve in other.curves {
            match self.curves.iter_mut().find(|one| one.name == curve.name) {
                Some(one) => one.lines.extend(curve.lines),
                None => self.curves.push(curve),
            }
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Measured> {
        self.measured.iter().find(|one| one.name == name)
    }

    /// Why the contender with this name is out, if it is.
    pub(crate) fn reason(&self, name: &str) -> Option<&str> {
        let out = self.disqualified.iter().find(|out| out.name == name);
        out.map(|out| out.reason.as_str())
    }

    /// Says all of it, for the process that asked.
    pub(crate) fn print(&self) -> Outcome {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Line};

    fn with_curve(name: &str, line: &str) -> Findings {
        Findings {
            curves: vec![Curve {
                name: name.into(),
                title: String::new(),
                x: Axis::default(),
                y: Axis::default(),
                lines: vec![Line::new(line, vec![(1.0, 1.0)])],
            }],
            ..Findings::default()
        }
    }

    #[test]
    fn curves_of_one_name_become_one() {
        let mut findings = with_curve("a", "SQLite");
        findings.extend(with_curve("a", "JetStream"));
        findings.extend(with_curve("b", "JetStream"));
        let lines: Vec<_> = findings.curves.iter().map(|one| one.lines.len()).collect();
        assert_eq!(lines, [2, 1]);
    }

    #[test]
    fn what_a_part_says_is_what_is_read() {
        let mut findings = with_curve("a", "SQLite");
        findings.measured.push(Measured::new("x", "ns"));
        let text = serde_json::to_string(&findings).unwrap_or_default();
        let read: Result<Findings, _> = serde_json::from_str(&text);
        assert!(read.is_ok_and(|read| read.find("x").is_some() && read.curves.len() == 1));
    }
}
