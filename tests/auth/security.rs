//! SECURITY.md and the tests that it names.

use std::{fs, path::Path};

/// What stands as code in SECURITY.md and begins like this.
fn named(beginnings: &[&str]) -> Vec<String> {
    let document = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| {
            beginnings
                .iter()
                .any(|beginning| code.starts_with(beginning))
        })
        .map(str::to_owned)
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn assert_there(test: &str, file: &str) {
    let source = fs::read_to_string(root().join(file)).unwrap();
    assert!(
        source.contains(&format!("fn {test}(")),
        "{test} is not in {file}"
    );
}

#[test]
fn every_test_that_the_security_document_names_is_there() {
    let mut names = named(&["auth::", "receiver::", "delivery::"]);
    names.retain(|name| name.matches("::").count() == 2);
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        let [folder, file, test] = name.split("::").collect::<Vec<_>>()[..] else {
            panic!("{name}");
        };
        assert_there(test, &format!("tests/{folder}/{file}.rs"));
    }
}

#[test]
fn every_test_of_the_command_line_that_the_security_document_names_is_there() {
    let names = named(&["attack::", "forward::", "inspect::", "page::"]);
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let (file, test) = name.split_once("::").unwrap();
        assert_there(
            test,
            &format!("crates/monday-webhooks-cli/tests/cli/{file}.rs"),
        );
    }
}
