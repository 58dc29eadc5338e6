//! Maintenance tasks: `cargo xtask <task>`.

#![allow(
    clippy::print_stdout,
    reason = "what a task says goes to standard output"
)]

mod bench;
mod cargo_tool;
mod changelog;
mod ci;
mod coverage;
mod crash;
mod metadata;
mod nats;
mod release;
mod sbom;
mod schema;
mod test;
mod wheel;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

const USAGE: &str = "usage: cargo xtask ci [--list | STEP…]
       cargo xtask ci api --bless
       cargo xtask advisories
       cargo xtask test
       cargo xtask nats
       cargo xtask crash --rounds N [--inbox sqlite|nats|cluster] [--seed N]
       cargo xtask bench [--quick] [--only PART...]
       cargo xtask coverage
       cargo xtask release --dry-run [--version X]
       cargo xtask sbom [--target TRIPLE] [--out FILE]
       cargo xtask schema check
       cargo xtask schema bless
       cargo xtask schema update --from FILE --api-version VERSION";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["ci", "api", "--bless"] => ci::bless(),
        ["ci", ref steps @ ..] => ci::run(steps),
        ["advisories"] => ci::advisories(),
        ["test"] => test::run(),
        ["nats"] => nats::server()
            .map(|server| println!("{}", server.display()))
            .map_err(Into::into),
        ["crash", ref options @ ..] => crash::run(options),
        ["bench", ref options @ ..] => bench::run(options).map_err(Into::into),
        ["coverage"] => coverage::run(),
        ["release", ref options @ ..] => release::run(options),
        ["sbom", ref options @ ..] => sbom::run(options),
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
    run(Command::new(cargo_path())
        .args(arguments)
        .envs(variables.iter().copied()))
}

/// Runs a program, and fails where it does.
fn run(command: &mut Command) -> io::Result<()> {
    let named = |command: &Command| {
        let arguments = command
            .get_args()
            .map(|argument| argument.to_string_lossy());
        let program = command.get_program().to_string_lossy();
        std::iter::once(program)
            .chain(arguments)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let status = command.status().map_err(|error| {
        io::Error::other(format!("`{}` could not be run: {error}", named(command)))
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "`{}` failed: {status}",
            named(command)
        )))
    }
}

/// The documents, by git where it knows them.
fn documents() -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    if Path::new(".git").exists()
        && let Ok(files) = git_files(&["*.md"])
    {
        return Ok(files);
    }
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &folder
        };
        for entry in fs::read_dir(here)? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let is_ours = ![".git", "target", "installed", "partial"]
                .iter()
                .any(|name| path.ends_with(name));
            if is_ours && entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// What git knows, or would, of those patterns.
fn git_files(patterns: &[&str]) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .args(["--deduplicate", "--"])
        .args(patterns)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let names = String::from_utf8(output.stdout)?;
    let names = names.split_terminator('\0').map(PathBuf::from);
    Ok(names.filter(|file| file.exists()).collect())
}

/// The one target folder, also for crates outside of the workspace.
fn target_dir() -> String {
    std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into())
}

/// Where the programs are that tasks need.
fn tools_dir() -> io::Result<PathBuf> {
    Ok(std::path::absolute(target_dir())?.join("tools"))
}

fn cargo_path() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
