//! What has to be known of the text of an operation.

/// Whether the document is surely a query and nothing else. Anything else is treated as a
/// mutation, which is repeated less: a document may hold several operations.
#[cfg(any(test, feature = "cynic"))]
pub(super) fn is_query(document: &str) -> bool {
    let document = document.trim_start();
    let begins = document.starts_with('{')
        || document.strip_prefix("query").is_some_and(|rest| {
            !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        });
    begins && !document.contains("mutation")
}

/// The name under which the complexity of a call comes back.
pub(super) const COMPLEXITY: &str = "monday_webhooks_complexity";

/// The document with a field for the complexity in its first operation; `None` where that can't be
/// found.
pub(super) fn with_complexity(document: &str) -> Option<String> {
    let at = selection_set(document)?;
    let (before, after) = document.split_at(at);
    Some(format!(
        "{before} {COMPLEXITY}: complexity {{ before after query reset_in_x_seconds }}{after}"
    ))
}

/// Where the selection set of the first operation begins, behind its brace.
fn selection_set(document: &str) -> Option<usize> {
    let (mut parentheses, mut braces) = (0usize, 0usize);
    let mut in_fragment = false;
    let mut rest = document;
    loop {
        let at = document.len() - rest.len();
        let first = rest.chars().next()?;
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => string(rest),
            _ if first == '_' || first.is_alphabetic() => {
                let word = rest.split(|end: char| end != '_' && !end.is_alphanumeric());
                let word = word.take(1).next().unwrap_or_default();
                if braces == 0 && parentheses == 0 {
                    in_fragment |= word == "fragment";
                }
                word.len()
            }
            _ => first.len_utf8(),
        };
        match first {
            '(' => parentheses += 1,
            ')' => parentheses = parentheses.saturating_sub(1),
            '{' if parentheses == 0 && braces == 0 && !in_fragment => return Some(at + 1),
            '{' => braces += 1,
            '}' => {
                braces = braces.saturating_sub(1);
                // The next definition says anew what it is.
                in_fragment &= braces > 0 || parentheses > 0;
            }
            _ => {}
        }
        rest = rest.get(length..)?;
    }
}

/// The length of the string that a text begins with, its quotes included.
fn string(text: &str) -> usize {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some((before, _)) = block
            .split_at_checked(from)
            .and_then(|(_, rest)| rest.split_once("\"\"\""))
        {
            let end = from + before.len();
            if !before.ends_with('\\') {
                return end + 6;
            }
            from = end + 3;
        }
        return text.len();
    }
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_complexity_is_asked_for_in_the_operation_itself() {
        for (before, after) in [
            ("{", " me { id } }"),
            ("query A {", " me { id } }"),
            (
                "mutation A($a: In = {b: \"{\"}, $c: [Int] = [1]) @d(e: {f: 1}) {",
                " g }",
            ),
            ("# {\nquery A {", " a }"),
            ("fragment F on A { b { c } } query B {", " ...F }"),
            (
                "fragment F on A @x(y: {z: 1}) { b } mutation B(\"\"\"{\\\"\"\" {\"\"\" $a: Int) {",
                " ...F }",
            ),
        ] {
            let with = with_complexity(&format!("{before}{after}")).unwrap();
            let field =
                format!(" {COMPLEXITY}: complexity {{ before after query reset_in_x_seconds }}");
            assert_eq!(with, format!("{before}{field}{after}"));
        }
        assert_eq!(with_complexity("fragment F on A { b }"), None);
    }

    proptest! {
        #[test]
        fn no_document_makes_it_panic(document in "[\\PC{}()\"#\\\\\n]{0,60}") {
            let _ = with_complexity(&document);
        }
    }

    #[test]
    fn a_document_with_a_mutation_anywhere_is_no_query() {
        for query in [
            "{ me { id } }",
            "query A { me { id } }",
            " query($a: Int) { a }",
        ] {
            assert!(is_query(query), "{query}");
        }
        for other in [
            "mutation A { a }",
            "query A { a } mutation B { b }",
            "fragment F on A { a } query B { b }",
            "query_like { a }",
        ] {
            assert!(!is_query(other), "{other}");
        }
    }
}
