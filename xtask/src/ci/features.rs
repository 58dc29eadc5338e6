//! Each crate that is published, without features and with each of them alone.

use super::{Outcome, Stop};
use crate::{cargo, metadata::Metadata};

/// What a feature leaves unused is an error as well.
pub(super) fn check() -> Result<Outcome, Stop> {
    for package in Metadata::read()?.published() {
        let features = package.features.keys().map(String::as_str);
        for feature in std::iter::once("").chain(features.filter(|name| *name != "default")) {
            println!("{} with {feature:?}", package.name);
            let what = ["clippy", "--quiet", "--package", &package.name];
            let features = ["--no-default-features", "--features", feature];
            cargo(&[&what[..], &features, &["--", "-D", "warnings"]].concat())?;
        }
    }
    Ok(Outcome::Passed)
}
