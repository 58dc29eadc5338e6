//! Many creations at once, through the SDK and through other clients, against the emulator.
//!
//! Each contender is a process on the load's core, the emulator one on the server's. The time is
//! from the first call to the last answer, as the contender takes it.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use monday_emulator::DEFAULT_BOARD_ID;
use monday_webhooks::{ApiToken, BoardId, Client, Subscription, WebhookUrl};
use serde::{Deserialize, Serialize};

use crate::{
    Outcome,
    emulated::{Emulated, Place},
    findings::{Disqualified, Findings},
    measured::Measured,
    parts::Settings,
    peers::Clients,
    run::{LOAD, json, own},
};

const TASKS: usize = 64;

/// The version of the API that all ask for.
const VERSION: &str = "2026-10";

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[arg(long)]
    endpoint: String,
    #[arg(long)]
    token: String,
    #[arg(long)]
    target: String,
    #[arg(long)]
    count: usize,
}

/// What a contender says: how long it took, and for how long it had the processor.
#[derive(Debug, Serialize, Deserialize)]
struct Took {
    seconds: f64,
    processor: f64,
}

pub(crate) fn run(settings: &Settings) -> Outcome<Findings> {
    let count = if settings.is_quick { 500 } else { 10_000 };
    let clients = settings.peers()?.clients()?;
    let mut findings = Findings::default();
    let mut contenders: Vec<_> = ["sdk", "monday-client", "@mondaydotcomorg/api"]
        .into_iter()
        .map(|name| {
            (
                name,
                Measured::new(&format!("creations: {name}"), "creations/s"),
                Measured::new(&format!("creations' processor time: {name}"), "us"),
            )
        })
        .collect();
    for _ in 0..settings.rounds(3) {
        for (name, rate, processor) in &mut contenders {
            if findings.reason(&rate.name).is_some() {
                continue;
            }
            let emulated = Emulated::start()?;
            let took = command(name, &clients, &emulated.place, count)
                .and_then(|mut command| json::<Took>(&mut command));
            let fault = match &took {
                Ok(_) => emulated.made()?.fault(count),
                Err(error) => {
                    say_failed(name, error.as_ref());
                    Some("it failed".to_owned())
                }
            };
            match (took, fault) {
                (Ok(took), None) => {
                    rate.rounds.push(count as f64 / took.seconds);
                    processor.rounds.push(took.processor * 1e6 / count as f64);
                }
                (_, fault) => {
                    let reason = fault.unwrap_or_default();
                    for of in [&*rate, &*processor] {
                        findings.disqualified.push(Disqualified {
                            name: of.name.clone(),
                            reason: reason.clone(),
                        });
                    }
                }
            }
        }
    }
    for (_, rate, processor) in contenders {
        if !rate.rounds.is_empty() {
            findings.measured.extend([rate, processor]);
        }
    }
    Ok(findings)
}

/// What it was called with doesn't belong into the table.
fn say_failed(name: &str, error: &dyn std::error::Error) {
    eprintln!("bench: {name}: {error}");
}

fn command(name: &str, clients: &Clients, place: &Place, count: usize) -> Outcome<Command> {
    let mut command = match name {
        "monday-client" => clients.python(LOAD)?,
        "@mondaydotcomorg/api" => clients.node(LOAD),
        _ => {
            let arguments = [
                "create",
                "--endpoint",
                &place.endpoint,
                "--token",
                &place.token,
                "--target",
                &place.target,
                "--count",
                &count.to_string(),
            ];
            return own(LOAD, &arguments);
        }
    };
    command
        .env("ENDPOINT", &place.endpoint)
        .env("TOKEN", &place.token)
        .env("TARGET", &place.target)
        .env("BOARD", DEFAULT_BOARD_ID.to_string())
        .env("VERSION", VERSION)
        .env("TASKS", TASKS.to_string())
        .env("COUNT", count.to_string());
    Ok(command)
}

/// The SDK's own process.
pub(crate) fn create(options: &Options) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let client = Client::builder()
        .endpoint(&options.endpoint)
        .build(ApiToken::personal(options.token.as_str())?)?;
    let before = processor()?;
    let start = Instant::now();
    runtime.block_on(create_all(&client, &options.target, 0, options.count))?;
    let took = Took {
        seconds: start.elapsed().as_secs_f64(),
        processor: processor()? - before,
    };
    println!("{}", serde_json::to_string(&took)?);
    Ok(())
}

/// Makes webhooks with the numbers from `first` on.
pub(crate) async fn create_all(
    client: &Client,
    target: &str,
    first: usize,
    count: usize,
) -> Outcome {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..TASKS.min(count) {
        let (client, target, next) = (client.clone(), target.to_owned(), Arc::clone(&next));
        tasks.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                let url = WebhookUrl::dangerous_http(format!("{target}{}", first + number));
                let url = url.map_err(|error| error.to_string())?;
                let webhooks = client.webhooks();
                let board = BoardId::new(DEFAULT_BOARD_ID);
                let created = webhooks.create(board, &url, Subscription::CreateItem).await;
                created.map_err(|error| error.to_string())?;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done?.map_err(|error: String| error)?;
    }
    Ok(())
}

/// For how long this process has had a processor, in seconds: user and system time in ticks of
/// `/proc/self/stat`, of which Linux has 100 a second.
fn processor() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    Ok(ticks(&stat).ok_or("no times")? / 100.0)
}

/// Fields 14 and 15; the second one, a name in parentheses, may have spaces in it.
fn ticks(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut times = rest.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_times_are_read_whatever_the_name() {
        let stat = "12 (a ) name) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20";
        assert_eq!(ticks(stat), Some(300.0));
        assert_eq!(ticks("12 (a) S 1"), None);
    }
}
