//! `bench`: each number beside one that was measured in the same run, on the same machine.
//!
//! `bench all` runs the parts below as processes of their own, pinned to cores, in turn and
//! several times, and writes the report. Use it through `cargo xtask bench`.

#![allow(
    clippy::print_stdout,
    reason = "what a part has measured is its output"
)]

mod aim;
mod board;
mod builds;
mod calls;
mod capacity;
mod check;
mod compare;
mod creations;
mod curves;
mod decode;
mod durable;
mod emulated;
mod findings;
mod generate;
mod instructions;
mod jetstream;
mod load;
mod machine;
mod measured;
mod memory;
mod nats;
mod parts;
mod peers;
mod plot;
mod receive;
mod report;
mod rows;
mod run;
mod sample;
mod serve;
mod table;
mod token;

use std::{error::Error, path::PathBuf};

use clap::{Parser, Subcommand};

/// What can go wrong is told, and ends the run.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything, with the report, or some parts of it
    All {
        /// Where results, plots and the table go
        #[arg(long)]
        out: PathBuf,
        /// The command line to measure
        #[arg(long)]
        listen: PathBuf,
        /// The NATS server to measure with
        #[arg(long)]
        nats_server: Option<PathBuf>,
        /// Only show that everything runs; the numbers go to `partial/`
        #[arg(long)]
        quick: bool,
        /// These parts alone; their numbers go to `partial/`
        #[arg(long, num_args = 1..)]
        only: Vec<parts::Part>,
    },
    /// Write the pages and plots of a run anew
    Pages {
        /// Its results, `results/<date>.json`
        results: PathBuf,
        /// Where they go, as for `all`
        #[arg(long)]
        out: PathBuf,
    },
    /// Serve as one of the contenders; prints where
    Serve { contender: serve::Contender },
    /// Send deliveries to an address
    Load(load::Options),
    /// Decode deliveries
    Decode,
    /// Check tokens
    Token,
    /// Keep deliveries in SQLite
    Durable {
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Keep deliveries in JetStream
    Jetstream(jetstream::Options),
    /// Measure an inbox in SQLite with many rows
    Rows {
        /// How many, one after the other
        #[arg(long, value_delimiter = ',', default_value = "0,1000000")]
        levels: Vec<u64>,
    },
    /// Call the API of an emulator
    Calls,
    /// Run an emulator until a line comes in; prints where
    Emulate,
    /// Create webhooks
    Create(creations::Options),
    /// List and create on a board with more and more webhooks
    Board {
        #[arg(long, default_value_t = 10_000)]
        most: usize,
    },
    /// Do something so often, to be counted
    Work(instructions::Options),
    /// Generate code
    Generate,
}

fn main() -> Outcome {
    match Cli::parse().command {
        Command::All {
            out,
            listen,
            nats_server,
            quick,
            only,
        } => {
            let settings = parts::Settings {
                out: std::path::absolute(out)?,
                listen: std::path::absolute(listen)?,
                nats_server,
                is_quick: quick,
            };
            report::run(&settings, &only)
        }
        Command::Pages { results, out } => {
            report::write_again(&results, &std::path::absolute(out)?)
        }
        Command::Serve { contender } => serve::run(contender),
        Command::Load(options) => load::run(&options),
        Command::Decode => decode::run(),
        Command::Token => token::run(),
        Command::Durable { rounds } => durable::run(rounds),
        Command::Jetstream(options) => jetstream::run(&options),
        Command::Rows { levels } => rows::run(&levels),
        Command::Calls => calls::run(),
        Command::Emulate => emulated::run(),
        Command::Create(options) => creations::create(&options),
        Command::Board { most } => board::run(most),
        Command::Work(options) => instructions::work(&options),
        Command::Generate => generate::run(),
    }
}
