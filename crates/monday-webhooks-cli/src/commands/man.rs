//! `man`: the manual, made of what `--help` says.

use std::{fs, io, path::Path};

use clap::Command;
use clap_mangen::Man;

use crate::{args::ManArgs, command_line, failure::Failure, output};

pub(crate) fn run(args: &ManArgs) -> Result<(), Failure> {
    let mut command = command_line::command();
    command.build();
    match &args.out {
        None => output::text(&page(&command).map_err(Failure::failed)?),
        Some(folder) => write_pages(&command, folder),
    }
}

/// A page for each command into a folder; prints their names.
fn write_pages(command: &Command, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
    let mut commands = vec![command];
    while let Some(command) = commands.pop() {
        let man = Man::new(command.clone());
        let file = folder.join(man.get_filename());
        let mut page = Vec::new();
        man.render(&mut page).map_err(Failure::failed)?;
        fs::write(&file, title_first(&page)).map_err(|error| not_written(&file, &error))?;
        output::line(&file.display().to_string())?;
        let below: Vec<_> = command.get_subcommands().collect();
        commands.extend(below.into_iter().rev());
    }
    Ok(())
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!(
        "{} can't be written ({error}): name another folder with --out",
        path.display()
    ))
}

/// One page for the whole command.
fn page(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    let mut text = title_first(&page);
    text.push_str(".SH COMMANDS\n");
    for below in command.get_subcommands() {
        subcommand(below, &mut text)?;
    }
    let mut version = Vec::new();
    man.render_version_section(&mut version)?;
    text.push_str(&without_preamble(&version));
    Ok(text)
}

/// A command of the page, or those below it.
fn subcommand(command: &Command, text: &mut String) -> io::Result<()> {
    if command.has_subcommands() {
        for below in command.get_subcommands() {
            subcommand(below, text)?;
        }
        return Ok(());
    }
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let name = name.replace('-', "\\-");
    text.push_str(&format!(".SS \"{name}\"\n"));
    // The global options stand at the page's top.
    let own = command.clone().mut_args(|option| {
        let global = option.is_global_set() || option.get_id() == "help";
        if global { option.hide(true) } else { option }
    });
    let man = Man::new(own);
    let mut sections = Vec::new();
    man.render_description_section(&mut sections)?;
    sections.extend_from_slice(b".PP\n");
    man.render_synopsis_section(&mut sections)?;
    man.render_options_section(&mut sections)?;
    if command.get_after_help().is_some() {
        man.render_extra_section(&mut sections)?;
    }
    let sections = without_preamble(&sections);
    let body = sections.lines().filter(|line| !line.starts_with(".SH "));
    body.for_each(|line| {
        text.push_str(line);
        text.push('\n');
    });
    Ok(())
}

/// How `clap_mangen` starts everything that it writes: a definition of the apostrophe.
const PREAMBLE: [&str; 2] = [".ie \\n(.g .ds Aq \\(aq", ".el .ds Aq '"];

/// With the title before the preamble, as readers of manual pages expect it.
fn title_first(page: &[u8]) -> String {
    let page = without_preamble(page);
    let (title, rest) = page.split_once('\n').unwrap_or((&page, ""));
    format!("{title}\n{}\n{}\n{rest}", PREAMBLE[0], PREAMBLE[1])
}

fn without_preamble(page: &[u8]) -> String {
    let page = String::from_utf8_lossy(page);
    let lines = page.lines().filter(|line| !PREAMBLE.contains(line));
    lines.fold(String::new(), |mut text, line| {
        text.push_str(line);
        text.push('\n');
        text
    })
}
