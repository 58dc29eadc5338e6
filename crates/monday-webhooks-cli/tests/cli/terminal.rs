//! What a person sees: colour and progress on a terminal, and nowhere else.

use std::process::{Command, Stdio};

use crate::support::{Running, command, run};

/// Runs the command on a terminal of `script`'s, and returns what was on it, or `None` where there
/// is no such program. `redirected` is what a shell does with the streams.
fn on_a_terminal(
    arguments: &[&str],
    redirected: &str,
    variables: &[(&str, &str)],
) -> Option<String> {
    let program = env!("CARGO_BIN_EXE_monday-webhooks");
    let quoted: Vec<_> = arguments.iter().map(|word| format!("'{word}'")).collect();
    let line = format!("'{program}' {} {redirected}", quoted.join(" "));
    let mut script = Command::new("script");
    script
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        // It counts as a wish for colour.
        .env_remove("CI")
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    match script.output() {
        Ok(output) if !String::from_utf8_lossy(&output.stderr).contains("unrecognized") => {
            Some(String::from_utf8(output.stdout).unwrap())
        }
        _ => {
            eprintln!("util-linux's script is not installed: there is no terminal to look at");
            None
        }
    }
}

#[test]
fn there_is_colour_on_a_terminal_unless_it_is_unwanted() {
    let folder = tempfile::tempdir().unwrap();
    // With something to log about it.
    let incomplete = folder.path().join("incomplete.json");
    std::fs::write(&incomplete, r#"{"event":{"type":"create_pulse"}}"#).unwrap();
    let decode = ["decode", "-v", incomplete.to_str().unwrap()];
    for arguments in [&["events"][..], &["--help"], &["nonsense"], &decode] {
        let Some(shown) = on_a_terminal(arguments, "", &[]) else {
            return;
        };
        assert!(shown.contains('\x1b'), "{shown:?}");
        let plain = on_a_terminal(arguments, "", &[("NO_COLOR", "1")]).unwrap();
        assert!(!plain.contains('\x1b') && !plain.is_empty(), "{plain:?}");
        let dumb = on_a_terminal(arguments, "", &[("TERM", "dumb")]).unwrap();
        assert!(!dumb.contains('\x1b') && !dumb.is_empty(), "{dumb:?}");
    }
}

#[test]
fn there_is_no_colour_where_nobody_looks() {
    for arguments in [&["events"][..], &["--help"], &["nonsense"], &["man"]] {
        let ran = run(command(arguments).env("TERM", "xterm-256color"));
        let all = [ran.stdout(), ran.stderr()].concat();
        assert!(!all.contains('\x1b') && !all.is_empty(), "{all:?}");
    }
}

#[test]
fn progress_is_shown_beside_lines_that_go_elsewhere() {
    let mut listen = command(&["listen", "--addr", "127.0.0.1:0", "--unsigned", "--quiet"]);
    let mut listener = Running::start(&mut listen);
    let url = listener.next_json()["listening"]
        .as_str()
        .unwrap()
        .to_owned();
    let trigger = ["trigger", "create_item", "--to", &url, "--count", "3"];
    let Some(shown) = on_a_terminal(&trigger, "> /dev/null", &[]) else {
        return;
    };
    assert!(shown.contains("\r\x1b[Ksending 2 of 3"), "{shown:?}");
    assert!(shown.ends_with("\r\x1b[K"), "{shown:?}");

    // On the terminal the lines themselves are the progress.
    let shown = on_a_terminal(&trigger, "", &[]).unwrap();
    assert!(
        shown.contains("create_item 3: 200 OK") && !shown.contains("sending"),
        "{shown:?}"
    );
    // And with nobody there, nothing is said.
    assert_eq!(run(&mut command(&trigger)).stderr(), "");
    assert_eq!(listener.stop().0, 0);
}

#[test]
fn while_monday_is_waited_for_a_terminal_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("monday.toml");
    std::fs::write(&settings, "max_retries = 0").unwrap();
    let list = [
        "list",
        "--board",
        "1",
        "--endpoint",
        "http://127.0.0.1:9/",
        "--config",
        settings.to_str().unwrap(),
    ];
    let token = [("MONDAY_API_TOKEN", "abc")];
    let Some(shown) = on_a_terminal(&list, "", &token) else {
        return;
    };
    assert!(
        shown.starts_with("\r\x1b[Kwaiting for monday\r\x1b[K"),
        "{shown:?}"
    );
    let ran = run(command(&list).env("MONDAY_API_TOKEN", "abc"));
    ran.refused(1, "could not be reached");
    assert!(!ran.stderr().contains("waiting"), "{ran:?}");
}

#[test]
fn json_on_a_terminal_steers_nothing_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = folder.path().join("hostile.json");
    let name = "a\u{7f}b\u{9b}31mc\u{202e}d\u{e0041}é字";
    let body = format!(r#"{{"event":{{"type":"new","name":"{name}"}}}}"#);
    std::fs::write(&hostile, &body).unwrap();
    let decode = ["decode", "--json", hostile.to_str().unwrap()];
    let Some(shown) = on_a_terminal(&decode, "", &[]) else {
        return;
    };
    for escaped in ["\\u007f", "\\u009b", "\\u202e", "\\udb40\\udc41", "é字"] {
        assert!(shown.contains(escaped), "{shown:?}");
    }
    assert!(
        !shown.contains(['\u{7f}', '\u{9b}', '\u{202e}']),
        "{shown:?}"
    );
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["delivery"]["event"]["name"], name);
    // Elsewhere every byte is as it was.
    assert!(run(&mut command(&decode)).stdout().contains(name));
}
