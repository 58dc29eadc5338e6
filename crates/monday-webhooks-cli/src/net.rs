//! Which addresses are this machine's own, and how others are reached without a token.

use std::{net::IpAddr, time::Duration};

use monday_webhooks::{ApiToken, client::ClientConfig};

use crate::failure::{Failure, with_causes};

const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Whether a URL names this machine: a loopback address, or `localhost`.
pub(crate) fn is_loopback(url: &reqwest::Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost"
            || host
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback())
    })
}

/// What is meant for this machine doesn't leave it: no proxy of the environment is asked for it.
pub(crate) fn past_proxies(
    http: reqwest::ClientBuilder,
    to: &reqwest::Url,
) -> reqwest::ClientBuilder {
    if is_loopback(to) {
        http.no_proxy()
    } else {
        http
    }
}

/// An HTTP client with the proxy, the certificates and the time for connecting of these settings,
/// and the endpoint checked as for a call. How long a request may take is for its sender to say.
pub(crate) fn client(config: &ClientConfig) -> Result<reqwest::Client, Failure> {
    let usage = |error: &dyn std::error::Error| Failure::usage(with_causes(error));
    // What is wrong is told in the words that it has everywhere.
    let nobody = ApiToken::new("nobody").map_err(|error| usage(&error))?;
    let checked = config.builder().and_then(|builder| builder.build(nobody));
    checked.map_err(|error| usage(&error))?;
    let mut http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(config.connect_timeout.unwrap_or(CONNECT_TIME));
    if let Some(proxy) = &config.proxy {
        let mut proxy = reqwest::Proxy::all(proxy).map_err(|error| usage(&error.without_url()))?;
        if let Some(name) = &config.proxy_username {
            let password = config.proxy_password.as_deref().unwrap_or_default();
            proxy = proxy.basic_auth(name, password);
        }
        http = http.proxy(proxy);
    } else if config.proxy_from_environment == Some(false) {
        http = http.no_proxy();
    } else if let Some(Ok(endpoint)) = config.endpoint.as_deref().map(reqwest::Url::parse) {
        http = past_proxies(http, &endpoint);
    }
    for file in &config.root_certificates {
        let pem = std::fs::read(file)
            .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem);
        http = http.tls_certs_merge(certificates.map_err(|error| usage(&error))?);
    }
    http.build().map_err(|error| usage(&error))
}
