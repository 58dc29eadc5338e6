//! On what was measured, and what of.

use std::{fs, path::Path, process::Command};

use serde::{Deserialize, Serialize};

/// The machine, as far as it matters for the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory: String,
    pub(crate) kernel: String,
    pub(crate) rust: String,
    pub(crate) python: String,
    pub(crate) node: String,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        Self {
            processor: field(&info, "model name").unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(0, Into::into),
            memory: gibibytes(&memory).unwrap_or_else(unknown),
            kernel: said("uname", &["-sr"]),
            rust: said("rustc", &["--version"]),
            python: said("python3", &["--version"]),
            node: said("node", &["--version"]),
        }
    }

    pub(crate) fn text(&self) -> String {
        format!(
            "{}, {} cores, {} of memory, {}; {}, {}, Node.js {}",
            self.processor, self.cores, self.memory, self.kernel, self.rust, self.python, self.node
        )
    }
}

/// The commit that was built, with `+` where something has changed since.
pub(crate) fn commit(root: &Path) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(arguments)
            .output();
        output.map_or_else(
            |_| String::new(),
            |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        )
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"]);
    let is_changed = !git(&["status", "--porcelain", "--untracked-files=no"]).is_empty();
    commit + if is_changed { "+" } else { "" }
}

/// The value of the first line of the form `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    });
    value.map(str::to_owned)
}

fn gibibytes(meminfo: &str) -> Option<String> {
    let total = field(meminfo, "MemTotal")?;
    let kibibytes: f64 = total.strip_suffix(" kB")?.trim().parse().ok()?;
    Some(format!("{:.0} GiB", kibibytes / 1024.0 / 1024.0))
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok());
    text.map_or_else(|| format!("no {program}"), |text| text.trim().to_owned())
}

fn unknown() -> String {
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_read() {
        let info = "processor\t: 0\nmodel name\t: A processor: fast\n";
        assert_eq!(
            field(info, "model name").as_deref(),
            Some("A processor: fast")
        );
        let memory = "MemTotal:       24658984 kB\nMemFree: 1 kB\n";
        assert_eq!(gibibytes(memory).as_deref(), Some("24 GiB"));
        assert_eq!(gibibytes("MemFree: 1 kB"), None);
    }
}
