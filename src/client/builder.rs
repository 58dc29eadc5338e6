//! How a client is set up.

use std::{ffi::OsString, sync::Arc, time::Duration};

use http::HeaderValue;

use crate::token::{ApiToken, TokenError};

use super::{Authorization, Client, Shared, deadline::Pause, retry::RetryPolicy};

/// monday's endpoint.
pub const DEFAULT_ENDPOINT: &str = "https://api.monday.com/v2";

/// monday's own limit for a call is 60 seconds; a little more leaves room for its answer.
const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(65);
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle connections are closed before a load balancer on the way does so: a mutation that is sent
/// into a connection that is just being closed may have been applied, and is not repeated.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of a [`Client`]. Without any it calls monday itself, with the API version of the
/// schema that this SDK was built with.
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientBuilder {
    endpoint: String,
    api_version: Option<String>,
    request_timeout: Duration,
    connect_timeout: Duration,
    retry: RetryPolicy,
    pause: Pause,
}

/// Why a client can't be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No variable of the environment has a token.
    #[error("there is no API token: set MONDAY_API_TOKEN (or MONDAY_API_KEY)")]
    NoToken,
    /// A variable of the environment isn't Unicode.
    #[error("the environment variable {variable} is not Unicode")]
    NotUnicode {
        /// Its name.
        variable: &'static str,
    },
    /// The token in a variable of the environment can't be one.
    #[error("the environment variable {variable} holds no API token")]
    Token {
        /// Its name.
        variable: &'static str,
        /// What is wrong with it.
        source: TokenError,
    },
    /// Not a URL that a token may be sent to.
    #[error("the endpoint is an https URL, or an http URL on loopback, without credentials")]
    Endpoint,
    /// Not a version of monday's API.
    #[error("an API version has the form YYYY-MM with 01, 04, 07 or 10, or is the word dev")]
    ApiVersion,
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Http(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            endpoint: DEFAULT_ENDPOINT.into(),
            api_version: None,
            request_timeout: DEFAULT_REQUEST_TIMEOUT,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            retry: RetryPolicy::default(),
            pause: Pause::default(),
        }
    }
}

impl ClientBuilder {
    /// Calls another endpoint: https, or http on loopback, where an emulator may be.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = url.into();
        self
    }

    /// Asks for this version of the API, whatever schema an operation was checked against. By
    /// default each operation goes out with [its own](super::Operation::API_VERSION).
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = Some(version.into());
        self
    }

    /// How long one request may take, 65 seconds by default.
    pub const fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// How long connecting may take, 10 seconds by default.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// When and how often a request is repeated.
    pub const fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// For tests: no wait between two attempts is waited; `tell` gets to know of each instead. They
    /// count towards [`RetryPolicy::max_elapsed`] as if they had been waited.
    #[cfg(feature = "testing")]
    pub fn tell_waits(mut self, tell: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.pause = Pause::told_to(tell);
        self
    }

    /// The client for this token.
    ///
    /// # Errors
    ///
    /// [`BuildError`], which names the setting that is wrong.
    pub fn build(self, token: ApiToken) -> Result<Client, BuildError> {
        let endpoint = parse_endpoint(&self.endpoint)?;
        let api_version = self
            .api_version
            .map(|version| match HeaderValue::from_str(&version) {
                Ok(header) if is_api_version(&version) => Ok(header),
                _ => Err(BuildError::ApiVersion),
            })
            .transpose()?;
        // No redirects: a token goes to the endpoint and nowhere else. No retries of reqwest's
        // own: what is repeated, and when, is decided here.
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("monday-webhooks/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT);
        // What is meant for this machine doesn't leave it, whatever HTTP_PROXY says.
        if endpoint.scheme() == "http" {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|error| BuildError::Http(error.into()))?;
        Ok(Client {
            shared: Arc::new(Shared {
                http,
                endpoint,
                api_version,
                request_timeout: self.request_timeout,
                retry: self.retry,
                pause: self.pause,
            }),
            authorization: Arc::new(Authorization::new(token)),
        })
    }
}

/// A client from the variables that `read` gives.
pub(super) fn from_env(read: impl Fn(&str) -> Option<OsString>) -> Result<Client, BuildError> {
    let text = |variable: &'static str| {
        read(variable)
            .map(|value| {
                value
                    .into_string()
                    .map_err(|_| BuildError::NotUnicode { variable })
            })
            .transpose()
    };
    let mut builder = ClientBuilder::default();
    if let Some(url) = text("MONDAY_API_URL")? {
        builder = builder.endpoint(url);
    }
    if let Some(version) = text("MONDAY_API_VERSION")? {
        builder = builder.api_version(version);
    }
    for variable in ["MONDAY_API_TOKEN", "MONDAY_API_KEY"] {
        if let Some(token) = text(variable)? {
            let token =
                ApiToken::new(token).map_err(|source| BuildError::Token { variable, source })?;
            return builder.build(token);
        }
    }
    Err(BuildError::NoToken)
}

fn parse_endpoint(text: &str) -> Result<url::Url, BuildError> {
    let url = url::Url::parse(text).map_err(|_| BuildError::Endpoint)?;
    let allowed = match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(url::Host::Domain(name))) => name == "localhost",
        ("http", Some(url::Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(url::Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    };
    if allowed && url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(BuildError::Endpoint)
    }
}

/// monday's versions are quarterly, and `dev` is the one in the making.
fn is_api_version(text: &str) -> bool {
    let quarterly = text.split_once('-').is_some_and(|(year, month)| {
        year.len() == 4
            && year.bytes().all(|byte| byte.is_ascii_digit())
            && matches!(month, "01" | "04" | "07" | "10")
    });
    quarterly || text == "dev"
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn env(variables: &[(&str, &str)]) -> Result<Client, BuildError> {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        from_env(|name| variables.get(name).map(OsString::from))
    }

    #[test]
    fn the_token_comes_from_the_first_variable_that_is_set() {
        let client = env(&[("MONDAY_API_TOKEN", "first"), ("MONDAY_API_KEY", "second")]).unwrap();
        assert_eq!(client.authorization.token.expose(), "first");
        let client = env(&[("MONDAY_API_KEY", "second")]).unwrap();
        assert_eq!(client.authorization.token.expose(), "second");
        assert!(matches!(env(&[]), Err(BuildError::NoToken)));
    }

    #[test]
    fn a_wrong_variable_is_named_and_its_value_is_not() {
        let error = env(&[("MONDAY_API_KEY", "hidden\n")]).unwrap_err();
        assert!(error.to_string().contains("MONDAY_API_KEY"));
        assert!(!format!("{error} {error:?}").contains("hidden"));
        assert!(matches!(
            env(&[
                ("MONDAY_API_KEY", "a"),
                ("MONDAY_API_URL", "http://api.monday.com/v2")
            ]),
            Err(BuildError::Endpoint)
        ));
    }

    #[test]
    fn a_token_goes_over_https_or_stays_on_the_machine() {
        for good in [
            "https://api.monday.com/v2",
            "http://127.0.0.1:4000/v2",
            "http://[::1]:4000/v2",
            "http://localhost/v2",
        ] {
            assert!(parse_endpoint(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.monday.com/v2",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://10.0.0.1/",
            "https://user:pass@api.monday.com/v2",
            "ftp://127.0.0.1/",
            "api.monday.com",
            "",
        ] {
            assert!(parse_endpoint(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_are_quarterly_or_dev() {
        for good in ["2026-10", "2027-01", "dev"] {
            assert!(is_api_version(good), "{good}");
        }
        for bad in ["2026-11", "2026", "26-10", "2026-10\n", "current", ""] {
            assert!(!is_api_version(bad), "{bad}");
        }
    }
}
