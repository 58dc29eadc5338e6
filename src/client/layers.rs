//! Settings from several sources, one on top of the other.

use std::{ffi::OsString, fmt, fs, io, path::Path};

use config::{ConfigBuilder, Value, builder::DefaultState};

use super::{
    config::ClientConfig,
    environment,
    layer::{Layer, LayerError},
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
        Ok(self.on_top(Layer::read(file, &text)?))
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
    /// names. An empty one sets nothing.
    ///
    /// # Errors
    ///
    /// [`LayerError::Environment`], which names the variable that is wrong.
    pub fn environment(self) -> Result<Self, LayerError> {
        self.variables(|name| std::env::var_os(name))
    }

    /// Puts the same variables on top, read by a function of one's own: for a program whose options
    /// take the place of some, or that has them from elsewhere.
    ///
    /// # Errors
    ///
    /// As for [`environment`](Self::environment).
    pub fn variables(
        self,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, LayerError> {
        let texts = environment::texts(variable)?.into_iter();
        let values = texts.map(|(key, (variable, text))| {
            let origin = variable.to_owned();
            (key.to_owned(), Value::new(Some(&origin), text))
        });
        Ok(self.on_top(Layer::new(values.collect())))
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

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, time::Duration};

    use proptest::prelude::*;

    use super::*;
    use crate::client::config::KEYS;

    fn layer(layers: ConfigLayers, file: &str, text: &str) -> Result<ConfigLayers, LayerError> {
        Ok(layers.on_top(Layer::read(Path::new(file), text)?))
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
        assert_eq!(config.headers["x-one"], "1");
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
    fn a_header_is_the_same_one_in_every_spelling_of_its_name() {
        for (first, last) in [("x-key", "X-Key"), ("X-Key", "x-key"), ("X-KEY", "X-key")] {
            let text = |name, value| format!("[headers]\n{name} = \"{value}\"\n");
            let layers = layer(ConfigLayers::new(), "a.toml", &text(first, "old")).unwrap();
            let layers = layer(layers, "b.toml", &text(last, "new")).unwrap();
            let config = layers.load().unwrap();
            let headers: Vec<_> = config.headers.iter().collect();
            assert_eq!(headers, [(&"x-key".to_owned(), &"new".to_owned())]);
        }
    }

    #[test]
    fn what_is_needed_beside_a_setting_may_be_in_another_layer() {
        let credentials = "proxy_username = \"a\"\nproxy_password = \"b\"\n";
        let layers = layer(ConfigLayers::new(), "a.toml", credentials).unwrap();
        let layers = variables(layers, &[("MONDAY_PROXY", "http://proxy:3128")]).unwrap();
        let layers = layer(layers, "b.yml", "token: t\n").unwrap();
        assert!(layers.load().unwrap().client().is_ok());
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
            (
                "a.toml",
                "[headers]\nX-Key = \"hidden\"\nx-key = \"hidden\"",
                "a.toml: headers.x-key is there twice",
            ),
            (
                "a.toml",
                "url = \"http://hidden.example/v2\"",
                "a.toml: endpoint: it is an https URL",
            ),
            (
                "a.yml",
                "version: 2026-11-hidden",
                "a.yml: api_version: it has the form YYYY-MM",
            ),
            (
                "a.json",
                r#"{"token": "hidden hidden"}"#,
                "a.json: token: it can't be an API token",
            ),
            (
                "a.toml",
                "proxy = \"ftp://hidden\"",
                "a.toml: proxy: not the URL of a proxy",
            ),
            (
                "a.toml",
                "root_certificates = [\"/no/such/file.pem\"]",
                "a.toml: root_certificates: a file can't be read",
            ),
            (
                "a.toml",
                "timeout = 0",
                "a.toml: request_timeout: it is longer than zero",
            ),
            (
                "a.toml",
                "concurrent_calls = 0",
                "a.toml: concurrent_calls: with 0",
            ),
            (
                "a.yml",
                "headers:\n  authorization: hidden",
                "a.yml: headers.authorization: the client sends this header itself",
            ),
            (
                "a.yml",
                "headers:\n  x-key: \"hidd\\u0007en\"",
                "a.yml: headers.x-key: a value has visible ASCII",
            ),
        ] {
            let error = layer(ConfigLayers::new(), file, text).unwrap_err();
            assert!(error.to_string().contains(says), "{says}: {error}");
            assert!(
                !format!("{error} {error:?}").contains("hidden"),
                "{error:?}"
            );
        }
        let empty = variables(ConfigLayers::new(), &[("MONDAY_API_TOKEN", "")]).unwrap();
        assert_eq!(empty.load().unwrap(), ClientConfig::default());
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

    type AnyLayer = (Option<u32>, Option<u64>, Option<(&'static str, u8)>, usize);

    /// What a layer may set: a number of repeats, a time, and a header in some spelling.
    fn any_layer() -> impl Strategy<Value = AnyLayer> {
        (
            prop::option::of(0u32..9),
            prop::option::of(1u64..99),
            prop::option::of((
                prop::sample::select(vec!["x-key", "X-Key", "X-KEY"]),
                any::<u8>(),
            )),
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
                let headers = header.map(|(name, value)| serde_json::json!({name: value.to_string()}));
                let json = serde_json::json!({
                    "max_retries": retries, "request_timeout": timeout, "headers": headers,
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
                        if let Some((name, value)) = header {
                            toml += &format!("headers.{name} = \"{value}\"\n");
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
            let header = all.clone().find_map(|layer| layer.2).map(|(_, value)| value.to_string());
            prop_assert_eq!(config.headers.get("x-key"), header.as_ref());
            prop_assert!(config.headers.len() <= 1);
        }
    }
}
