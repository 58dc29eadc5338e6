//! The servers behind the receiver: none for SQLite, one or three of NATS.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Error, Kind, waited};

const STREAM: &str = "MONDAY";
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Servers {
    binary: PathBuf,
    folder: PathBuf,
    servers: Vec<Server>,
    killed: Option<usize>,
}

struct Server {
    port: u16,
    monitor: u16,
    child: Option<Child>,
}

impl Servers {
    pub(super) fn start(kind: Kind, folder: &Path) -> Result<Self, Error> {
        let count = match kind {
            Kind::Sqlite => 0,
            Kind::Nats => 1,
            Kind::Cluster => 3,
        };
        let mut servers = Self {
            binary: if count == 0 {
                PathBuf::new()
            } else {
                crate::nats::server()?
            },
            folder: folder.to_owned(),
            servers: Vec::new(),
            killed: None,
        };
        let ports = free_ports(count * 3)?;
        let routes: Vec<String> = ports
            .chunks(3)
            .map(|ports| format!("nats://127.0.0.1:{}", ports[2]))
            .collect();
        for (index, ports) in ports.chunks(3).enumerate() {
            let (port, monitor, cluster) = (ports[0], ports[1], ports[2]);
            let mut configuration = format!(
                "server_name: n{index}\nlisten: \"127.0.0.1:{port}\"\nhttp: \"127.0.0.1:{monitor}\"\n\
                 jetstream {{ store_dir: store{index}, sync_interval: always }}\n"
            );
            if count > 1 {
                configuration += &format!(
                    "cluster {{ name: monday, listen: \"127.0.0.1:{cluster}\", routes: [{}] }}\n",
                    routes.join(", ")
                );
            }
            fs::write(folder.join(format!("n{index}.conf")), configuration)?;
            servers.servers.push(Server {
                port,
                monitor,
                child: None,
            });
            servers.spawn(index)?;
        }
        servers.until_healthy()?;
        if count > 1 {
            servers.until_cluster()?;
        }
        Ok(servers)
    }

    /// What `--inbox` names.
    pub(super) fn inbox(&self) -> String {
        if self.servers.is_empty() {
            return format!("sqlite:{}", self.folder.join("inbox.sqlite").display());
        }
        let servers: Vec<String> = self
            .servers
            .iter()
            .map(|server| format!("127.0.0.1:{}", server.port))
            .collect();
        format!("nats://{}/{STREAM}", servers.join(","))
    }

    /// Kills the only server, or that which leads the stream.
    pub(super) fn kill_one(&mut self) -> Result<(), Error> {
        let index = if self.servers.len() > 1 {
            self.leader()?
        } else {
            0
        };
        if let Some(mut child) = self.servers[index].child.take() {
            child.kill()?;
            child.wait()?;
        }
        self.killed = Some(index);
        Ok(())
    }

    /// Starts what was killed.
    pub(super) fn restart(&mut self) -> Result<(), Error> {
        match self.killed.take() {
            Some(index) => self.spawn(index),
            None => Ok(()),
        }
    }

    fn spawn(&mut self, index: usize) -> Result<(), Error> {
        let child = Command::new(&self.binary)
            .arg("--config")
            .arg(format!("n{index}.conf"))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(self.folder.join(format!("n{index}.log")))?)
            .spawn()?;
        self.servers[index].child = Some(child);
        Ok(())
    }

    /// Waits until every server says that it has all that it should have.
    pub(super) fn until_healthy(&self) -> Result<(), Error> {
        let end = Instant::now() + PATIENCE;
        for server in &self.servers {
            while !get(server.monitor, "/healthz").is_some_and(|answer| answer.contains(" 200 ")) {
                if Instant::now() > end {
                    return Err(waited("waited for a NATS server's health"));
                }
                sleep(Duration::from_millis(10));
            }
        }
        Ok(())
    }

    /// Waits until the servers have found each other and one of them leads.
    fn until_cluster(&self) -> Result<(), Error> {
        let end = Instant::now() + PATIENCE;
        let is_complete = |server: &Server| {
            get(server.monitor, "/jsz").is_some_and(|answer| {
                answer.contains("\"cluster_size\": 3") && answer.contains("\"leader\": \"n")
            })
        };
        while !self.servers.iter().all(is_complete) {
            if Instant::now() > end {
                return Err(waited("waited for the NATS servers to find each other"));
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Which server leads the stream.
    fn leader(&self) -> Result<usize, Error> {
        let end = Instant::now() + PATIENCE;
        loop {
            for server in &self.servers {
                let path = "/jsz?accounts=true&streams=true";
                let answer = get(server.monitor, path).unwrap_or_default();
                let of_stream = answer
                    .split_once(&format!("\"name\": \"{STREAM}\""))
                    .and_then(|(_, rest)| rest.split_once("\"leader\": \"n"));
                if let Some((_, rest)) = of_stream
                    && let Some(index) = rest.split('"').next().and_then(|text| text.parse().ok())
                    && index < self.servers.len()
                {
                    return Ok(index);
                }
            }
            if Instant::now() > end {
                return Err(waited("looked for the leader of the stream"));
            }
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in self
            .servers
            .iter_mut()
            .filter_map(|server| server.child.as_mut())
        {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ports that nobody had a moment ago.
fn free_ports(count: usize) -> Result<Vec<u16>, Error> {
    let listeners: Result<Vec<TcpListener>, _> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect();
    listeners?
        .iter()
        .map(|listener| Ok(listener.local_addr()?.port()))
        .collect()
}

/// The answer of a server's monitoring endpoint; `None` where there is none.
fn get(port: u16, path: &str) -> Option<String> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let request = format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
