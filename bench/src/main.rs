//! `bench`: each number beside one that was measured in the same run, on the same machine.
//!
//! `bench all` runs the parts below as processes of their own, pinned to cores, in turn and
//! several times, and writes the report. Use it through `cargo xtask bench`.

#![allow(
    clippy::print_stdout,
    reason = "what a part has measured is its output"
)]

mod calls;
mod check;
mod decode;
mod durable;
mod generate;
mod load;
mod measured;
mod memory;
mod peers;
mod plot;
mod report;
mod run;
mod sample;
mod serve;
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
    /// Everything, with the report
    All {
        /// Where results, plots and the table go
        #[arg(long)]
        out: PathBuf,
        /// The command line to measure
        #[arg(long)]
        listen: PathBuf,
        /// Rounds of each comparison
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Seconds of load in each round
        #[arg(long, default_value_t = 3.0)]
        seconds: f64,
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
    Durable,
    /// Fill an inbox in SQLite, and measure on the way
    Rows {
        /// How many rows at most
        #[arg(long, default_value_t = 1_000_000)]
        rows: u64,
    },
    /// Call the API of an emulator
    Calls,
    /// Generate code
    Generate,
}

fn main() -> Outcome {
    match Cli::parse().command {
        Command::All {
            out,
            listen,
            rounds,
            seconds,
        } => report::all(&out, &listen, rounds, seconds),
        Command::Serve { contender } => serve::run(contender),
        Command::Load(options) => load::run(&options),
        Command::Decode => decode::run(),
        Command::Token => token::run(),
        Command::Durable => durable::run(),
        Command::Rows { rows } => durable::rows(rows),
        Command::Calls => calls::run(),
        Command::Generate => generate::run(),
    }
}
