//! What the pages quote: messages, spans and fields of the code.

use std::{collections::HashSet, fs, path::Path};

use super::{code_spans, pages, read, root};

/// The text of all sources below a folder.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

fn code() -> String {
    let mut code = String::new();
    for folder in [
        "src",
        "crates/monday-codegen/src",
        "crates/monday-emulator/src",
        "crates/monday-webhooks-cli/src",
    ] {
        sources(&root().join(folder), &mut code);
    }
    code
}

#[test]
fn every_message_that_one_sees_is_one_of_the_code() {
    let code = code();
    let page = read("docs/guide/troubleshooting.md");
    let mut seen = 0;
    // A symptom ends where its cause begins.
    for symptom in page.split("**You see**").skip(1) {
        let symptom = symptom.split("**Why**").next().unwrap();
        let prose = |span: &&str| {
            span.contains(' ') && !span.starts_with("type ") && !span.starts_with("monday-webhooks")
        };
        for message in code_spans(symptom).filter(prose) {
            seen += 1;
            assert!(code.contains(message), "nothing says: {message}");
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn every_event_of_the_log_is_one_of_the_code() {
    let code = code();
    let page = read("docs/guide/observability.md");
    let events = page
        .lines()
        .filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 2)
        .map(|line| code_spans(line).next().unwrap());
    let mut seen = 0;
    for event in events.filter(|event| event.contains(' ')) {
        seen += 1;
        assert!(code.contains(event), "nothing says: {event}");
    }
    assert!(seen >= 13, "{seen}");
}

#[test]
fn the_span_of_a_call_has_just_the_fields_that_the_guide_names() {
    let source = read("src/client/observe.rs");
    let page = read("docs/guide/observability.md");
    let span = source.split("info_span!(").nth(1).unwrap();
    let span = span.split(")\n}").next().unwrap();
    let fields: Vec<&str> = span
        .lines()
        .filter_map(|line| line.trim().split_once(" = "))
        .map(|(field, _)| field)
        .collect();
    assert!(fields.len() > 8, "{fields:?}");
    let table = page.split("| field | holds |").nth(1).unwrap();
    let named: Vec<&str> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .flat_map(|line| code_spans(line.split(" | ").next().unwrap()))
        .collect();
    assert_eq!(named, fields);
}

/// What others call theirs.
const OF_OTHERS: &[&str] = &[
    "HEALTHCHECK",
    "LLVM_COV",
    "LLVM_PROFDATA",
    "RUST_LOG",
    "systemctl",
    "tcpSocket",
];

#[test]
fn every_name_between_backticks_is_one_of_the_project() {
    let mut text = code();
    for folder in [
        "bench/src",
        "crates/monday-webhooks-cli/tests",
        "examples",
        "tests",
        "xtask/src",
    ] {
        sources(&root().join(folder), &mut text);
    }
    for file in [
        ".gitignore",
        "Cargo.toml",
        "Cargo.lock",
        "deploy/Containerfile",
        "deploy/monday-webhooks.service",
        "schema/monday.graphql",
        "crates/monday-emulator/src/control.md",
        "xtask/Cargo.toml",
    ] {
        text.push_str(&read(file));
    }
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names: HashSet<&str> = text.split(|c| !is_of_a_name(c)).collect();
    let mut documents = pages();
    // It has another library's names.
    documents.retain(|page| !page.ends_with("migrating.md"));
    documents.extend(
        [
            "ARCHITECTURE.md",
            "CONTRIBUTING.md",
            "README.md",
            "SECURITY.md",
        ]
        .map(|file| root().join(file)),
    );
    let mut seen = 0;
    for document in documents {
        let prose = fs::read_to_string(&document).unwrap();
        let spans = prose.split("```").step_by(2).flat_map(code_spans);
        for span in spans {
            // In what is shorter there is a command's option, or half of a placeholder.
            let words = span
                .split(|c| !is_of_a_name(c))
                .filter(|word| word.len() > 3);
            for word in words.filter(|word| !OF_OTHERS.contains(word)) {
                seen += 1;
                let is_there = names.contains(word) || word.ends_with('_');
                assert!(is_there, "{}: `{word}` in `{span}`", document.display());
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}
