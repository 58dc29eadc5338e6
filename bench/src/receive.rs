//! The receivers under load: all contenders take turns, round after round.

use std::collections::BTreeMap;

use crate::{
    Outcome, check,
    findings::{Disqualified, Findings},
    load::Loaded,
    measured::Measured,
    parts::Settings,
    peers::Peers,
    run::{SERVER, Served, own},
};

const NAMES: [&str; 6] = ["echo", "hand", "sdk", "sdk-sqlite", "FastAPI", "Express"];

pub(crate) fn run(settings: &Settings) -> Outcome<Findings> {
    let peers = settings.peers()?;
    let mut findings = Findings::default();
    let mut numbers = BTreeMap::new();
    for name in NAMES {
        let served = start(name, &peers)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let faults = runtime.block_on(check::faults(served.address))?;
        // The echo takes anything: that is what it is for.
        if !faults.is_empty() && name != "echo" {
            disqualify(&mut findings, name, &faults.join(", "));
            continue;
        }
        let rate = Measured::new(&format!("receive: {name}"), "requests/s");
        let tail = Measured::new(&format!("receive p99: {name}"), "us");
        numbers.insert(name, (rate, tail));
    }
    // Short rounds and many: a machine that is shared has other speeds from one moment to the next.
    let seconds = settings.seconds(1.0).to_string();
    for _ in 0..settings.rounds(15) {
        for name in NAMES {
            let Some((rate, tail)) = numbers.get_mut(name) else {
                continue;
            };
            // A server of its own for each round: none gets slower by what it has kept.
            let served = start(name, &peers)?;
            served.load(&["--seconds", "0.5"])?;
            let loaded: Loaded = served.load(&["--seconds", &seconds, "--first", "1000000000"])?;
            if loaded.bad > 0 {
                disqualify(
                    &mut findings,
                    name,
                    &format!("it refused {} good deliveries", loaded.bad),
                );
                numbers.remove(name);
                continue;
            }
            rate.rounds.push(loaded.good as f64 / loaded.seconds);
            tail.rounds.push(loaded.p99);
        }
    }
    for (rate, tail) in numbers.into_values() {
        findings.measured.extend([rate, tail]);
    }
    Ok(findings)
}

/// One of this program's own receivers.
pub(crate) fn serve(contender: &str) -> Outcome<Served> {
    Served::start(&mut own(SERVER, &["serve", contender])?, |line| {
        Ok(line.parse()?)
    })
}

fn start(name: &str, peers: &Peers) -> Outcome<Served> {
    match name {
        "FastAPI" => peers.fastapi(),
        "Express" => peers.express(),
        name => serve(name),
    }
}

fn disqualify(findings: &mut Findings, name: &str, reason: &str) {
    for of in ["receive", "receive p99"] {
        findings.disqualified.push(Disqualified {
            name: format!("{of}: {name}"),
            reason: reason.to_owned(),
        });
    }
}
