//! The parts of the run, each of which can run alone.

use std::path::{Path, PathBuf};

use crate::{
    Outcome, builds, creations, curves,
    findings::Findings,
    instructions,
    measured::Measured,
    memory,
    peers::Peers,
    receive,
    run::{LOAD, json, own, part},
};

/// A part, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Receivers under load, side by side
    Receive,
    /// Decoding deliveries
    Decode,
    /// Checking tokens, and secrets in rotation
    Token,
    /// Keeping deliveries in SQLite
    Durable,
    /// Keeping deliveries in JetStream
    Jetstream,
    /// A call of the client, and its allocations
    Calls,
    /// Many creations at once, beside other clients
    Creations,
    /// Webhooks on a board
    Board,
    /// Generating code
    Generate,
    /// The memory of `listen`
    Memory,
    /// Receiving by connections and by payload
    Curves,
    /// Instruction counts
    Instructions,
    /// An inbox in SQLite with many rows
    Rows,
    /// Cold builds and rebuilds of a user's crate
    Build,
}

/// How the run goes.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where peers are installed, and big files go.
    pub(crate) out: PathBuf,
    /// The command line to measure.
    pub(crate) listen: PathBuf,
    /// The NATS server's program.
    pub(crate) nats_server: Option<PathBuf>,
    /// Whether it only has to be shown that everything runs.
    pub(crate) is_quick: bool,
}

impl Settings {
    /// One where it has to be quick.
    pub(crate) fn rounds(&self, usual: usize) -> usize {
        if self.is_quick { 1 } else { usual }
    }

    /// Of load, in each round.
    pub(crate) fn seconds(&self, usual: f64) -> f64 {
        if self.is_quick { 0.5 } else { usual }
    }

    pub(crate) fn peers(&self) -> Outcome<Peers> {
        Peers::install(&self.out.join("installed"))
    }
}

impl Part {
    pub(crate) fn name(self) -> String {
        use clap::ValueEnum as _;
        let name = self.to_possible_value();
        name.map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    pub(crate) fn run(self, settings: &Settings) -> Outcome<Findings> {
        match self {
            Self::Receive => receive::run(settings),
            Self::Decode => part(&["decode"]),
            Self::Token => part(&["token"]),
            Self::Durable => {
                let rounds = settings.rounds(5).to_string();
                part(&["durable", "--rounds", &rounds])
            }
            Self::Jetstream => jetstream(settings),
            Self::Calls => part(&["calls"]),
            Self::Creations => creations::run(settings),
            Self::Board => {
                let most = if settings.is_quick { "100" } else { "10000" };
                part(&["board", "--most", most])
            }
            Self::Generate => part(&["generate"]),
            Self::Memory => Ok(memory::measure(&settings.listen)?.into()),
            Self::Curves => curves::run(settings),
            Self::Instructions => instructions::run(settings),
            Self::Rows => {
                let levels = if settings.is_quick {
                    "0,100000"
                } else {
                    "0,1000000,10000000"
                };
                part(&["rows", "--levels", levels])
            }
            Self::Build => builds::run(settings),
        }
    }
}

/// The publisher has one core, and gives the server the other one.
fn jetstream(settings: &Settings) -> Outcome<Findings> {
    let server = settings.nats_server.as_deref();
    let server = server.ok_or("--nats-server is missing")?;
    let path = server.to_str().ok_or("no path for arguments")?;
    let (rounds, seconds) = (settings.rounds(5), settings.seconds(2.0));
    let arguments = [
        "jetstream",
        "--server",
        path,
        "--rounds",
        &rounds.to_string(),
        "--seconds",
        &seconds.to_string(),
    ];
    json(&mut own(LOAD, &arguments)?)
}

/// The crate that this program is built from.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A number of one round.
pub(crate) fn single(name: &str, unit: &str, value: f64) -> Measured {
    let mut one = Measured::new(name, unit);
    one.rounds.push(value);
    one
}
