//! Parts as processes of their own, each on a core of its own.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use serde::de::DeserializeOwned;

use crate::{Outcome, findings::Findings, load::Loaded};

/// The core that servers run on, and that of the load.
pub(crate) const SERVER: &str = "0";
pub(crate) const LOAD: &str = "1";

/// A command on these cores, such as `0` or `0,1`.
pub(crate) fn on(cores: &str, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", cores]).arg(program);
    command
}

/// This program on these cores.
pub(crate) fn own(cores: &str, arguments: &[&str]) -> Outcome<Command> {
    let mut command = on(cores, std::env::current_exe()?);
    command.args(arguments);
    Ok(command)
}

/// A server that has said where it listens. It ends with this value.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Served {
    /// Starts a server; `address` reads its first line.
    pub(crate) fn start(
        command: &mut Command,
        address: impl Fn(&str) -> Outcome<SocketAddr>,
    ) -> Outcome<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let address = address(line.trim())?;
        Ok(Self { child, address })
    }

    /// Its resident memory, in MiB.
    pub(crate) fn memory(&self) -> Outcome<f64> {
        resident(self.child.id())
    }

    /// The load of these options on it.
    pub(crate) fn load(&self, options: &[&str]) -> Outcome<Loaded> {
        let address = self.address.to_string();
        let arguments = [&["load", address.as_str()], options].concat();
        json(&mut own(LOAD, &arguments)?)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `VmRSS` of a process, in MiB.
pub(crate) fn resident(process: u32) -> Outcome<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes: f64 = kilobytes.ok_or("no VmRSS")?.trim().parse()?;
    Ok(kilobytes / 1024.0)
}

/// What a command says as JSON.
pub(crate) fn json<T: DeserializeOwned>(command: &mut Command) -> Outcome<T> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        // Without its environment, in which there are tokens.
        let arguments: Vec<_> = command
            .get_args()
            .map(|one| one.to_string_lossy())
            .collect();
        return Err(format!("`{}` has failed: {}", arguments.join(" "), output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What a part of this program has found, on both cores.
pub(crate) fn part(arguments: &[&str]) -> Outcome<Findings> {
    json(&mut own("0,1", arguments)?)
}
