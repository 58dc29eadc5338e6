//! How a client is set up.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue};

use crate::token::ApiToken;

use super::{
    Authorization, Client, Shared,
    build_error::BuildError,
    deadline::Pause,
    headers,
    http::{HttpSettings, Proxy, positive},
    limits::Limits,
    quota::Quotas,
    retry::RetryPolicy,
};

/// The longest minute of [`Limits`].
const MAX_MINUTE: Duration = Duration::from_hours(1);

/// monday's endpoint.
pub const DEFAULT_ENDPOINT: &str = "https://api.monday.com/v2";

/// monday's own limit for a call is 60 seconds; a little more leaves room for its answer.
const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(65);

/// The settings of a [`Client`]. Without any it calls monday itself, with the API version of the
/// schema that this SDK was built with. All of them are checked by [`build`](Self::build).
///
/// ```
/// use std::time::Duration;
///
/// use monday_webhooks::{ApiToken, Client};
///
/// let client = Client::builder()
///     .request_timeout(Duration::from_secs(20))
///     .proxy("http://proxy.example.com:3128")
///     .header("x-sent-by", "order-desk")
///     .build(ApiToken::new("token")?)?;
///
/// // A token goes over https, or stays on the machine.
/// let in_the_clear = Client::builder().endpoint("http://example.com/");
/// assert!(in_the_clear.build(ApiToken::new("token")?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    endpoint: String,
    api_version: Option<String>,
    request_timeout: Duration,
    retry: RetryPolicy,
    limits: Limits,
    headers: HashMap<String, String>,
    http: HttpSettings,
    pause: Pause,
}

/// What the texts among the settings say.
struct Checked {
    endpoint: url::Url,
    api_version: Option<HeaderValue>,
    headers: HeaderMap,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            endpoint: DEFAULT_ENDPOINT.into(),
            api_version: None,
            request_timeout: DEFAULT_REQUEST_TIMEOUT,
            retry: RetryPolicy::default(),
            limits: Limits::none(),
            headers: HashMap::new(),
            http: HttpSettings::default(),
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
        self.http.connect_timeout = Some(timeout);
        self
    }

    /// When and how often a request is repeated.
    pub const fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Keeps to these limits, so that monday needn't refuse. By default there are none.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sends one header more with each call; a value never shows in logs or messages. What is no
    /// header, or one that the client sends itself, is an error of [`build`](Self::build).
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        // Names that differ in case alone are one header.
        let name = name.into().to_ascii_lowercase();
        self.headers.insert(name, value.into());
        self
    }

    /// Calls through this proxy: `http://` or `https://`, and with the feature `socks` `socks5://`
    /// or `socks5h://` (the proxy resolves names). By default the proxy is the one that
    /// `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name, but for an endpoint on loopback.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = Proxy::Url(url.into());
        self
    }

    /// What the [`proxy`](Self::proxy) wants to know of the caller. Neither shows in `Debug`.
    pub fn proxy_credentials(
        mut self,
        username: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        self.http.proxy_credentials = Some((username.into(), password.into()));
        self
    }

    /// Calls through no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.http.proxy = Proxy::None;
        self
    }

    /// Trusts these certificates too, in PEM: those of a proxy that looks into TLS, for instance.
    /// The machine's own remain.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self
    }

    /// Calls with an HTTP client of one's own, whose connections are then shared. Its proxy, its
    /// certificates and its time limit for connecting count, and setting these here too is an
    /// error; [`request_timeout`](Self::request_timeout) counts as ever.
    ///
    /// Make it with `redirect::Policy::none()` and `retry::never()`. Neither can be asked of it
    /// afterwards, so that the promises of this client hold only as far as its own do:
    ///
    /// - one that follows redirects carries a call, with its variables and the
    ///   [headers](Self::header), to wherever an answer points, and repeats a mutation there. An
    ///   answer that comes from elsewhere than the endpoint is never taken for monday's: it is an
    ///   error of the kind [`Configuration`](super::ErrorKind::Configuration), and a mutation is in
    ///   doubt. By then the request has been there.
    /// - one that repeats by itself may create twice, and what it repeats is neither counted in
    ///   [`attempts`](super::Error::attempts) nor in the [`limits`](Self::limits). What reqwest does
    ///   without being told is safe: it repeats only what a server of HTTP/2 says that it didn't
    ///   look at.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http.own = Some(client);
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
        let Checked {
            endpoint,
            api_version,
            headers,
        } = self.check()?;
        let http = self.http.build(&endpoint)?;
        let quotas = Quotas::new(self.limits);
        Ok(Client {
            authorization: Arc::new(Authorization::new(token, &quotas)),
            headers: Arc::new(headers),
            shared: Arc::new(Shared {
                http,
                endpoint,
                api_version,
                request_timeout: self.request_timeout,
                retry: self.retry,
                pause: self.pause,
                quotas,
            }),
        })
    }

    /// Checks what can be told of each setting by itself.
    pub(super) fn check_each(&self) -> Result<(), BuildError> {
        self.check()?;
        self.http.check_each()
    }

    fn check(&self) -> Result<Checked, BuildError> {
        let endpoint = parse_endpoint(&self.endpoint)?;
        let api_version = self
            .api_version
            .as_ref()
            .map(|version| match HeaderValue::from_str(version) {
                Ok(header) if is_api_version(version) => Ok(header),
                _ => Err(BuildError::ApiVersion),
            })
            .transpose()?;
        positive("request_timeout", self.request_timeout)?;
        positive("max_elapsed", self.retry.max_elapsed)?;
        positive("minute", self.limits.minute)?;
        if self.limits.minute > MAX_MINUTE {
            return Err(BuildError::setting("minute", "it is an hour at most"));
        }
        let Limits {
            calls_per_minute,
            concurrent_calls,
            ..
        } = self.limits;
        for (key, calls) in [
            ("calls_per_minute", calls_per_minute),
            ("concurrent_calls", concurrent_calls),
        ] {
            if calls == Some(0) {
                return Err(BuildError::setting(
                    key,
                    "with 0 nothing could ever be called; leave it out for no limit",
                ));
            }
        }
        Ok(Checked {
            endpoint,
            api_version,
            headers: headers::read(&self.headers)?,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.keys().collect();
        f.debug_struct("ClientBuilder")
            .field("api_version", &self.api_version)
            .field("request_timeout", &self.request_timeout)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .field("headers", &headers)
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}

pub(super) fn parse_endpoint(text: &str) -> Result<url::Url, BuildError> {
    let url = url::Url::parse(text).map_err(|_| BuildError::Endpoint)?;
    let allowed = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    if allowed && url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(BuildError::Endpoint)
    }
}

/// Whether a URL's host is this machine.
pub(super) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
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
    use super::*;

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

    #[test]
    fn a_setting_that_cannot_be_is_named() {
        let build = |builder: ClientBuilder| {
            let error = builder.build(ApiToken::new("hidden").unwrap()).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hidden"), "{shown}");
            error.to_string()
        };
        let new = ClientBuilder::default;
        let no_time = RetryPolicy::default().with_max_elapsed(Duration::ZERO);
        for (builder, key) in [
            (new().endpoint("http://hidden.example"), "endpoint: "),
            (new().api_version("2026-13"), "api_version: "),
            (new().request_timeout(Duration::ZERO), "request_timeout: "),
            (new().connect_timeout(Duration::ZERO), "connect_timeout: "),
            (new().retry(no_time), "max_elapsed: "),
            (
                new().limits(Limits::basic().with_minute(Duration::MAX)),
                "minute: ",
            ),
            (
                new().limits(Limits::basic().with_calls_per_minute(0)),
                "calls_per_minute: ",
            ),
            (
                new().limits(Limits::basic().with_concurrent_calls(0)),
                "concurrent_calls: ",
            ),
            (new().header("x-a", "hidden\n"), "headers.x-a: "),
            (new().proxy("hidden"), "proxy: "),
            (new().proxy("ftp://hidden"), "proxy: "),
            (
                new().proxy_credentials("hidden", "hidden"),
                "proxy_username: ",
            ),
            (new().root_certificates("hidden"), "root_certificates: "),
            (
                new()
                    .http_client(reqwest::Client::new())
                    .proxy("http://hidden"),
                "proxy: it has no effect",
            ),
            (
                new()
                    .http_client(reqwest::Client::new())
                    .connect_timeout(Duration::ZERO),
                "connect_timeout: it has no effect",
            ),
        ] {
            let shown = format!("{builder:?}");
            assert!(!shown.contains("hidden"), "{shown}");
            let error = build(builder);
            assert!(error.contains(key), "{key}: {error}");
        }
    }
}
