//! Opening the file: one owner, the settings on which durability rests, the schema.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::inbox::InboxError;

/// "mndy": says that a file is an inbox of this library.
const APPLICATION_ID: i64 = 0x6D6E_6479;

/// The newest version of the schema that this library reads.
const VERSION: i64 = 1;

/// Deliveries until they are handled, and what was received within the window. Both keys grow
/// with time, so that each commit writes at the end of both tables.
const SCHEMA: &str = "
    CREATE TABLE delivery (
        id INTEGER PRIMARY KEY,
        body BLOB NOT NULL,
        verified INTEGER NOT NULL,
        account_id INTEGER,
        user_id INTEGER,
        received_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        due INTEGER NOT NULL,
        died_at INTEGER,
        reason TEXT
    ) STRICT;
    CREATE INDEX dead ON delivery (id) WHERE died_at IS NOT NULL;
    CREATE TABLE seen (
        id INTEGER PRIMARY KEY,
        digest BLOB NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
";

/// An open file, and the lock that says whose it is. The lock goes when the process does.
pub(super) struct Opened {
    pub(super) connection: Connection,
    /// How many pages the file may have, where there is a limit.
    max_pages: Option<i64>,
    _lock: File,
}

/// How many pages more the file may have while only what makes room is written: removing a row can
/// take a page before it gives one back.
const SLACK: i64 = 16;

impl Opened {
    /// Lets the file pass its limit by so much as the removal of rows takes, or no more.
    pub(super) fn give_slack(&self, slack: bool) -> Result<(), InboxError> {
        let Some(max_pages) = self.max_pages else {
            return Ok(());
        };
        let pages = max_pages.saturating_add(if slack { SLACK } else { 0 });
        limit(&self.connection, pages)
    }
}

fn limit(connection: &Connection, pages: i64) -> Result<(), InboxError> {
    connection
        .pragma_update(None, "max_page_count", pages)
        .map_err(error)
}

pub(super) fn open(
    path: &Path,
    lock_time: Duration,
    max_bytes: Option<u64>,
) -> Result<Opened, InboxError> {
    if !path.exists() {
        create(path).map_err(|error| io_error(&error))?;
    }
    // By one name, whatever the links that lead to it.
    let path = &path.canonicalize().map_err(|error| io_error(&error))?;
    let lock = lock(path)?;
    close_to_others(path).map_err(|error| io_error(&error))?;
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(error)?;
    connection.busy_timeout(lock_time).map_err(error)?;
    prepare(&connection, path)?;
    let mut max_pages = None;
    if let Some(max_bytes) = max_bytes {
        let page_size: i64 = setting(&connection, "page_size")?;
        let pages = i64::try_from(max_bytes).unwrap_or(i64::MAX) / page_size.max(1);
        limit(&connection, pages)?;
        max_pages = Some(pages);
    }
    Ok(Opened {
        connection,
        max_pages,
        _lock: lock,
    })
}

fn lock(path: &Path) -> Result<File, InboxError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = private(&PathBuf::from(name)).map_err(|error| io_error(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(InboxError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(io_error(&error)),
    }
}

/// Made by us, so that nobody else can read it from the first moment on; SQLite gives its
/// companions the same mode.
fn create(path: &Path) -> io::Result<()> {
    private(path)?.sync_all()?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// SQLite gives its companions the mode that the file has.
fn close_to_others(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let mode = path.metadata()?.permissions().mode();
        if mode & 0o077 != 0 {
            std::fs::set_permissions(path, PermissionsExt::from_mode(mode & !0o077))?;
        }
    }
    Ok(())
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Sets what durability rests on, and reads it back: SQLite takes a wrong setting silently.
fn prepare(connection: &Connection, path: &Path) -> Result<(), InboxError> {
    let is_new = match recognize(connection, path) {
        Ok(()) => false,
        Err(InboxError::NotAnInbox { .. }) if is_empty(connection)? => true,
        Err(error) => return Err(error),
    };
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(error)?;
    for name in ["fullfsync", "checkpoint_fullfsync"] {
        connection.pragma_update(None, name, true).map_err(error)?;
    }
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(error)?;
    let synchronous: i64 = setting(connection, "synchronous")?;
    if mode != "wal" || synchronous != 2 {
        return Err(InboxError::Unsafe(format!(
            "SQLite has journal_mode {mode} and synchronous {synchronous}, where WAL and FULL (2) are needed"
        )));
    }
    if is_new {
        connection
            .execute_batch(&format!(
                "BEGIN IMMEDIATE; {SCHEMA}
                 PRAGMA application_id = {APPLICATION_ID};
                 PRAGMA user_version = {VERSION};
                 COMMIT;"
            ))
            .map_err(error)?;
    }
    Ok(())
}

/// Whether this is an inbox, and of a version that can be read.
pub(super) fn recognize(connection: &Connection, path: &Path) -> Result<(), InboxError> {
    let application: i64 = setting(connection, "application_id")?;
    let version: i64 = setting(connection, "user_version")?;
    if application != APPLICATION_ID {
        return Err(InboxError::NotAnInbox {
            what: path.display().to_string(),
        });
    }
    if version > VERSION {
        return Err(InboxError::Version {
            found: version,
            known: VERSION,
        });
    }
    Ok(())
}

/// Whether nobody has put anything into the file yet.
fn is_empty(connection: &Connection) -> Result<bool, InboxError> {
    let application: i64 = setting(connection, "application_id")?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))
        .map_err(error)?;
    Ok(application == 0 && tables == 0)
}

fn setting<T: rusqlite::types::FromSql>(
    connection: &Connection,
    name: &str,
) -> Result<T, InboxError> {
    connection
        .pragma_query_value(None, name, |row| row.get(0))
        .map_err(error)
}

/// What an error of SQLite's means for the inbox.
pub(super) fn error(error: rusqlite::Error) -> InboxError {
    let code = error.sqlite_error_code();
    let cause = Arc::new(error);
    match code {
        Some(ErrorCode::DiskFull) => InboxError::DiskFull(cause),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => InboxError::ReadOnly(cause),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => InboxError::Corrupt(cause),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => InboxError::Locked(cause),
        _ => InboxError::Failed(cause),
    }
}

fn io_error(error: &io::Error) -> InboxError {
    let kind = error.kind();
    let cause = Arc::new(io::Error::new(kind, error.to_string()));
    match kind {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            InboxError::ReadOnly(cause)
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => InboxError::DiskFull(cause),
        _ => InboxError::Failed(cause),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn each_trouble_of_the_file_has_an_error_of_its_own() {
        type Check = fn(&InboxError) -> bool;
        let checks: [(i32, Check, bool); 9] = [
            (
                ffi::SQLITE_FULL,
                |e| matches!(e, InboxError::DiskFull(_)),
                false,
            ),
            (
                ffi::SQLITE_READONLY,
                |e| matches!(e, InboxError::ReadOnly(_)),
                false,
            ),
            (
                ffi::SQLITE_READONLY_DIRECTORY,
                |e| matches!(e, InboxError::ReadOnly(_)),
                false,
            ),
            (
                ffi::SQLITE_PERM,
                |e| matches!(e, InboxError::ReadOnly(_)),
                false,
            ),
            (
                ffi::SQLITE_CORRUPT,
                |e| matches!(e, InboxError::Corrupt(_)),
                true,
            ),
            (
                ffi::SQLITE_NOTADB,
                |e| matches!(e, InboxError::Corrupt(_)),
                true,
            ),
            (
                ffi::SQLITE_BUSY,
                |e| matches!(e, InboxError::Locked(_)),
                false,
            ),
            (
                ffi::SQLITE_BUSY_SNAPSHOT,
                |e| matches!(e, InboxError::Locked(_)),
                false,
            ),
            (
                ffi::SQLITE_IOERR_FSYNC,
                |e| matches!(e, InboxError::Failed(_)),
                false,
            ),
        ];
        for (code, is_right, is_permanent) in checks {
            let of_sqlite = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let error = error(of_sqlite);
            assert!(is_right(&error), "{code}: {error}");
            assert_eq!(error.is_permanent(), is_permanent, "{error}");
        }
        for (kind, is_right) in [
            (
                io::ErrorKind::ReadOnlyFilesystem,
                (|e| matches!(e, InboxError::ReadOnly(_))) as Check,
            ),
            (io::ErrorKind::PermissionDenied, |e| {
                matches!(e, InboxError::ReadOnly(_))
            }),
            (io::ErrorKind::StorageFull, |e| {
                matches!(e, InboxError::DiskFull(_))
            }),
            (io::ErrorKind::Other, |e| matches!(e, InboxError::Failed(_))),
        ] {
            let error = io_error(&kind.into());
            assert!(is_right(&error), "{kind}: {error}");
        }
    }
}
