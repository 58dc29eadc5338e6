//! `cargo xtask coverage`: which lines and branches the tests run through.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{cargo_path, cargo_tool::CargoTool, nats, run as run_program, test};

const LLVM_COV: CargoTool = CargoTool {
    name: "cargo-llvm-cov",
    version: "0.9.1",
};

/// For editors and services that show coverage.
const LCOV: &str = "lcov.info";

const PAGE: &str = "docs/COVERAGE.md";

/// Tests that need a browser aren't run, nor those that run the compiler and nothing of ours.
const TESTED: [&str; 4] = [
    "--workspace",
    "--exclude=xtask",
    "--exclude=monday-webhooks-bench",
    "--exclude=compile-fail",
];

/// Runs the tests with counters in all of the workspace's code, and writes [`PAGE`].
pub(crate) fn run() -> Result<(), Box<dyn std::error::Error>> {
    let here = env::current_dir()?;
    let lcov = Path::new(&crate::target_dir()).join(LCOV);
    let server = nats::server()?;
    let mut tool = Command::new(LLVM_COV.program()?);
    tool.arg("llvm-cov");
    let nextest = test::has_nextest();
    if nextest {
        tool.args(["nextest", "--filterset", "not test(/^page::/)"]);
    }
    tool.args(TESTED)
        .args(["--all-features", "--branch", "--lcov", "--output-path"])
        .arg(&lcov);
    if !nextest {
        tool.args(["--", "--skip", "page::"]);
    }
    tool.env("CARGO", cargo_path())
        .env("NATS_SERVER", server)
        // Counting branches is unstable.
        .env("RUSTC_BOOTSTRAP", "1");
    run_program(&mut tool)?;
    let mut parts: BTreeMap<String, Share> = BTreeMap::new();
    for file in read(&fs::read_to_string(&lcov)?) {
        let Ok(place) = file.path.strip_prefix(&here) else {
            continue;
        };
        let source = fs::read_to_string(&file.path)?;
        if let Some(part) = part(place) {
            parts.entry(part).or_default().add(&file, &source);
        }
    }
    fs::write(PAGE, page(&parts)?)?;
    println!("{PAGE} and {} are written", lcov.display());
    Ok(())
}

/// The folder of the SDK, or the crate, that a file is counted for. Tests count for none.
fn part(place: &Path) -> Option<String> {
    let names: Vec<_> = place
        .parent()?
        .iter()
        .map(|name| name.to_string_lossy())
        .collect();
    match names.iter().map(AsRef::as_ref).collect::<Vec<_>>()[..] {
        ["src", "inbox", folder, ..] => Some(format!("src/inbox/{folder}")),
        ["src", folder, ..] => Some(format!("src/{folder}")),
        ["src"] => Some("src".into()),
        ["crates", name, "src", ..] => Some(format!("crates/{name}")),
        _ => None,
    }
}

/// How often each line and each way of a branch was run.
#[derive(Debug, Default, PartialEq)]
struct File {
    path: PathBuf,
    /// Line, and times.
    lines: Vec<(usize, u64)>,
    /// Line, and times.
    branches: Vec<(usize, u64)>,
}

/// Reads LCOV's trace format: the records of lines (`DA`) and of branches (`BRDA`).
fn read(lcov: &str) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for record in lcov.lines() {
        let Some((kind, values)) = record.split_once(':') else {
            continue;
        };
        if kind == "SF" {
            files.push(File {
                path: values.into(),
                ..File::default()
            });
            continue;
        }
        let Some(file) = files.last_mut() else {
            continue;
        };
        let values: Vec<&str> = values.split(',').collect();
        match (kind, &values[..]) {
            ("DA", [line, times, ..]) => file.lines.extend(count(line, times)),
            ("BRDA", [line, _, _, times]) => file.branches.extend(count(line, times)),
            _ => {}
        }
    }
    files
}

/// A branch that was never come to has a dash.
fn count(line: &str, times: &str) -> Option<(usize, u64)> {
    let times = if times == "-" { "0" } else { times };
    Some((line.parse().ok()?, times.parse().ok()?))
}

#[derive(Debug, Default, PartialEq)]
struct Share {
    lines: Counted,
    branches: Counted,
}

#[derive(Debug, Default, PartialEq)]
struct Counted {
    run: usize,
    of: usize,
}

impl Share {
    /// Adds what is above the file's tests, which are its last module.
    fn add(&mut self, file: &File, source: &str) {
        let tests = source
            .lines()
            .position(|line| line == "#[cfg(test)]")
            .map_or(usize::MAX, |index| index + 1);
        self.lines.add(&file.lines, tests);
        self.branches.add(&file.branches, tests);
    }
}

impl Counted {
    fn add(&mut self, counts: &[(usize, u64)], end: usize) {
        let counts = counts.iter().filter(|(line, _)| *line < end);
        for (_, times) in counts {
            self.of += 1;
            self.run += usize::from(*times > 0);
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "far from 2^52 lines")]
    fn percent(&self) -> String {
        if self.of == 0 {
            return "–".into();
        }
        let percent = 100.0 * self.run as f64 / self.of as f64;
        format!("{percent:.1} % of {}", self.of)
    }
}

fn page(parts: &BTreeMap<String, Share>) -> Result<String, std::fmt::Error> {
    let mut page = String::from(
        "# Coverage\n\n\
         Written by `cargo xtask coverage`: what the tests run through, without the tests themselves. \
         Code that the build generates isn't counted, nor what a killed process has run.\n\n\
         | part | lines | branches |\n|---|---|---|\n",
    );
    let mut all = Share::default();
    for (part, share) in parts {
        let (lines, branches) = (share.lines.percent(), share.branches.percent());
        writeln!(page, "| `{part}` | {lines} | {branches} |")?;
        for (sum, counted) in [
            (&mut all.lines, &share.lines),
            (&mut all.branches, &share.branches),
        ] {
            sum.run += counted.run;
            sum.of += counted.of;
        }
    }
    let (lines, branches) = (all.lines.percent(), all.branches.percent());
    writeln!(page, "| all | {lines} | {branches} |")?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "SF:/here/src/auth/jwt.rs\nFN:1,a\nDA:1,3\nDA:2,0\nDA:9,7\nBRDA:1,0,0,2\n\
                         BRDA:1,0,1,-\nLF:3\nend_of_record\nSF:/here/build.rs\nDA:4,1\nend_of_record\n";

    #[test]
    fn a_trace_is_read() {
        let files = read(TRACE);
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].lines, [(1, 3), (2, 0), (9, 7)]);
        assert_eq!(files[0].branches, [(1, 2), (1, 0)]);
        assert_eq!(files[1].lines, [(4, 1)]);
    }

    #[test]
    fn a_files_tests_dont_count() {
        let source = "fn a() {}\nfn b() {}\n\n#[cfg(test)]\nmod tests {\n}\n";
        let mut share = Share::default();
        share.add(&read(TRACE)[0], source);
        assert_eq!(share.lines, Counted { run: 1, of: 2 });
        assert_eq!(share.branches, Counted { run: 1, of: 2 });
        assert_eq!(share.lines.percent(), "50.0 % of 2");
    }

    #[test]
    fn each_file_counts_for_one_part() {
        let part = |place: &str| part(Path::new(place));
        assert_eq!(part("src/lib.rs").as_deref(), Some("src"));
        assert_eq!(part("src/auth/jwt.rs").as_deref(), Some("src/auth"));
        assert_eq!(part("src/inbox/seen.rs").as_deref(), Some("src/inbox"));
        assert_eq!(
            part("src/inbox/nats/core.rs").as_deref(),
            Some("src/inbox/nats")
        );
        assert_eq!(
            part("crates/monday-codegen/src/diff/mod.rs").as_deref(),
            Some("crates/monday-codegen")
        );
        assert_eq!(part("tests/main.rs"), None);
        assert_eq!(part("build.rs"), None);
    }
}
