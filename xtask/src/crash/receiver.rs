//! The receiver: the `listen` command, and what it has printed.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

use super::{Error, Kind, number_behind};

/// Where the command is, in the folder of a run.
pub(super) fn binary(folder: &Path) -> PathBuf {
    folder.join("monday-webhooks")
}

/// What it says of the trouble it is put to: no news, until something is lost.
const LOG: &str = "receiver.log";

pub(super) struct Receiver {
    child: Child,
    address: SocketAddr,
    reader: Option<JoinHandle<()>>,
    handled: Arc<Mutex<Vec<u64>>>,
}

impl Receiver {
    pub(super) fn start(folder: &Path, inbox: &str, kind: Kind) -> Result<Self, Error> {
        Self::with(folder, inbox, kind, Arc::default())
    }

    fn with(
        folder: &Path,
        inbox: &str,
        kind: Kind,
        handled: Arc<Mutex<Vec<u64>>>,
    ) -> Result<Self, Error> {
        let mut command = Command::new(binary(folder));
        command.args(["listen", "--addr", "127.0.0.1:0", "--unsigned", "--json"]);
        command.args(["--inbox", inbox]);
        if kind != Kind::Sqlite {
            command.args(["--nats-sync", "declared"]);
        }
        if kind == Kind::Cluster {
            command.args(["--nats-replicas", "3"]);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(
                File::options()
                    .append(true)
                    .create(true)
                    .open(folder.join(LOG))?,
            )
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(stdout);
        let mut first = String::new();
        lines.read_line(&mut first)?;
        let address = first
            .split_once("http://")
            .and_then(|(_, rest)| rest.split('/').next()?.parse().ok())
            .ok_or_else(|| format!("the receiver didn't start: {first}"))?;
        let reader = std::thread::spawn({
            let handled = Arc::clone(&handled);
            move || read(lines, &handled)
        });
        Ok(Self {
            child,
            address,
            reader: Some(reader),
            handled,
        })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills it, and reads what it has printed to the end.
    pub(super) fn kill(&mut self) -> Result<(), Error> {
        self.child.kill()?;
        self.child.wait()?;
        self.read_to_the_end()
    }

    fn read_to_the_end(&mut self) -> Result<(), Error> {
        match self.reader.take().map(JoinHandle::join) {
            Some(Err(_)) => Err("the reader of the receiver's output panicked".into()),
            _ => Ok(()),
        }
    }

    pub(super) fn restart(&mut self, folder: &Path, inbox: &str, kind: Kind) -> Result<(), Error> {
        *self = Self::with(folder, inbox, kind, Arc::clone(&self.handled))?;
        Ok(())
    }

    /// The numbers of what was handled so far.
    pub(super) fn handled(&self) -> Vec<u64> {
        let handled = self.handled.lock();
        handled.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn check_alive(&mut self) -> Result<(), Error> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("the receiver has ended by itself: {status}").into()),
        }
    }

    /// Asks it to end, which it has to do well.
    pub(super) fn stop(&mut self) -> Result<(), Error> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        let status = self.child.wait()?;
        self.read_to_the_end()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the receiver ended with {status}").into())
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It has usually ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line that a kill has cut off has no end, and doesn't count.
fn read(mut lines: BufReader<ChildStdout>, handled: &Mutex<Vec<u64>>) {
    let mut line = String::new();
    while let Ok(1..) = lines.read_line(&mut line) {
        if line.ends_with('\n')
            && let Some(number) = number_behind(&line, "\"triggerUuid\":\"")
        {
            let mut handled = handled.lock().unwrap_or_else(PoisonError::into_inner);
            handled.push(number);
        }
        line.clear();
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_a_receiver_says_of_its_trouble_is_kept_over_its_restarts() {
        let folder = tempfile::tempdir().unwrap();
        // A shell doesn't know the command's arguments, and says so.
        std::os::unix::fs::symlink("/bin/sh", binary(folder.path())).unwrap();
        let log = || std::fs::read_to_string(folder.path().join(LOG)).unwrap();
        assert!(Receiver::start(folder.path(), "inbox", Kind::Sqlite).is_err());
        let once = log();
        assert!(once.contains("listen"), "{once}");
        assert!(Receiver::start(folder.path(), "inbox", Kind::Sqlite).is_err());
        assert_eq!(log().len(), 2 * once.len());
    }
}
