//! The documents, and the commands in them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders with nothing of the project's own in them.
const FOREIGN: [&str; 4] = ["corpus", "installed", "node_modules", "target"];

/// A document.
pub(super) struct Page {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) commands: Vec<Command>,
    /// What the page says to put into files.
    pub(super) files: Vec<(String, String)>,
}

/// A command, and what it says.
pub(super) struct Command {
    /// On one line, without a comment.
    pub(super) line: String,
    pub(super) says: Vec<String>,
}

/// All documents below a folder, and the head comments of the examples.
pub(super) fn documents(root: &Path) -> Vec<Page> {
    let mut pages = Vec::new();
    walk(root, &mut pages);
    pages.sort_by(|one, other| one.path.cmp(&other.path));
    pages
}

fn walk(folder: &Path, pages: &mut Vec<Page>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            if !name.starts_with('.') && !FOREIGN.contains(&name.as_ref()) {
                walk(&path, pages);
            }
        } else if name.ends_with(".md") {
            let text = fs::read_to_string(&path).unwrap();
            pages.push(Page::read(path, text));
        } else if name.ends_with(".rs") && folder.ends_with("examples") {
            let source = fs::read_to_string(&path).unwrap();
            let head = source.lines().map_while(|line| line.strip_prefix("//!"));
            let head: Vec<&str> = head
                .map(|line| line.strip_prefix(' ').unwrap_or(line))
                .collect();
            pages.push(Page::read(path, head.join("\n")));
        }
    }
}

impl Page {
    fn read(path: PathBuf, text: String) -> Self {
        let mut page = Self {
            path,
            text: String::new(),
            commands: Vec::new(),
            files: Vec::new(),
        };
        let mut before = "";
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(language) = line.trim_start().strip_prefix("```") else {
                if !line.trim().is_empty() {
                    before = line;
                }
                continue;
            };
            let block: Vec<&str> = lines
                .by_ref()
                .take_while(|line| !line.trim_start().starts_with("```"))
                .collect();
            match (language, file_named(before)) {
                ("console", _) => page.read_commands(&block),
                ("graphql" | "json" | "toml" | "yaml", Some(file)) => {
                    page.files.push((file.to_owned(), block.join("\n") + "\n"));
                }
                _ => {}
            }
        }
        page.text = text;
        page
    }

    fn read_commands(&mut self, block: &[&str]) {
        let mut lines = block.iter();
        while let Some(line) = lines.next() {
            let line = line.trim_start();
            let Some(first) = line.strip_prefix("$ ") else {
                let command = self.commands.last_mut();
                let command = command.unwrap_or_else(|| panic!("{}: no command", line));
                command.says.push(line.to_owned());
                continue;
            };
            let mut command = first.to_owned();
            while let Some(begun) = command.strip_suffix('\\') {
                let rest = lines.next().unwrap().trim();
                command = format!("{} {rest}", begun.trim_end());
            }
            let command = command.split("  #").next().unwrap().trim_end();
            self.commands.push(Command {
                line: command.to_owned(),
                says: Vec::new(),
            });
        }
    }
}

/// The file that a line like "In `queries/board.graphql`:" names.
fn file_named(line: &str) -> Option<&str> {
    let line = line.trim_end().strip_suffix("`:")?;
    let (_, file) = line.rsplit_once('`')?;
    (!file.starts_with('/')).then_some(file)
}

/// What stands between backticks outside of blocks.
pub(super) fn inline_code(text: &str) -> Vec<String> {
    let outside: Vec<&str> = text.split("```").step_by(2).collect();
    let mut found = Vec::new();
    for part in outside {
        let codes = part.split('`').skip(1).step_by(2);
        found.extend(codes.map(|code| code.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    found
}
