//! The text that a request carries.
//!
//! It is cut out of the source rather than printed from the AST: `graphql-parser` prints some
//! strings otherwise than it read them.

use std::collections::BTreeSet;

use crate::operations::Operation;
use crate::scan::scan;

/// Selection sets that need `__typename` to be decoded: the name of the fragment they stand in,
/// or nothing for the operation itself, and their place among its selection sets in order.
pub(crate) type Typenames = BTreeSet<(Option<String>, usize)>;

/// An operation and the fragments it uses, with `__typename` where it is needed, without
/// insignificant space.
pub(crate) fn request(operation: &Operation, typenames: &Typenames) -> Result<String, String> {
    let mut text = with_typenames(&operation.text, None, typenames);
    for (name, fragment) in &operation.fragments {
        text.push('\n');
        text.push_str(&with_typenames(&fragment.text, Some(name), typenames));
    }
    graphql_parser::minify_query(text).map_err(|error| error.to_string())
}

fn with_typenames(text: &str, fragment: Option<&String>, typenames: &Typenames) -> String {
    let mut out = text.to_owned();
    let openings = selection_sets(text);
    for (index, opening) in openings.iter().enumerate().rev() {
        if typenames.contains(&(fragment.cloned(), index)) {
            out.insert_str(opening + 1, " __typename ");
        }
    }
    out
}

/// Cuts a document into its definitions.
pub(crate) fn definitions(text: &str) -> Vec<&str> {
    let mut definitions = Vec::new();
    let mut start = 0;
    for (brace, depth) in braces(text) {
        if depth == 0 {
            definitions.push(&text[start..=brace]);
            start = brace + 1;
        }
    }
    definitions
}

/// Where the selection sets of a definition open, in order.
fn selection_sets(text: &str) -> Vec<usize> {
    braces(text)
        .into_iter()
        .map(|(brace, _)| brace)
        .filter(|brace| text[*brace..].starts_with('{'))
        .collect()
}

/// The braces around selection sets, each with how many are open after it. Braces within
/// parentheses belong to values.
fn braces(text: &str) -> Vec<(usize, usize)> {
    let mut braces = Vec::new();
    let (mut depth, mut parentheses) = (0_usize, 0_usize);
    for range in scan(text).code {
        for (offset, character) in text[range.clone()].char_indices() {
            match character {
                '(' => parentheses += 1,
                ')' => parentheses = parentheses.saturating_sub(1),
                '{' if parentheses == 0 => {
                    depth += 1;
                    braces.push((range.start + offset, depth));
                }
                '}' if parentheses == 0 => {
                    depth = depth.saturating_sub(1);
                    braces.push((range.start + offset, depth));
                }
                _ => {}
            }
        }
    }
    braces
}

#[cfg(test)]
mod tests {
    use super::{Typenames, definitions, selection_sets, with_typenames};

    const DOCUMENT: &str =
        "query A($a: I = {b: \"}\"}) { # {\n c(d: {e: \"{\"}) { f } }\nfragment F on T { g }";

    #[test]
    fn a_document_is_cut_into_its_definitions() {
        let definitions = definitions(DOCUMENT);
        assert_eq!(definitions.len(), 2);
        assert!(definitions[0].ends_with("{ f } }"));
        assert!(definitions[1].trim_start().starts_with("fragment"));
    }

    #[test]
    fn only_selection_sets_count() {
        assert_eq!(selection_sets(definitions(DOCUMENT)[0]).len(), 2);
    }

    #[test]
    fn typenames_are_added_where_they_are_needed() {
        let typenames = Typenames::from([(Some("F".to_owned()), 0), (None, 1)]);
        let [operation, fragment] = definitions(DOCUMENT)[..] else {
            panic!("two definitions")
        };
        assert!(with_typenames(operation, None, &typenames).ends_with("{ __typename  f } }"));
        let name = "F".to_owned();
        assert!(with_typenames(fragment, Some(&name), &typenames).contains("{ __typename  g }"));
    }
}
