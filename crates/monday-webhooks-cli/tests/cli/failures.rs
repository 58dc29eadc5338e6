//! Each failure names its cause and the way out, on one line.

use crate::support::{command, interrupt, run, run_with_input};

#[test]
fn each_failure_comes_with_a_next_step() {
    let list = ["list", "--board", "1"];
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("monday.toml");
    std::fs::write(&settings, "max_retries = 0").unwrap();
    let settings = settings.to_str().unwrap();
    let elsewhere = ["--endpoint", "http://127.0.0.1:9/", "--config", settings];
    for (arguments, code, says) in [
        (&[][..], 2, "see `monday-webhooks --help`"),
        (&["token"], 2, "see `monday-webhooks token --help`"),
        (
            &["create", "--board", "1"],
            2,
            "see `monday-webhooks create --help`",
        ),
        (
            &["create", "--event", "create_itm"],
            2,
            "`monday-webhooks events` lists them",
        ),
        (
            &["trigger", "create_itm"],
            2,
            "`monday-webhooks events` lists them",
        ),
        (
            &[
                "emulate",
                "--addr",
                "127.0.0.1:0",
                "--personal-token-env",
                "NO_SUCH",
            ],
            2,
            "`export`",
        ),
        (
            &[
                "emulate",
                "--addr",
                "203.0.113.1:9",
                "--personal-token-env",
                "SECRET",
                "--app-token-env",
                "SECRET",
                "--signing-secret-env",
                "SECRET",
            ],
            1,
            "another --addr",
        ),
        (&["decode", "/no/such/file"], 1, "check the path"),
        (
            &["token", "verify", "--secret-env", "SECRET", "abc"],
            1,
            "Authorization header",
        ),
        (&["schema", "import", "/no/such/file"], 1, "check the path"),
        (
            &["schema", "import", "Cargo.toml"],
            1,
            "`monday-webhooks schema fetch`",
        ),
        (
            &["schema", "check", "--operations", "/no/such/folder"],
            1,
            "--operations",
        ),
        (
            &["schema", "fetch", "--endpoint", "http://127.0.0.1:9/"],
            1,
            "--endpoint",
        ),
        (
            &["schema", "fetch", "--endpoint", "nowhere"],
            2,
            "endpoint: it is an https URL",
        ),
        (
            &[&list[..], &["--token-env", "NO_SUCH"]].concat(),
            2,
            "`export`",
        ),
        (&[&list[..], &elsewhere].concat(), 1, "--endpoint"),
    ] {
        let mut command = command(arguments);
        command.env("SECRET", "one").env("MONDAY_API_TOKEN", "abc");
        let ran = run(&mut command);
        ran.refused(code, says);
    }
    let ran = run_with_input(&mut command(&["decode"]), b"{}");
    ran.refused(1, "a delivery is one JSON object");
}

#[test]
fn a_refused_token_says_what_to_check() {
    let sign = [
        "token",
        "sign",
        "--secret-env",
        "SECRET",
        "--account",
        "1",
        "--user",
        "1",
        "--audience",
        "https://example.com/a",
    ];
    let token = run(command(&sign).env("SECRET", "one"))
        .stdout()
        .trim()
        .to_owned();
    for (options, secret, says) in [
        (&["--now", "9999999999"][..], "one", "--leeway"),
        (
            &["--audience", "https://example.com/b"],
            "one",
            "the webhook was made with",
        ),
        (&["--lifecycle"], "one", "--lifecycle is for"),
        (&[], "another", "Signing Secret"),
    ] {
        let verify = ["token", "verify", "--secret-env", "SECRET", &token];
        let verify = [&verify[..], options].concat();
        run(command(&verify).env("SECRET", secret)).refused(1, says);
    }
}

#[test]
fn an_interrupted_command_says_what_that_means() {
    let url = "https://example.com/monday";
    let create = [
        "create",
        "--board",
        "7",
        "--url",
        url,
        "--event",
        "create_item",
    ];
    for (arguments, says) in [
        (&["list", "--board", "7"][..], "nothing was changed"),
        (&["delete", "7"], "may have been deleted"),
        (&create, "may have been created; list the board's webhooks"),
        (&["schema", "fetch"], "nothing was changed"),
    ] {
        let ran = interrupt(|endpoint| {
            let mut command = command(&[arguments, &["--endpoint", endpoint]].concat());
            command.env("MONDAY_API_TOKEN", "abc");
            command
        });
        ran.refused(1, says);
        assert!(ran.stderr().starts_with("error: interrupted; "), "{ran:?}");
    }
    let ran = interrupt(|endpoint| command(&["trigger", "create_item", "--to", endpoint]));
    ran.refused(1, "interrupted; what was printed has been sent");
}

#[cfg(target_os = "linux")]
#[test]
fn what_standard_error_does_not_take_changes_no_exit_code() {
    let full = || std::fs::File::create("/dev/full").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let incomplete = folder.path().join("incomplete.json");
    std::fs::write(&incomplete, r#"{"event":{"type":"create_pulse"}}"#).unwrap();
    let incomplete = incomplete.to_str().unwrap();
    let nowhere = ["trigger", "create_item", "--to", "http://127.0.0.1:9/"];
    for (arguments, code) in [
        (&["nonsense"][..], 2),
        (&["decode", "/no/such/file"], 1),
        (&["decode", "-vv", incomplete], 0),
        (&nowhere, 1),
    ] {
        let status = command(arguments).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
    let mut lines = command(&["decode", "--lines"]);
    let child = lines.stderr(full()).stdin(std::process::Stdio::piped());
    let mut child = child.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"bad\n{\"event\":{}}\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        output.stdout.iter().filter(|byte| **byte == b'\n').count(),
        1
    );
}

#[test]
fn a_failure_says_its_advice_once() {
    let list = ["list", "--board", "1", "--endpoint", "http://127.0.0.1:9/"];
    let mut list = command(&list);
    list.env("MONDAY_API_TOKEN", "abc")
        .env("MONDAY_MAX_RETRIES", "0");
    let ran = run(&mut list);
    ran.refused(1, "the connection was refused");
    assert_eq!(ran.stderr().matches("check ").count(), 1, "{ran:?}");
    assert_eq!(
        ran.stderr().to_lowercase().matches("refused").count(),
        1,
        "{ran:?}"
    );
}

#[test]
fn what_somebody_wrote_does_not_steer_the_terminal() {
    for arguments in [
        &["list", "--board", "\u{1b}[31mred"][..],
        &["\u{9b}31mred"],
        &["decode", "/no/such/\u{1b}]0;title\u{7}\u{202e}file"],
    ] {
        let ran = run(&mut command(arguments));
        assert_ne!(ran.code(), 0);
        let steers = |character: char| character.is_control() && character != '\n';
        assert!(!ran.stderr().contains(steers), "{ran:?}");
        assert!(!ran.stderr().contains('\u{202e}'), "{ran:?}");
    }
}

#[test]
fn a_schema_is_waited_for_as_long_as_the_settings_say() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/", silent.local_addr().unwrap());
    let fetch = ["schema", "fetch", "--endpoint", &endpoint];
    let ran = run(command(&fetch).env("MONDAY_REQUEST_TIMEOUT", "1s"));
    ran.refused(1, "timed out");
}

#[test]
fn an_address_that_cannot_be_had_comes_with_the_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let listen = ["listen", "--unsigned", "--addr", &taken];
    run(&mut command(&listen)).refused(1, "another --addr");
    let listen = [
        "listen",
        "--unsigned",
        "--addr",
        "127.0.0.1:0",
        "--inspect",
        &taken,
    ];
    run(&mut command(&listen)).refused(1, "another --inspect");
    let inbox = ["--inbox", "sqlite:/no/such/folder/inbox.db"];
    let listen = ["listen", "--unsigned", "--addr", "127.0.0.1:0"];
    let listen = [&listen[..], &inbox].concat();
    run(&mut command(&listen)).refused(1, "/no/such/folder/inbox.db");
}
