//! Who is compared with whom.

use serde::{Deserialize, Serialize};

use crate::{
    aim::{Aim, Verdict},
    findings::Findings,
    measured::Measured,
};

/// A comparison of two numbers by their names, or of one with its aim.
struct Comparison {
    what: String,
    ours: String,
    theirs: Option<String>,
    /// Theirs in words.
    reference: String,
    aim: Aim,
}

/// One line of the table.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) reference: String,
    pub(crate) aim: Aim,
    pub(crate) ours: Measured,
    pub(crate) theirs: Option<Measured>,
    /// Ours to theirs, or the number itself where there is nothing beside it.
    pub(crate) ratio: Option<f64>,
    pub(crate) verdict: Verdict,
    /// Why there is no ratio.
    pub(crate) note: Option<String>,
}

/// Every comparison whose numbers were measured; one whose reference is out says why.
pub(crate) fn rows(findings: &Findings) -> Vec<Row> {
    let mut rows = Vec::new();
    for comparison in comparisons(findings) {
        let Some(ours) = findings.find(&comparison.ours) else {
            continue;
        };
        let name = comparison.theirs.as_deref();
        let theirs = name.and_then(|name| findings.find(name));
        let out = [Some(comparison.ours.as_str()), name];
        let out = out.into_iter().flatten();
        let note = out
            .filter_map(|name| findings.reason(name))
            .map(|reason| format!("disqualified: {reason}"))
            .next()
            .or_else(|| (name.is_some() && theirs.is_none()).then(|| "not measured".to_owned()));
        let ratio = match (&note, theirs) {
            (Some(_), _) => None,
            (None, Some(theirs)) => Some(ours.ratio(theirs)),
            (None, None) => Some(ours.median()),
        };
        rows.push(Row {
            aim: comparison.aim,
            ours: ours.clone(),
            theirs: theirs.cloned(),
            ratio,
            verdict: ratio.map_or(Verdict::Told, |ratio| comparison.aim.verdict(ratio)),
            note,
            what: comparison.what,
            reference: comparison.reference,
        });
    }
    rows
}

fn pair(what: &str, ours: &str, theirs: &str, reference: &str, aim: Aim) -> Comparison {
    Comparison {
        what: what.to_owned(),
        ours: ours.to_owned(),
        theirs: Some(theirs.to_owned()),
        reference: reference.to_owned(),
        aim,
    }
}

fn alone(name: &str, aim: Aim) -> Comparison {
    Comparison {
        what: name.to_owned(),
        ours: name.to_owned(),
        theirs: None,
        reference: "–".to_owned(),
        aim,
    }
}

#[rustfmt::skip]
fn comparisons(findings: &Findings) -> Vec<Comparison> {
    use Aim::{AtLeast, AtMost, None};

    let receive = "receive, one core";
    let mut all = vec![
        pair(receive, "receive: sdk", "receive: echo", "axum that reads and answers 200", AtLeast(0.70)),
        pair(receive, "receive: sdk", "receive: hand", "axum by hand", AtLeast(1.5)),
        pair("receive, p99", "receive p99: sdk", "receive p99: hand", "axum by hand", AtMost(1.0)),
        pair(receive, "receive: sdk", "receive: FastAPI", "FastAPI + PyJWT + uvicorn", AtLeast(15.0)),
        pair(receive, "receive: sdk", "receive: Express", "Express + jsonwebtoken", AtLeast(15.0)),
        pair("typed decode of a delivery", "decode typed", "decode Value", "serde_json's Value", AtMost(0.5)),
        pair("its allocations", "allocations typed", "allocations Value", "serde_json's Value", AtMost(1.0)),
        pair("typed decode of all 21", "decode 21 typed", "decode 21 Value", "serde_json's Value", AtMost(0.5)),
        pair("its instructions", "instructions: decode typed", "instructions: decode value", "serde_json's Value", None),
        pair("token check", "token verify", "token bare HMAC and base64", "bare HMAC-SHA256 and base64", AtMost(2.0)),
        pair("token check", "token verify", "token jsonwebtoken", "jsonwebtoken", None),
        pair("its instructions", "instructions: token verify", "instructions: token bare", "bare HMAC-SHA256 and base64", None),
        pair("durable receive, SQLite, 256 in flight", "SQLite inbox, 256 in flight", "SQLite by hand, batches of 256", "insert loop by hand, batches of 256", AtLeast(0.8)),
        pair("durable receive, SQLite, 1 in flight", "SQLite inbox, 1 in flight", "one synced commit", "one synced commit", AtMost(1.3)),
        pair("durable receive, JetStream, synced, 256 in flight", "JetStream synced: sdk", "JetStream synced: bare", "bare async-nats publish with acknowledgement", AtLeast(0.9)),
        pair("durable receive, JetStream, not synced, 256 in flight", "JetStream not synced: sdk", "JetStream not synced: bare", "bare async-nats publish with acknowledgement", None),
        pair("client call", "client call", "call by hand", "reqwest and serde_json by hand", AtMost(1.05)),
        pair("its allocations", "client call's allocations", "allocations of a call by hand", "reqwest and serde_json by hand", AtMost(1.2)),
        pair("its instructions", "instructions: client call", "instructions: call by hand", "reqwest and serde_json by hand", None),
        pair("creations, 64 at once", "creations: sdk", "creations: monday-client", "monday-client", AtLeast(5.0)),
        pair("creations, 64 at once", "creations: sdk", "creations: @mondaydotcomorg/api", "@mondaydotcomorg/api", AtLeast(2.0)),
        pair("its processor time", "creations' processor time: sdk", "creations' processor time: monday-client", "monday-client", None),
        pair("its processor time", "creations' processor time: sdk", "creations' processor time: @mondaydotcomorg/api", "@mondaydotcomorg/api", None),
        pair("cold build of a user's crate", "cold build: sdk", "cold build: tokio, reqwest, serde", "tokio, reqwest, serde only", AtMost(1.10)),
        alone("rebuild after one query changed", None),
        alone("rebuild after nothing changed", None),
        alone("runs of build.rs after nothing changed", AtMost(0.0)),
    ];
    // How many rows there are depends on how long the run may take.
    for what in ["put", "claim and settle"] {
        for one in &findings.measured {
            let level = one.name.strip_prefix(what).and_then(|rest| rest.strip_prefix(" at "));
            if level.is_some_and(|level| level != "0 rows") {
                let first = format!("{what} at 0 rows");
                all.push(pair(&format!("SQLite inbox: {}", one.name), &one.name, &first, "itself at 0 rows", AtLeast(1.0 / 1.5)));
            }
        }
    }
    all.extend([
        alone("listen, from its start to its first line", AtMost(50.0)),
        alone("listen, idle", AtMost(15.0)),
        alone("listen, 1,000 connections", AtMost(64.0)),
        pair("listen, after 100,000 deliveries", "listen, after 100000 deliveries", "listen, after 50000 deliveries", "itself after 50,000", AtMost(1.1)),
    ]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Disqualified;

    fn measured(name: &str, rounds: &[f64]) -> Measured {
        let mut one = Measured::new(name, "x");
        one.rounds = rounds.to_vec();
        one
    }

    #[test]
    fn a_ratio_is_held_against_its_aim() {
        let findings = Findings::from(vec![
            measured("decode typed", &[9.0, 1.0, 2.0]),
            measured("decode Value", &[18.0, 2.0, 100.0]),
            measured("listen, idle", &[16.0]),
        ]);
        let rows = rows(&findings);
        let shown: Vec<_> = rows.iter().map(|row| (row.ratio, row.verdict)).collect();
        assert_eq!(
            shown,
            [
                (Some(0.5), Verdict::Reached),
                (Some(16.0), Verdict::NotReached)
            ]
        );
    }

    #[test]
    fn who_is_out_gives_no_ratio_but_a_reason() {
        let mut findings = Findings::from(vec![
            measured("creations: sdk", &[3.0]),
            measured("creations: monday-client", &[1.0]),
        ]);
        findings.disqualified.push(Disqualified {
            name: "creations: monday-client".into(),
            reason: "made 9 of 10".into(),
        });
        let rows = rows(&findings);
        let notes: Vec<_> = rows.iter().map(|row| row.note.as_deref()).collect();
        assert_eq!(
            notes,
            [Some("disqualified: made 9 of 10"), Some("not measured")]
        );
        assert!(rows.iter().all(|row| row.ratio.is_none()));
        assert!(rows.iter().all(|row| row.verdict == Verdict::Told));
    }

    #[test]
    fn each_level_of_rows_is_compared_with_none() {
        let findings = Findings::from(vec![
            measured("put at 0 rows", &[100.0]),
            measured("put at 1000 rows", &[90.0]),
            measured("put at 10000 rows", &[50.0]),
        ]);
        let rows = rows(&findings);
        let verdicts: Vec<_> = rows.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, [Verdict::Reached, Verdict::NotReached]);
    }

    #[test]
    fn what_was_not_measured_has_no_row() {
        assert!(rows(&Findings::default()).is_empty());
    }
}
