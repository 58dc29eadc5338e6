//! The documentation as docs.rs makes it: without a warning, and with the features labelled.

use std::{fs, path::Path};

use super::{Outcome, Stop, UNSTABLE_RUSTDOC};
use crate::{cargo_with, target_dir};

pub(super) fn check() -> Result<Outcome, Stop> {
    let rustdoc = fs::canonicalize(UNSTABLE_RUSTDOC)?;
    let variables = [
        ("RUSTDOC", rustdoc.to_string_lossy()),
        ("RUSTDOCFLAGS", "-D warnings --cfg docsrs".into()),
    ];
    let variables: Vec<_> = variables
        .iter()
        .map(|(key, value)| (*key, &**value))
        .collect();
    cargo_with(
        &["doc", "--workspace", "--all-features", "--no-deps"],
        &variables,
    )?;
    let page = Path::new(&target_dir()).join("doc/monday_webhooks/client/struct.Client.html");
    let labelled = fs::read_to_string(&page)?.contains("Available on <strong>crate feature");
    if labelled {
        Ok(Outcome::Passed)
    } else {
        Err(format!("{} doesn't say which feature it needs", page.display()).into())
    }
}
