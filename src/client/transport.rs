//! Why no answer came.

use std::{error::Error, io};

/// Why monday could not be reached, or gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportCause {
    /// The name of the host could not be resolved.
    Dns,
    /// The host is there and refuses the connection.
    Refused,
    /// There is no way to the host.
    Unreachable,
    /// The host's certificate isn't trusted, or it doesn't speak TLS.
    Tls,
    /// The proxy refused, or could not be reached.
    Proxy,
    /// No connection in time.
    ConnectTimeout,
    /// No answer in time.
    RequestTimeout,
    /// The whole call, waits and repetitions included, took too long.
    Deadline,
    /// The connection broke before the answer was complete.
    Broken,
    /// Something else.
    Other,
}

/// How errors of a proxy begin, in hyper-util and reqwest.
const PROXY: [&str; 3] = ["tunnel error", "socks ", "error connecting to socks proxy"];

impl TransportCause {
    /// From what reqwest says: by the errors behind it, since its own says no more than where it
    /// happened.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let connecting = error.is_connect();
        if error.is_timeout() {
            return if connecting {
                Self::ConnectTimeout
            } else {
                Self::RequestTimeout
            };
        }
        Self::of_chain(error.source(), connecting)
    }

    /// From an error and those behind it.
    fn of_chain(mut cause: Option<&(dyn Error + 'static)>, connecting: bool) -> Self {
        let mut found = None;
        while let Some(error) = cause {
            // The innermost one that says something is the root, but for a proxy: whatever keeps
            // it from answering, it isn't the endpoint.
            found = match found {
                Some(Self::Proxy) => found,
                _ => Self::of_one(error, connecting).or(found),
            };
            cause = error.source().or_else(|| inner(error));
        }
        match found {
            Some(found) => found,
            None if connecting => Self::Other,
            None => Self::Broken,
        }
    }

    fn of_one(error: &(dyn Error + 'static), connecting: bool) -> Option<Self> {
        let text = error.to_string().to_ascii_lowercase();
        // Texts tell why there is no connection. Why one broke they don't: rustls names TLS then,
        // too. A certificate's error has names of hosts in it, such as that of a proxy, and so a
        // proxy is known by the beginning alone.
        if connecting {
            if text.contains("dns error") || text.contains("failed to lookup address") {
                return Some(Self::Dns);
            }
            if PROXY.iter().any(|beginning| text.starts_with(beginning)) {
                return Some(Self::Proxy);
            }
            if text.contains("certificate") || text.contains("tls") || text.contains("handshake") {
                return Some(Self::Tls);
            }
        }
        let kind = error.downcast_ref::<io::Error>()?.kind();
        match kind {
            io::ErrorKind::ConnectionRefused => Some(Self::Refused),
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable => Some(Self::Unreachable),
            io::ErrorKind::TimedOut if connecting => Some(Self::ConnectTimeout),
            io::ErrorKind::TimedOut => Some(Self::RequestTimeout),
            // What rustls can't make sense of reaches us as invalid data.
            io::ErrorKind::InvalidData if connecting => Some(Self::Tls),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(Self::Broken),
            _ => None,
        }
    }

    /// What happened, and what to do about it.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Dns => {
                "the name of its host could not be resolved (DNS): check the endpoint's URL and this machine's network"
            }
            Self::Refused => {
                "the connection was refused: check the host and port of the endpoint, or of the proxy where there is one, and that something listens there"
            }
            Self::Unreachable => {
                "there is no way to its host: check this machine's network and whether a proxy is needed"
            }
            Self::Tls => {
                "no secure connection (TLS): check the endpoint's URL and this machine's clock; where a proxy of yours has a certificate of its own, add it as a root certificate"
            }
            Self::Proxy => {
                "the proxy did not let it through: check the proxy's URL and credentials"
            }
            Self::ConnectTimeout => {
                "no connection in time: check the network and the proxy, or raise connect_timeout"
            }
            Self::RequestTimeout => "no answer within request_timeout",
            Self::Deadline => "the call took longer than its max_elapsed",
            Self::Broken => "the connection broke before the answer was complete",
            Self::Other => "the connection failed",
        }
    }
}

/// What an [`io::Error`] wraps: its `source` leaves out the error itself.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    Some(inner)
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    /// An error with those behind it, the outermost first.
    #[derive(Debug)]
    struct Chain(&'static str, Option<Box<Chain>>);

    impl Chain {
        fn of(texts: &[&'static str]) -> Option<Box<Self>> {
            let (first, rest) = texts.split_first()?;
            Some(Box::new(Self(first, Self::of(rest))))
        }
    }

    impl fmt::Display for Chain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Chain {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self.1.as_deref()?)
        }
    }

    fn cause(texts: &[&'static str], connecting: bool) -> TransportCause {
        let chain = Chain::of(texts).unwrap();
        TransportCause::of_chain(Some(chain.as_ref()), connecting)
    }

    #[test]
    fn a_proxy_is_the_cause_whatever_keeps_it_from_answering() {
        for texts in [
            &["client error (Connect)", "tunnel error: unsuccessful"][..],
            &[
                "tunnel error: failed to create underlying connection",
                "dns error",
            ],
            &[
                "error connecting to socks proxy",
                "SOCKS error: failed to create underlying connection",
            ],
            &[
                "tunnel error: io error establishing tunnel",
                "invalid peer certificate: Expired",
            ],
        ] {
            assert_eq!(cause(texts, true), TransportCause::Proxy, "{texts:?}");
        }
    }

    #[test]
    fn a_name_in_a_certificate_makes_no_proxy_of_its_host() {
        for text in [
            "invalid peer certificate: certificate not valid for name \"proxy.example.com\"",
            "invalid peer certificate: certificate not valid for name \"tunnel.example.com\"",
        ] {
            assert_eq!(
                cause(&["client error (Connect)", text], true),
                TransportCause::Tls
            );
        }
        let local = ["error resolving for socks proxy", "dns error"];
        assert_eq!(cause(&local, true), TransportCause::Dns);
    }

    #[test]
    fn what_breaks_after_connecting_is_a_broken_connection_over_tls_too() {
        let text = "peer closed connection without sending TLS close_notify";
        assert_eq!(cause(&[text], false), TransportCause::Broken);
    }
}
