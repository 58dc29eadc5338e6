//! Cargo subcommands that no index has as a built program: compiled once, below the target folder.

use std::{io, path::PathBuf};

use crate::{cargo, target_dir, tools_dir};

pub(crate) struct CargoTool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl CargoTool {
    /// The program, installed where it is missing. Unoptimised: compiling it costs more than
    /// running it.
    pub(crate) fn program(&self) -> io::Result<PathBuf> {
        let folder = tools_dir()?.join(format!("{}-{}", self.name, self.version));
        let program = folder.join("bin").join(self.name);
        if !program.exists() {
            println!("installing {} {}", self.name, self.version);
            let root = folder.to_string_lossy();
            let crate_ = ["install", self.name, "--version", self.version, "--locked"];
            let how = ["--debug", "--quiet", "--root", &root];
            let target = target_dir();
            cargo(&[&crate_[..], &how, &["--target-dir", &target]].concat())?;
        }
        Ok(program)
    }
}
