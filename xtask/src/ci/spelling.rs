//! Spelling, by typos: it knows what is wrong rather than what is right, and needs no dictionary.

use std::process::Command;

use super::{Outcome, Stop};
use crate::{run, wheel::Wheel};

const TYPOS: Wheel = Wheel {
    package: "typos",
    program: "typos",
    version: "1.52.0",
    sha256: &[
        // manylinux_2_17_x86_64
        "418fd85f7fc11dec14e5482e747f6e916af56da96207cde0cdd69540a4b389f6",
        // manylinux_2_17_aarch64
        "5e870133c7e9cace94183e4d638697004a1473e79abcd01b8f75e362049a9b5c",
        // macosx_11_0_arm64
        "257324274303a459fef79978cae942568419d2e8b18519e5f66b93a7e2df2ba1",
    ],
    instead: "TYPOS",
};

/// Everything that git doesn't ignore, but for what `typos.toml` names.
pub(super) fn check() -> Result<Outcome, Stop> {
    run(Command::new(TYPOS.program()?).args(["--format", "brief", "--hidden"]))?;
    Ok(Outcome::Passed)
}
