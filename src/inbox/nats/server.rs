//! Where a server is.

use std::{fmt, str::FromStr};

use http::uri::Authority;

/// NATS' own port.
const PORT: u16 = 4222;

/// The address of a NATS server: `HOST`, `HOST:PORT`, `nats://HOST:PORT` or `tls://HOST:PORT`. The
/// port is 4222 unless it is given; `tls` is never anything but encrypted.
///
/// It can't carry credentials: addresses are logged and printed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NatsServer {
    host: String,
    port: u16,
    tls: bool,
}

/// The text isn't the address of a NATS server. It is not part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NatsServerError {
    /// It has another form.
    #[error("a NATS server is HOST:PORT, nats://HOST:PORT or tls://HOST:PORT")]
    Form,
    /// There is a user or a token in it.
    #[error("credentials don't belong in the address of a NATS server: give them apart")]
    Credentials,
}

impl NatsServer {
    /// Whether the address asks for TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.tls
    }
}

impl FromStr for NatsServer {
    type Err = NatsServerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (tls, authority) = match text.split_once("://") {
            None => (false, text),
            Some(("nats", authority)) => (false, authority),
            Some(("tls", authority)) => (true, authority),
            Some(_) => return Err(NatsServerError::Form),
        };
        if authority.contains('@') {
            return Err(NatsServerError::Credentials);
        }
        let authority: Authority = authority.parse().map_err(|_| NatsServerError::Form)?;
        let host = authority.host().to_owned();
        let port = match authority.as_str().strip_prefix(&host) {
            Some("") => PORT,
            Some(_) => authority.port_u16().ok_or(NatsServerError::Form)?,
            None => return Err(NatsServerError::Form),
        };
        if host.is_empty() {
            return Err(NatsServerError::Form);
        }
        Ok(Self { host, port, tls })
    }
}

impl fmt::Display for NatsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "tls" } else { "nats" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_has_a_host_and_may_have_a_scheme_and_a_port() {
        for (text, shown) in [
            ("localhost", "nats://localhost:4222"),
            ("10.0.0.1:4223", "nats://10.0.0.1:4223"),
            ("nats://n1.example.com", "nats://n1.example.com:4222"),
            ("tls://n1.example.com:1", "tls://n1.example.com:1"),
            ("[::1]:4222", "nats://[::1]:4222"),
        ] {
            let server: NatsServer = text.parse().unwrap();
            assert_eq!(server.to_string(), shown);
            assert_eq!(server.is_tls(), shown.starts_with("tls"));
        }
    }

    #[test]
    fn anything_else_is_refused_and_not_shown() {
        for bad in ["", ":1", "a b", "http://a", "a:b", "a:", "a:70000", "a/b"] {
            assert_eq!(
                bad.parse::<NatsServer>(),
                Err(NatsServerError::Form),
                "{bad}"
            );
        }
        let error = "nats://user:hidden@a:4222".parse::<NatsServer>();
        assert_eq!(error, Err(NatsServerError::Credentials));
        assert!(!error.unwrap_err().to_string().contains("hidden"));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_the_same_address(text in "(nats://|tls://)?[a-z0-9.-]{1,12}(:[0-9]{1,5})?") {
            if let Ok(server) = text.parse::<NatsServer>() {
                prop_assert_eq!(server.to_string().parse(), Ok(server));
            }
        }
    }
}
