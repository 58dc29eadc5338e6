//! `cargo xtask crash`: what was answered 200 is handled, whatever is killed meanwhile.
//!
//! Senders post deliveries over HTTP to the `listen` command, which prints each one that it
//! handles. Processes are killed with SIGKILL at random moments and started again. In the end
//! every acknowledged delivery has to have been handled, and every handled one sent.

mod random;
mod receiver;
mod sender;
mod servers;

use std::{
    collections::HashSet,
    fs, io,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

pub(crate) use random::seed;

use tempfile::TempDir;

use random::Random;
use receiver::Receiver;
use sender::Senders;
use servers::Servers;

/// How long the end waits for what was acknowledged: a lease of 30 seconds may have to run out
/// first.
const PATIENCE: Duration = Duration::from_secs(180);

type Error = Box<dyn std::error::Error>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The receiver is killed.
    Sqlite,
    /// The receiver, the server, and both are killed in turn.
    Nats,
    /// Of three servers the leader is killed.
    Cluster,
}

pub(crate) fn run(options: &[&str]) -> Result<(), Error> {
    let (mut rounds, mut kind, mut seed) = (None, Kind::Sqlite, None);
    for option in options.chunks(2) {
        match option {
            ["--rounds", number] => rounds = Some(number.parse()?),
            ["--seed", number] => seed = Some(number.parse()?),
            ["--inbox", "sqlite"] => kind = Kind::Sqlite,
            ["--inbox", "nats"] => kind = Kind::Nats,
            ["--inbox", "cluster"] => kind = Kind::Cluster,
            other => return Err(format!("unknown option: {}", other.join(" ")).into()),
        }
    }
    let rounds = rounds.ok_or("--rounds is missing")?;
    crate::cargo(&["build", "--quiet", "--package", "monday-webhooks-cli"])?;
    crash(kind, rounds, seed.unwrap_or_else(random::seed))
}

/// Fails where a delivery was lost, or came from nowhere. The command has to be built.
pub(crate) fn crash(kind: Kind, rounds: u64, seed: u64) -> Result<(), Error> {
    let name = match kind {
        Kind::Sqlite => "sqlite",
        Kind::Nats => "nats",
        Kind::Cluster => "cluster",
    };
    println!("crash --inbox {name} --rounds {rounds} --seed {seed}");
    let folder = tempfile::tempdir()?;
    // A build meanwhile mustn't change what is under test.
    let built = Path::new(&crate::target_dir()).join("debug/monday-webhooks");
    fs::copy(built, receiver::binary(folder.path()))?;
    let started = Instant::now();
    let totals = kept_on_failure(folder, |folder| rounds_of(kind, rounds, seed, folder))
        .inspect_err(|_| println!("the seed was {seed}"))?;
    println!(
        "{rounds} rounds in {} s: {} sent, {} acknowledged, {} handled, of which {} more than once",
        started.elapsed().as_secs(),
        totals.sent,
        totals.acknowledged,
        totals.handled,
        totals.repeated
    );
    Ok(())
}

/// What is there after a failure is what somebody has to look into: the inbox, and what the
/// receiver and the servers have said.
fn kept_on_failure<T>(
    folder: TempDir,
    run: impl FnOnce(&Path) -> Result<T, Error>,
) -> Result<T, Error> {
    run(folder.path()).map_err(|error| {
        let kept = folder.keep();
        format!("{error}; what is left of it is in {}", kept.display()).into()
    })
}

struct Totals {
    sent: u64,
    acknowledged: usize,
    handled: usize,
    repeated: usize,
}

fn rounds_of(kind: Kind, rounds: u64, seed: u64, folder: &Path) -> Result<Totals, Error> {
    let mut random = Random::new(seed);
    let mut servers = Servers::start(kind, folder)?;
    let inbox = servers.inbox();
    let mut receiver = Receiver::start(folder, &inbox, kind)?;
    let senders = Senders::start(receiver.address());
    for round in 0..rounds {
        sleep(Duration::from_micros(random.below(60_000)));
        let (kills_receiver, kills_server) = match kind {
            Kind::Sqlite => (true, false),
            Kind::Nats => (round % 3 != 1, round % 3 != 0),
            Kind::Cluster => (false, true),
        };
        if kills_receiver {
            receiver.kill()?;
        }
        if kills_server {
            servers.kill_one()?;
            // Some of it without a server, or with two of three.
            sleep(Duration::from_micros(random.below(60_000)));
            servers.restart()?;
        }
        if kills_receiver {
            receiver.restart(folder, &inbox, kind)?;
            senders.direct_to(receiver.address());
        }
        servers.until_healthy()?;
        senders.until_acknowledged(Duration::from_secs(60))?;
    }
    let (sent, acknowledged) = senders.stop();
    let end = Instant::now() + PATIENCE;
    loop {
        let handled = receiver.handled();
        let seen: HashSet<u64> = handled.iter().copied().collect();
        let missing: Vec<u64> = acknowledged.difference(&seen).copied().collect();
        if let Some(foreign) = seen.iter().find(|number| **number >= sent) {
            return Err(format!("delivery {foreign} was handled and never sent").into());
        }
        if missing.is_empty() {
            receiver.stop()?;
            return Ok(Totals {
                sent,
                acknowledged: acknowledged.len(),
                handled: seen.len(),
                repeated: handled.len() - seen.len(),
            });
        }
        if Instant::now() > end {
            return Err(format!(
                "{} acknowledged deliveries were not handled, such as {}",
                missing.len(),
                missing[0]
            )
            .into());
        }
        receiver.check_alive()?;
        sleep(Duration::from_millis(20));
    }
}

/// A number that stands behind a word in a text of JSON.
fn number_behind(text: &str, word: &str) -> Option<u64> {
    let rest = text.split_once(word)?.1;
    let digits = rest.split(|character: char| !character.is_ascii_hexdigit());
    u64::from_str_radix(digits.into_iter().next()?, 16).ok()
}

fn waited(what: &str) -> Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("{what} in vain")).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_failure_is_kept_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let failed: Result<(), _> = kept_on_failure(folder, |folder| {
            fs::write(folder.join("evidence"), "it").unwrap();
            Err("lost".into())
        });
        let error = failed.unwrap_err().to_string();
        assert!(error.starts_with("lost; "), "{error}");
        assert!(error.ends_with(path.to_str().unwrap()), "{error}");
        assert_eq!(fs::read_to_string(path.join("evidence")).unwrap(), "it");
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn nothing_is_left_of_a_success() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        kept_on_failure(folder, |_| Ok(())).unwrap();
        assert!(!path.exists());
    }
}
