//! What `deploy/` has in it: the unit, the container file, and what the guide says of them. No
//! container engine runs here, so this holds what they start, and what is copied where.

use std::{fs, path::Path, process::Command, sync::LazyLock};

use super::{markdown::Page, pages, root};
use crate::support::{Running, command};

const WEBHOOK: &str = "https://example.com/monday";

static CONTAINER_FILE: LazyLock<String> = LazyLock::new(|| read("deploy/Containerfile"));

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn guide() -> Page {
    let is_guide = |page: &Page| page.path.ends_with("docs/guide/deployment.md");
    pages().into_iter().find(is_guide).unwrap()
}

/// The guide's command to run the image, word by word.
fn run_command() -> Vec<String> {
    let commands = guide().commands;
    let mut lines = commands.iter().map(|command| command.line.as_str());
    let run = lines.find(|line| line.starts_with("podman run ")).unwrap();
    run.split_whitespace().map(str::to_owned).collect()
}

/// What follows a word, such as an option's value.
fn after<'a>(words: &'a [String], word: &str) -> &'a str {
    let at = words.iter().position(|it| it == word);
    &words[at.unwrap_or_else(|| panic!("no {word}")) + 1]
}

/// What follows the name of an instruction, for each time that it is there.
fn instructions(name: &str) -> Vec<&'static str> {
    let lines = CONTAINER_FILE.lines();
    lines
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
        .collect()
}

fn only(name: &str) -> &'static str {
    let found = instructions(name);
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0]
}

/// Starts `listen` with these arguments, on a port of its own, and looks whether it listens.
fn listens(arguments: &[String]) {
    assert_eq!(arguments[0], "listen");
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let arguments: Vec<String> = arguments
        .iter()
        .map(|word| {
            word.replace("127.0.0.1:8080", "127.0.0.1:0")
                .replace("0.0.0.0:8080", "127.0.0.1:0")
                .replace("${MONDAY_WEBHOOK_URL}", WEBHOOK)
                .replace("$MONDAY_WEBHOOK_URL", WEBHOOK)
                .replace("%S/monday-webhooks", folder)
                .replace(only("VOLUME"), folder)
        })
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut listen = command(&arguments);
    listen.env("MONDAY_SIGNING_SECRET", "emulator-signing-secret");
    let mut running = Running::start(&mut listen);
    let first = running.next_json();
    let url = first["listening"].as_str().unwrap();
    assert!(url.ends_with("/monday"), "{url}");
    let inbox = Path::new(folder).join("inbox.sqlite");
    assert!(inbox.exists(), "the inbox is elsewhere");
}

#[test]
fn the_unit_starts_what_listens() {
    let unit = read("deploy/monday-webhooks.service").replace("\\\n", " ");
    let mut lines = unit.lines();
    let start = lines
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let words: Vec<String> = start.split_whitespace().map(str::to_owned).collect();
    assert_eq!(words[0], "/usr/local/bin/monday-webhooks");
    listens(&words[1..]);
}

#[test]
fn the_image_starts_what_listens() {
    let words = run_command();
    let image = words.iter().position(|word| word == "listen").unwrap() - 1;
    assert_eq!(words[image], "monday-webhooks");
    listens(&words[image + 1..]);
}

#[test]
fn the_container_file_and_the_guide_agree() {
    let words = run_command();
    let (_, port) = after(&words, "--publish").rsplit_once(':').unwrap();
    assert_eq!(port, only("EXPOSE"));
    assert!(after(&words, "--addr").ends_with(&format!(":{port}")));
    let (_, folder) = after(&words, "--volume").split_once(':').unwrap();
    assert_eq!(folder, only("VOLUME"));
    assert!(after(&words, "--inbox").starts_with(&format!("sqlite:{folder}/")));

    let (user, group) = only("USER").split_once(':').unwrap();
    assert!(user.parse::<u32>().unwrap() > 0 && group.parse::<u32>().unwrap() > 0);
    assert!(CONTAINER_FILE.contains(&format!("--chown={user}:{group} /inbox {folder}\n")));

    let lines: Vec<String> = guide().commands.into_iter().map(|it| it.line).collect();
    let build = "podman build -f deploy/Containerfile -t monday-webhooks .";
    assert!(lines.iter().any(|line| line == build));
    assert!(CONTAINER_FILE.contains(&format!("\n#     {build}\n")));
    assert!(
        guide()
            .text
            .contains(only("ENTRYPOINT").trim_matches(['[', ']', '"']))
    );
}

/// By hand as in the image.
#[test]
fn the_image_has_the_binary_that_the_guide_makes() {
    let script = "deploy/static.sh";
    let lines: Vec<String> = guide().commands.into_iter().map(|it| it.line).collect();
    assert!(lines.iter().any(|line| line == script));
    assert!(instructions("RUN").contains(&script));
    let text = read(script);
    let mut words = text.split_whitespace();
    words.find(|word| *word == "--target").unwrap();
    let target = words.next().unwrap();
    let binary = format!("target/{target}/release/monday-webhooks");
    for text in [&text, &guide().text, &*CONTAINER_FILE] {
        assert!(text.contains(&binary), "{binary}");
    }
    assert!(
        guide().text.contains("install -y musl-tools") && CONTAINER_FILE.contains(" musl-tools")
    );
    let add = format!("rustup target add {target}");
    assert!(lines.contains(&add) && instructions("RUN").contains(&add.as_str()));
}

#[test]
fn the_image_is_built_by_the_compiler_that_is_promised() {
    let manifest = read("Cargo.toml");
    let (_, version) = manifest.split_once("rust-version = \"").unwrap();
    let (version, _) = version.split_once('"').unwrap();
    let mut arguments = instructions("ARG").into_iter();
    let image = arguments.find_map(|argument| argument.strip_prefix("RUST_IMAGE="));
    let (_, tag) = image.unwrap().rsplit_once(':').unwrap();
    assert!(tag.starts_with(&format!("{version}.")), "{tag}");
}

/// What of the project's folder gets into the build, in the order of `.dockerignore`: true where a
/// pattern lets it in.
fn rules() -> Vec<(bool, String)> {
    let text = read(".dockerignore");
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| match line.strip_prefix('!') {
            Some(pattern) => (true, pattern.to_owned()),
            None => (false, line.to_owned()),
        })
        .collect()
}

/// Whether the last pattern that fits a path lets it in.
fn is_let_in(path: &str) -> bool {
    let rules = rules();
    let mut fitting = rules
        .iter()
        .rev()
        .filter(|(_, pattern)| fits(pattern, path));
    fitting.next().is_none_or(|(is_let_in, _)| *is_let_in)
}

/// Patterns as they are there: `*` for everything, `**/` and a name anywhere, and paths.
fn fits(pattern: &str, path: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let Some(name) = pattern.strip_prefix("**/") else {
        let rest = path.strip_prefix(pattern);
        return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    };
    path.split('/').any(|part| {
        let mut rest = part;
        let mut pieces = name.split('*');
        let first = pieces.next().unwrap();
        let Some(after) = rest.strip_prefix(first) else {
            return false;
        };
        rest = after;
        let pieces: Vec<&str> = pieces.collect();
        match pieces[..] {
            [] => rest.is_empty(),
            [last] => rest.ends_with(last),
            [middle, last] => rest
                .find(middle)
                .is_some_and(|at| rest[at + middle.len()..].ends_with(last)),
            _ => panic!("{pattern}"),
        }
    })
}

#[test]
fn what_is_let_into_the_image_is_there_and_enough_for_cargo() {
    let project = root();
    let copied = tempfile::tempdir().unwrap();
    let mut folders = vec![project.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&project).unwrap().to_str().unwrap();
            let leads_on = rules()
                .iter()
                .any(|(is_let_in, pattern)| *is_let_in && pattern.starts_with(&format!("{name}/")));
            if path.is_dir() && (leads_on || is_let_in(name)) {
                folders.push(path);
            } else if path.is_file() && is_let_in(name) {
                let to = copied.path().join(name);
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(&path, to).unwrap();
            }
        }
    }
    for (_, pattern) in rules().iter().filter(|(is_let_in, _)| *is_let_in) {
        assert!(copied.path().join(pattern).exists(), "{pattern}");
    }
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .current_dir(copied.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&metadata.stderr);
    assert!(metadata.status.success(), "{said}");
}

#[test]
fn nothing_that_was_built_and_no_secret_is_let_into_the_image() {
    let mut paths: Vec<String> = [
        ".env",
        ".git/config",
        "crates/.env",
        "crates/monday-webhooks-cli/target/debug/monday-webhooks",
        "deploy/monday-webhooks.env",
        "inbox.sqlite",
        "monday-webhooks.env",
        "src/inbox.sqlite-wal",
        "target/release/monday-webhooks",
        "token",
        "xtask/signing.env",
    ]
    .map(str::to_owned)
    .into();
    let ignored = read(".gitignore");
    paths.extend(
        ignored
            .lines()
            .map(|line| line.trim_matches('/').to_owned()),
    );
    for path in paths {
        assert!(!is_let_in(&path), "{path}");
        assert!(!is_let_in(&format!("{path}/within")), "{path}");
    }
    assert!(is_let_in("src/lib.rs") && is_let_in("deploy/static.sh"));
}
