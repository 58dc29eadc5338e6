//! Wrong usage: exit 2, one line, nothing sent.

use crate::{
    man::COMMANDS,
    support::{command, run},
};

#[test]
fn wrong_words_are_refused_on_one_line() {
    for arguments in [
        &[][..],
        &["nonsense"],
        &["token"],
        &["schema"],
        &["list"],
        &["list", "--board", "abc"],
        &["list", "--board", "-1"],
        &["delete", "1.5"],
        &["create", "--board", "1"],
        &["listen", "--addr", "127.0.0.1:0"],
        &["listen", "--addr", "nowhere", "--unsigned"],
        &[
            "listen",
            "--addr",
            "127.0.0.1:0",
            "--unsigned",
            "--signing-secret-env",
            "A",
        ],
        &["emulate", "--addr", "127.0.0.1:0", "--app-token-env", "A"],
        &["trigger", "create_item", "--to", "ftp://127.0.0.1/"],
        &["trigger", "sprout_item", "--to", "http://127.0.0.1/"],
        &["completions", "cmd.exe"],
    ] {
        run(&mut command(arguments)).refused(2, "error: ");
    }
}

#[test]
fn a_missing_secret_is_named_by_its_variable() {
    let listen = [
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--signing-secret-env",
        "NO_SUCH_SECRET",
    ];
    run(&mut command(&listen)).refused(2, "NO_SUCH_SECRET");
    run(&mut command(&["list", "--board", "1"])).refused(2, "MONDAY_API_TOKEN");
    run(&mut command(&[
        "list",
        "--board",
        "1",
        "--token-env",
        "NO_SUCH_TOKEN",
    ]))
    .refused(2, "NO_SUCH_TOKEN");
}

#[test]
fn a_secret_that_cannot_be_one_is_refused_and_not_shown() {
    let listen = [
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--signing-secret-env",
        "SECRET",
    ];
    run(command(&listen).env("SECRET", "")).refused(2, "the secret is empty");
    let ran = run(command(&["list", "--board", "1"]).env("MONDAY_API_TOKEN", "hidden\nhidden"));
    ran.refused(2, "newline");
    assert!(!ran.stderr().contains("hidden"), "{ran:?}");
}

#[test]
fn help_and_version_are_data() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["create", "--help"],
        &["token", "verify", "--help"],
    ] {
        let ran = run(&mut command(arguments));
        assert_eq!((ran.code(), ran.stderr()), (0, ""), "{ran:?}");
        assert!(!ran.stdout().is_empty());
    }
}

/// 40 lines of 100 columns.
#[test]
fn the_help_of_each_command_fits_a_screen() {
    let groups = ["", "inbox", "token", "schema"];
    for words in COMMANDS.iter().chain(&groups) {
        let mut help: Vec<_> = words.split_whitespace().collect();
        help.push("--help");
        let ran = run(command(&help).env_remove("COLUMNS"));
        assert_eq!(ran.code(), 0, "{ran:?}");
        let lines: Vec<_> = ran.stdout().lines().collect();
        assert!(lines.len() <= 40, "{words}: {} lines", lines.len());
        for line in lines {
            assert!(line.chars().count() <= 100, "{words}: {line}");
        }
    }
}

#[test]
fn the_help_lists_the_commands_from_the_first_step_on() {
    let ran = run(&mut command(&["--help"]));
    let order = [
        "\n  demo ",
        "\n  create ",
        "\n  listen ",
        "\n  emulate ",
        "\n  man ",
    ];
    let places = order.map(|name| ran.stdout().find(name).unwrap());
    assert!(places.is_sorted(), "{}", ran.stdout());
}

#[test]
fn there_are_completions_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(&mut command(&["completions", shell]));
        assert_eq!(ran.code(), 0, "{ran:?}");
        assert!(ran.stdout().contains("monday-webhooks"), "{shell}");
    }
}

#[cfg(unix)]
#[test]
fn an_endpoint_that_cannot_be_read_is_refused_rather_than_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let mut list = command(&["list", "--board", "1"]);
    list.env("MONDAY_API_TOKEN", "a").env(
        "MONDAY_API_URL",
        std::ffi::OsStr::from_bytes(b"http://\xff/"),
    );
    run(&mut list).refused(2, "MONDAY_API_URL is not Unicode");
}
