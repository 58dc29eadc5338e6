//! Why an input was refused.

/// Why an input can't be imported as a schema.
///
/// Nothing is written when an import fails; see [`write_atomically`](crate::write_atomically).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The input has no content.
    #[error("the schema is empty; expected an introspection result or SDL")]
    Empty,
    /// The input isn't UTF-8.
    #[error("the schema isn't UTF-8 text (bad byte at offset {offset})")]
    NotUtf8 {
        /// Where the first bad byte stands.
        offset: usize,
    },
    /// A web page came where a schema was expected.
    #[error(
        "the input is an HTML page, not a schema; a proxy or login page may have answered in monday's place"
    )]
    Html,
    /// The input ends in the middle.
    #[error("the schema is cut off at line {line}, column {column}; fetch it again")]
    Truncated {
        /// Line of the end, from 1.
        line: usize,
        /// Column of the end, from 1.
        column: usize,
    },
    /// The input starts like JSON and isn't.
    #[error("the schema isn't valid JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// The server answered with an error in place of a schema.
    #[error("the input is an error response, not a schema: {0}")]
    ErrorResponse(String),
    /// Valid JSON that holds no introspection result.
    #[error(
        "the JSON has no `__schema`; expected an introspection result, with or without `data` around it"
    )]
    NoSchema,
    /// An introspection result whose parts don't fit together.
    #[error("the introspection result is malformed: {0}")]
    Malformed(String),
    /// SDL that doesn't parse.
    #[error("the schema has a syntax error at line {line}, column {column}: {message}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser expected.
        message: String,
    },
    /// A document that holds operations or fragments.
    #[error("the document defines {0}; expected type definitions only")]
    Executable(String),
    /// Something is defined twice.
    #[error("{0} is defined more than once")]
    Duplicate(String),
    /// Something is referred to and not defined.
    #[error("{by} refers to {what}, which isn't defined; the schema may be cut off")]
    Undefined {
        /// What is missing.
        what: String,
        /// Who needs it, as a schema coordinate.
        by: String,
    },
    /// The schema has no query root.
    #[error("the schema has no query root type")]
    NoQueryRoot,
}
