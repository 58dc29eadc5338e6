//! `cargo xtask test`: every test and doc test of the workspace, and of the example crate outside of
//! it.

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
    cargo(&["test", "--workspace", "--all-features", "--doc"])?;
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into());
    let downstream = "examples/downstream/Cargo.toml";
    cargo(&[
        "test",
        "--manifest-path",
        downstream,
        "--target-dir",
        &target,
    ])
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
