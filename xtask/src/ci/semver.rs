//! What the last release promised still holds, or the version says that it doesn't.

use std::{collections::HashSet, fs, process::Command};

use super::{Outcome, Stop, api};
use crate::metadata::Metadata;

/// By the lists in `api/`, which the step `api` holds to the code: what stood there at the last tag
/// and doesn't now was taken from somebody, or changed under them. What only comes is no break
/// here, but for what comes into a trait that others implement: they would have to write it, too.
/// Of a method with a default that isn't so, which a list doesn't tell; it takes a version all the
/// same. And a variant more is a break, unseen here, for whoever matches an enum that isn't
/// `#[non_exhaustive]`.
pub(super) fn check() -> Result<Outcome, Stop> {
    let Some(tag) = last_tag()? else {
        return Ok(Outcome::Skipped(
            "nothing is released: there is no tag".into(),
        ));
    };
    let metadata = Metadata::read()?;
    let mut broken = String::new();
    for package in metadata.published() {
        if !package.is_library() {
            println!("{} has no list: it is no library", package.name);
            continue;
        }
        if may_break(tag.trim_start_matches('v'), &package.version) {
            continue;
        }
        let file = format!("{}/{}.txt", api::FOLDER, package.name);
        let now = fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let Some(before) = at(&tag, &file)? else {
            println!("{} is new since {tag}: nothing was promised", package.name);
            continue;
        };
        for gone in gone(&before, &now) {
            broken.push_str(&format!("\n{}: {gone}", package.name));
        }
        for demanded in demanded(&before, &now) {
            broken.push_str(&format!("\n{}, new in a trait: {demanded}", package.name));
        }
    }
    if broken.is_empty() {
        Ok(Outcome::Passed)
    } else {
        Err(format!("gone or changed since {tag}, in a version that promises it:{broken}").into())
    }
}

/// A file as it was at a tag, if there was one of that name.
fn at(tag: &str, file: &str) -> Result<Option<String>, Stop> {
    // Of a path that isn't there git says nothing here; `git show` would fail as of anything else.
    if git(&["ls-tree", "--name-only", tag, "--", file])?.is_empty() {
        return Ok(None);
    }
    git(&["show", &format!("{tag}:{file}")]).map(Some)
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

/// What implementors of a trait have to write that they didn't before. Where a trait is sealed there
/// are none but ours.
fn demanded<'a>(before: &str, now: &'a str) -> Vec<&'a str> {
    let traits: Vec<String> = before
        .lines()
        .filter(|line| !line.contains("::sealed::"))
        .filter_map(|line| line.split_once("pub trait "))
        .filter_map(|(_, declared)| {
            let is_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
            let end = declared.find(|letter| !is_path(letter));
            let path = &declared[..end.unwrap_or(declared.len())];
            Some(format!(" {}::", path.trim_end_matches(':'))).filter(|path| path != " ::")
        })
        .collect();
    let before: HashSet<&str> = before.lines().collect();
    now.lines()
        .filter(|line| !before.contains(line))
        // An item's own path comes before its arguments and its type.
        .filter(|line| {
            let own = line.split(['(', '<', '=']).next().unwrap_or_default();
            traits.iter().any(|path| own.contains(path))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_file_that_a_tag_does_not_have_is_told_from_a_tag_that_is_not_there() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        std::env::set_current_dir(manifest.parent().unwrap()).unwrap();
        assert!(at("HEAD", "README.md").unwrap().unwrap().contains("monday"));
        assert_eq!(at("HEAD", "api/no-such-crate.txt").unwrap(), None);
        let error = at("no-such-tag", "README.md").unwrap_err().to_string();
        assert!(error.contains("no-such-tag"), "{error}");
    }

    #[test]
    fn what_implementors_of_a_trait_have_to_write_newly_is_a_break() {
        let before = "\
pub trait a::Inbox: a::Ledger
pub fn a::Inbox::put(&self)
pub trait a::Door: a::door::sealed::Sealed
pub trait a::Sink<M>
pub fn a::Sink::take(&self, M)
impl a::Inbox for a::Memory
";
        let now = "\
pub type a::Inbox::Lease: core::marker::Send
pub fn a::Inbox::claim(&self) -> impl Future<Output = ()>
pub async fn a::Sink::flush(&self)
pub fn a::Door::open(&self)
pub fn a::Memory::claim(&self)
pub fn a::Other::of(a::Inbox::Lease)
pub trait a::New
pub fn a::New::method(&self)
";
        assert_eq!(
            demanded(before, &format!("{before}{now}")),
            [
                "pub type a::Inbox::Lease: core::marker::Send",
                "pub fn a::Inbox::claim(&self) -> impl Future<Output = ()>",
                "pub async fn a::Sink::flush(&self)",
            ]
        );
    }

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
