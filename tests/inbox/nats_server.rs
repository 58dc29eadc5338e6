//! A NATS server of a test's own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// A server with JetStream, on a port of its own and with a folder of its own.
pub(super) struct NatsServer {
    child: Option<Child>,
    /// It has to stay where it is over a restart.
    port: u16,
    folder: TempDir,
}

impl NatsServer {
    /// One that syncs each write.
    pub(super) fn start() -> Self {
        Self::with("jetstream { store_dir: store, sync_interval: always }")
    }

    /// One with this configuration, beside its address. `store` and other relative names in it
    /// are in the server's folder.
    pub(super) fn with(configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("nats.conf"), configuration).unwrap();
        let mut server = Self {
            child: None,
            port: 0,
            folder,
        };
        server.run();
        server
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `nats://HOST:PORT/STREAM`.
    pub(super) fn inbox(&self, stream: &str) -> String {
        format!("nats://127.0.0.1:{}/{stream}", self.port)
    }

    pub(super) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Ends it as a power failure would.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Asks it to end, and waits until it has.
    pub(super) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let id = child.id().to_string();
            let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
            assert!(sent.success());
            child.wait().unwrap();
        }
    }

    /// Starts it again, where it was and with what it had.
    pub(super) fn run(&mut self) {
        let port = match self.port {
            0 => "-1".to_owned(),
            port => port.to_string(),
        };
        let mut child = Command::new(binary())
            .args([
                "--addr",
                "127.0.0.1",
                "--port",
                &port,
                "--config",
                "nats.conf",
            ])
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        self.child = Some(child);
        let mut said = String::new();
        loop {
            let Some(line) = log.next() else {
                panic!("nats-server didn't start:\n{said}");
            };
            let line = line.unwrap();
            if let Some((_, address)) = line.split_once("Listening for client connections on ") {
                self.port = address.rsplit(':').next().unwrap().parse().unwrap();
            }
            if line.contains("Server is ready") {
                break;
            }
            said += &format!("{line}\n");
        }
        // A pipe that nobody reads would hold it up.
        std::thread::spawn(move || log.for_each(drop));
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// `cargo xtask test` puts it there.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("NATS_SERVER") {
        return path.into();
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let binary = target.join("tools/nats-server-2.15.1/nats-server");
    assert!(
        binary.exists(),
        "{} is missing: `cargo xtask test` installs it, or name one in NATS_SERVER",
        binary.display()
    );
    binary
}
