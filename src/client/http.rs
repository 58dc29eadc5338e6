//! The HTTP client beneath: time limits, proxies, certificates.

use std::{fmt, time::Duration};

use super::{build_error::BuildError, builder::is_loopback};

const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle connections are closed before a load balancer on the way does so: a mutation that is sent
/// into a connection that is just being closed may have been applied, and is not repeated.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

const NOT_A_PROXY: BuildError = BuildError::setting(
    "proxy",
    if cfg!(feature = "socks") {
        "not the URL of a proxy: http://HOST:PORT, https://HOST:PORT, socks5://HOST:PORT or socks5h://HOST:PORT"
    } else {
        "not the URL of a proxy: http://HOST:PORT or https://HOST:PORT, and with the feature `socks` socks5://HOST:PORT or socks5h://HOST:PORT"
    },
);

/// What the HTTP client is made of.
#[derive(Clone, Default)]
pub(super) struct HttpSettings {
    pub(super) own: Option<reqwest::Client>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) proxy: Proxy,
    pub(super) proxy_credentials: Option<(String, String)>,
    pub(super) root_certificates: Vec<Vec<u8>>,
}

/// Which proxy is used.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) enum Proxy {
    /// The one that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name.
    #[default]
    Environment,
    None,
    Url(String),
}

impl HttpSettings {
    pub(super) fn build(&self, endpoint: &url::Url) -> Result<reqwest::Client, BuildError> {
        if let Some(own) = &self.own {
            return self.beside_own().map(|()| own.clone());
        }
        let connect_timeout = self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT);
        positive("connect_timeout", connect_timeout)?;
        // No redirects: a token goes to the endpoint and nowhere else. No retries of reqwest's
        // own: what is repeated, and when, is decided here.
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("monday-webhooks/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT);
        http = match &self.proxy {
            Proxy::Url(url) => http.proxy(self.proxy(url)?),
            _ if self.proxy_credentials.is_some() => {
                return Err(BuildError::setting(
                    "proxy_username",
                    "there is no proxy that it is for: set proxy, too",
                ));
            }
            Proxy::None => http.no_proxy(),
            // What is meant for this machine doesn't leave it, whatever the environment says.
            Proxy::Environment if is_loopback(endpoint) => http.no_proxy(),
            Proxy::Environment => http,
        };
        if !self.root_certificates.is_empty() {
            http = http.tls_certs_merge(self.certificates()?);
        }
        http.build().map_err(|error| BuildError::Http(error.into()))
    }

    /// Checks what can be told of each setting by itself.
    pub(super) fn check_each(&self) -> Result<(), BuildError> {
        if let Some(timeout) = self.connect_timeout {
            positive("connect_timeout", timeout)?;
        }
        if let Proxy::Url(url) = &self.proxy {
            self.proxy(url)?;
        }
        self.certificates().map(drop)
    }

    fn proxy(&self, url: &str) -> Result<reqwest::Proxy, BuildError> {
        let parsed = url::Url::parse(url).map_err(|_| NOT_A_PROXY)?;
        let scheme = parsed.scheme();
        let known = matches!(scheme, "http" | "https")
            || cfg!(feature = "socks")
                && matches!(scheme, "socks4" | "socks4a" | "socks5" | "socks5h");
        if !known || parsed.host_str().is_none_or(str::is_empty) {
            return Err(NOT_A_PROXY);
        }
        let proxy = reqwest::Proxy::all(parsed).map_err(|_| NOT_A_PROXY)?;
        Ok(match &self.proxy_credentials {
            Some((name, password)) => proxy.basic_auth(name, password),
            None => proxy,
        })
    }

    fn certificates(&self) -> Result<Vec<reqwest::Certificate>, BuildError> {
        const NOT_PEM: BuildError = BuildError::setting(
            "root_certificates",
            "not certificates in PEM: -----BEGIN CERTIFICATE-----",
        );
        let mut certificates = Vec::new();
        for pem in &self.root_certificates {
            let some = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| NOT_PEM)?;
            if some.is_empty() {
                return Err(NOT_PEM);
            }
            certificates.extend(some);
        }
        Ok(certificates)
    }

    /// A client of one's own has all of this in it already.
    fn beside_own(&self) -> Result<(), BuildError> {
        let given = [
            ("connect_timeout", self.connect_timeout.is_some()),
            ("proxy", self.proxy != Proxy::Environment),
            ("proxy_username", self.proxy_credentials.is_some()),
            ("root_certificates", !self.root_certificates.is_empty()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((key, _)) => Err(BuildError::setting(
                key,
                "it has no effect on an HTTP client of one's own: set it there",
            )),
            None => Ok(()),
        }
    }
}

/// Refuses a time of zero.
pub(super) fn positive(key: &'static str, time: Duration) -> Result<(), BuildError> {
    if time.is_zero() {
        return Err(BuildError::setting(key, "it is longer than zero"));
    }
    Ok(())
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy's URL may have a password in it.
        let proxy = match &self.proxy {
            Proxy::Environment => "environment",
            Proxy::None => "none",
            Proxy::Url(_) => "url",
        };
        f.debug_struct("HttpSettings")
            .field("own", &self.own.is_some())
            .field("connect_timeout", &self.connect_timeout)
            .field("proxy", &proxy)
            .field("root_certificates", &self.root_certificates.len())
            .finish_non_exhaustive()
    }
}
