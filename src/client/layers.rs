//! Settings from several sources, one on top of the other.

use std::{
    ffi::OsString,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use config::{
    Config, ConfigBuilder, FileFormat, Map, Source, Value, ValueKind, builder::DefaultState,
};
use serde::Deserialize;

use super::{
    build_error::BuildError,
    config::{ClientConfig, KEYS, Key},
    environment,
};

/// Settings of a client from files and the environment. A later layer wins over an earlier one, key
/// by key, and only with what it **sets**: no default of a later layer takes the place of a value
/// that an earlier one has, and null sets nothing. Headers are put together, name by name.
///
/// Every layer is checked by itself, so that what is wrong is told with the file and the key, and
/// never with the value.
///
/// ```no_run
/// use monday_webhooks::client::ConfigLayers;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = ConfigLayers::new()
///     .file("/etc/monday.toml")?
///     .optional_file("monday.yml")?
///     .environment()?
///     .load()?;
/// let client = config.client()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct ConfigLayers(ConfigBuilder<DefaultState>);

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
        key: &'static str,
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
    /// A variable of the environment is wrong.
    #[error(transparent)]
    Environment(#[from] BuildError),
    /// The layers can't be put together.
    #[error("the layers of settings can't be put together")]
    Merge,
}

impl ConfigLayers {
    /// No layers: nothing is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file on top, in the format that its name ends with: TOML, YAML or JSON.
    ///
    /// # Errors
    ///
    /// [`LayerError`], also where the file isn't there.
    pub fn file(self, path: impl AsRef<Path>) -> Result<Self, LayerError> {
        let file = path.as_ref();
        let text = fs::read_to_string(file).map_err(|source| LayerError::Read {
            file: file.to_owned(),
            source,
        })?;
        Ok(self.on_top(read(file, &text)?))
    }

    /// Puts a file on top where there is one.
    ///
    /// # Errors
    ///
    /// [`LayerError`] where it is there, and can't be read.
    pub fn optional_file(self, path: impl AsRef<Path>) -> Result<Self, LayerError> {
        match self.clone().file(path) {
            Err(LayerError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(self)
            }
            other => other,
        }
    }

    /// Puts the variables of the environment on top that [`Client::from_env`](super::Client::from_env)
    /// names.
    ///
    /// # Errors
    ///
    /// [`LayerError::Environment`], which names the variable that is wrong.
    pub fn environment(self) -> Result<Self, LayerError> {
        self.variables(|name| std::env::var_os(name))
    }

    fn variables(self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, LayerError> {
        let texts = environment::texts(variable)?.into_iter();
        let values = texts.map(|(key, (variable, text))| {
            let origin = variable.to_owned();
            (key.to_owned(), Value::new(Some(&origin), text))
        });
        Ok(self.on_top(Layer(values.collect())))
    }

    /// What all layers together set.
    ///
    /// # Errors
    ///
    /// None that a layer by itself doesn't have; [`LayerError::Merge`] stands for the rest.
    pub fn load(self) -> Result<ClientConfig, LayerError> {
        let merged = self.0.build().map_err(|_| LayerError::Merge)?;
        merged.try_deserialize().map_err(|_| LayerError::Merge)
    }

    fn on_top(self, layer: Layer) -> Self {
        Self(self.0.add_source(layer))
    }
}

impl fmt::Debug for ConfigLayers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigLayers").finish_non_exhaustive()
    }
}

/// One source, checked: its keys are known, by their own names, and none is null.
#[derive(Clone)]
struct Layer(Map<String, Value>);

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

fn read(file: &Path, text: &str) -> Result<Layer, LayerError> {
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
        if !takes(key, &value) {
            return Err(LayerError::Value {
                file: file.to_owned(),
                key: key.name,
                expected: key.expected,
            });
        }
        if layer.insert(key.name.to_owned(), value).is_some() {
            return Err(LayerError::Twice {
                file: file.to_owned(),
                key: key.name,
            });
        }
    }
    Ok(Layer(layer))
}

fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter()
        .find(|key| key.name == name || key.aliases.contains(&name))
}

fn takes(key: &Key, value: &Value) -> bool {
    let alone = Map::from_iter([(key.name.to_owned(), value.clone())]);
    let value = Value::new(None, ValueKind::Table(alone));
    ClientConfig::deserialize(value).is_ok()
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

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, time::Duration};

    use proptest::prelude::*;

    use super::*;

    fn layer(layers: ConfigLayers, file: &str, text: &str) -> Result<ConfigLayers, LayerError> {
        Ok(layers.on_top(read(Path::new(file), text)?))
    }

    fn variables(
        layers: ConfigLayers,
        variables: &[(&str, &str)],
    ) -> Result<ConfigLayers, LayerError> {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        layers.variables(|name| variables.get(name).map(OsString::from))
    }

    #[test]
    fn each_format_says_the_same() {
        let toml = "token = \"t\"\napi_version = \"2027-01\"\nmax_retries = 2\nrequest_timeout = \"30s\"\ncomplexity = true\n[headers]\nX-One = \"1\"\n";
        let yaml = "token: t\napi_version: 2027-01\nmax_retries: 2\nrequest_timeout: 30\ncomplexity: yes\nheaders:\n  X-One: '1'\n";
        let json = r#"{"api_key": "t", "version": "2027-01", "max_retries": "2", "timeout": 30.0, "complexity": "on", "headers": {"X-One": "1"}}"#;
        let load = |file, text| {
            layer(ConfigLayers::new(), file, text)
                .unwrap()
                .load()
                .unwrap()
        };
        let config = load("a.toml", toml);
        assert_eq!(config.token.as_deref(), Some("t"));
        assert_eq!(config.request_timeout, Some(Duration::from_secs(30)));
        assert_eq!(config.headers["X-One"], "1");
        assert_eq!(config.complexity, Some(true));
        assert_eq!(load("a.YML", yaml), config);
        assert_eq!(load("a.json", json), config);
    }

    #[test]
    fn a_later_layer_wins_with_what_it_sets_and_with_nothing_else() {
        let layers = ConfigLayers::new();
        let layers = layer(layers, "a.toml", "token = \"first\"\nmax_retries = 7\nurl = \"https://a.example/v2\"\n[headers]\na = \"1\"\nb = \"1\"\n").unwrap();
        let layers = layer(
            layers,
            "b.yml",
            "api_key: second\nmax_retries: ~\nheaders:\n  b: '2'\n  c: null\n",
        )
        .unwrap();
        let layers = variables(layers, &[("MONDAY_API_URL", "https://b.example/v2")]).unwrap();
        let config = layers.load().unwrap();
        assert_eq!(config.token.as_deref(), Some("second"));
        assert_eq!(config.max_retries, Some(7));
        assert_eq!(config.endpoint.as_deref(), Some("https://b.example/v2"));
        let headers: Vec<_> = config
            .headers
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(headers, [("a", "1"), ("b", "2")]);
        assert_eq!(config.request_timeout, None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_file_and_key_and_never_with_its_value() {
        for (file, text, says) in [
            (
                "a.toml",
                "token = \"hidden",
                "a.toml: it is not TOML (line 1)",
            ),
            (
                "a.yml",
                "a: b\ntoken: \"hidden",
                "a.yml: it is not YAML (line ",
            ),
            (
                "a.json",
                "{\"token\": \"hidden\"\n\"a\": 1}",
                "a.json: it is not JSON (line 2)",
            ),
            ("a.json", "[\"hidden\"]", "a.json: it is not JSON"),
            ("a.ini", "token=hidden", "a.ini: a file of settings ends in"),
            (
                "a.toml",
                "tokn = \"hidden\"",
                "a.toml: there is no setting \"tokn\"",
            ),
            (
                "a.toml",
                "token = [\"hidden\"]",
                "a.toml: token is not a text",
            ),
            (
                "a.toml",
                "max_retries = \"hidden\"",
                "a.toml: max_retries is not a whole number",
            ),
            (
                "a.toml",
                "max_retries = -1",
                "a.toml: max_retries is not a whole number",
            ),
            (
                "a.yml",
                "complexity: hidden",
                "a.yml: complexity is not true or false",
            ),
            ("a.yml", "headers: hidden", "a.yml: headers is not a table"),
            (
                "a.yml",
                "plan: hidden",
                "a.yml: plan is not basic, pro or enterprise",
            ),
            (
                "a.yml",
                "timeout: hidden",
                "a.yml: request_timeout is not a time",
            ),
            (
                "a.yml",
                "token: hidden\napi_key: hidden",
                "a.yml: token is there twice",
            ),
        ] {
            let error = layer(ConfigLayers::new(), file, text).unwrap_err();
            assert!(error.to_string().contains(says), "{says}: {error}");
            assert!(
                !format!("{error} {error:?}").contains("hidden"),
                "{error:?}"
            );
        }
        let error = variables(ConfigLayers::new(), &[("MONDAY_MAX_WAIT", "hidden")]).unwrap_err();
        assert!(error.to_string().contains("MONDAY_MAX_WAIT"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error_unless_it_is_optional() {
        let missing = "/no/such/monday.toml";
        let error = ConfigLayers::new().file(missing).unwrap_err();
        assert!(error.to_string().contains(missing), "{error}");
        assert!(ConfigLayers::new().optional_file(missing).is_ok());
    }

    #[test]
    fn every_key_is_one_of_the_configs() {
        let unknown = serde_json::from_str::<ClientConfig>(r#"{"no_such_key": 1}"#);
        let known = unknown.unwrap_err().to_string();
        for key in &KEYS {
            for name in key.aliases.iter().chain([&key.name]) {
                assert!(known.contains(&format!("`{name}`")), "{name}: {known}");
            }
        }
        assert_eq!(
            known.matches('`').count() / 2 - 1,
            KEYS.iter().map(|key| 1 + key.aliases.len()).sum::<usize>()
        );
    }

    #[test]
    fn no_debug_output_shows_a_secret() {
        let text = "token: hidden\nproxy: http://hidden:hidden@proxy\nheaders:\n  a: hidden\n";
        let layers = layer(ConfigLayers::new(), "a.yml", text).unwrap();
        let shown = format!("{layers:?} {:?}", layers.clone().load().unwrap());
        assert!(!shown.contains("hidden"), "{shown}");
    }

    /// What a layer may set: a number of repeats, a time, and a header.
    fn any_layer() -> impl Strategy<Value = (Option<u32>, Option<u64>, Option<u8>, usize)> {
        (
            prop::option::of(0u32..9),
            prop::option::of(1u64..99),
            prop::option::of(any::<u8>()),
            0usize..3,
        )
    }

    proptest! {
        #[test]
        fn of_each_setting_the_last_layer_that_sets_it_counts(
            all in prop::collection::vec(any_layer(), 0..6)
        ) {
            let mut layers = ConfigLayers::new();
            for (retries, timeout, header, form) in &all {
                let header = header.map(|value| serde_json::json!({"x": value.to_string()}));
                let json = serde_json::json!({
                    "max_retries": retries, "request_timeout": timeout, "headers": header,
                });
                layers = match form {
                    0 => layer(layers, "a.json", &json.to_string()).unwrap(),
                    // JSON is YAML.
                    1 => layer(layers, "a.yml", &json.to_string()).unwrap(),
                    _ => {
                        let mut toml = String::new();
                        if let Some(retries) = retries {
                            toml += &format!("max_retries = {retries}\n");
                        }
                        if let Some(timeout) = timeout {
                            toml += &format!("request_timeout = {timeout}\n");
                        }
                        if let Some(header) = &header {
                            toml += &format!("headers.x = {}\n", header["x"]);
                        }
                        layer(layers, "a.toml", &toml).unwrap()
                    }
                };
            }
            let config = layers.load().unwrap();
            let all = all.iter().rev();
            prop_assert_eq!(config.max_retries, all.clone().find_map(|layer| layer.0));
            let timeout = all.clone().find_map(|layer| layer.1).map(Duration::from_secs);
            prop_assert_eq!(config.request_timeout, timeout);
            let header = all.clone().find_map(|layer| layer.2).map(|value| value.to_string());
            prop_assert_eq!(config.headers.get("x"), header.as_ref());
        }
    }
}
