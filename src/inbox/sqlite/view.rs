//! Looking into a file that another process may own.

use std::{fmt, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use crate::inbox::{DeadLetter, DeadLetterId, InboxError, Status};

use super::{open, statements};

/// How long a look waits for a checkpoint of the owner's.
const LOCK_TIME: Duration = Duration::from_secs(5);

/// A look at the inbox in an SQLite file, also while another process receives into it. It changes
/// nothing.
///
/// Its methods block while they read.
///
/// ```
/// use monday_webhooks::inbox::{SqliteInbox, SqliteOptions, SqliteView};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("inbox.sqlite");
/// let inbox = SqliteInbox::open(&path, SqliteOptions::default())?;
/// // Meanwhile, here or in another process:
/// let status = SqliteView::open(&path)?.status()?;
/// println!("{} unhandled, {} dead", status.depth(), status.dead);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteView {
    connection: Connection,
}

impl SqliteView {
    /// Opens the file at this path, which has to be there.
    ///
    /// # Errors
    ///
    /// [`InboxError`]: [`NotAnInbox`](InboxError::NotAnInbox) also where there is no file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, InboxError> {
        let path = path.as_ref();
        if !path.is_file() {
            return Err(InboxError::NotAnInbox {
                what: format!("{} (there is no such file)", path.display()),
            });
        }
        // To read a WAL, SQLite writes into the file beside it.
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(open::error)?;
        connection.busy_timeout(LOCK_TIME).map_err(open::error)?;
        connection
            .pragma_update(None, "query_only", true)
            .map_err(open::error)?;
        open::recognize(&connection, path)?;
        Ok(Self { connection })
    }

    /// What the inbox holds. From outside of the owner's process what is being handled can't be
    /// told from what waits: [`in_flight`](Status::in_flight) is 0.
    ///
    /// # Errors
    ///
    /// [`InboxError`] where the file can't be read.
    pub fn status(&self) -> Result<Status, InboxError> {
        statements::status(&self.connection).map_err(open::error)
    }

    /// Up to `limit` dead letters, the first that arrived first, after the one named.
    ///
    /// # Errors
    ///
    /// [`InboxError`] where the file can't be read.
    pub fn dead_letters(
        &self,
        after: Option<DeadLetterId>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, InboxError> {
        statements::dead_letters(&self.connection, after, limit).map_err(open::error)
    }
}

impl fmt::Debug for SqliteView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteView").finish_non_exhaustive()
    }
}
