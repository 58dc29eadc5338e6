//! `completions`: a script for a shell.

use crate::{args::CompletionsArgs, command_line, failure::Failure, output};

pub(crate) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut command_line::command(),
        "monday-webhooks",
        &mut script,
    );
    output::text(&String::from_utf8_lossy(&script))
}
