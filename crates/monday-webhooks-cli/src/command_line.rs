//! The command line as a whole: its words, and which of them each command shows.

use clap::{Arg, CommandFactory, FromArgMatches};

use crate::args::Cli;

/// Those global options that are for monday's API.
const API: &[&str] = &["token_env", "endpoint", "api_version"];

/// Which of them mean nothing to which commands. They are taken everywhere, so that a script can
/// give them always, but not shown where they do nothing.
const IGNORED: &[(&[&str], &[&str])] = &[
    (&["demo"], API),
    (&["events"], API),
    (&["inbox"], API),
    (&["decode"], API),
    (&["token"], API),
    (&["trigger"], API),
    (&["emulate"], API),
    (&["schema", "fetch"], &["token_env"]),
    (&["schema", "import"], API),
    (&["schema", "diff"], API),
    (&["schema", "check"], API),
    (&["completions"], API),
    (&["man"], API),
];

/// The whole command line.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command();
    let global: Vec<Arg> = command.get_arguments().cloned().collect();
    hide_ignored(command, &global, &mut Vec::new())
}

/// Hides what the command at this path, and those below it, ignore.
fn hide_ignored(command: clap::Command, global: &[Arg], path: &mut Vec<String>) -> clap::Command {
    let ignored = IGNORED.iter().find(|(ignoring, _)| ignoring == path);
    let ignored = ignored.map_or(&[][..], |(_, options)| options);
    let hidden = global
        .iter()
        .filter(|option| ignored.contains(&option.get_id().as_str()))
        .map(|option| option.clone().hide(true));
    command.args(hidden).mut_subcommands(|below| {
        path.push(below.get_name().to_owned());
        let below = hide_ignored(below, global, path);
        path.pop();
        below
    })
}

/// Reads the command line.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    let mut matches = command().try_get_matches()?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command()))
}
