//! A page as a session of bash.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

use tempfile::TempDir;

use super::{NOT_RUN, Page, STAND_INS, markdown::Command as Documented};
use crate::{
    nats_server::NatsServer,
    support::{Running, command},
};

/// The board that the emulator has.
const BOARD: &str = "9876543210";

/// NATS where a page speaks of it.
const NATS: u16 = 4222;

pub(super) struct Session<'a> {
    page: &'a Page,
    folder: TempDir,
    ports: BTreeMap<u16, u16>,
    nats: Option<NatsServer>,
    /// Where a page calls monday itself.
    monday: String,
    _emulator: Running,
}

impl<'a> Session<'a> {
    pub(super) fn new(page: &'a Page) -> Self {
        let mut emulator = Running::start(&mut command(&["emulate", "--addr", "127.0.0.1:0"]));
        let monday = emulator.next_json()["graphql"].as_str().unwrap().to_owned();
        Self {
            page,
            folder: tempfile::tempdir().unwrap(),
            ports: BTreeMap::new(),
            nats: None,
            monday,
            _emulator: emulator,
        }
    }

    /// Runs all commands, and looks whether each said what the page says.
    pub(super) fn run(mut self) {
        for (file, text) in &self.page.files {
            let path = self.folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let bin = self.programs();
        let log = self.folder.path().join(".log");
        fs::create_dir(&log).unwrap();
        let script = self.script(&log);
        let path = std::env::var("PATH").unwrap();
        let webhook = self.on_free_ports("http://127.0.0.1:8080");
        let ran = Command::new("bash")
            .args(["--noprofile", "--norc", "-u", "-c", &script])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("HOME", self.folder.path())
            .env("LANG", "C.UTF-8")
            .env("MONDAY_API_TOKEN", "emulator-app-token")
            .env("MONDAY_BOARD_ID", BOARD)
            .env("MONDAY_SIGNING_SECRET", "emulator-signing-secret")
            .env("MONDAY_WEBHOOK_URL", format!("{webhook}/monday"))
            .env("PUBLIC_URL", &webhook)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(
            ran.status.success(),
            "{}: {}",
            self.page.path.display(),
            String::from_utf8_lossy(&ran.stdout)
        );
        for (number, documented) in self.page.commands.iter().enumerate() {
            if is_run(documented) && stand_in(documented).is_none() {
                self.check(&log, number, documented);
            }
        }
    }

    /// The command, and cargo where it runs it. What needs a public URL and monday itself gets
    /// loopback and an emulator.
    fn programs(&self) -> PathBuf {
        let bin = self.folder.path().join(".bin");
        fs::create_dir(&bin).unwrap();
        let program = env!("CARGO_BIN_EXE_monday-webhooks");
        let monday = &self.monday;
        let programs = [
            (
                "monday-webhooks",
                format!(
                    "export MONDAY_API_URL=\"${{MONDAY_API_URL:-{monday}}}\"\n\
                     case \"$*\" in *--allow-http*) ;; create*) set -- \"$@\" --allow-http;; esac\n\
                     exec '{program}' \"$@\"\n"
                ),
            ),
            (
                "cargo",
                "[ \"$1 $2 $3 $4\" = 'run -p monday-webhooks-cli --' ] || exit 127\n\
                 shift 4\n\
                 exec monday-webhooks \"$@\"\n"
                    .to_owned(),
            ),
        ];
        for (name, script) in programs {
            let path = bin.join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        bin
    }

    /// Each command with its output in files. The script ends with the first that fails, and
    /// prints what that said.
    fn script(&mut self, log: &Path) -> String {
        let log = log.display();
        let mut script = format!(
            "end() {{ kill $(jobs -p) 2>/dev/null; wait; }}\n\
             fail() {{ printf '%s\\n' \"$2\"; cat {log}/out.$1 {log}/err.$1; end; exit 1; }}\n"
        );
        for (number, documented) in self.page.commands.iter().enumerate() {
            if !is_run(documented) {
                continue;
            }
            let line = stand_in(documented).unwrap_or(&documented.line);
            let line = self.on_free_ports(line);
            let quoted = line.replace('\'', "'\\''");
            let _ = match line.strip_suffix('&') {
                None => writeln!(
                    script,
                    "{{ {line}\n}} >{log}/out.{number} 2>{log}/err.{number} || fail {number} '{quoted}'"
                ),
                // What reads its output isn't a job of the session's, and says when it is up.
                Some(line) => writeln!(
                    script,
                    "mkfifo {log}/pipe.{number} {log}/up.{number}\n\
                     ({{ IFS= read -r first && printf '%s\\n' \"$first\" >{log}/out.{number} && first=up\n\
                     echo \"$first\" >{log}/up.{number}; cat >>{log}/out.{number}; }} <{log}/pipe.{number} &)\n\
                     {line} >{log}/pipe.{number} 2>{log}/err.{number} &\n\
                     read -r up <{log}/up.{number}; [ \"$up\" = up ] || fail {number} '{quoted}'"
                ),
            };
        }
        script + "end\nexit 0\n"
    }

    fn check(&mut self, log: &Path, number: usize, documented: &Documented) {
        let said = ["out", "err"]
            .map(|stream| fs::read_to_string(log.join(format!("{stream}.{number}"))).unwrap());
        let said = said.concat();
        let mut lines = said.lines();
        for expected in &documented.says {
            let expected = self.on_free_ports(expected);
            assert!(
                lines.any(|line| fits(line.trim_end(), &expected)),
                "{}: {}\nsays\n{said}\nand not\n{expected}",
                self.page.path.display(),
                documented.line
            );
        }
    }

    /// The text with each port of this machine's replaced by one that is free.
    fn on_free_ports(&mut self, text: &str) -> String {
        let mut parts = text.split("127.0.0.1:");
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let digits = part.find(|c: char| !c.is_ascii_digit());
            let (port, rest) = part.split_at(digits.unwrap_or(part.len()));
            replaced.push_str("127.0.0.1:");
            match port.parse() {
                Ok(port) => replaced.push_str(&self.port(port).to_string()),
                Err(_) => replaced.push_str(port),
            }
            replaced.push_str(rest);
        }
        replaced
    }

    fn port(&mut self, documented: u16) -> u16 {
        if documented == NATS && self.nats.is_none() {
            let server = NatsServer::start();
            let url = server.url();
            let port = url.rsplit(':').next().unwrap().parse().unwrap();
            self.ports.insert(NATS, port);
            self.nats = Some(server);
        }
        *self.ports.entry(documented).or_insert_with(free_port)
    }
}

/// A port below those that the system gives to whoever asks for any.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = std::process::id() % 100 * 100;
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + (u16::try_from(first).unwrap() + next) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn is_run(documented: &Documented) -> bool {
    NOT_RUN.iter().all(|(line, _)| *line != documented.line)
}

fn stand_in(documented: &Documented) -> Option<&'static str> {
    let mut stand_ins = STAND_INS.iter();
    let (_, instead) = stand_ins.find(|(line, _)| *line == documented.line)?;
    Some(instead)
}

/// Whether a line is the expected one, in which `…` stands for anything.
fn fits(line: &str, expected: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut is_open = false;
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
        is_open = part.is_empty();
    }
    rest.is_empty() || is_open
}

#[test]
fn an_ellipsis_stands_for_anything() {
    assert!(fits("{\"id\":\"1\"}", "{\"id\":\"…\"}"));
    assert!(fits("a b c", "a…"));
    assert!(fits("a", "a"));
    assert!(!fits("a b", "a"));
    assert!(!fits("b", "a…"));
    assert!(!fits("{\"id\":\"1\"} and more", "{\"id\":\"…\"}"));
}
