//! The page on capacity: what one machine holds, when to move, what three nodes hold. All of it is
//! arithmetic from what was measured, and shown.

use crate::{findings::Findings, plot::number, report::Report};

/// Of what was measured, the share to plan with: the rest is for retries that come together, for
/// checkpoints, and for the day that isn't like the others.
const SHARE: f64 = 0.5;

/// `DedupeWindow`'s default and its least, in seconds.
const WINDOW: f64 = 24.0 * 3600.0;
const LEAST_WINDOW: f64 = 30.0 * 60.0;

/// `SqliteOptions::remembered` by default, and the bytes of memory that each takes.
const REMEMBERED: f64 = 2_000_000.0;

/// What it remembers is forgotten by sixteenths: one of them may be too young.
const KEPT: f64 = 15.0 / 16.0;
const REMEMBERED_BYTES: f64 = 32.0;

/// For how long monday tries again, in seconds.
const RETRIES: f64 = 30.0 * 60.0;

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// What the page rests on.
struct Numbers {
    /// Deliveries a second on one core: in memory, and durable in SQLite.
    memory: f64,
    sqlite: f64,
    /// Of the inboxes alone, 256 in flight.
    sqlite_alone: f64,
    jetstream: f64,
    /// Three servers on one core and one disk.
    cluster: f64,
    /// Bytes of disk for a delivery.
    sqlite_disk: f64,
    jetstream_disk: f64,
}

impl Numbers {
    /// `None` where one of them wasn't measured.
    fn read(findings: &Findings) -> Option<Self> {
        let median = |name: &str| {
            let value = findings.find(name)?.median();
            (value.is_finite() && value > 0.0).then_some(value)
        };
        Some(Self {
            memory: median("receive: sdk")?,
            sqlite: median("receive: sdk-sqlite")?,
            sqlite_alone: median("SQLite inbox, 256 in flight")?,
            jetstream: median("JetStream synced: sdk")?,
            cluster: median("JetStream synced, three servers on one core and one disk: sdk")?,
            sqlite_disk: median("disk of a delivery that waits")?,
            jetstream_disk: median("disk of a delivery in JetStream")?,
        })
    }
}

/// `docs/CAPACITY.md`, where all that it rests on was measured.
pub(crate) fn page(report: &Report) -> Option<String> {
    let numbers = Numbers::read(&report.findings)?;
    Some(format!(
        "# Capacity\n\nWritten by `cargo xtask bench` on {}, of commit `{}`, from the numbers in [BENCHMARKS.md](BENCHMARKS.md),\nmeasured on {}. Another machine has other numbers, above all another disk: run it there.\nDeliveries are monday's sample of a status change, about 900 bytes.\n\n{}\n{}\n{}",
        report.date,
        report.commit,
        report.machine.text(),
        one_machine(&numbers),
        moving(&numbers),
        three_nodes(&numbers)
    ))
}

/// To plan with, of what was measured.
fn planned(measured: f64) -> f64 {
    measured * SHARE
}

fn one_machine(numbers: &Numbers) -> String {
    let planned = planned(numbers.sqlite);
    let day = planned * 24.0 * 3600.0;
    let outage = planned * 3600.0;
    let outage_disk = outage * numbers.sqlite_disk / GIB;
    let whole_window = REMEMBERED / WINDOW;
    let least_window = REMEMBERED * KEPT / LEAST_WINDOW;
    let needed = planned * LEAST_WINDOW / KEPT;
    format!(
        "## One machine\n\n\
         | what | by | |\n|---|---|---|\n\
         | received on one core, inbox in memory | measured | {}/s |\n\
         | received on one core, durable in SQLite before the answer | measured | {}/s |\n\
         | the SQLite inbox alone, 256 in flight | measured | {}/s |\n\
         | to plan with | {}/s × {SHARE} | {}/s |\n\
         | in a day | {}/s × 86,400 s | {} |\n\
         | an hour in which nothing is handled | {}/s × 3,600 s | {} deliveries wait |\n\
         | their disk | {} × {} bytes | {} GiB |\n\
         | remembered for the whole window of 24 h, with the default of 2,000,000 | 2,000,000 ÷ 86,400 s | up to {}/s |\n\
         | remembered for the least window of 30 min, with the same, but for a sixteenth | 2,000,000 × 15/16 ÷ 1,800 s | up to {}/s |\n\
         | `SqliteOptions::remembered` for the planned rate, at least | {}/s × 1,800 s × 16/15 | {} |\n\
         | its memory | {} × {REMEMBERED_BYTES} bytes | {} MiB |\n\n\
         A steady rate above {}/s needs a larger `remembered`: with the default the inbox would count as full,\n\
         and answer 503. Handlers are the application's: one that takes 50 ms, 16 at once, handles 320 a second,\n\
         and what comes faster waits on the disk.\n",
        number(numbers.memory),
        number(numbers.sqlite),
        number(numbers.sqlite_alone),
        number(numbers.sqlite),
        number(planned),
        number(planned),
        number(day),
        number(planned),
        number(outage),
        number(outage),
        number(numbers.sqlite_disk),
        number(outage_disk),
        number(whole_window),
        number(least_window),
        number(planned),
        number(needed),
        number(needed),
        number(needed * REMEMBERED_BYTES / 1024.0 / 1024.0),
        number(least_window),
    )
}

fn moving(numbers: &Numbers) -> String {
    let faster = if numbers.jetstream > numbers.sqlite_alone {
        "faster"
    } else {
        "slower"
    };
    format!(
        "## When to move to JetStream\n\n\
         - When a machine may be lost with what it has, or has to be replaced while deliveries come in: SQLite's\n  \
           inbox has one machine and one process. monday tries again for {} minutes; an outage that is longer\n  \
           loses deliveries.\n\
         - Not for its speed: one synced server takes {}/s, the SQLite inbox {}/s, so it is {faster} by\n  \
           {:.2} ×.\n",
        RETRIES / 60.0,
        number(numbers.jetstream),
        number(numbers.sqlite_alone),
        (numbers.jetstream / numbers.sqlite_alone).max(numbers.sqlite_alone / numbers.jetstream),
    )
}

fn three_nodes(numbers: &Numbers) -> String {
    let received = 3.0 * numbers.memory;
    let least = received.min(numbers.jetstream).min(numbers.cluster);
    let planned = planned(least);
    let window_disk = planned * WINDOW * numbers.jetstream_disk / GIB;
    format!(
        "## Three nodes\n\n\
         Each delivery is written to all three, and acknowledged when two have synced it. What they add is that one\n\
         may be lost, and not three times the rate.\n\n\
         | what | by | |\n|---|---|---|\n\
         | three receivers, a core each | 3 × {}/s | {}/s |\n\
         | one synced server | measured | {}/s |\n\
         | three synced servers that share one core and one disk | measured | {}/s |\n\
         | to plan with | the least of these × {SHARE} | {}/s |\n\
         | disk of each node: handled deliveries stay for the window of 24 h | {}/s × 86,400 s × {} bytes | {} GiB |\n\n\
         Three machines with a disk each weren't measured: the rate there is to be found there. With one node lost\n\
         the other two go on. With two lost nothing is acknowledged: deliveries are answered 503, and monday tries\n\
         again for {} minutes.\n",
        number(numbers.memory),
        number(received),
        number(numbers.jetstream),
        number(numbers.cluster),
        number(planned),
        number(planned),
        number(numbers.jetstream_disk),
        number(window_disk),
        RETRIES / 60.0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::single;

    fn findings() -> Findings {
        Findings::from(vec![
            single("receive: sdk", "", 80_000.0),
            single("receive: sdk-sqlite", "", 20_000.0),
            single("SQLite inbox, 256 in flight", "", 40_000.0),
            single("JetStream synced: sdk", "", 5_000.0),
            single(
                "JetStream synced, three servers on one core and one disk: sdk",
                "",
                1_000.0,
            ),
            single("disk of a delivery that waits", "", 1_000.0),
            single("disk of a delivery in JetStream", "", 1_000.0),
        ])
    }

    #[test]
    fn what_is_planned_is_half_of_what_was_measured() {
        let numbers = Numbers::read(&findings());
        let text = numbers.as_ref().map(one_machine).unwrap_or_default();
        assert!(
            text.contains("| to plan with | 20 k/s × 0.5 | 10 k/s |"),
            "{text}"
        );
        assert!(
            text.contains("| in a day | 10 k/s × 86,400 s | 864.0 M |"),
            "{text}"
        );
        assert!(
            text.contains("| 36.0 M × 1000 bytes | 33.5 GiB |"),
            "{text}"
        );
        assert!(text.contains("| up to 23.1/s |"), "{text}");
        assert!(text.contains("| up to 1042/s |"), "{text}");
    }

    #[test]
    fn three_nodes_are_planned_with_the_least_that_was_measured() {
        let mut findings = findings();
        for (index, value, planned) in [(4, 4_000.0, 2_000), (3, 3_000.0, 1_500), (0, 500.0, 750)] {
            findings.measured[index].rounds = vec![value];
            let numbers = Numbers::read(&findings);
            let text = numbers.as_ref().map(three_nodes).unwrap_or_default();
            let line = format!("| the least of these × 0.5 | {planned}/s |");
            assert!(text.contains(&line), "{text}");
        }
        let numbers = Numbers::read(&findings);
        let text = numbers.as_ref().map(moving).unwrap_or_default();
        assert!(text.contains("slower by\n"), "{text}");
    }

    #[test]
    fn without_one_of_the_numbers_there_is_no_page() {
        for missing in 0..findings().measured.len() {
            let mut findings = findings();
            findings.measured.remove(missing);
            assert!(Numbers::read(&findings).is_none());
        }
    }
}
