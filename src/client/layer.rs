//! One source of settings, checked by itself.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use config::{Config, FileFormat, Map, Source, Value, ValueKind};
use serde::Deserialize;

use super::{
    build_error::BuildError,
    config::{ClientConfig, KEYS, Key},
};

/// One source, checked: its keys are known, by their own names, and none is null.
#[derive(Clone)]
pub(super) struct Layer(Map<String, Value>);

/// Why a layer can't be read. No value is part of the message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// The file can't be read.
    #[error("{}: the file can't be read", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The name of the file doesn't say in which format it is.
    #[error("{}: a file of settings ends in .toml, .yaml, .yml or .json", file.display())]
    Extension {
        /// The file.
        file: PathBuf,
    },
    /// The file isn't in the format that its name says.
    #[error("{}: it is not {format}{}", file.display(), At(*line))]
    Format {
        /// The file.
        file: PathBuf,
        /// The format.
        format: &'static str,
        /// The line of the first error, where it is known.
        line: Option<usize>,
    },
    /// A key that isn't one of [`ClientConfig`]'s.
    #[error("{}: there is no setting {key:?}", file.display())]
    UnknownKey {
        /// The file.
        file: PathBuf,
        /// The key.
        key: String,
    },
    /// The same setting twice, under two names.
    #[error("{}: {key} is there twice, under two names", file.display())]
    Twice {
        /// The file.
        file: PathBuf,
        /// The key.
        key: String,
    },
    /// A value of the wrong form.
    #[error("{}: {key} is not {expected}", file.display())]
    Value {
        /// The file.
        file: PathBuf,
        /// The key.
        key: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// A value of the right form that can't be.
    #[error("{}: {source}", file.display())]
    Setting {
        /// The file.
        file: PathBuf,
        /// What is wrong with it, beginning with its key.
        source: BuildError,
    },
    /// A variable of the environment is wrong.
    #[error(transparent)]
    Environment(#[from] BuildError),
    /// The layers can't be put together.
    #[error("the layers of settings can't be put together")]
    Merge,
}

impl Layer {
    /// Of values that are checked.
    pub(super) fn new(values: Map<String, Value>) -> Self {
        Self(values)
    }

    /// What a file sets, in the format that its name ends with.
    pub(super) fn read(file: &Path, text: &str) -> Result<Self, LayerError> {
        let extension = file.extension().and_then(|extension| extension.to_str());
        let (format, name) = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("toml") => (FileFormat::Toml, "TOML"),
            Some("yaml" | "yml") => (FileFormat::Yaml, "YAML"),
            Some("json") => (FileFormat::Json, "JSON"),
            _ => {
                return Err(LayerError::Extension {
                    file: file.to_owned(),
                });
            }
        };
        let parsed = Config::builder()
            .add_source(config::File::from_str(text, format))
            .build()
            .and_then(|config| config.collect());
        let values = parsed.map_err(|error| LayerError::Format {
            file: file.to_owned(),
            format: name,
            line: line(&error),
        })?;
        let mut layer = Map::new();
        for (name, value) in values {
            let Some(key) = find(&name) else {
                return Err(LayerError::UnknownKey {
                    file: file.to_owned(),
                    key: name,
                });
            };
            let Some(value) = without_null(value) else {
                continue;
            };
            let value = in_lower_case(key, value).map_err(|header| LayerError::Twice {
                file: file.to_owned(),
                key: format!("{}.{header}", key.name),
            })?;
            let Some(alone) = alone(key, &value) else {
                return Err(LayerError::Value {
                    file: file.to_owned(),
                    key: key.name,
                    expected: key.expected,
                });
            };
            alone.check_each().map_err(|source| LayerError::Setting {
                file: file.to_owned(),
                source,
            })?;
            if layer.insert(key.name.to_owned(), value).is_some() {
                return Err(LayerError::Twice {
                    file: file.to_owned(),
                    key: key.name.to_owned(),
                });
            }
        }
        Ok(Self(layer))
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}

fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter()
        .find(|key| key.name == name || key.aliases.contains(&name))
}

/// The settings with this value alone, where the key can have it.
fn alone(key: &Key, value: &Value) -> Option<ClientConfig> {
    let alone = Map::from_iter([(key.name.to_owned(), value.clone())]);
    let value = Value::new(None, ValueKind::Table(alone));
    ClientConfig::deserialize(value).ok()
}

/// Headers by their names in lower case, as which they are one header in all layers, or the name
/// that is there twice.
fn in_lower_case(key: &Key, value: Value) -> Result<Value, String> {
    let origin = value.origin().map(str::to_owned);
    let kind = match value.kind {
        ValueKind::Table(table) if key.name == "headers" => {
            let mut headers = Map::new();
            for (name, value) in table {
                let name = name.to_ascii_lowercase();
                if headers.insert(name.clone(), value).is_some() {
                    return Err(name);
                }
            }
            ValueKind::Table(headers)
        }
        other => other,
    };
    Ok(Value::new(origin.as_ref(), kind))
}

/// Null sets nothing: neither a key nor one in a table.
fn without_null(value: Value) -> Option<Value> {
    let origin = value.origin().map(str::to_owned);
    let kind = match value.kind {
        ValueKind::Nil => return None,
        ValueKind::Table(table) => ValueKind::Table(
            table
                .into_iter()
                .filter_map(|(key, value)| Some((key, without_null(value)?)))
                .collect(),
        ),
        other => other,
    };
    Some(Value::new(origin.as_ref(), kind))
}

/// The line that a parser names. The rest of what it says may quote the file, and a token in it.
fn line(error: &config::ConfigError) -> Option<usize> {
    let text = error.to_string();
    let (_, rest) = text.split_once("line ")?;
    let digits = rest.split(|end: char| !end.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// " (line 3)", where it is known.
struct At(Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(line) => write!(f, " (line {line})"),
            None => Ok(()),
        }
    }
}
