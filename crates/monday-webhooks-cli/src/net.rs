//! Which addresses are this machine's own.

use std::net::IpAddr;

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
