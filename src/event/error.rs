//! Why a body isn't taken.

use super::scan::MAX_DEPTH;

/// Why a body isn't what an endpoint takes: a delivery, or an app lifecycle event. No part of the
/// body is in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The body isn't JSON.
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson {
        /// Where reading stopped, counted from 1.
        line: usize,
        /// Where in the line, in bytes from 1.
        column: usize,
    },
    /// The body isn't UTF-8, as JSON has to be.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// A string has half of a surrogate pair in it, which no text has.
    #[error("the body has a string with a lone surrogate in it")]
    LoneSurrogate,
    /// A number is beyond what a double-precision float holds.
    #[error("the body has a number that is out of range")]
    NumberOutOfRange,
    /// The nesting is deeper than 127 levels.
    #[error("the body nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// JSON, but no object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// An object without an `event` object in it: no delivery of a board webhook.
    #[error("the body has no \"event\" object")]
    NoEvent,
    /// An object without a `type` text in it: no app lifecycle event.
    #[error("the body has no \"type\" text")]
    NoType,
}
