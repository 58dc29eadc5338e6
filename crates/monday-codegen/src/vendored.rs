//! A schema file and its record, `schema.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::digest::sha256_hex;

/// The schema that a build uses: canonical SDL beside the record of where it comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VendoredSchema {
    /// Where the SDL lies.
    pub path: PathBuf,
    /// The SDL.
    pub sdl: String,
    /// The API version whose schema this is, as sent in monday's `API-Version` header.
    pub api_version: String,
    /// The day the schema was fetched, as YYYY-MM-DD.
    pub date: String,
    /// SHA-256 of the SDL, in lower-case hexadecimal.
    pub sha256: String,
    /// The URL that the schema was fetched from.
    pub source: String,
}

/// Why a vendored schema can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VendoredError {
    /// A file can't be read.
    #[error("can't read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The record has a line that isn't one of its `key = "value"` lines.
    #[error("{}:{line}: expected one of {KEYS:?} as `key = \"value\"`, each once", path.display())]
    Record {
        /// The record's file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The record lacks a key.
    #[error("{} has no `{key}`", path.display())]
    Missing {
        /// The record's file.
        path: PathBuf,
        /// What it lacks.
        key: &'static str,
    },
    /// The schema is the one that the record describes, but for the ends of its lines.
    #[error(
        "{} has CRLF line ends, and has the recorded SHA-256 with LF alone: a clone with \
         core.autocrlf makes that of it; take the file as it is committed",
        path.display()
    )]
    LineEnds {
        /// The schema's file.
        path: PathBuf,
    },
    /// The schema isn't the one that the record describes.
    #[error(
        "{} has the SHA-256 {actual}, but schema.toml records {recorded}; \
         the schema is not edited by hand: run `cargo xtask schema update`",
        path.display()
    )]
    Digest {
        /// The schema's file.
        path: PathBuf,
        /// The digest of what the file holds.
        actual: String,
        /// The digest that the record has.
        recorded: String,
    },
}

const KEYS: [&str; 4] = ["api_version", "date", "sha256", "source"];

impl VendoredSchema {
    /// Name of the SDL file in the schema's folder.
    pub const SDL_FILE: &str = "monday.graphql";
    /// Name of the record in the schema's folder.
    pub const RECORD_FILE: &str = "schema.toml";

    /// A schema for this folder that was fetched on this day, from this URL. It isn't written yet.
    #[must_use]
    pub fn new(folder: &Path, sdl: String, api_version: &str, date: &str, source: &str) -> Self {
        Self {
            path: folder.join(Self::SDL_FILE),
            api_version: api_version.to_owned(),
            date: date.to_owned(),
            sha256: sha256_hex(sdl.as_bytes()),
            source: source.to_owned(),
            sdl,
        }
    }

    /// Reads `monday.graphql` and `schema.toml` from a folder and checks that they belong
    /// together.
    ///
    /// # Errors
    ///
    /// [`VendoredError`] when a file can't be read, when the record is malformed, and when the
    /// digest of the schema isn't the recorded one.
    pub fn load(folder: &Path) -> Result<Self, VendoredError> {
        let path = folder.join(Self::SDL_FILE);
        let record_path = folder.join(Self::RECORD_FILE);
        let sdl = read(&path)?;
        let mut record = parse_record(&read(&record_path)?, &record_path)?;
        let mut take = |key: &'static str| {
            record.remove(key).ok_or(VendoredError::Missing {
                path: record_path.clone(),
                key,
            })
        };
        let schema = Self {
            api_version: take("api_version")?,
            date: take("date")?,
            sha256: take("sha256")?,
            source: take("source")?,
            path,
            sdl,
        };
        let actual = sha256_hex(schema.sdl.as_bytes());
        if actual != schema.sha256 {
            let with_lf = sha256_hex(schema.sdl.replace("\r\n", "\n").as_bytes());
            if with_lf == schema.sha256 {
                return Err(VendoredError::LineEnds { path: schema.path });
            }
            return Err(VendoredError::Digest {
                path: schema.path,
                actual,
                recorded: schema.sha256,
            });
        }
        Ok(schema)
    }

    /// The record's text, as `schema.toml` holds it.
    #[must_use]
    pub fn record(&self) -> String {
        let Self {
            api_version,
            date,
            sha256,
            source,
            ..
        } = self;
        format!(
            "# Written by `cargo xtask schema update`. The build refuses a schema with another digest.\n\
             api_version = \"{api_version}\"\n\
             date = \"{date}\"\n\
             sha256 = \"{sha256}\"\n\
             source = \"{source}\"\n"
        )
    }
}

fn read(path: &Path) -> Result<String, VendoredError> {
    std::fs::read_to_string(path).map_err(|source| VendoredError::Read {
        path: path.to_owned(),
        source,
    })
}

/// Reads the four `key = "value"` lines. A whole TOML parser would be a third of what a user of
/// the SDK compiles for the build script, and accept more than the file may say.
fn parse_record(text: &str, path: &Path) -> Result<BTreeMap<String, String>, VendoredError> {
    let mut record = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let entry = line.split_once('=').and_then(|(key, value)| {
            let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
            let key = key.trim();
            let plain = !value.contains(['"', '\\']) && !value.is_empty();
            (KEYS.contains(&key) && plain).then(|| (key.to_owned(), value.to_owned()))
        });
        let fresh = entry.is_some_and(|(key, value)| record.insert(key, value).is_none());
        if !fresh {
            return Err(VendoredError::Record {
                path: path.to_owned(),
                line: index + 1,
            });
        }
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::{VendoredError, VendoredSchema};
    use crate::sha256_hex;

    fn folder(sdl: &str, record: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(VendoredSchema::SDL_FILE), sdl).unwrap();
        std::fs::write(folder.path().join(VendoredSchema::RECORD_FILE), record).unwrap();
        folder
    }

    fn record(sha256: &str) -> String {
        format!(
            "# why\napi_version = \"2026-10\"\n\ndate = \"2026-11-01\"\nsha256 = \"{sha256}\"\nsource = \"https://example.com\"\n"
        )
    }

    #[test]
    fn a_schema_and_its_record_are_read() {
        let sdl = "type Query { a: Int }";
        let folder = folder(sdl, &record(&sha256_hex(sdl.as_bytes())));
        let schema = VendoredSchema::load(folder.path()).unwrap();
        assert_eq!(schema.api_version, "2026-10");
        assert_eq!(schema.sdl, sdl);
        std::fs::write(
            folder.path().join(VendoredSchema::RECORD_FILE),
            schema.record(),
        )
        .unwrap();
        assert_eq!(
            VendoredSchema::load(folder.path()).unwrap().record(),
            schema.record()
        );
    }

    #[test]
    fn a_schema_with_another_digest_is_refused() {
        let folder = folder("type Query { a: Int }", &record(&sha256_hex(b"another")));
        let error = VendoredSchema::load(folder.path()).unwrap_err();
        assert!(matches!(error, VendoredError::Digest { .. }));
        assert!(error.to_string().contains("schema update"), "{error}");
    }

    #[test]
    fn a_schema_with_windows_line_ends_is_refused_for_these() {
        let sdl = "type Query {\n  a: Int\n}\n";
        let recorded = record(&sha256_hex(sdl.as_bytes()));
        let windows = sdl.replace('\n', "\r\n");
        let error = VendoredSchema::load(folder(&windows, &recorded).path()).unwrap_err();
        assert!(error.to_string().contains("CRLF"), "{error}");
        // Another schema is another one, whatever its lines end in.
        let other = windows.replace("Int", "ID");
        let error = VendoredSchema::load(folder(&other, &recorded).path()).unwrap_err();
        assert!(matches!(error, VendoredError::Digest { .. }), "{error}");
    }

    #[test]
    fn a_record_with_unknown_repeated_or_malformed_lines_is_refused() {
        for line in [
            "other = \"1\"",
            "date = \"2026-11-01\"",
            "date 2026",
            "date = 2026",
            "date = \"\"",
        ] {
            let folder = folder("", &format!("{}{line}\n", record("")));
            let error = VendoredSchema::load(folder.path()).unwrap_err();
            assert!(
                matches!(error, VendoredError::Record { .. }),
                "{line}: {error}"
            );
        }
    }

    #[test]
    fn a_record_without_one_of_its_keys_is_refused() {
        let folder = folder("", "date = \"2026-11-01\"\n");
        let error = VendoredSchema::load(folder.path()).unwrap_err();
        assert!(matches!(
            error,
            VendoredError::Missing {
                key: "api_version",
                ..
            }
        ));
    }
}
