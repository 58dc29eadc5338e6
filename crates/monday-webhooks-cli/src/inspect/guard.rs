//! Who may look: a person at this machine, or one with the token. Not the pages of others.
//!
//! A page of a stranger's that is open in the same browser can send requests here. It can't read
//! the answers, unless its own name is pointed at loopback (DNS rebinding), so without a token
//! only a literal loopback address is let in; and what changes something has to come from the
//! inspector's own page.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::session::Session;

/// Lets a request through, or says why not.
pub(super) async fn guard(
    State(session): State<Option<Session>>,
    request: Request,
    next: Next,
) -> Response {
    match check(&request, session.as_ref()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

type Refused = (StatusCode, &'static str);

fn check(request: &Request, session: Option<&Session>) -> Result<(), Refused> {
    let headers = request.headers();
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let (Some(host), None) = (host, hosts.next()) else {
        return Err((StatusCode::BAD_REQUEST, "one Host header is needed"));
    };
    if session.is_none() && !is_loopback(host) {
        return Err((
            StatusCode::FORBIDDEN,
            "open the inspector by its address, such as http://127.0.0.1:PORT",
        ));
    }
    let path = request.uri().path();
    let is_page = path == "/" && request.method() == Method::GET;
    if !is_page && !is_own(headers, request.method(), host) {
        return Err((StatusCode::FORBIDDEN, "not from another page"));
    }
    let is_open = is_page || path == super::session::PATH;
    match session {
        Some(session) if !is_open && !session.is_open(headers) => {
            Err((StatusCode::UNAUTHORIZED, "log in first"))
        }
        _ => Ok(()),
    }
}

/// Whether a `Host` header names this machine by a literal loopback address, or `localhost`.
fn is_loopback(host: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(&format!("http://{host}/")) else {
        return false;
    };
    // What a browser would make of it has to be what stands there.
    let same = url.host_str().is_some_and(|name| {
        let rest = host.strip_prefix(name);
        rest.is_some_and(|rest| {
            let port = rest.strip_prefix(':');
            rest.is_empty()
                || port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
        })
    });
    same && crate::net::is_loopback(&url)
}

/// Whether a request comes from the inspector's own page, or from no page at all. What changes
/// something has to say where it comes from where a browser would.
fn is_own(headers: &HeaderMap, method: &Method, host: &str) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &header::HeaderValue| value.as_bytes())
    };
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return false;
    }
    let own = [format!("http://{host}"), format!("https://{host}")];
    let origin = text(header::ORIGIN);
    if origin.is_some_and(|origin| !own.iter().any(|own| own.as_bytes() == origin)) {
        return false;
    }
    if method == Method::GET || method == Method::HEAD {
        return true;
    }
    // A form can't send this type without asking first, and the answer to that would be no.
    text(header::CONTENT_TYPE).is_some_and(|content| content == b"application/json")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use proptest::prelude::*;

    use super::*;

    fn checked(method: &str, path: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        check(&request, None)
            .err()
            .map(|(status, _)| status.as_u16())
    }

    #[test]
    fn only_a_literal_loopback_address_is_let_in_without_a_token() {
        for host in [
            "127.0.0.1:80",
            "127.0.0.1",
            "localhost:9",
            "[::1]:8080",
            "127.9.9.9:1",
        ] {
            assert_eq!(checked("GET", "/", &[("host", host)]), None, "{host}");
        }
        for host in [
            "example.com",
            "127.0.0.1.example.com:80",
            "localhost.example.com",
            "10.0.0.1:80",
            "0.0.0.0:80",
            "[::]:80",
            "2130706433",
            "0x7f.1",
            "127.1",
            "user@127.0.0.1",
            "127.0.0.1:80/x",
            "",
        ] {
            assert_eq!(checked("GET", "/", &[("host", host)]), Some(403), "{host}");
        }
        assert_eq!(checked("GET", "/", &[]), Some(400));
        let twice = [("host", "127.0.0.1"), ("host", "example.com")];
        assert_eq!(checked("GET", "/", &twice), Some(400));
    }

    #[test]
    fn another_page_neither_reads_nor_changes_anything() {
        let host = ("host", "127.0.0.1:80");
        let json = ("content-type", "application/json");
        let own = ("origin", "http://127.0.0.1:80");
        let get = |more: &[_]| checked("GET", "/api/entries", &[&[host], more].concat());
        let post = |more: &[_]| checked("POST", "/api/replay/1", &[&[host], more].concat());
        assert_eq!(get(&[]), None);
        assert_eq!(get(&[("sec-fetch-site", "same-origin")]), None);
        assert_eq!(get(&[("sec-fetch-site", "cross-site")]), Some(403));
        assert_eq!(get(&[("sec-fetch-site", "same-site")]), Some(403));
        assert_eq!(get(&[("origin", "http://127.0.0.1:81")]), Some(403));
        assert_eq!(get(&[("origin", "null")]), Some(403));
        assert_eq!(post(&[json]), None);
        assert_eq!(post(&[json, own]), None);
        assert_eq!(post(&[]), Some(403));
        assert_eq!(post(&[own, ("content-type", "text/plain")]), Some(403));
        assert_eq!(post(&[json, ("origin", "http://localhost:80")]), Some(403));
        assert_eq!(
            post(&[json, own, ("sec-fetch-site", "cross-site")]),
            Some(403)
        );
        // A link to the page itself may be anywhere.
        assert_eq!(
            checked("GET", "/", &[host, ("sec-fetch-site", "cross-site")]),
            None
        );
    }

    proptest! {
        #[test]
        fn no_name_is_taken_for_loopback(name in "[a-z0-9.-]{1,30}(:[0-9]{1,5})?") {
            let literal = name.split(':').next().unwrap_or_default();
            let is_address = literal.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
            prop_assert_eq!(is_loopback(&name), (is_address || literal == "localhost")
                && reqwest::Url::parse(&format!("http://{name}/")).is_ok());
        }
    }
}
