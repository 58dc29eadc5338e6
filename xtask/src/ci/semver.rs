//! What the last release promised still holds, or the version says that it doesn't.

use std::{collections::HashSet, process::Command};

use super::{Outcome, Stop, api};
use crate::metadata::Metadata;

/// By the lists in `api/`, which the step `api` holds to the code: what stood there at the last tag
/// and doesn't now was taken from somebody, or changed under them. What only comes is no break
/// here, though a variant more is one for whoever matches an enum that isn't `#[non_exhaustive]`.
pub(super) fn check() -> Result<Outcome, Stop> {
    let Some(tag) = last_tag()? else {
        return Ok(Outcome::Skipped(
            "nothing is released: there is no tag".into(),
        ));
    };
    let metadata = Metadata::read()?;
    let mut broken = String::new();
    for package in metadata.published() {
        if may_break(tag.trim_start_matches('v'), &package.version) {
            continue;
        }
        let file = format!("{}/{}.txt", api::FOLDER, package.name);
        // Nothing was promised of a crate that is new.
        let before = git(&["show", &format!("{tag}:{file}")]).unwrap_or_default();
        let now = std::fs::read_to_string(&file).unwrap_or_default();
        for gone in gone(&before, &now) {
            broken.push_str(&format!("\n{}: {gone}", package.name));
        }
    }
    if broken.is_empty() {
        Ok(Outcome::Passed)
    } else {
        Err(format!("gone or changed since {tag}, in a version that promises it:{broken}").into())
    }
}

fn last_tag() -> Result<Option<String>, Stop> {
    let tags = git(&[
        "tag",
        "--list",
        "v*",
        "--merged",
        "HEAD",
        "--sort=-version:refname",
    ])?;
    Ok(tags.lines().next().map(str::to_owned))
}

fn git(arguments: &[&str]) -> Result<String, Stop> {
    let output = Command::new("git").args(arguments).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}

/// By cargo's rule: the leftmost number that isn't zero has grown.
fn may_break(before: &str, now: &str) -> bool {
    let promised = |version: &str| -> Vec<String> {
        let mut kept = Vec::new();
        for number in version.split('.') {
            kept.push(number.to_owned());
            if number != "0" {
                break;
            }
        }
        kept
    };
    promised(before) != promised(now)
}

fn gone<'a>(before: &'a str, now: &str) -> Vec<&'a str> {
    let now: HashSet<&str> = now.lines().collect();
    before.lines().filter(|line| !now.contains(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leftmost_number_that_is_not_zero_is_the_promise() {
        for (before, now) in [
            ("0.1.0", "0.2.0"),
            ("0.0.1", "0.0.2"),
            ("1.4.2", "2.0.0"),
            ("0.9.0", "1.0.0"),
        ] {
            assert!(may_break(before, now), "{before} to {now}");
        }
        for (before, now) in [("0.1.0", "0.1.1"), ("1.4.2", "1.5.0"), ("0.1.0", "0.1.0")] {
            assert!(!may_break(before, now), "{before} to {now}");
        }
    }

    #[test]
    fn what_is_changed_or_gone_is_a_break_and_what_is_new_is_none() {
        let before = "pub fn a()\npub fn b(u8)\npub fn c()\n";
        let now = "pub fn a()\npub fn b(u16)\npub fn d()\n";
        assert_eq!(gone(before, now), ["pub fn b(u8)", "pub fn c()"]);
        assert!(gone(before, &format!("{before}pub fn d()\n")).is_empty());
    }
}
