//! Which stream, and which consumer of it.

use std::sync::Arc;

/// When the stream and the consumer were made, in the server's words: those of the same names that
/// are made after they have gone are others, and number their messages anew. By default it isn't
/// known which there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Generation(Arc<Made>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Made {
    stream: String,
    consumer: String,
}

impl Generation {
    pub(super) fn new(stream: String, consumer: String) -> Self {
        Self(Arc::new(Made { stream, consumer }))
    }

    pub(super) fn is_known(&self) -> bool {
        *self != Self::default()
    }
}
