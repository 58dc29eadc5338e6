//! What the SDK costs when a user's crate is built: cold, and again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use crate::{
    Outcome,
    findings::Findings,
    measured::Measured,
    parts::{Settings, root},
};

/// What the SDK's default features need of tokio and reqwest, and nothing of the SDK's.
const WITHOUT: &str = r#"reqwest = { version = "0.13", default-features = false, features = ["http2", "rustls"] }
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["macros", "rt", "sync", "time"] }
"#;

pub(crate) fn run(settings: &Settings) -> Outcome<Findings> {
    let root = fs::canonicalize(root())?;
    let folder = tempfile::tempdir_in(&settings.out)?;
    let sdk = format!("monday-webhooks = {{ path = {root:?} }}\n");
    let with = Package::write(&folder.path().join("with"), &root, &sdk, "")?;
    let without = Package::write(&folder.path().join("without"), &root, WITHOUT, "")?;
    let mut ours = Measured::new("cold build: sdk", "s");
    let mut theirs = Measured::new("cold build: tokio, reqwest, serde", "s");
    for _ in 0..settings.rounds(3) {
        for (package, measured) in [(&without, &mut theirs), (&with, &mut ours)] {
            package.clean()?;
            measured.rounds.push(package.build()?);
        }
    }
    let mut findings = Findings::from(vec![ours, theirs]);
    findings.extend(rebuilds(
        &folder.path().join("operations"),
        &root,
        settings,
    )?);
    Ok(findings)
}

/// A crate with operations of its own, as `examples/downstream` is one.
fn rebuilds(folder: &Path, root: &Path, settings: &Settings) -> Outcome<Findings> {
    let codegen = root.join("crates/monday-codegen");
    let dependencies = format!(
        "monday-webhooks = {{ path = {root:?} }}\n\n[build-dependencies]\nmonday-codegen = {{ path = {codegen:?} }}\n"
    );
    let example = root.join("examples/downstream");
    let package = Package::write(folder, root, &dependencies, "")?;
    copy(&example.join("queries"), &folder.join("queries"))?;
    fs::copy(example.join("src/lib.rs"), folder.join("src/lib.rs"))?;
    // Each run of the build script leaves a line.
    let log = folder.join("runs");
    fs::write(
        folder.join("build.rs"),
        format!(
            "use std::io::Write as _;\n\nfn main() -> std::process::ExitCode {{\n    let mut log = std::fs::File::options().append(true).create(true).open({log:?}).expect(\"a log\");\n    writeln!(log, \"run\").expect(\"a line\");\n    monday_codegen::compile(\"queries\")\n}}\n"
        ),
    )?;
    let runs = || -> Outcome<usize> { Ok(fs::read_to_string(&log)?.lines().count()) };
    package.build()?;
    if runs()? != 1 {
        return Err("the build script did not run once".into());
    }
    let mut changed = Measured::new("rebuild after one query changed", "s");
    let mut unchanged = Measured::new("rebuild after nothing changed", "s");
    let mut again = Measured::new("runs of build.rs after nothing changed", "");
    let query = folder.join("queries/post_update.graphql");
    let original = fs::read_to_string(&query)?;
    for round in 0..settings.rounds(5) {
        let field = if round % 2 == 0 { "id\n    body" } else { "id" };
        let before = runs()?;
        fs::write(
            &query,
            original.replacen("    id", &format!("    {field}"), 1),
        )?;
        changed.rounds.push(package.build()?);
        let after = runs()?;
        if after != before + 1 {
            return Err("the build script did not see that a query has changed".into());
        }
        unchanged.rounds.push(package.build()?);
        again.rounds.push((runs()? - after) as f64);
    }
    Ok(vec![changed, unchanged, again].into())
}

/// A user's crate in a folder of its own, with a target folder of its own.
struct Package {
    folder: PathBuf,
}

impl Package {
    /// Its dependencies have the versions of the SDK's own lock file, so that both contenders
    /// build the same ones, and nothing is fetched.
    fn write(folder: &Path, root: &Path, dependencies: &str, library: &str) -> Outcome<Self> {
        fs::create_dir_all(folder.join("src"))?;
        fs::write(
            folder.join("Cargo.toml"),
            format!(
                "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}"
            ),
        )?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::write(folder.join("src/lib.rs"), library)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    fn clean(&self) -> Outcome {
        let target = self.folder.join("target");
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        Ok(())
    }

    /// How long it takes, in seconds.
    fn build(&self) -> Outcome<f64> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["build", "--offline", "--quiet"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .stdout(Stdio::null());
        // Nothing of how this program was built.
        for name in [
            "CARGO_INCREMENTAL",
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTFLAGS",
        ] {
            cargo.env_remove(name);
        }
        let start = Instant::now();
        let output = cargo.output()?;
        let seconds = start.elapsed().as_secs_f64();
        if output.status.success() {
            return Ok(seconds);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("a user's crate does not build: {said}").into())
    }
}

/// A folder and what is below it.
fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
