//! SECURITY.md and the tests that it names.

use std::{fs, path::Path};

#[test]
fn every_test_that_the_security_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let names: Vec<_> = document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| {
            ["auth::", "receiver::", "delivery::"]
                .iter()
                .any(|folder| code.starts_with(folder) && code.matches("::").count() == 2)
        })
        .collect();
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        let [folder, file, test] = name.split("::").collect::<Vec<_>>()[..] else {
            panic!("{name}");
        };
        let path = root.join(format!("tests/{folder}/{file}.rs"));
        let source = fs::read_to_string(&path).unwrap();
        assert!(source.contains(&format!("fn {test}(")), "{name} is gone");
    }
}

#[test]
fn every_test_of_the_command_line_that_the_security_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let names: Vec<_> = document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.starts_with("inspect::") || code.starts_with("page::"))
        .collect();
    assert!(names.len() >= 3, "{names:?}");
    for name in names {
        let (file, test) = name.split_once("::").unwrap();
        let path = root.join(format!("crates/monday-webhooks-cli/tests/cli/{file}.rs"));
        let source = fs::read_to_string(&path).unwrap();
        assert!(source.contains(&format!("fn {test}(")), "{name} is gone");
    }
}
