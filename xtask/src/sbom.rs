//! `cargo xtask sbom`: what the command is made of, as a CycloneDX bill of materials.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    io::Write as _,
    path::Path,
    process::Command,
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    cargo_path,
    metadata::{Metadata, Package},
};

const COMMAND: &str = "crates/monday-webhooks-cli/Cargo.toml";
const COMMAND_NAME: &str = "monday-webhooks-cli";

#[derive(Deserialize)]
struct Lockfile {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// To a file, or to standard output. The same tree makes the same bytes: no time and no serial
/// number is in it.
pub(crate) fn run(options: &[&str]) -> Result<(), Box<dyn Error>> {
    let (mut target, mut out) = ("x86_64-unknown-linux-musl", None);
    for option in options.chunks(2) {
        match option {
            ["--target", triple] => target = triple,
            ["--out", file] => out = Some(file),
            other => return Err(format!("unknown option: {}", other.join(" ")).into()),
        }
    }
    let bill = serde_json::to_string_pretty(&bill(target)?)? + "\n";
    match out {
        Some(file) => fs::write(file, bill)?,
        None => std::io::stdout().write_all(bill.as_bytes())?,
    }
    Ok(())
}

/// A package's name and version.
type Key = (String, String);

/// Of what goes into the command on that target, without what only builds or tests it.
fn bill(target: &str) -> Result<Value, Box<dyn Error>> {
    let metadata = Metadata::of(Path::new(COMMAND), &["--filter-platform", target])?;
    let lockfile: Lockfile = toml::from_str(&fs::read_to_string("Cargo.lock")?)?;
    let checksums: BTreeMap<_, _> = lockfile
        .package
        .iter()
        .filter_map(|locked| {
            Some((
                (&*locked.name, &*locked.version),
                locked.checksum.as_deref()?,
            ))
        })
        .collect();
    let package = |(name, version): &Key| {
        let mut packages = metadata.packages.iter();
        packages
            .find(|package| package.name == *name && package.version == *version)
            .ok_or_else(|| format!("cargo's metadata has no {name} {version}"))
    };

    let mut command = None;
    let mut components = Vec::new();
    let mut dependencies = Vec::new();
    for (key, needed) in linked(target)? {
        let package = package(&key)?;
        let needed: BTreeSet<String> = needed.iter().map(purl).collect();
        dependencies.push(json!({ "ref": purl(&key), "dependsOn": needed }));
        if package.name == COMMAND_NAME {
            command = Some(component(package, "application", None));
        } else {
            let checksum = checksums.get(&(&*package.name, &*package.version)).copied();
            components.push(component(package, "library", checksum));
        }
    }
    let command = command.ok_or("the command isn't in the workspace")?;
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": command },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// What is linked into the command, and what each part of it needs. Cargo's metadata has more: what
/// an optional feature that nobody asks for would need, and what other members of the workspace do.
fn linked(target: &str) -> Result<BTreeMap<Key, BTreeSet<Key>>, Box<dyn Error>> {
    let output = Command::new(cargo_path())
        .args(["tree", "--locked", "--package", COMMAND_NAME])
        .args(["--edges", "normal,no-proc-macro", "--target", target])
        .args(["--prefix", "depth", "--format", "{p}"])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let tree = String::from_utf8(output.stdout)?;
    graph(&tree).ok_or_else(|| "cargo's tree has an unknown form".into())
}

/// Reads lines such as `2serde v1.0.229 (*)`: how deep a package stands, its name, its version.
fn graph(tree: &str) -> Option<BTreeMap<Key, BTreeSet<Key>>> {
    let mut graph: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    let mut above: Vec<Key> = Vec::new();
    for line in tree.lines() {
        let (depth, package) = line.split_at(line.find(|letter: char| !letter.is_ascii_digit())?);
        let mut words = package.split(' ');
        let name = words.next()?.to_owned();
        let key = (name, words.next()?.strip_prefix('v')?.to_owned());
        above.truncate(depth.parse().ok()?);
        if let Some(parent) = above.last() {
            graph.entry(parent.clone()).or_default().insert(key.clone());
        }
        graph.entry(key.clone()).or_default();
        above.push(key);
    }
    Some(graph)
}

fn component(package: &Package, kind: &str, checksum: Option<&str>) -> Value {
    let purl = purl(&(package.name.clone(), package.version.clone()));
    let mut component = json!({
        "type": kind,
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
    });
    if let Some(description) = &package.description {
        component["description"] = json!(description.trim());
    }
    if let Some(license) = &package.license {
        // The old way of writing "or".
        let expression = license.replace(" / ", " OR ").replace('/', " OR ");
        component["licenses"] = json!([{ "expression": expression }]);
    } else if let Some(file) = &package.license_file {
        let name = format!("see {}", file.display());
        component["licenses"] = json!([{ "license": { "name": name } }]);
    }
    if let Some(checksum) = checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(repository) = &package.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

fn purl((name, version): &Key) -> String {
    // A `+` belongs to the version, as in `1.1.6+spec-1.1.0`.
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn made() -> Value {
        // Tests run in the crate's folder, tasks in the workspace's.
        std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()).unwrap();
        bill("x86_64-unknown-linux-gnu").unwrap()
    }

    #[test]
    fn every_component_has_what_cyclonedx_requires_and_where_it_comes_from() {
        let bill = made();
        assert_eq!(bill["bomFormat"], "CycloneDX");
        assert_eq!(bill["specVersion"], "1.6");
        assert_eq!(bill["metadata"]["component"]["name"], COMMAND_NAME);
        let components = bill["components"].as_array().unwrap();
        for component in components {
            assert_eq!(component["type"], "library");
            let name = component["name"].as_str().unwrap();
            assert!(
                component["licenses"][0].is_object(),
                "{name} has no licence"
            );
            let ours = name.starts_with("monday-");
            let digest = component["hashes"][0]["content"].as_str();
            assert_eq!(digest.map(str::len), (!ours).then_some(64), "{name}");
        }
        let has = |name: &str| components.iter().any(|component| component["name"] == name);
        assert!(has("tokio") && has("rusqlite") && has("monday-webhooks"));
        assert!(!has("proptest") && !has("windows-sys"));
        // What only an optional feature of a dependency would need, or only other members do.
        assert!(!has("ring") && !has("quinn"));
    }

    #[test]
    fn the_components_are_what_cargo_links() {
        let bill = made();
        let components = bill["components"].as_array().unwrap();
        let listed: BTreeSet<String> = components
            .iter()
            .map(|each| format!("{} v{}", each["name"], each["version"]).replace('"', ""))
            .collect();
        let output = Command::new(cargo_path())
            .args(["tree", "--locked", "--package", COMMAND_NAME])
            .args(["--edges", "normal,no-proc-macro"])
            .args(["--target", "x86_64-unknown-linux-gnu"])
            .args(["--prefix", "none", "--format", "{p}"])
            .output()
            .unwrap();
        let linked: BTreeSet<String> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .filter(|line| !line.starts_with(COMMAND_NAME))
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        assert!(linked.len() > 100, "{linked:?}");
        assert_eq!(listed, linked);
    }

    #[test]
    fn the_graph_names_each_component_once_and_nothing_else() {
        let bill = made();
        let named = |list: &str, field: &str| -> BTreeSet<String> {
            let list = bill[list].as_array().unwrap();
            let names: BTreeSet<_> = list
                .iter()
                .map(|each| each[field].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(names.len(), list.len(), "{field}");
            names
        };
        let mut components = named("components", "bom-ref");
        let command = bill["metadata"]["component"]["bom-ref"].as_str().unwrap();
        components.insert(command.to_owned());
        assert_eq!(named("dependencies", "ref"), components);
        for dependency in bill["dependencies"].as_array().unwrap() {
            for needed in dependency["dependsOn"].as_array().unwrap() {
                assert!(components.contains(needed.as_str().unwrap()));
            }
        }
    }

    #[test]
    fn a_tree_says_what_each_package_needs() {
        let tree = "0a v0.1.0 (/path to/a)\n1b v1.0.0\n2c v1.2.3+x\n1c v1.2.3+x (*)\n1d v2.0.0\n";
        let names: Vec<_> = graph(tree)
            .unwrap()
            .into_iter()
            .map(|((name, _), needed)| {
                let needed: Vec<_> = needed.iter().map(purl).collect();
                format!("{name}: {}", needed.join(" "))
            })
            .collect();
        assert_eq!(
            names,
            [
                "a: pkg:cargo/b@1.0.0 pkg:cargo/c@1.2.3%2Bx pkg:cargo/d@2.0.0",
                "b: pkg:cargo/c@1.2.3%2Bx",
                "c: ",
                "d: "
            ]
        );
        assert_eq!(graph("a v0.1.0"), None);
    }

    #[test]
    fn the_same_tree_makes_the_same_bill() {
        assert_eq!(made().to_string(), made().to_string());
    }
}
