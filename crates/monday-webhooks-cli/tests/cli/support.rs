//! Running the command.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;

/// The command, without anything of this machine's own settings.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monday-webhooks"));
    for variable in [
        "MONDAY_API_TOKEN",
        "MONDAY_API_KEY",
        "MONDAY_API_URL",
        "MONDAY_API_VERSION",
        "MONDAY_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ] {
        command.env_remove(variable);
    }
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn run(command: &mut Command) -> Ran {
    Ran(command.output().unwrap())
}

/// Runs with this on standard input. The child may stop reading before the end.
pub(crate) fn run_with_input(command: &mut Command, input: &[u8]) -> Ran {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran(output)
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub(crate) fn stdout(&self) -> &str {
        std::str::from_utf8(&self.0.stdout).unwrap()
    }

    pub(crate) fn stderr(&self) -> &str {
        std::str::from_utf8(&self.0.stderr).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code(), 0, "{self:?}");
        serde_json::from_str(self.stdout()).unwrap()
    }

    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.stdout()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// One line on standard error, nothing on standard output.
    pub(crate) fn refused(&self, code: i32, says: &str) {
        assert_eq!(self.code(), code, "{self:?}");
        assert_eq!(self.stdout(), "", "{self:?}");
        assert_eq!(self.stderr().lines().count(), 1, "{self:?}");
        assert!(self.stderr().contains(says), "{self:?}");
    }
}

/// Runs a command that asks for something over HTTP, and stops it by Ctrl-C before the answer.
/// The arguments come from the address that it is to ask.
pub(crate) fn interrupt(command: impl FnOnce(&str) -> Command) -> Ran {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = command(&format!("http://{}/", server.local_addr().unwrap()))
        .spawn()
        .unwrap();
    let (mut connection, _) = server.accept().unwrap();
    // Once the request is there, the command waits for its answer.
    assert_ne!(connection.read(&mut [0]).unwrap(), 0);
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    Ran(child.wait_with_output().unwrap())
}

/// A command that runs until it is stopped.
pub(crate) struct Running {
    child: Child,
    lines: Option<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::with_stderr(command, Stdio::inherit())
    }

    /// The same, with what it says on standard error going elsewhere.
    pub(crate) fn with_stderr(command: &mut Command, stderr: impl Into<Stdio>) -> Self {
        let mut child = command.stderr(stderr).spawn().unwrap();
        let lines = child.stdout.take().map(BufReader::new);
        Self { child, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it prints.
    pub(crate) fn next_json(&mut self) -> Value {
        let mut line = String::new();
        self.next_line(&mut line);
        serde_json::from_str(&line).unwrap()
    }

    /// The next line, as it is printed.
    pub(crate) fn next_line(&mut self, line: &mut String) {
        self.lines.as_mut().unwrap().read_line(line).unwrap();
    }

    /// Reads nothing more: what it prints can't be written.
    pub(crate) fn close_stdout(&mut self) {
        self.lines = None;
    }

    fn left(&mut self) -> Vec<String> {
        let lines = self.lines.take().unwrap().lines();
        lines.map(Result::unwrap).collect()
    }

    /// Sends it a signal, such as `-TERM`, and goes on.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Its exit code once it ends, and what else is in the pipe that nobody read until then.
    pub(crate) fn wait_unread(mut self) -> (i32, Vec<String>) {
        let code = self.child.wait().unwrap().code().unwrap();
        (code, self.left())
    }

    /// Its exit code once it ends by itself.
    pub(crate) fn wait(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    /// Kills it as a power failure would, and returns what else it printed.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        let left = self.left();
        self.child.wait().unwrap();
        left
    }

    /// Asks it to stop, and returns its exit code and what else it printed.
    pub(crate) fn stop(mut self) -> (i32, Vec<String>) {
        self.signal("-TERM");
        let left = self.left();
        (self.child.wait().unwrap().code().unwrap(), left)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
