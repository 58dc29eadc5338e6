//! Telling GraphQL's tokens from its strings and comments, without a parser.
//!
//! monday's SDL has brace-laden query samples inside descriptions, so text can only be searched
//! or patched where it isn't inside a string or a comment.

use std::ops::Range;

/// The parts of a text that are neither string nor comment, and whether its last string ends.
pub(crate) struct Scan {
    pub(crate) code: Vec<Range<usize>>,
    #[cfg_attr(
        not(feature = "validate"),
        expect(dead_code, reason = "only the import asks")
    )]
    pub(crate) ends_inside_a_string: bool,
}

/// Splits a text into code, strings and comments.
pub(crate) fn scan(text: &str) -> Scan {
    let mut code = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(['"', '#']) {
        let start = at + found;
        code.push(at..start);
        let rest = &text[start..];
        let length = if rest.starts_with('#') {
            Some(rest.find('\n').unwrap_or(rest.len()))
        } else if let Some(block) = rest.strip_prefix("\"\"\"") {
            end_of_block_string(block).map(|end| 3 + end)
        } else {
            end_of_string(&rest[1..]).map(|end| 1 + end)
        };
        match length {
            Some(length) => at = start + length,
            None => {
                return Scan {
                    code,
                    ends_inside_a_string: true,
                };
            }
        }
    }
    code.push(at..text.len());
    Scan {
        code,
        ends_inside_a_string: false,
    }
}

fn end_of_block_string(block: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let end = from + block[from..].find("\"\"\"")?;
        if !block[..end].ends_with('\\') {
            return Some(end + 3);
        }
        from = end + 3;
    }
}

/// Where a simple string ends. A line break ends it too: that is a syntax error of its own.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, character) in text.char_indices() {
        match character {
            '\n' => return Some(index),
            '"' if !escaped => return Some(index + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::scan;

    fn code(text: &str) -> String {
        scan(text)
            .code
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn strings_and_comments_are_no_code() {
        assert_eq!(
            code("a \"{\\\"}\" b # {\nc \"\"\"{ \\\"\"\" } \"\"\" d"),
            "a  b \nc  d"
        );
    }

    #[test]
    fn a_string_that_never_ends_is_seen() {
        assert!(scan("type A \"\"\" { ").ends_inside_a_string);
        assert!(scan("type A \"abc").ends_inside_a_string);
        assert!(!scan("type A \"\"\"abc\"\"\"").ends_inside_a_string);
    }
}
