//! Why an inbox couldn't do its work.

use std::{error::Error, path::PathBuf, sync::Arc};

/// Why an inbox couldn't do its work. Nothing of a delivery is in the message.
///
/// While putting, each of them is answered with 503 and monday sends the delivery again.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum InboxError {
    /// It holds as much as it may.
    #[error("the inbox is full: handle what it holds, or raise its limits")]
    Full,
    /// The disk, or the share of it that the inbox may use, is full.
    #[error("the inbox has no space left on its disk")]
    DiskFull(#[source] Cause),
    /// The file or its file system can't be written to.
    #[error("the inbox can't be written to: its file, folder or file system is read-only")]
    ReadOnly(#[source] Cause),
    /// The stored data is damaged.
    #[error("the inbox is damaged: move its files away and look into them before starting anew")]
    Corrupt(#[source] Cause),
    /// Somebody else holds a lock on the file for too long.
    #[error("the inbox is locked by another program")]
    Locked(#[source] Cause),
    /// Another process has the inbox open.
    #[error("{} is in use by another process: an inbox of this kind has one owner at a time", path.display())]
    InUse {
        /// The inbox.
        path: PathBuf,
    },
    /// It was written by a newer version of this library, or isn't an inbox.
    #[error(
        "the inbox has schema version {found}, and this version of the library reads up to {known}"
    )]
    Version {
        /// What it says of itself.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// Something is there under that name, but no inbox.
    #[error("{what} is not an inbox of this library")]
    NotAnInbox {
        /// What was found.
        what: String,
    },
    /// A setting on which durability rests isn't as it has to be.
    #[error("the inbox isn't safe to use: {0}")]
    Unsafe(String),
    /// The server can't be reached, or didn't answer in time.
    #[error("the inbox's server can't be reached")]
    Unreachable(#[source] Cause),
    /// The server doesn't take the credentials.
    #[error("the inbox's server refuses the credentials")]
    Unauthorized(#[source] Cause),
    /// The delivery is larger than the server takes.
    #[error(
        "the delivery is larger than the {limit} bytes that the inbox's server takes: raise its max_payload"
    )]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The inbox was closed.
    #[error("the inbox is closed")]
    Closed,
    /// The operating system or the server failed otherwise.
    #[error("the inbox failed")]
    Failed(#[source] Cause),
}

/// The error beneath, whatever its type.
pub(super) type Cause = Arc<dyn Error + Send + Sync>;

impl InboxError {
    /// Whether trying again is of no use without somebody's help.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        matches!(
            self,
            Self::Corrupt(_)
                | Self::InUse { .. }
                | Self::Version { .. }
                | Self::NotAnInbox { .. }
                | Self::Unsafe(_)
                | Self::Unauthorized(_)
                | Self::Closed
        )
    }
}
