//! NATS servers of the run's own.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use crate::{
    Outcome,
    run::{SERVER, on},
};

/// When servers sync what they have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    /// Before they acknowledge it.
    Always,
    /// When they get to it, as is their default.
    Later,
}

/// One server, or a cluster of them. They end with this value, and what they kept goes.
pub(crate) struct Servers {
    children: Vec<Child>,
    addresses: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Servers {
    /// Starts so many on the server's core, with their files on the disk of the current folder.
    pub(crate) fn start(program: &Path, count: usize, sync: Sync) -> Outcome<Self> {
        let program: PathBuf = std::path::absolute(program)?;
        let folder = tempfile::tempdir_in(".")?;
        let ports = free_ports(count * 2)?;
        let routes: Vec<_> = ports[count..]
            .iter()
            .map(|port| format!("nats://127.0.0.1:{port}"))
            .collect();
        let mut servers = Self {
            children: Vec::new(),
            addresses: Vec::new(),
            _folder: folder,
        };
        let folder = servers._folder.path();
        for number in 0..count {
            let (port, route) = (ports[number], ports[count + number]);
            let interval = match sync {
                Sync::Always => ", sync_interval: always",
                Sync::Later => "",
            };
            let mut text = format!(
                "server_name: n{number}\nlisten: \"127.0.0.1:{port}\"\njetstream {{ store_dir: store{number}{interval} }}\n"
            );
            if count > 1 {
                text += &format!(
                    "cluster {{ name: bench, listen: \"127.0.0.1:{route}\", routes: [{}] }}\n",
                    routes.join(", ")
                );
            }
            fs::write(folder.join(format!("n{number}.conf")), text)?;
            let child = on(SERVER, &program)
                .args(["--config", &format!("n{number}.conf")])
                .current_dir(folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(fs::File::create(folder.join(format!("n{number}.log")))?)
                .spawn()?;
            servers.children.push(child);
            servers.addresses.push(format!("127.0.0.1:{port}"));
        }
        Ok(servers)
    }

    /// For `NatsOptions`: `nats://HOST:PORT,…/STREAM`.
    pub(crate) fn inbox(&self, stream: &str) -> String {
        format!("nats://{}/{stream}", self.addresses.join(","))
    }

    /// Of the first.
    pub(crate) fn url(&self) -> String {
        format!("nats://{}", self.addresses[0])
    }

    pub(crate) fn count(&self) -> usize {
        self.addresses.len()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in &mut self.children {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ports that nobody has at the moment.
fn free_ports(count: usize) -> Outcome<Vec<u16>> {
    let listeners: Result<Vec<_>, _> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect();
    let ports: Result<Vec<_>, _> = listeners?
        .iter()
        .map(|listener| Ok(listener.local_addr()?.port()))
        .collect();
    ports
}
