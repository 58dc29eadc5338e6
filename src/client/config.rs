//! The settings of a client as data: from a file, from the environment, or from several of these.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    path::PathBuf,
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::token::{ApiToken, TokenKind};

use super::{
    Client,
    build_error::BuildError,
    builder::ClientBuilder,
    environment,
    lenient::{self, BOOLEAN, NUMBER, SECONDS, TEXT},
    limits::Limits,
    retry::RetryPolicy,
};

/// The settings of a [`Client`] as data, so that TOML, YAML, JSON or any other format of serde's
/// can hold them. What isn't set, or null, has the default of [`ClientBuilder`]; a key that isn't
/// known is an error.
///
/// A time is a number of seconds or a text such as `"30s"`; a boolean is true, yes, on or 1, or
/// their opposites.
///
/// With the feature `config`, `ConfigLayers` reads files and the environment on top of each other.
///
/// ```
/// use monday_webhooks::client::ClientConfig;
///
/// let config: ClientConfig = serde_json::from_str(
///     r#"{"token": "…", "request_timeout": "30s", "max_retries": 2, "plan": "pro"}"#,
/// )?;
/// assert_eq!(config.max_retries, Some(2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ClientConfig {
    /// The API token, also under the key `api_key`. It never shows in `Debug`.
    #[serde(alias = "api_key", deserialize_with = "lenient::text")]
    pub token: Option<String>,
    /// Who the token acts for: `personal` or `app`.
    pub token_kind: Option<TokenKind>,
    /// The endpoint, also under the key `url`: https, or http on loopback.
    #[serde(alias = "url", deserialize_with = "lenient::text")]
    pub endpoint: Option<String>,
    /// The version of the API, also under the key `version`.
    #[serde(alias = "version", deserialize_with = "lenient::text")]
    pub api_version: Option<String>,
    /// Headers of one's own, by name in lower case: the same name in two spellings is an error.
    #[serde(deserialize_with = "lenient::headers")]
    pub headers: BTreeMap<String, String>,
    /// How long one request may take.
    #[serde(alias = "timeout", deserialize_with = "lenient::seconds")]
    pub request_timeout: Option<Duration>,
    /// How long connecting may take.
    #[serde(deserialize_with = "lenient::seconds")]
    pub connect_timeout: Option<Duration>,
    /// How often a request is repeated.
    #[serde(deserialize_with = "lenient::number")]
    pub max_retries: Option<u32>,
    /// The longest wait that is taken on.
    #[serde(deserialize_with = "lenient::seconds")]
    pub max_wait: Option<Duration>,
    /// How long a whole call may take.
    #[serde(deserialize_with = "lenient::seconds")]
    pub max_elapsed: Option<Duration>,
    /// The URL of a proxy. It may have credentials in it, and never shows in `Debug`.
    #[serde(deserialize_with = "lenient::text")]
    pub proxy: Option<String>,
    /// The user name for the proxy.
    #[serde(deserialize_with = "lenient::text")]
    pub proxy_username: Option<String>,
    /// The password for the proxy.
    #[serde(deserialize_with = "lenient::text")]
    pub proxy_password: Option<String>,
    /// Whether the proxy comes from `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` where none is named
    /// here; true by default.
    #[serde(deserialize_with = "lenient::boolean")]
    pub proxy_from_environment: Option<bool>,
    /// Files with further root certificates, in PEM.
    pub root_certificates: Vec<PathBuf>,
    /// The plan whose limits the client keeps to.
    pub plan: Option<Plan>,
    /// Calls in a minute, in place of the plan's number.
    #[serde(deserialize_with = "lenient::number")]
    pub calls_per_minute: Option<u32>,
    /// Calls at a time, in place of the plan's number.
    #[serde(deserialize_with = "lenient::number")]
    pub concurrent_calls: Option<u32>,
    /// Whether the client keeps to the complexity budget.
    #[serde(deserialize_with = "lenient::boolean")]
    pub complexity: Option<bool>,
}

/// A plan of monday's, by its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Plan {
    /// [`Limits::basic`].
    Basic,
    /// [`Limits::pro`].
    Pro,
    /// [`Limits::enterprise`].
    Enterprise,
}

/// Each key, the variable of the environment that sets it, and what it holds.
pub(super) struct Key {
    pub(super) name: &'static str,
    #[cfg_attr(
        not(feature = "config"),
        expect(dead_code, reason = "serde knows them by itself")
    )]
    pub(super) aliases: &'static [&'static str],
    /// The first of them that is set counts.
    pub(super) variables: &'static [&'static str],
    pub(super) expected: &'static str,
}

const fn key(
    name: &'static str,
    aliases: &'static [&'static str],
    variables: &'static [&'static str],
    expected: &'static str,
) -> Key {
    Key {
        name,
        aliases,
        variables,
        expected,
    }
}

pub(super) const KEYS: [Key; 19] = [
    key(
        "token",
        &["api_key"],
        &["MONDAY_API_TOKEN", "MONDAY_API_KEY"],
        TEXT,
    ),
    key("token_kind", &[], &["MONDAY_TOKEN_KIND"], "personal or app"),
    key("endpoint", &["url"], &["MONDAY_API_URL"], TEXT),
    key("api_version", &["version"], &["MONDAY_API_VERSION"], TEXT),
    key("headers", &[], &[], "a table of texts by name"),
    key(
        "request_timeout",
        &["timeout"],
        &["MONDAY_REQUEST_TIMEOUT"],
        SECONDS,
    ),
    key("connect_timeout", &[], &["MONDAY_CONNECT_TIMEOUT"], SECONDS),
    key("max_retries", &[], &["MONDAY_MAX_RETRIES"], NUMBER),
    key("max_wait", &[], &["MONDAY_MAX_WAIT"], SECONDS),
    key("max_elapsed", &[], &["MONDAY_MAX_ELAPSED"], SECONDS),
    key("proxy", &[], &["MONDAY_PROXY"], TEXT),
    key("proxy_username", &[], &["MONDAY_PROXY_USERNAME"], TEXT),
    key("proxy_password", &[], &["MONDAY_PROXY_PASSWORD"], TEXT),
    key(
        "proxy_from_environment",
        &[],
        &["MONDAY_PROXY_FROM_ENVIRONMENT"],
        BOOLEAN,
    ),
    key("root_certificates", &[], &[], "a list of files"),
    key("plan", &[], &["MONDAY_PLAN"], "basic, pro or enterprise"),
    key(
        "calls_per_minute",
        &[],
        &["MONDAY_CALLS_PER_MINUTE"],
        NUMBER,
    ),
    key(
        "concurrent_calls",
        &[],
        &["MONDAY_CONCURRENT_CALLS"],
        NUMBER,
    ),
    key("complexity", &[], &["MONDAY_COMPLEXITY"], BOOLEAN),
];

impl Key {
    /// The settings with this value alone, where the key can have it.
    pub(super) fn alone(&self, value: impl Into<Value>) -> Option<ClientConfig> {
        let alone = Map::from_iter([(self.name.to_owned(), value.into())]);
        ClientConfig::deserialize(Value::from(alone)).ok()
    }
}

impl ClientConfig {
    /// What the environment sets, by the variables that [`Client::from_env`] names.
    ///
    /// # Errors
    ///
    /// [`BuildError`], which names the variable that is wrong.
    pub fn from_env() -> Result<Self, BuildError> {
        environment::read(|name| std::env::var_os(name))
    }

    /// The client with these settings.
    ///
    /// # Errors
    ///
    /// [`BuildError`], which names the setting that is missing or wrong.
    pub fn client(&self) -> Result<Client, BuildError> {
        let token = self.api_token()?.ok_or(BuildError::NoToken)?;
        self.builder()?.build(token)
    }

    /// The token, where there is one.
    ///
    /// # Errors
    ///
    /// [`BuildError::Setting`] where it can't be one.
    pub fn api_token(&self) -> Result<Option<ApiToken>, BuildError> {
        let Some(token) = &self.token else {
            return Ok(None);
        };
        let token = match self.token_kind {
            Some(TokenKind::Personal) => ApiToken::personal(token.as_str()),
            Some(TokenKind::App) => ApiToken::app(token.as_str()),
            Some(TokenKind::Unspecified) | None => ApiToken::new(token.as_str()),
        };
        token.map(Some).map_err(|error| BuildError::Setting {
            key: "token",
            problem: "it can't be an API token",
            source: Some(error.into()),
        })
    }

    /// A builder with these settings, for what can't be said in a file.
    ///
    /// # Errors
    ///
    /// [`BuildError`] where a file with certificates can't be read.
    pub fn builder(&self) -> Result<ClientBuilder, BuildError> {
        let mut builder = ClientBuilder::default()
            .retry(self.retry_policy())
            .limits(self.limits());
        if let Some(endpoint) = &self.endpoint {
            builder = builder.endpoint(endpoint);
        }
        if let Some(version) = &self.api_version {
            builder = builder.api_version(version);
        }
        if let Some(timeout) = self.request_timeout {
            builder = builder.request_timeout(timeout);
        }
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        match &self.proxy {
            Some(proxy) => builder = builder.proxy(proxy),
            None if self.proxy_from_environment == Some(false) => builder = builder.no_proxy(),
            None => {}
        }
        if self.proxy_username.is_some() || self.proxy_password.is_some() {
            let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
            builder = builder.proxy_credentials(
                or_empty(&self.proxy_username),
                or_empty(&self.proxy_password),
            );
        }
        for file in &self.root_certificates {
            let pem = std::fs::read(file).map_err(|error| BuildError::Setting {
                key: "root_certificates",
                problem: "a file can't be read",
                source: Some(format!("{}: {error}", file.display()).into()),
            })?;
            builder = builder.root_certificates(pem);
        }
        Ok(builder)
    }

    /// Checks what can be told of each setting by itself, so that an error can say where it is from.
    pub(super) fn check_each(&self) -> Result<(), BuildError> {
        self.api_token()?;
        self.builder()?.check_each()
    }

    fn retry_policy(&self) -> RetryPolicy {
        let usual = RetryPolicy::default();
        RetryPolicy {
            max_retries: self.max_retries.unwrap_or(usual.max_retries),
            max_wait: self.max_wait.unwrap_or(usual.max_wait),
            max_elapsed: self.max_elapsed.unwrap_or(usual.max_elapsed),
        }
    }

    fn limits(&self) -> Limits {
        let limits = match self.plan {
            Some(Plan::Basic) => Limits::basic(),
            Some(Plan::Pro) => Limits::pro(),
            Some(Plan::Enterprise) => Limits::enterprise(),
            None => Limits::none(),
        };
        Limits {
            calls_per_minute: self.calls_per_minute.or(limits.calls_per_minute),
            concurrent_calls: self.concurrent_calls.or(limits.concurrent_calls),
            complexity: self.complexity.unwrap_or_default(),
            ..limits
        }
    }
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = |text: &Option<String>| text.as_ref().map(|_| "[redacted]");
        let headers: HashMap<_, _> = self
            .headers
            .keys()
            .map(|name| (name, "[redacted]"))
            .collect();
        f.debug_struct("ClientConfig")
            .field("token", &set(&self.token))
            .field("token_kind", &self.token_kind)
            .field("endpoint", &set(&self.endpoint))
            .field("api_version", &self.api_version)
            .field("headers", &headers)
            .field("request_timeout", &self.request_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_retries", &self.max_retries)
            .field("max_wait", &self.max_wait)
            .field("max_elapsed", &self.max_elapsed)
            .field("proxy", &set(&self.proxy))
            .field("proxy_username", &set(&self.proxy_username))
            .field("proxy_password", &set(&self.proxy_password))
            .field("proxy_from_environment", &self.proxy_from_environment)
            .field("root_certificates", &self.root_certificates)
            .field("plan", &self.plan)
            .field("calls_per_minute", &self.calls_per_minute)
            .field("concurrent_calls", &self.concurrent_calls)
            .field("complexity", &self.complexity)
            .finish()
    }
}
