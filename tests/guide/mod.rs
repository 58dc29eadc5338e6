//! The guide says what the code does.

mod events;
mod pages;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The pages' files, but for the index.
fn pages() -> Vec<PathBuf> {
    let files = fs::read_dir(root().join("docs/guide")).unwrap();
    let mut pages: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    pages.retain(|path| !path.ends_with("README.md"));
    pages.sort();
    pages
}

/// What stands between backticks in a line.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}
