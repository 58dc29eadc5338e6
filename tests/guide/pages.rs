//! The pages, on GitHub and in the docs.

use super::{pages, read, root};

fn name(page: &std::path::Path) -> &str {
    page.file_stem().unwrap().to_str().unwrap()
}

#[test]
fn every_page_is_in_the_index_and_in_the_docs() {
    let (index, module) = (read("docs/guide/README.md"), read("src/guide.rs"));
    for page in pages() {
        let name = name(&page);
        assert!(index.contains(&format!("][{name}] |")), "{name}");
        let included = format!("{} = \"{name}\",", name.replace('-', "_"));
        assert!(module.contains(&included), "{name}");
    }
}

/// A link's definition on a page leads to a file, and the one in `src/guide.rs` to a page of the docs.
#[test]
fn every_link_of_a_page_leads_somewhere_in_both_places() {
    let module = read("src/guide.rs");
    for page in pages() {
        let text = read(&page);
        let mut defined = 0;
        for line in text.lines() {
            let Some((label, target)) = line
                .strip_prefix('[')
                .and_then(|line| line.split_once("]: "))
            else {
                continue;
            };
            defined += 1;
            let file = page.parent().unwrap().join(target);
            assert!(file.exists(), "{}: {target}", page.display());
            assert!(module.contains(&format!("\n[{label}]: ")), "{label}");
            assert!(text.contains(&format!("][{label}]")), "{label} is not used");
        }
        let used: std::collections::BTreeSet<&str> = text
            .split("][")
            .skip(1)
            .filter_map(|rest| rest.split_once(']'))
            .map(|(label, _)| label)
            .filter(|label| !label.contains([' ', '{', '"', '(']))
            .collect();
        assert_eq!(used.len(), defined, "{}: {used:?}", page.display());
    }
}

/// What can't be compiled in the docs, since it needs a build script, is compiled in an example.
#[test]
fn every_block_that_the_docs_leave_uncompiled_is_compiled_elsewhere() {
    let sources: Vec<String> = [
        "examples/downstream/build.rs",
        "examples/downstream/src/lib.rs",
        "examples/code-first/build.rs",
        "examples/code-first/src/lib.rs",
    ]
    .map(read)
    .into();
    // The same with another schema is a doc test of the build helper's own.
    let helper = read("crates/monday-codegen/src/compile.rs").replace("    /// ", "    ");
    for page in pages() {
        let text = read(&page);
        for block in text.split("```rust,ignore\n").skip(1) {
            let block = block.split("```").next().unwrap();
            let inner: Vec<&str> = block.lines().collect();
            let is_compiled = sources.iter().any(|source| source.contains(block));
            let is_helpers =
                inner.len() > 3 && helper.contains(&inner[1..inner.len() - 1].join("\n"));
            assert!(is_compiled || is_helpers, "{}: {block}", page.display());
        }
        for fence in text.lines().filter(|line| line.starts_with("```rust")) {
            let known = ["```rust", "```rust,no_run", "```rust,ignore"];
            assert!(known.contains(&fence), "{}: {fence}", page.display());
        }
    }
}

/// The GraphQL of the guide is that of the example which is compiled and run.
#[test]
fn the_operations_are_those_of_the_example() {
    let text = read("docs/guide/operations.md");
    let blocks: Vec<&str> = text
        .split("```graphql\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap())
        .collect();
    let files = ["first_items.graphql", "fragments/item.graphql"];
    assert_eq!(blocks.len(), files.len());
    for (block, file) in blocks.into_iter().zip(files) {
        let path = root().join("examples/downstream/queries").join(file);
        assert_eq!(block, read(path), "{file}");
    }
}
