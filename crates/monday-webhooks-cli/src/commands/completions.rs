//! `completions`: a script for a shell.

use crate::{
    args::{Cli, CompletionsArgs},
    failure::Failure,
    output,
};

pub(crate) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut Cli::words(),
        "monday-webhooks",
        &mut script,
    );
    output::line(String::from_utf8_lossy(&script).trim_end())
}
