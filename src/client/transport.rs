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
        let mut cause: Option<&(dyn Error + 'static)> = error.source();
        let mut found = None;
        while let Some(error) = cause {
            // The innermost one that says something is the root.
            found = Self::of_one(error, connecting).or(found);
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
        if text.contains("dns error") || text.contains("failed to lookup address") {
            return Some(Self::Dns);
        }
        if text.contains("proxy") || text.contains("tunnel") || text.contains("socks") {
            return Some(Self::Proxy);
        }
        if text.contains("certificate") || text.contains("tls") || text.contains("handshake") {
            return Some(Self::Tls);
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
                "the connection was refused: check the endpoint's host and port, and that something listens there"
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
