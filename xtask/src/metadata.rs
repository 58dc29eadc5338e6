//! What cargo knows of the workspace and of its dependencies.

use std::{
    collections::BTreeMap,
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::cargo_path;

#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
    pub(crate) resolve: Resolve,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) license_file: Option<PathBuf>,
    pub(crate) repository: Option<String>,
    pub(crate) readme: Option<PathBuf>,
    pub(crate) keywords: Vec<String>,
    pub(crate) categories: Vec<String>,
    /// The registries that it may be published to: None is any.
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) rust_version: Option<String>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: String,
    pub(crate) kind: Option<String>,
    pub(crate) path: Option<PathBuf>,
}

#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Resolve {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) deps: Vec<NodeDependency>,
}

#[derive(Deserialize)]
pub(crate) struct NodeDependency {
    pub(crate) pkg: String,
}

impl Metadata {
    /// Of the workspace, with everything that any feature needs on any platform.
    pub(crate) fn read() -> Result<Self, Box<dyn Error>> {
        Self::of(Path::new("Cargo.toml"), &["--all-features"])
    }

    pub(crate) fn of(manifest: &Path, options: &[&str]) -> Result<Self, Box<dyn Error>> {
        let output = Command::new(cargo_path())
            .args(["metadata", "--format-version", "1", "--locked"])
            .arg("--manifest-path")
            .arg(manifest)
            .args(options)
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The workspace's packages that are for others, each after those of them that it needs.
    pub(crate) fn published(&self) -> Vec<&Package> {
        let mut left: Vec<&Package> = self
            .packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
            .filter(|package| package.publish.as_ref().is_none_or(|to| !to.is_empty()))
            .collect();
        let mut ordered: Vec<&Package> = Vec::new();
        while !left.is_empty() {
            let (ready, waiting): (Vec<_>, Vec<_>) = left
                .iter()
                .partition(|package| !package.needs_one_of(&left));
            if ready.is_empty() {
                break;
            }
            ordered.extend(ready);
            left = waiting;
        }
        ordered
    }

    /// What a package needs, also what only builds or tests it.
    pub(crate) fn needed_by(&self, id: &str) -> Vec<&Package> {
        let node = self.resolve.nodes.iter().find(|node| node.id == id);
        let dependencies = node.map_or(&[][..], |node| &node.deps);
        dependencies
            .iter()
            .filter_map(|needed| self.packages.iter().find(|one| one.id == needed.pkg))
            .collect()
    }
}

impl Package {
    pub(crate) fn is_library(&self) -> bool {
        self.targets
            .iter()
            .any(|target| target.kind.iter().any(|kind| kind == "lib"))
    }

    /// What a registry, or whoever searches it, would miss: crates.io's rules for a manifest.
    pub(crate) fn unready(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut needs = |is_there: bool, what: &str| {
            if !is_there {
                complaints.push(format!("{} {what}", self.name));
            }
        };
        needs(self.description.is_some(), "has no description");
        needs(self.license.is_some(), "has no licence");
        needs(self.repository.is_some(), "has no repository");
        needs(self.readme.is_some(), "has no readme");
        needs(
            (1..=5).contains(&self.keywords.len()),
            "needs one to five keywords",
        );
        let short = self.keywords.iter().all(|keyword| keyword.len() <= 20);
        needs(short, "has a keyword of over 20 letters");
        needs(
            (1..=5).contains(&self.categories.len()),
            "needs one to five categories",
        );
        complaints
    }

    /// What a test alone needs isn't published with a package.
    fn needs_one_of(&self, others: &[&Self]) -> bool {
        self.dependencies
            .iter()
            .filter(|needed| needed.kind.as_deref() != Some("dev"))
            .any(|needed| others.iter().any(|other| other.name == needed.name))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_generator_goes_with_one_version_of_the_sdk_and_of_what_it_builds_on() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().unwrap().join("Cargo.toml");
        let metadata = Metadata::of(&root, &["--all-features"]).unwrap();
        for (package, needed) in [
            ("monday-webhooks", "monday-codegen"),
            ("monday-codegen", "graphql_client_codegen"),
        ] {
            let mut published = metadata.published().into_iter();
            let package = published.find(|it| it.name == package).unwrap();
            let mut dependencies = package.dependencies.iter();
            let needed = dependencies.find(|it| it.name == needed).unwrap();
            assert!(needed.req.starts_with('='), "{}", needed.req);
        }
    }
}
