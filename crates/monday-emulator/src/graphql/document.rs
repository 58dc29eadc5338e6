//! The documents of requests, each read once: clients send the same few again and again.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use apollo_compiler::ast;
use apollo_compiler::response::GraphQLError;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};

/// How many documents are kept. One more, and all are forgotten: who sends so many different ones
/// sends none of them twice.
const KEPT: usize = 256;

/// A longer document isn't kept, in bytes.
const LONGEST: usize = 64 * 1024;

/// A document, and what is wrong with it.
pub(crate) struct Document {
    /// As much of it as could be read.
    pub(crate) ast: ast::Document,
    /// The errors of its syntax.
    pub(crate) errors: Vec<GraphQLError>,
    executable: OnceLock<Result<Valid<ExecutableDocument>, Vec<GraphQLError>>>,
}

impl Document {
    /// The document with this text.
    pub(crate) fn of(text: &str) -> Arc<Self> {
        static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Document>>>> =
            LazyLock::new(Mutex::default);
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = known().get(text) {
            return Arc::clone(document);
        }
        let document = Arc::new(Self::parse(text));
        if text.len() <= LONGEST {
            let mut known = known();
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(text.to_owned(), Arc::clone(&document));
        }
        document
    }

    fn parse(text: &str) -> Self {
        let (ast, errors) = match ast::Document::parse(text, "request.graphql") {
            Ok(ast) => (ast, Vec::new()),
            Err(invalid) => {
                let errors = invalid.errors.iter().map(|error| error.to_json());
                (invalid.partial, errors.collect())
            }
        };
        Self {
            ast,
            errors,
            executable: OnceLock::new(),
        }
    }

    /// The document as it is executed, or what is wrong with it: its syntax, or by monday's schema,
    /// of which there is one in a process.
    pub(crate) fn executable(
        &self,
        schema: &Valid<Schema>,
    ) -> Result<&Valid<ExecutableDocument>, &[GraphQLError]> {
        if !self.errors.is_empty() {
            return Err(&self.errors);
        }
        let executable = self.executable.get_or_init(|| {
            self.ast.to_executable_validate(schema).map_err(|invalid| {
                let errors = invalid.errors.iter().map(|error| error.to_json());
                errors.collect()
            })
        });
        executable.as_ref().map_err(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::schema::monday_schema;

    #[test]
    fn a_document_is_read_once_and_forgotten_among_many_others() {
        let first = Document::of("{ me { id } }");
        assert!(Arc::ptr_eq(&first, &Document::of("{ me { id } }")));
        let schema = &monday_schema().unwrap().schema;
        assert!(first.executable(schema).is_ok());
        for number in 0..=KEPT {
            Document::of(&format!("{{ a{number}: me {{ id }} }}"));
        }
        let again = Document::of("{ me { id } }");
        assert!(!Arc::ptr_eq(&first, &again));
        assert!(again.executable(schema).is_ok());
    }

    #[test]
    fn a_wrong_document_is_as_wrong_the_second_time() {
        let schema = &monday_schema().unwrap().schema;
        for (text, is_read) in [("{ me { id ", false), ("{ me { nonsense } }", true)] {
            for _ in 0..2 {
                let document = Document::of(text);
                assert_eq!(document.errors.is_empty(), is_read, "{text}");
                assert!(document.executable(schema).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn a_document_that_is_very_long_is_not_kept() {
        let long = format!("{{ me {{ id }} }}{}", " ".repeat(LONGEST));
        assert!(!Arc::ptr_eq(&Document::of(&long), &Document::of(&long)));
    }
}
