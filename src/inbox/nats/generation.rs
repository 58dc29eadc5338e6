//! Which stream, and which consumer of it.

use std::sync::Arc;

/// When the stream and the consumer were made, in the server's words: those of the same names that
/// are made after they have gone are others, and number their messages anew.
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

    /// Whether both are generations of one stream, whose messages have kept their numbers.
    pub(super) fn is_of_the_stream_of(&self, other: &Self) -> bool {
        self.0.stream == other.0.stream
    }
}
