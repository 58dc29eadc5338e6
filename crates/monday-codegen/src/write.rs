//! Writing a file whole or not at all.

use std::io::{self, Write as _};
use std::path::Path;

/// Replaces a file's content in one step: the text goes to a temporary file beside it, which is
/// then renamed. On failure the file is as it was and no temporary file is left.
///
/// # Errors
///
/// Whatever the file system refuses: no such folder, no permission, no space.
pub fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    keep_permissions(path, file.path())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Temporary files are private to their owner; the result has the permissions of the file it
/// replaces, or those of a new file.
#[cfg(unix)]
fn keep_permissions(path: &Path, temporary: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = match std::fs::metadata(path) {
        Ok(metadata) => metadata.permissions(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::Permissions::from_mode(0o644)
        }
        Err(error) => return Err(error),
    };
    std::fs::set_permissions(temporary, permissions)
}

#[cfg(not(unix))]
fn keep_permissions(_path: &Path, _temporary: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::write_atomically;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schema.graphql");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_target_that_is_a_folder_is_refused_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schema");
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("inside"), b"kept").unwrap();
        assert!(write_atomically(&path, b"text").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(std::fs::read(path.join("inside")).unwrap(), b"kept");
    }
}
