//! What has to be known of the text of an operation.

/// Whether the document is surely a query and nothing else. Anything else is treated as a
/// mutation, which is repeated less: a document may hold several operations.
pub(super) fn is_query(document: &str) -> bool {
    let document = document.trim_start();
    let begins = document.starts_with('{')
        || document.strip_prefix("query").is_some_and(|rest| {
            !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        });
    begins && !document.contains("mutation")
}

#[cfg(test)]
mod tests {
    use super::*;

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
