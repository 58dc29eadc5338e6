//! What is depended on: licences, bans and sources by `deny.toml`, and nothing that isn't used.

use std::process::Command;

use super::{Outcome, Stop};
use crate::{cargo_tool::CargoTool, run, test::OUTSIDE};

const DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    version: "0.20.2",
};

const MACHETE: CargoTool = CargoTool {
    name: "cargo-machete",
    version: "0.9.2",
};

pub(super) fn allowed() -> Result<Outcome, Stop> {
    let deny = DENY.program()?;
    let checks = ["check", "bans", "licenses", "sources"];
    run(Command::new(&deny)
        .args(["--locked", "--workspace"])
        .args(checks))?;
    for folder in OUTSIDE {
        run(Command::new(&deny)
            .args(["--locked", "--config", "deny.toml", "--manifest-path"])
            .arg(format!("{folder}/Cargo.toml"))
            .args(checks)
            // An example needs less than the workspace does.
            .args(["--allow", "license-not-encountered"])
            .args(["--allow", "license-exception-not-encountered"]))?;
    }
    Ok(Outcome::Passed)
}

/// What is known against the dependencies. That changes from day to day, and with it what passes, so
/// it is no step of the gate.
pub(crate) fn advisories() -> Result<(), Stop> {
    let deny = DENY.program()?;
    let how = ["--locked", "--workspace", "check", "advisories"];
    run(Command::new(deny).args(how))?;
    Ok(())
}

pub(super) fn used() -> Result<Outcome, Stop> {
    run(&mut Command::new(MACHETE.program()?))?;
    Ok(Outcome::Passed)
}
