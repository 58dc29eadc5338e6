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
    folder: PathBuf,
}

/// The clients, with the programs that drive them.
pub(crate) struct Clients {
    /// An interpreter that has `monday-client`, or why there is none.
    python: Result<PathBuf, String>,
    create_py: PathBuf,
    create_mjs: PathBuf,
}

/// What `monday-client` needs at least, from the version on that knows webhooks.
const CLIENT_PYTHON: &str = "import sys; sys.exit(sys.version_info < (3, 12))";

impl Peers {
    /// Installs them below a folder, where they aren't there yet.
    pub(crate) fn install(folder: &Path) -> Outcome<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let requirements = source.join("requirements.txt");
        let python = environment(&folder.join("venv"), Path::new("python3"), &requirements)?;
        let node = folder.join("node");
        fs::create_dir_all(&node)?;
        for file in [
            "package.json",
            "package-lock.json",
            "receiver.mjs",
            "create.mjs",
        ] {
            fs::copy(source.join(file), node.join(file))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--silent", "--no-audit", "--no-fund"]);
        done(npm.current_dir(&node))?;
        Ok(Self {
            python,
            receiver_py: source.join("receiver.py"),
            receiver_mjs: node.join("receiver.mjs"),
            folder: folder.to_owned(),
        })
    }

    /// Installs what only the clients need.
    pub(crate) fn clients(&self) -> Outcome<Clients> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let python = match interpreter() {
            Some(interpreter) => Ok(environment(
                &self.folder.join("venv-clients"),
                &interpreter,
                &source.join("requirements-clients.txt"),
            )?),
            None => Err("it needs Python 3.12, which isn't there; PYTHON can name one".to_owned()),
        };
        Ok(Clients {
            python,
            create_py: source.join("create.py"),
            create_mjs: self.folder.join("node/create.mjs"),
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

impl Clients {
    /// What drives `monday-client`.
    pub(crate) fn python(&self, cores: &str) -> Outcome<Command> {
        let mut command = on(cores, self.python.as_ref().map_err(String::as_str)?);
        command.arg(&self.create_py);
        Ok(command)
    }

    /// What drives `@mondaydotcomorg/api`.
    pub(crate) fn node(&self, cores: &str) -> Command {
        let mut command = on(cores, "node");
        command.arg(&self.create_mjs).env("NODE_ENV", "production");
        command
    }
}

/// A Python that is new enough: what `PYTHON` names, what is on the path, or what pyenv has.
fn interpreter() -> Option<PathBuf> {
    let named = std::env::var_os("PYTHON").map(PathBuf::from);
    let on_path = ["python3.14", "python3.13", "python3.12", "python3"].map(PathBuf::from);
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    let versions = pyenv.and_then(|pyenv| fs::read_dir(pyenv.join("versions")).ok());
    let installed = versions.into_iter().flatten().flatten();
    let installed = installed.map(|version| version.path().join("bin/python3"));
    named
        .into_iter()
        .chain(on_path)
        .chain(installed)
        .find(|python| {
            let output = Command::new(python).args(["-c", CLIENT_PYTHON]).output();
            output.is_ok_and(|output| output.status.success())
        })
}

/// A virtual environment with what a file names; returns its interpreter.
fn environment(venv: &Path, python: &Path, requirements: &Path) -> Outcome<PathBuf> {
    let interpreter = venv.join("bin/python");
    if !interpreter.exists() {
        done(Command::new(python).args(["-m", "venv"]).arg(venv))?;
    }
    let mut pip = Command::new(&interpreter);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    done(pip.arg("--requirement").arg(requirements))?;
    Ok(interpreter)
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
