//! Every command of the documents is run as it stands there, in the order of its page.
//!
//! A page is a session of bash in a folder of its own. A command that ends in `&` goes on beside
//! the later ones, which wait for the first line that it prints. Lines below a command are what it
//! says, with `…` for what differs each time. Addresses on loopback become free ones, and where a
//! page calls monday itself it gets an emulator.

mod deploy;
mod markdown;
mod session;
mod unrun;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use self::{
    markdown::{Page, inline_code},
    session::Session,
    unrun::{NOT_RUN, STAND_INS},
};
use crate::man::COMMANDS;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn pages() -> Vec<Page> {
    let pages = markdown::documents(&root());
    assert!(pages.len() > 15, "{} documents", pages.len());
    pages
}

#[test]
fn every_command_of_the_documents_does_what_they_say() {
    std::thread::scope(|scope| {
        for page in pages() {
            if page.commands.is_empty() {
                continue;
            }
            scope.spawn(move || Session::new(&page).run());
        }
    });
}

#[test]
fn nothing_is_excused_that_no_document_has() {
    let commands: BTreeSet<String> = pages()
        .into_iter()
        .flat_map(|page| page.commands)
        .map(|command| command.line)
        .collect();
    let excused = NOT_RUN.iter().chain(STAND_INS).map(|(command, _)| *command);
    for command in excused {
        assert!(commands.contains(command), "no document has: {command}");
    }
}

/// What stands in a sentence isn't run, but the command has to be there.
#[test]
fn every_command_that_a_sentence_names_is_there() {
    let mut seen = 0;
    for page in pages() {
        for code in inline_code(&page.text) {
            let Some(arguments) = code.strip_prefix("monday-webhooks ") else {
                continue;
            };
            seen += 1;
            let is_there = arguments.starts_with("--")
                || COMMANDS.iter().any(|words| {
                    let folder = words.split(' ').next();
                    arguments.starts_with(words) || Some(arguments) == folder
                });
            assert!(is_there, "{}: {code}", page.path.display());
        }
    }
    assert!(seen > 5, "{seen}");
}
