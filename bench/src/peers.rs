//! The contenders in other languages, at the versions that `peers/` pins.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Outcome,
    run::{SERVER, Served, on},
    sample::{AUDIENCE, SECRET},
};

/// Where they are installed.
pub(crate) struct Peers {
    python: PathBuf,
    receiver_py: PathBuf,
    receiver_mjs: PathBuf,
}

impl Peers {
    /// Installs them below a folder, where they aren't there yet.
    pub(crate) fn install(folder: &Path) -> Outcome<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let venv = folder.join("venv");
        let python = venv.join("bin/python");
        if !python.exists() {
            done(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        }
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--requirement"]);
        done(pip.arg(source.join("requirements.txt")))?;
        let node = folder.join("node");
        fs::create_dir_all(&node)?;
        for file in ["package.json", "package-lock.json", "receiver.mjs"] {
            fs::copy(source.join(file), node.join(file))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--silent", "--no-audit", "--no-fund"]);
        done(npm.current_dir(&node))?;
        Ok(Self {
            python,
            receiver_py: source.join("receiver.py"),
            receiver_mjs: node.join("receiver.mjs"),
        })
    }

    pub(crate) fn fastapi(&self) -> Outcome<Served> {
        serve(on(SERVER, &self.python).arg(&self.receiver_py))
    }

    pub(crate) fn express(&self) -> Outcome<Served> {
        serve(
            on(SERVER, "node")
                .arg(&self.receiver_mjs)
                .env("NODE_ENV", "production"),
        )
    }
}

/// Starts a receiver on a free port, and waits until it takes connections.
fn serve(command: &mut Command) -> Outcome<Served> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    command
        .env("SECRET", SECRET)
        .env("AUDIENCE", AUDIENCE)
        .env("PORT", port.to_string());
    let served = Served::start(command, |line| Ok(line.parse()?))?;
    for _ in 0..500 {
        if std::net::TcpStream::connect(served.address).is_ok() {
            return Ok(served);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Err("a peer does not take connections".into())
}

fn done(command: &mut Command) -> Outcome {
    if command.status()?.success() {
        return Ok(());
    }
    Err(format!("{command:?} has failed").into())
}
