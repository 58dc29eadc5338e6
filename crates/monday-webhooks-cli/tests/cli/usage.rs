//! Wrong usage: exit 2, one line, nothing sent.

use crate::{
    man::COMMANDS,
    support::{Running, command, run},
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
fn a_secret_in_place_of_its_variable_is_not_shown() {
    const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJ0aWQiOjF9.hidden";
    const HEX: &str = "0123456789abcdef0123456789abcdef";
    let list = ["list", "--board", "1"];
    let listen = ["listen", "--addr", "127.0.0.1:0"];
    let verify = ["token", "verify", "a.b.c"];
    let sign = [
        "token",
        "sign",
        "--account=1",
        "--user=1",
        "--audience=https://example.com/",
    ];
    let trigger = ["trigger", "create_item", "--to", "http://127.0.0.1:9/"];
    let emulate = ["emulate", "--addr", "127.0.0.1:0"];
    for (command_line, option) in [
        (&list[..], "--token-env"),
        (&listen, "--signing-secret-env"),
        (&verify, "--secret-env"),
        (&sign, "--secret-env"),
        (&trigger, "--signing-secret-env"),
        (&emulate, "--personal-token-env"),
    ] {
        for secret in [JWT, HEX] {
            let ran = run(&mut command(&[command_line, &[option, secret]].concat()));
            ran.refused(2, &format!("that {option} names is not set"));
            assert!(!ran.stderr().contains(secret), "{ran:?}");
        }
    }
    // Nor is one that stands where nothing or something else is expected.
    for arguments in [
        &["list", "--board", JWT][..],
        &["list", "--board", "1", JWT],
        &["list", "--board", "1", &format!("--json={JWT}")],
        &["list", "--board", "1", &format!("--token={JWT}")],
        &["token", "verify", "--secret-env", "A", "a.b.c", JWT],
        &["delete", HEX],
        &[HEX],
    ] {
        let ran = run(&mut command(arguments));
        ran.refused(2, "error: ");
        assert!(!ran.stderr().contains(JWT), "{ran:?}");
        assert!(!ran.stderr().contains(HEX), "{ran:?}");
    }
}

/// `list` against a port where nobody listens, once.
fn list_nowhere(proxy: (&str, &str)) -> String {
    let arguments = ["list", "--board", "1", "--endpoint", "https://127.0.0.1:9/"];
    let mut list = command(&arguments);
    list.env("MONDAY_API_TOKEN", "a")
        .env("MONDAY_MAX_RETRIES", "0")
        .env(proxy.0, proxy.1);
    let ran = run(&mut list);
    ran.refused(1, "error: ");
    ran.stderr().to_owned()
}

#[test]
fn what_is_meant_for_this_machine_goes_through_no_proxy_of_the_environment() {
    for proxy in ["HTTPS_PROXY", "ALL_PROXY"] {
        let said = list_nowhere((proxy, "http://127.0.0.1:9"));
        assert!(said.contains("the connection was refused"), "{said}");
    }
}

#[test]
fn a_socks_proxy_is_one_that_is_gone_through() {
    let said = list_nowhere(("MONDAY_PROXY", "socks5://127.0.0.1:9"));
    assert!(said.contains("the proxy did not let it through"), "{said}");
}

#[test]
fn a_wrong_setting_is_told_with_its_variable_or_its_file() {
    let list = || {
        let mut list = command(&["list", "--board", "1"]);
        list.env("MONDAY_API_TOKEN", "a");
        list
    };
    for (variable, value) in [
        ("MONDAY_API_URL", "http://hidden.example/v2"),
        ("MONDAY_API_VERSION", "2026-11"),
        ("MONDAY_PROXY", "hidden"),
    ] {
        let ran = run(list().env(variable, value));
        ran.refused(2, variable);
        assert!(!ran.stderr().contains(value), "{ran:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("monday.toml");
    std::fs::write(&file, "root_certificates = [\"/no/such.pem\"]").unwrap();
    let ran = run(list().arg("--config").arg(&file));
    ran.refused(2, "monday.toml: root_certificates: a file can't be read");
    assert!(ran.stderr().contains("/no/such.pem"), "{ran:?}");
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

#[test]
fn wrong_usage_names_the_option_that_mends_it() {
    let listen = ["listen", "--addr", "127.0.0.1:0"];
    let create = ["create", "--board", "1", "--event", "create_item"];
    let inbox = ["--inbox", "sqlite:/no/such/inbox"];
    for (arguments, says) in [
        (listen.to_vec(), &["--unsigned", "--signing-secret-env"][..]),
        (
            [&listen[..], &["--unsigned", "--path", "foo"]].concat(),
            &["--path", "begins with /"],
        ),
        (
            [&create[..], &["--url", "http://127.0.0.1:1/"]].concat(),
            &["--allow-http"],
        ),
        (
            [&["inbox", "requeue"], &inbox[..]].concat(),
            &["--all", "ID"],
        ),
        ([&["inbox", "purge"], &inbox[..]].concat(), &["--all", "ID"]),
        (
            vec!["list", "--board", "x"],
            &["`monday-webhooks list --help`"],
        ),
        (
            vec!["--token-env", "list", "inbox", "dead", "--inbox", "x"],
            &["`monday-webhooks inbox dead --help`"],
        ),
        (vec!["listen", "--addr", "nowhere"], &["127.0.0.1:8080"]),
    ] {
        for words in says {
            run(command(&arguments).env("MONDAY_API_TOKEN", "a")).refused(2, words);
        }
    }
}

#[test]
fn an_address_may_be_a_name() {
    let listen = ["listen", "--addr", "localhost:0", "--unsigned"];
    let mut listener = Running::start(command(&listen).args(["--inspect", "localhost:0"]));
    let first = listener.next_json();
    for url in ["listening", "inspect"] {
        let url = first[url].as_str().unwrap();
        assert!(
            url.starts_with("http://127.0.0.1:") || url.starts_with("http://[::1]:"),
            "{url}"
        );
    }
    assert_eq!(listener.stop().0, 0);
    let mut emulator = Running::start(&mut command(&["emulate", "--addr", "localhost:0"]));
    assert!(emulator.next_json()["graphql"].is_string());
    assert_eq!(emulator.stop().0, 0);
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let listen = ["listen", "--addr", "127.0.0.1:0", "--unsigned"];
    for (option, address) in [
        ("--inbox", "nats://user:hidden@host/S"),
        ("--inbox", "nats://user:hid den/hid@den@host/S"),
        ("--inbox", "redis://user:hidden@host"),
        ("--inspect", "http://user:hidden@host/"),
        ("--nats-replicas", "tls://hidden@host/S"),
        ("--no-such-option", "nats://user:hidden@host/S"),
    ] {
        let ran = run(&mut command(&[&listen[..], &[option, address]].concat()));
        ran.refused(2, "error: ");
        assert!(!ran.stderr().contains("hid"), "{ran:?}");
    }
    let ran = run(&mut command(&["nats://user:hidden@host/S"]));
    ran.refused(2, "error: ");
    assert!(!ran.stderr().contains("hidden"), "{ran:?}");
}

#[test]
fn a_grace_for_late_retries_is_at_most_half_an_hour_and_needs_a_secret() {
    let listen = ["listen", "--addr", "127.0.0.1:0"];
    let signed = ["--signing-secret-env", "SECRET"];
    let grace = |door: &[&str], time: &str| {
        let words = [&listen[..], door, &["--late-retry-grace", time]].concat();
        run(command(&words).env("SECRET", "one"))
    };
    grace(&signed, "31m").refused(2, "30m");
    grace(&signed, "soon").refused(2, "--late-retry-grace");
    grace(&["--unsigned"], "30m").refused(2, "--unsigned");
}

#[test]
fn events_name_all_that_arrives_for_them() {
    let table = run(&mut command(&["events"]));
    let line = |event: &str| {
        let mut lines = table.stdout().lines();
        lines
            .find(|line| line.starts_with(event))
            .unwrap()
            .to_owned()
    };
    let moved = line("item_moved_to_any_group ");
    for word in [
        "move_pulse_into_group",
        "move_pulse_into_board",
        "item_moved_to_board",
    ] {
        assert!(moved.contains(word), "{moved}");
    }
    assert!(!line("item_moved_to_specific_group ").contains("move_pulse_into_board"));
    let status = line("change_status_column_value ");
    assert!(status.contains(r#"{"index":<number>}"#), "{status}");
    let json = run(&mut command(&["events", "--json"])).json();
    let json = json.as_array().unwrap();
    let moved = json
        .iter()
        .find(|row| row["event"] == "item_moved_to_any_group");
    assert_eq!(
        moved.unwrap()["wire_types"],
        serde_json::json!(["move_pulse_into_group", "move_pulse_into_board"])
    );
    assert_eq!(moved.unwrap()["wire_type"], "move_pulse_into_group");
}
