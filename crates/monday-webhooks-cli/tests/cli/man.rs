//! `man`: the manual.

use std::process::Command;

use crate::support::{command, run};

/// All commands that do something, by their words.
pub(crate) const COMMANDS: &[&str] = &[
    "demo",
    "events",
    "create",
    "list",
    "delete",
    "listen",
    "inbox status",
    "inbox dead",
    "inbox requeue",
    "inbox purge",
    "decode",
    "token verify",
    "token sign",
    "trigger",
    "emulate",
    "schema fetch",
    "schema import",
    "schema diff",
    "schema check",
    "completions",
    "man",
];

#[test]
fn the_manual_is_one_page_that_explains_every_command() {
    let ran = run(&mut command(&["man"]));
    assert_eq!((ran.code(), ran.stderr()), (0, ""));
    let page = ran.stdout();
    assert!(page.starts_with(".TH monday-webhooks 1 "), "{page}");
    for words in COMMANDS {
        let heading = format!(".SS \"monday\\-webhooks {words}\"\n");
        assert_eq!(page.matches(&heading).count(), 1, "{words}");
    }
    // The grammar of faults is in the manual, and the global options are there once.
    assert!(page.contains("[TARGET:]EFFECT"), "{page}");
    assert_eq!(page.matches("\\fB\\-\\-token\\-env\\fR").count(), 2);
}

#[test]
fn the_manual_is_a_page_for_each_command_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man1");
    let out = out.to_str().unwrap();
    let ran = run(&mut command(&["man", "--out", out]));
    assert_eq!((ran.code(), ran.stderr()), (0, ""));
    for words in COMMANDS {
        let file = format!("{out}/monday-webhooks-{}.1", words.replace(' ', "-"));
        assert!(ran.stdout().lines().any(|line| line == file), "{file}");
        let page = std::fs::read_to_string(&file).unwrap();
        assert!(page.starts_with(".TH monday-webhooks-"), "{page}");
    }
    let page = std::fs::read_to_string(format!("{out}/monday-webhooks.1")).unwrap();
    assert!(page.contains("monday\\-webhooks\\-trigger(1)"), "{page}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let ran = run(&mut command(&["man", "--out", file.to_str().unwrap()]));
    ran.refused(1, "name another folder with --out");
}

/// Where there is something to read manuals with.
#[test]
fn a_manual_renders_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("monday-webhooks.1");
    let ran = run(&mut command(&["man"]));
    std::fs::write(&file, ran.stdout()).unwrap();
    let groff = Command::new("groff")
        .args(["-man", "-Tutf8", "-ww", "-rLL=100n"])
        .arg(&file)
        .output();
    let Ok(rendered) = groff else {
        eprintln!("groff is not installed: the page is not rendered");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&rendered.stderr), "");
    let text = String::from_utf8_lossy(&rendered.stdout);
    assert!(text.contains("once a minute"), "{text}");
}
