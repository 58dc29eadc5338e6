//! `cargo xtask test`: every test and doc test of the workspace.

use std::{
    io,
    process::{Command, Stdio},
};

/// With nextest where it is installed, with cargo's own runner elsewhere: the tests are the same.
pub(crate) fn run() -> io::Result<()> {
    if has_nextest() {
        cargo(&["nextest", "run", "--workspace", "--all-features"])?;
    } else {
        cargo(&["test", "--workspace", "--all-features", "--all-targets"])?;
    }
    cargo(&["test", "--workspace", "--all-features", "--doc"])
}

fn has_nextest() -> bool {
    Command::new(cargo_path())
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn cargo(arguments: &[&str]) -> io::Result<()> {
    let status = Command::new(cargo_path()).args(arguments).status()?;
    if status.success() {
        Ok(())
    } else {
        let command = arguments.join(" ");
        Err(io::Error::other(format!("`cargo {command}` failed")))
    }
}

fn cargo_path() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
