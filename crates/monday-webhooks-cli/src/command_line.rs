//! The command line as a whole: its words, and which of them each command shows.

use clap::{Arg, ArgMatches, Args, CommandFactory, FromArgMatches};

use crate::args::{Cli, Settings};

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
    let command = hide_ignored(command, &global, &mut Vec::new());
    with_settings(command, true, &mut Vec::new())
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

/// Gives the command at this path, and those below it, the option of [`Settings`], but for the one
/// that has the word for something else. It is shown where it does something.
fn with_settings(command: clap::Command, shown: bool, path: &mut Vec<String>) -> clap::Command {
    let command = command.mut_subcommands(|below| {
        path.push(below.get_name().to_owned());
        let mut ignoring = IGNORED.iter().filter(|(_, options)| options == &API);
        let shown = shown && !ignoring.any(|(ignoring, _)| ignoring == path);
        let below = with_settings(below, shown, path);
        path.pop();
        below
    });
    let is_taken = |option: &Arg| option.get_long() == Some("config");
    if command.get_arguments().any(is_taken) {
        return command;
    }
    // The option alone: the words of the type aren't a command's.
    let settings = Settings::augment_args(clap::Command::new("settings"));
    let options = settings.get_arguments().cloned();
    command.args(options.map(|option| option.hide(!shown)))
}

/// Reads the command line.
pub(crate) fn parse() -> Result<(Cli, Settings), clap::Error> {
    let mut matches = command().try_get_matches()?;
    let settings = Settings::of(&matches);
    let cli = Cli::from_arg_matches_mut(&mut matches);
    let cli = cli.map_err(|error| error.format(&mut command()))?;
    Ok((cli, settings))
}

/// The words of the command that a wrong command line means, as far as they can be told.
pub(crate) fn meant() -> String {
    let matches = command().ignore_errors(true).try_get_matches().ok();
    let mut words = vec!["monday-webhooks"];
    let mut below = matches.as_ref().and_then(ArgMatches::subcommand);
    while let Some((name, matches)) = below {
        words.push(name);
        below = matches.subcommand();
    }
    words.join(" ")
}
