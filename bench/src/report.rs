//! The whole run, and what is written of it.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, time::SystemTime};

use serde::Serialize;

use crate::{
    Outcome, check,
    load::Loaded,
    measured::Measured,
    memory,
    peers::Peers,
    plot::{self, Line, number},
    run::{SERVER, Served, own, part},
};

/// What a ratio should be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Aim {
    AtLeast(f64),
    AtMost(f64),
    /// Only told.
    None,
}

impl Aim {
    fn is_reached(self, value: f64) -> Option<bool> {
        match self {
            Self::AtLeast(aim) => Some(value >= aim),
            Self::AtMost(aim) => Some(value <= aim),
            Self::None => None,
        }
    }
}

/// One line of the table.
#[derive(Debug, Serialize)]
struct Row {
    what: String,
    against: String,
    aim: Aim,
    /// Ours to theirs, or the number itself where there is nothing beside it.
    ratio: f64,
    ours: Measured,
    theirs: Option<Measured>,
}

#[derive(Serialize)]
struct Report {
    date: String,
    machine: String,
    rows: Vec<Row>,
    told: Vec<Measured>,
}

pub(crate) fn all(out: &Path, listen: &Path, rounds: usize, seconds: f64) -> Outcome {
    let peers = Peers::install(&out.join("installed"))?;
    let mut report = Report {
        date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string()[..10].to_owned(),
        machine: machine(),
        rows: Vec::new(),
        told: Vec::new(),
    };
    say("receiving");
    receive(&mut report, &peers, rounds, seconds)?;
    for command in ["decode", "token", "durable", "calls", "generate"] {
        say(command);
        report.told.extend(part(&[command])?);
    }
    say("rows in SQLite");
    report.told.extend(part(&["rows"])?);
    say("memory");
    report.told.extend(memory::measure(listen)?);
    say("cost curves");
    let curves = curves()?;
    compare(&mut report)?;

    fs::create_dir_all(out.join("results"))?;
    let json = serde_json::to_string_pretty(&report)?;
    fs::write(
        out.join(format!("results/{}.json", report.date)),
        json + "\n",
    )?;
    for (name, svg) in plots(&report, &curves) {
        fs::write(out.join(format!("results/{name}.svg")), svg)?;
    }
    let page = out.join("../docs/BENCHMARKS.md");
    fs::create_dir_all(out.join("../docs"))?;
    fs::write(&page, table(&report))?;
    say(&format!("written: {}", page.display()));
    Ok(())
}

fn say(what: &str) {
    eprintln!("bench: {what}");
}

fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(0, Into::into);
    format!("{model}, {cores} cores")
}

/// All contenders take turns, round after round.
fn receive(report: &mut Report, peers: &Peers, rounds: usize, seconds: f64) -> Outcome {
    let serve = |contender: &str| {
        Served::start(&mut own(SERVER, &["serve", contender])?, |line| {
            Ok(line.parse()?)
        })
    };
    let names = ["echo", "hand", "sdk", "sdk-sqlite", "FastAPI", "Express"];
    let start = |name: &str| match name {
        "FastAPI" => peers.fastapi(),
        "Express" => peers.express(),
        name => serve(name),
    };
    let mut rates = BTreeMap::new();
    let mut tails = BTreeMap::new();
    for name in names {
        let served = start(name)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let faults = runtime.block_on(check::faults(served.address))?;
        // The echo takes anything: that is what it is for.
        if !faults.is_empty() && name != "echo" {
            return Err(format!("{name} is disqualified: {}", faults.join(", ")).into());
        }
        rates.insert(name, Measured::new(name, "requests/s"));
        tails.insert(name, Measured::new(&format!("{name}, p99"), "us"));
    }
    let seconds = seconds.to_string();
    for _ in 0..rounds {
        for name in names {
            // A server of its own for each round: none gets slower by what it has kept.
            let served = start(name)?;
            served.load(&["--seconds", "0.5"])?;
            let loaded: Loaded = served.load(&["--seconds", &seconds, "--first", "1000000000"])?;
            if loaded.bad > 0 {
                return Err(format!("{name} refused {} deliveries", loaded.bad).into());
            }
            if let (Some(rate), Some(tail)) = (rates.get_mut(name), tails.get_mut(name)) {
                rate.rounds.push(loaded.good as f64 / loaded.seconds);
                tail.rounds.push(loaded.p99);
            }
        }
    }
    let mut row = |what: &str, ours: &Measured, against: &str, theirs: &Measured, aim| {
        report.rows.push(Row {
            what: what.to_owned(),
            against: against.to_owned(),
            aim,
            ratio: ours.median() / theirs.median(),
            ours: ours.clone(),
            theirs: Some(theirs.clone()),
        });
    };
    let what = "receive, one core";
    let sdk = &rates["sdk"];
    row(
        what,
        sdk,
        "axum that answers 200",
        &rates["echo"],
        Aim::AtLeast(0.70),
    );
    row(what, sdk, "axum by hand", &rates["hand"], Aim::AtLeast(1.5));
    row(
        "receive, p99",
        &tails["sdk"],
        "axum by hand",
        &tails["hand"],
        Aim::AtMost(1.0),
    );
    row(
        what,
        sdk,
        "FastAPI + PyJWT",
        &rates["FastAPI"],
        Aim::AtLeast(15.0),
    );
    row(
        what,
        sdk,
        "Express + jsonwebtoken",
        &rates["Express"],
        Aim::AtLeast(15.0),
    );
    report.told.push(rates["sdk-sqlite"].clone());
    Ok(())
}

/// The comparisons among what the parts have measured.
fn compare(report: &mut Report) -> Outcome {
    let told = |name: &str| {
        let found = report.told.iter().find(|one| one.name == name);
        found
            .cloned()
            .ok_or_else(|| format!("{name} was not measured"))
    };
    let pair = |what: &str, ours: &str, theirs: &str, aim| -> Outcome<Row> {
        let (ours, theirs) = (told(ours)?, told(theirs)?);
        Ok(Row {
            what: what.to_owned(),
            against: theirs.name.clone(),
            aim,
            ratio: ours.median() / theirs.median(),
            ours,
            theirs: Some(theirs),
        })
    };
    let alone = |name: &str, aim| -> Outcome<Row> {
        let ours = told(name)?;
        Ok(Row {
            what: name.to_owned(),
            against: "–".to_owned(),
            aim,
            ratio: ours.median(),
            ours,
            theirs: None,
        })
    };
    let rows = vec![
        pair(
            "typed decode of a delivery",
            "decode typed",
            "decode Value",
            Aim::AtMost(0.5),
        )?,
        pair(
            "its allocations",
            "allocations typed",
            "allocations Value",
            Aim::AtMost(1.0),
        )?,
        pair(
            "typed decode of all 21",
            "decode 21 typed",
            "decode 21 Value",
            Aim::AtMost(0.5),
        )?,
        pair(
            "token check",
            "token verify",
            "token bare HMAC and base64",
            Aim::AtMost(2.0),
        )?,
        pair(
            "token check",
            "token verify",
            "token jsonwebtoken",
            Aim::None,
        )?,
        pair(
            "durable, 256 in flight",
            "SQLite inbox, 256 in flight",
            "SQLite by hand, batches of 256",
            Aim::AtLeast(0.8),
        )?,
        pair(
            "durable, 1 in flight",
            "SQLite inbox, 1 in flight",
            "one synced commit",
            Aim::AtMost(1.3),
        )?,
        pair(
            "client call",
            "client call",
            "call by hand",
            Aim::AtMost(1.05),
        )?,
        pair(
            "its allocations",
            "client call's allocations",
            "allocations of a call by hand",
            Aim::AtMost(1.2),
        )?,
        pair(
            "put at 1,000,000 rows",
            "put at 1000000 rows",
            "put at 0 rows",
            Aim::AtLeast(1.0 / 1.5),
        )?,
        pair(
            "claim at 1,000,000 rows",
            "claim and settle at 1000000 rows",
            "claim and settle at 0 rows",
            Aim::AtLeast(1.0 / 1.5),
        )?,
        alone("listen, idle", Aim::AtMost(15.0))?,
        alone("listen, 1,000 connections", Aim::AtMost(64.0))?,
        pair(
            "listen, after 100,000 deliveries",
            "listen, after 100000 deliveries",
            "listen, after 50000 deliveries",
            Aim::AtMost(1.1),
        )?,
    ];
    report.rows.extend(rows);
    Ok(())
}

/// Throughput of the receiver over connections and over the length of bodies.
struct Curves {
    connections: Vec<(f64, f64)>,
    lengths: Vec<(f64, f64)>,
}

fn curves() -> Outcome<Curves> {
    let rate = |options: &[&str]| -> Outcome<f64> {
        let served = Served::start(&mut own(SERVER, &["serve", "sdk"])?, |line| {
            Ok(line.parse()?)
        })?;
        let loaded = served.load(&[&["--seconds", "2"], options].concat())?;
        if loaded.bad > 0 {
            return Err(format!("{} deliveries were refused", loaded.bad).into());
        }
        Ok(loaded.good as f64 / loaded.seconds)
    };
    let mut curves = Curves {
        connections: Vec::new(),
        lengths: Vec::new(),
    };
    for connections in [1, 4, 16, 64, 256] {
        let rate = rate(&["--connections", &connections.to_string()])?;
        curves.connections.push((f64::from(connections), rate));
    }
    for kibibytes in [1, 4, 16, 64, 256, 1000] {
        let length = (kibibytes * 1024).to_string();
        let rate = rate(&["--length", &length, "--connections", "16"])?;
        curves.lengths.push((f64::from(kibibytes), rate));
    }
    Ok(curves)
}

fn plots(report: &Report, curves: &Curves) -> Vec<(&'static str, String)> {
    let one = |name: &str, points: &[(f64, f64)]| {
        [Line {
            name: name.to_owned(),
            points: points.to_vec(),
        }]
    };
    let medians = |prefix: &str, suffix: &str| -> Vec<(f64, f64)> {
        let parts = report.told.iter().filter_map(|one| {
            let rest = one.name.strip_prefix(prefix)?.strip_suffix(suffix)?;
            Some((rest.trim().parse().ok()?, one.median()))
        });
        parts.collect()
    };
    vec![
        (
            "connections",
            plot::lines(
                "Receiving, by connections",
                "connections",
                "requests/s",
                true,
                &one("one core", &curves.connections),
            ),
        ),
        (
            "lengths",
            plot::lines(
                "Receiving, by the length of bodies",
                "KiB",
                "requests/s",
                true,
                &one("one core, 16 connections", &curves.lengths),
            ),
        ),
        (
            "generation",
            plot::lines(
                "Generation, by the number of operations",
                "operations",
                "ms",
                false,
                &one("2026-10", &medians("generate:", "operations")),
            ),
        ),
    ]
}

fn table(report: &Report) -> String {
    let mut text = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench` on {}, on a machine with {}: the numbers are of one run,\nmedians of its rounds with the least and the most. Servers run on one core, the load on another.\nA ratio is ours to theirs, both measured in that run. What isn't reached says so.\n\n",
        report.date, report.machine
    );
    text.push_str("| what | against | ours | theirs | ratio | aim | reached |\n|---|---|---|---|---|---|---|\n");
    for row in &report.rows {
        let (aim, reached) = match row.aim {
            Aim::AtLeast(aim) => (format!("≥ {aim:.2}"), row.aim.is_reached(row.ratio)),
            Aim::AtMost(aim) => (format!("≤ {aim:.2}"), row.aim.is_reached(row.ratio)),
            Aim::None => ("–".to_owned(), None),
        };
        let reached = match reached {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "–",
        };
        let theirs = row.theirs.as_ref().map_or("–".to_owned(), shown);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {theirs} | {:.2} | {aim} | {reached} |",
            row.what,
            row.against,
            shown(&row.ours),
            row.ratio,
        );
    }
    text.push_str("\n## Told without an aim\n\n| what | |\n|---|---|\n");
    let compared: Vec<_> = report
        .rows
        .iter()
        .flat_map(|row| [Some(&row.ours), row.theirs.as_ref()])
        .flatten()
        .map(|one| &one.name)
        .collect();
    for one in report
        .told
        .iter()
        .filter(|one| !compared.contains(&&one.name))
    {
        let _ = writeln!(text, "| {} | {} |", one.name, shown(one));
    }
    text.push_str("\n## Curves\n\n");
    for (name, what) in [
        ("connections", "Receiving, by connections"),
        ("lengths", "Receiving, by the length of bodies"),
        ("generation", "Generation, by the number of operations"),
    ] {
        let _ = writeln!(text, "![{what}](../bench/results/{name}.svg)\n");
    }
    text
}

fn shown(measured: &Measured) -> String {
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
