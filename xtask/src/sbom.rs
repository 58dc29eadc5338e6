//! `cargo xtask sbom`: what the command is made of, as a CycloneDX bill of materials.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    io::Write as _,
    path::Path,
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::metadata::{Metadata, Package};

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
    let command = metadata
        .packages
        .iter()
        .find(|package| package.name == COMMAND_NAME)
        .ok_or("the command isn't in the workspace")?;

    let mut components = BTreeMap::new();
    let mut dependencies = BTreeMap::new();
    let mut left = vec![command];
    while let Some(package) = left.pop() {
        if dependencies.contains_key(&purl(package)) {
            continue;
        }
        let mut needed = BTreeSet::new();
        for dependency in metadata.linked(&package.id) {
            needed.insert(purl(dependency));
            left.push(dependency);
        }
        dependencies.insert(purl(package), needed);
        if package.id != command.id {
            let checksum = checksums.get(&(&*package.name, &*package.version)).copied();
            components.insert(purl(package), component(package, "library", checksum));
        }
    }
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": component(command, "application", None) },
        "components": components.into_values().collect::<Vec<_>>(),
        "dependencies": dependencies
            .into_iter()
            .map(|(package, needed)| json!({ "ref": package, "dependsOn": needed }))
            .collect::<Vec<_>>(),
    }))
}

fn component(package: &Package, kind: &str, checksum: Option<&str>) -> Value {
    let purl = purl(package);
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

fn purl(package: &Package) -> String {
    // A `+` belongs to the version, as in `1.1.6+spec-1.1.0`.
    format!(
        "pkg:cargo/{}@{}",
        package.name,
        package.version.replace('+', "%2B")
    )
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
    fn the_same_tree_makes_the_same_bill() {
        assert_eq!(made().to_string(), made().to_string());
    }
}
