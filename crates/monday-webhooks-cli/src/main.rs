//! `monday-webhooks`: the command line.

mod advice;
mod args;
mod command_line;
mod commands;
mod failure;
mod inspect;
mod net;
mod output;
mod overrides;
mod printer;
mod progress;
mod secrets;
mod signals;

use std::process::ExitCode;

use args::{Cli, Command, InboxCommand, SchemaCommand, Settings, TokenCommand};
use failure::Failure;

fn main() -> ExitCode {
    let result = match command_line::parse() {
        Ok((cli, settings)) => run(cli, &settings),
        Err(error) if error.use_stderr() => Err(Failure::usage(failure::one_line(
            &error,
            &command_line::meant(),
        ))),
        // In colour on a terminal alone.
        Err(help) => output::styled(&help.render()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli, settings: &Settings) -> Result<(), Failure> {
    output::start_logging(cli.global.verbose);
    let global = cli.global;
    match cli.command {
        Command::Demo => commands::demo::run(&global),
        Command::Events => commands::events::run(&global),
        Command::Create(args) => commands::create::run(&global, settings, args),
        Command::List(args) => commands::list::run(&global, settings, &args),
        Command::Delete(args) => commands::delete::run(&global, settings, &args),
        Command::Listen(args) => commands::listen::run(&global, settings, &args),
        Command::Inbox(command) => match command {
            InboxCommand::Status(args) => commands::inbox::status(&global, &args),
            InboxCommand::Dead(args) => commands::inbox::dead(&global, &args),
            InboxCommand::Requeue(args) => commands::inbox::requeue(&global, &args),
            InboxCommand::Purge(args) => commands::inbox::purge(&global, &args),
        },
        Command::Decode(args) => commands::decode::run(&global, &args),
        Command::Token(command) => match command {
            TokenCommand::Verify(args) => commands::token::verify(&global, &args),
            TokenCommand::Sign(args) => commands::token::sign(&args),
        },
        Command::Trigger(args) => commands::trigger::run(&global, &args),
        Command::Emulate(args) => commands::emulate::run(&global, &args),
        Command::Schema(command) => match command {
            SchemaCommand::Fetch(args) => commands::schema::fetch(&global, settings, &args),
            SchemaCommand::Import(args) => commands::schema::import(&args),
            SchemaCommand::Diff(args) => commands::schema::diff(&global, &args),
            SchemaCommand::Check(args) => commands::schema::check(&global, &args),
        },
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
    }
}
