//! `cargo xtask release --dry-run`: whether a version can be released, and what that would take.

use std::{error::Error, fs, process::Command};

use crate::{cargo, ci, metadata::Metadata};

const CHANGELOG: &str = "CHANGELOG.md";

/// Finds everything that is wrong, rather than the first. It tags and publishes nothing: it says
/// the commands, in their order.
pub(crate) fn run(options: &[&str]) -> Result<(), Box<dyn Error>> {
    let version = match options {
        ["--dry-run"] => None,
        ["--dry-run", "--version", version] | ["--version", version, "--dry-run"] => Some(*version),
        _ => return Err("a release is made by hand; `--dry-run` checks it, and says how".into()),
    };
    let metadata = Metadata::read()?;
    let crates = metadata.published();
    let own = &crates.first().ok_or("nothing is published")?.version;
    let version = version.unwrap_or(own);
    let mut complaints = Vec::new();

    for package in &crates {
        if package.version != version {
            complaints.push(format!(
                "{} is {}, not {version}",
                package.name, package.version
            ));
        }
        for needed in package
            .dependencies
            .iter()
            .filter(|needed| needed.path.is_some())
        {
            // Without a version cargo leaves it out of what it publishes: it is for tests alone.
            if needed.req != "*" && needed.req.trim_start_matches(['^', '=']) != version {
                let (name, needed, req) = (&package.name, &needed.name, &needed.req);
                complaints.push(format!("{name} asks for {needed} {req}, not {version}"));
            }
        }
        complaints.extend(package.unready());
    }
    if dated(&fs::read_to_string(CHANGELOG)?, version).is_none() {
        complaints.push(format!(
            "{CHANGELOG} has no part `## {version} - YYYY-MM-DD`"
        ));
    }
    let changed = git(&["status", "--porcelain"])?;
    if !changed.is_empty() {
        complaints.push(format!(
            "there is what isn't committed:\n{}",
            changed.trim_end()
        ));
    }
    let tag = format!("v{version}");
    if !git(&["tag", "--list", &tag])?.is_empty() {
        complaints.push(format!("the tag {tag} is there already"));
    }
    // What is wrong up to here takes no build to find.
    if complaints.is_empty() {
        ci::run(&["api", "semver", "package"])?;
        let mut publish = vec!["publish", "--dry-run", "--no-verify", "--quiet"];
        for package in &crates {
            publish.extend(["--package", &package.name]);
        }
        cargo(&publish)?;
    }
    println!("\nA release of {version}, once `cargo xtask ci` has passed:\n");
    println!("  git tag --annotate {tag} --message \"{tag}\"");
    println!("  git push origin {tag}");
    for package in &crates {
        println!("  cargo publish --locked --package {}", package.name);
    }
    println!("  cargo xtask sbom --out monday-webhooks-{version}.cdx.json\n");
    if complaints.is_empty() {
        println!("Nothing is in its way.");
        Ok(())
    } else {
        Err(format!("it can't be released yet:\n- {}", complaints.join("\n- ")).into())
    }
}

/// The date at which the changelog says that the version came out.
fn dated<'a>(changelog: &'a str, version: &str) -> Option<&'a str> {
    let heading = format!("## {version} - ");
    let date = changelog
        .lines()
        .find_map(|line| line.strip_prefix(&heading))?;
    let form = "0000-00-00".chars().zip(date.chars());
    let is_date = date.len() == 10
        && form.into_iter().all(|(wanted, letter)| match wanted {
            '0' => letter.is_ascii_digit(),
            _ => letter == wanted,
        });
    is_date.then_some(date)
}

fn git(arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new("git").args(arguments).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_stands_in_the_changelog_with_its_date() {
        let changelog = "# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-11-24\n\n- a\n";
        assert_eq!(dated(changelog, "0.1.0"), Some("2026-11-24"));
        for (changelog, version) in [
            (changelog, "0.2.0"),
            (changelog, "0.1"),
            ("## 0.1.0\n", "0.1.0"),
            ("## 0.1.0 - soon\n", "0.1.0"),
            ("## 0.1.0 - 24-11-2026\n", "0.1.0"),
        ] {
            assert_eq!(
                dated(changelog, version),
                None,
                "{version} in {changelog:?}"
            );
        }
    }
}
