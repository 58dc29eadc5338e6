//! Maintenance tasks: `cargo xtask <task>`.

#![allow(
    clippy::print_stdout,
    reason = "what a task says goes to standard output"
)]

mod bench;
mod changelog;
mod crash;
mod nats;
mod schema;
mod test;

use std::{
    io,
    process::{Command, ExitCode},
};

const USAGE: &str = "usage: cargo xtask test
       cargo xtask nats
       cargo xtask crash --rounds N [--inbox sqlite|nats|cluster] [--seed N]
       cargo xtask bench [--quick] [--only PART...]
       cargo xtask schema check
       cargo xtask schema bless
       cargo xtask schema update --from FILE --api-version VERSION";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => test::run(),
        ["nats"] => nats::server()
            .map(|server| println!("{}", server.display()))
            .map_err(Into::into),
        ["crash", ref options @ ..] => crash::run(options),
        ["bench", ref options @ ..] => bench::run(options).map_err(Into::into),
        ["schema", "check"] => schema::check(),
        ["schema", "bless"] => schema::bless(),
        ["schema", "update", "--from", file, "--api-version", version] => {
            schema::update(file, version)
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs cargo, and fails where it does.
fn cargo(arguments: &[&str]) -> io::Result<()> {
    cargo_with(arguments, &[])
}

/// The same with variables of the environment.
fn cargo_with(arguments: &[&str], variables: &[(&str, &str)]) -> io::Result<()> {
    let status = Command::new(cargo_path())
        .args(arguments)
        .envs(variables.iter().copied())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        let command = arguments.join(" ");
        Err(io::Error::other(format!("`cargo {command}` failed")))
    }
}

/// The one target folder, also for crates outside of the workspace.
fn target_dir() -> String {
    std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into())
}

fn cargo_path() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
