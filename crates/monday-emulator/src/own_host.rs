//! Who may call a server on loopback: programs on this machine, and no page in a browser.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::middleware::Next;
use url::Host;

use crate::routes::error;

/// Refuses what a page in a browser could send to the server at this address: with an origin, or
/// under a name that somebody has pointed at loopback.
pub(crate) async fn only_local_programs(
    State(addr): State<SocketAddr>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) || !is_own(headers, addr) {
        return error(StatusCode::FORBIDDEN, "not from a browser");
    }
    next.run(request).await
}

/// Whether the one `Host` header names the server at `addr`: by an address of loopback or its own,
/// or as `localhost`. Where it listens on all addresses, each may be its own.
fn is_own(headers: &HeaderMap, addr: SocketAddr) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let url = host.and_then(|host| url::Url::parse(&format!("http://{host}/")).ok());
    let ip = match url.as_ref().and_then(url::Url::host) {
        _ if hosts.next().is_some() => return false,
        Some(Host::Ipv4(ip)) => ip.into(),
        Some(Host::Ipv6(ip)) => std::net::IpAddr::V6(ip),
        Some(Host::Domain(name)) => return name == "localhost",
        None => return false,
    };
    let bound = addr.ip();
    let is_bound = ip == bound || bound.is_unspecified();
    ip.is_loopback() || (is_bound && !ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own_of(host: &str, addr: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        is_own(&headers, addr.parse().unwrap())
    }

    #[test]
    fn a_server_goes_by_its_own_address_and_by_those_of_loopback() {
        let loopback = "127.0.0.1:80";
        for host in ["127.0.0.1", "127.9.9.9:1", "[::1]:80", "localhost:80"] {
            assert!(is_own_of(host, loopback), "{host}");
        }
        for host in [
            "example.com",
            "127.0.0.1.example.com",
            "localhost.example.com",
            "192.0.2.1",
            "0.0.0.0",
            "[::]",
            "",
        ] {
            assert!(!is_own_of(host, loopback), "{host}");
        }
        assert!(is_own_of("192.0.2.1:80", "192.0.2.1:80"));
        assert!(!is_own_of("192.0.2.2:80", "192.0.2.1:80"));
        assert!(is_own_of("192.0.2.2:80", "0.0.0.0:80"));
        assert!(!is_own_of("0.0.0.0:80", "0.0.0.0:80"));
    }

    #[test]
    fn one_host_is_named_and_no_other() {
        let mut headers = HeaderMap::new();
        let addr = "127.0.0.1:80".parse().unwrap();
        assert!(!is_own(&headers, addr));
        headers.append(header::HOST, "127.0.0.1".parse().unwrap());
        assert!(is_own(&headers, addr));
        headers.append(header::HOST, "127.0.0.1".parse().unwrap());
        assert!(!is_own(&headers, addr));
    }
}
