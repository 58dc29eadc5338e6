//! `cargo xtask test`: every test and doc test of the workspace, and of the example crate outside of
//! it.

use std::{
    io,
    process::{Command, Stdio},
};

use crate::{cargo, cargo_path};

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
