//! The links of every document: to files that are there, and to headings that they have.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Outcome, Stop};

pub(super) fn check() -> Result<Outcome, Stop> {
    let mut documents = HashMap::new();
    for file in crate::documents()? {
        let document = Document::read(&fs::read_to_string(&file)?);
        documents.insert(file, document);
    }
    let mut broken: Vec<String> = documents
        .iter()
        .flat_map(|(file, document)| {
            let links = document.links.iter();
            links.filter_map(|link| {
                let why = complaint(file, link, &documents)?;
                Some(format!("{}: `{link}`: {why}", file.display()))
            })
        })
        .collect();
    broken.sort();
    if broken.is_empty() {
        let links: usize = documents
            .values()
            .map(|document| document.links.len())
            .sum();
        println!("{links} links in {} documents", documents.len());
        Ok(Outcome::Passed)
    } else {
        Err(broken.join("\n").into())
    }
}

/// What a document links to, and what can be linked to in it.
#[derive(Default)]
struct Document {
    links: Vec<String>,
    anchors: HashSet<String>,
}

impl Document {
    fn read(text: &str) -> Self {
        let mut document = Self::default();
        let mut heading: Option<String> = None;
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
        for event in Parser::new_ext(text, options) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    document.links.push(dest_url.into_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    document.add_anchor(&heading.take().unwrap_or_default());
                }
                Event::Text(part) | Event::Code(part) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                }
                _ => {}
            }
        }
        document
    }

    /// As GitHub names headings, and mdBook too.
    fn add_anchor(&mut self, heading: &str) {
        let slug: String = heading
            .to_lowercase()
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect();
        let mut anchor = slug.clone();
        for number in 1.. {
            if self.anchors.insert(anchor) {
                break;
            }
            anchor = format!("{slug}-{number}");
        }
    }
}

/// What is wrong with a link. Those to other places and to Rust's items aren't looked at: rustdoc
/// does the latter.
fn complaint(
    file: &Path,
    link: &str,
    documents: &HashMap<PathBuf, Document>,
) -> Option<&'static str> {
    let elsewhere = ["http:", "https:", "mailto:"];
    if link.contains("::") || elsewhere.iter().any(|scheme| link.starts_with(scheme)) {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        file.to_owned()
    } else if let Some(target) = resolved(file, path) {
        target
    } else {
        return Some("leads out of the repository");
    };
    if !documents.contains_key(&target) && !target.exists() {
        return Some("there is no such file");
    }
    match documents.get(&target) {
        _ if anchor.is_empty() => None,
        Some(document) if document.anchors.contains(anchor) => None,
        Some(_) => Some("there is no such heading"),
        None => None,
    }
}

/// A path from the repository's root, where it stays within.
fn resolved(file: &Path, link: &str) -> Option<PathBuf> {
    let mut parts: Vec<&str> = file
        .parent()?
        .iter()
        .filter_map(|part| part.to_str())
        .collect();
    if link.starts_with('/') {
        return None;
    }
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    Some(parts.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str =
        "# Title\n\n## What `it` is, and isn't\n\n## Twice\n\n## Twice\n\n[a](docs/guide.md#one)\n";
    const GUIDE: &str = "# One\n\n[back](../README.md#twice-1) ![picture](no.png)\n";

    fn complaint_of(link: &str) -> Option<&'static str> {
        let documents = HashMap::from([
            (PathBuf::from("README.md"), Document::read(README)),
            (PathBuf::from("src/lib.md"), Document::read(GUIDE)),
        ]);
        complaint(Path::new("README.md"), link, &documents)
    }

    #[test]
    fn links_and_pictures_are_found() {
        assert_eq!(Document::read(README).links, ["docs/guide.md#one"]);
        assert_eq!(
            Document::read(GUIDE).links,
            ["../README.md#twice-1", "no.png"]
        );
    }

    #[test]
    fn headings_are_named_as_github_names_them() {
        for anchor in ["title", "what-it-is-and-isnt", "twice", "twice-1"] {
            assert_eq!(complaint_of(&format!("#{anchor}")), None, "{anchor}");
        }
        assert_eq!(complaint_of("#twice-2"), Some("there is no such heading"));
    }

    #[test]
    fn a_file_has_to_be_there_and_within_the_repository() {
        // Tests run in the crate's folder.
        assert_eq!(complaint_of("src/main.rs"), None);
        assert_eq!(complaint_of("src/ci/../main.rs#L1"), None);
        assert_eq!(
            complaint_of("src/nothing.rs"),
            Some("there is no such file")
        );
        assert_eq!(
            complaint_of("../Cargo.toml"),
            Some("leads out of the repository")
        );
        assert_eq!(
            complaint_of("/Cargo.toml"),
            Some("leads out of the repository")
        );
    }

    #[test]
    fn what_is_elsewhere_is_not_looked_at() {
        for link in ["https://example.com/#x", "mailto:a@b", "crate::Client"] {
            assert_eq!(complaint_of(link), None, "{link}");
        }
    }
}
