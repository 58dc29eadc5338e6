//! The page of numbers.

use std::fmt::Write as _;

use crate::{
    compare::Row,
    findings::Findings,
    measured::Measured,
    plot::number,
    report::{Failed, Report},
};

/// `docs/BENCHMARKS.md`; `pictures` is where the curves are, seen from there.
pub(crate) fn page(report: &Report, pictures: &str) -> String {
    let mut text = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench` on {}, of commit `{}`, on {}.\n\nThe numbers are of one run: medians of its rounds, with the least and the most. Servers run on one\ncore, the load on another. Contenders take turns, and a ratio is the median of the rounds' ratios, ours to theirs.\nWhat isn't reached says so, and [where the time goes](../bench/PROFILES.md) says why. A contender that fails, or doesn't do\nthe same work, is disqualified.\n\n",
        report.date,
        report.commit,
        report.machine.text()
    );
    text.push_str(&rows(&report.rows));
    text.push_str(&told(&report.findings, &report.rows));
    text.push_str(&failed(&report.failed));
    if !report.findings.curves.is_empty() {
        text.push_str("\n## Curves\n");
    }
    for curve in &report.findings.curves {
        let _ = write!(
            text,
            "\n![{}]({pictures}/{}.svg)\n",
            curve.title, curve.name
        );
    }
    text
}

fn rows(rows: &[Row]) -> String {
    let mut text = String::from(
        "| what | ours | reference | theirs | ratio | aim | reached |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let theirs = row.theirs.as_ref().map_or("–".to_owned(), shown);
        let ratio = match (&row.note, row.ratio) {
            (Some(note), _) => note.replace('|', "\\|").replace('\n', " "),
            (None, Some(_)) if row.theirs.is_none() => "–".to_owned(),
            (None, Some(ratio)) => format!("{ratio:.2}"),
            (None, None) => "–".to_owned(),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {theirs} | {ratio} | {} | {} |",
            row.what,
            shown(&row.ours),
            row.reference,
            row.aim.text(),
            row.verdict.text(),
        );
    }
    text
}

/// What stands in no comparison.
fn told(findings: &Findings, rows: &[Row]) -> String {
    let compared: Vec<_> = rows
        .iter()
        .flat_map(|row| [Some(&row.ours), row.theirs.as_ref()])
        .flatten()
        .map(|one| &one.name)
        .collect();
    let mut text = String::new();
    for one in &findings.measured {
        if !compared.contains(&&one.name) {
            let _ = writeln!(text, "| {} | {} |", one.name, shown(one));
        }
    }
    if text.is_empty() {
        return text;
    }
    format!("\n## Told without an aim\n\n| what | |\n|---|---|\n{text}")
}

fn failed(failed: &[Failed]) -> String {
    let mut text = String::new();
    for one in failed {
        let _ = writeln!(text, "- {}: {}", one.part, one.reason);
    }
    if text.is_empty() {
        return text;
    }
    format!("\n## Not measured\n\n{text}")
}

/// The median, and the least and the most where there were several rounds.
pub(crate) fn shown(measured: &Measured) -> String {
    let (least, most) = measured.spread();
    let unit = &measured.unit;
    if measured.rounds.len() < 2 {
        return format!("{} {unit}", number(measured.median()));
    }
    format!(
        "{} {unit} ({}–{})",
        number(measured.median()),
        number(least),
        number(most)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compare, findings::Disqualified, machine::Machine, parts::single};

    fn report(findings: Findings) -> Report {
        Report {
            date: "2026-01-02".into(),
            commit: "abc".into(),
            is_quick: false,
            machine: Machine::look(),
            rows: compare::rows(&findings),
            findings,
            failed: vec![Failed {
                part: "rows".into(),
                reason: "no room".into(),
            }],
        }
    }

    #[test]
    fn a_row_says_figure_reference_ratio_aim_and_whether_it_is_reached() {
        let findings = Findings::from(vec![
            single("decode typed", "ns", 600.0),
            single("decode Value", "ns", 1000.0),
            single("another", "s", 3.0),
        ]);
        let page = page(&report(findings), "pictures");
        let row = "| typed decode of a delivery | 600 ns | serde_json's Value | 1000 ns | 0.60 | ≤ 0.50 | **no** |";
        assert!(page.contains(row), "{page}");
        assert!(page.contains("| another | 3.0 s |"), "{page}");
        assert!(page.contains("- rows: no room"), "{page}");
        assert!(!page.contains("| decode Value |"), "{page}");
    }

    #[test]
    fn who_is_out_stands_there_with_the_reason() {
        let mut findings = Findings::from(vec![single("receive: sdk", "requests/s", 5.0)]);
        findings.disqualified.push(Disqualified {
            name: "receive: FastAPI".into(),
            reason: "no signature | is answered 200".into(),
        });
        let page = page(&report(findings), "pictures");
        assert!(
            page.contains("| disqualified: no signature \\| is answered 200 | ≥ 15.00 | – |"),
            "{page}"
        );
    }

    #[test]
    fn several_rounds_have_their_spread() {
        let mut one = single("x", "ms", 1.0);
        assert_eq!(shown(&one), "1.0 ms");
        one.rounds.extend([5.0, 2.0]);
        assert_eq!(shown(&one), "2.0 ms (1.0–5.0)");
    }
}
