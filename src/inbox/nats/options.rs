//! The settings of an inbox in JetStream.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use crate::inbox::{DedupeWindow, Metrics};

use super::{
    NatsAuth, NatsServer, StreamName, server::NatsServerError, stream_name::StreamNameError,
};

/// A duplicate window under this is refused: monday retries for 30 minutes, and a server's clock
/// and restart have to fit in as well.
pub(super) const LEAST_WINDOW: Duration = Duration::from_hours(2);

/// The settings of a [`NatsInbox`](super::NatsInbox).
#[derive(Clone)]
#[non_exhaustive]
pub struct NatsOptions {
    /// Some servers of the cluster; the others are learned from them.
    pub servers: Vec<NatsServer>,
    /// The stream that holds the inbox. Its dead letters are in another one with `_DEAD` behind
    /// the name.
    pub stream: StreamName,
    /// Who the inbox is to the server.
    pub auth: NatsAuth,
    /// How the connection is encrypted.
    pub tls: NatsTls,
    /// How many servers keep each delivery: 1 by default; 3 for a cluster. A stream with fewer is
    /// refused.
    pub replicas: usize,
    /// How long a delivery is remembered. Less than 2 hours count as 2 hours. The server holds the
    /// keys of so long in memory, and the deliveries on disk also after they were handled.
    pub window: DedupeWindow,
    /// How many bytes the stream may have, where it is made; none by default, which means until
    /// the server's disk, or the account's share of it, is full.
    pub max_bytes: Option<u64>,
    /// After so long without a sign of life a delivery that is being handled is handed out again:
    /// 30 seconds by default, and at most 60. It counts where the consumer is made.
    pub lease_time: Duration,
    /// How long the server may take to acknowledge: 5 seconds by default.
    pub answer_time: Duration,
    /// What happens where the servers aren't known to sync each write.
    pub sync: SyncCheck,
    /// A user of the system account, whose word the server takes for a question about its own
    /// settings; none by default.
    pub system: Option<NatsAuth>,
    /// Where it counts.
    pub metrics: Arc<dyn Metrics>,
}

/// How a connection to NATS is encrypted. A server that offers TLS gets it, whatever is set here.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct NatsTls {
    /// Whether a server without TLS is refused. An address with `tls://` asks for the same.
    pub required: bool,
    /// The certificates (PEM) that servers are trusted by, instead of the system's.
    pub roots: Option<PathBuf>,
    /// This client's own certificate and its key (PEM).
    pub certificate: Option<(PathBuf, PathBuf)>,
}

/// What happens where the servers aren't known to sync each write to disk before they acknowledge
/// it (`sync_interval: always` in the `jetstream` block of their configuration; 2 minutes is the
/// default).
///
/// A server tells its sync interval to users of its system account only. So it is looked up where
/// [`NatsOptions::system`] is given, and isn't known where it is not, or where fewer servers answer
/// than there are [replicas](NatsOptions::replicas).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncCheck {
    /// A warning is logged at each start.
    #[default]
    Warn,
    /// The start is refused.
    Require,
    /// Nothing: the operator says that they do, or that what a power failure can cost is
    /// acceptable.
    Declared,
}

/// The text doesn't say where an inbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NatsAddressError {
    /// A part is missing.
    #[error("an inbox in NATS is nats://HOST:PORT/STREAM, or tls://, with commas between servers")]
    Form,
    /// A server's address isn't one.
    #[error(transparent)]
    Server(#[from] NatsServerError),
    /// The stream's name isn't one.
    #[error(transparent)]
    Stream(#[from] StreamNameError),
}

impl NatsOptions {
    /// The defaults, for these servers and this stream.
    pub fn new(servers: impl IntoIterator<Item = NatsServer>, stream: StreamName) -> Self {
        Self {
            servers: servers.into_iter().collect(),
            stream,
            auth: NatsAuth::none(),
            tls: NatsTls::default(),
            replicas: 1,
            window: DedupeWindow::default(),
            max_bytes: None,
            lease_time: Duration::from_secs(30),
            answer_time: Duration::from_secs(5),
            sync: SyncCheck::default(),
            system: None,
            metrics: Arc::new(()),
        }
    }

    /// The defaults, for what `nats://HOST:PORT/STREAM` names; with several servers
    /// `nats://HOST:PORT,HOST:PORT/STREAM`, and `tls://` where the connection has to be encrypted.
    ///
    /// ```
    /// use monday_webhooks::inbox::NatsOptions;
    ///
    /// let options = NatsOptions::from_address("tls://n1:4222,n2:4222,n3:4222/MONDAY")?;
    /// assert_eq!((options.servers.len(), options.stream.as_str()), (3, "MONDAY"));
    /// assert!(NatsOptions::from_address("nats://user:secret@n1:4222/MONDAY").is_err());
    /// # Ok::<(), monday_webhooks::inbox::nats::NatsAddressError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NatsAddressError`]; credentials in it are refused.
    pub fn from_address(address: &str) -> Result<Self, NatsAddressError> {
        let (scheme, rest) = address.split_once("://").ok_or(NatsAddressError::Form)?;
        if rest.contains('@') {
            return Err(NatsServerError::Credentials.into());
        }
        let (servers, stream) = rest.rsplit_once('/').ok_or(NatsAddressError::Form)?;
        let servers: Result<Vec<NatsServer>, _> = servers
            .split(',')
            .map(|server| format!("{scheme}://{server}").parse())
            .collect();
        Ok(Self::new(servers?, StreamName::new(stream)?))
    }

    /// The window that the stream has to have.
    pub(super) fn duplicate_window(&self) -> Duration {
        self.window.get().max(LEAST_WINDOW)
    }
}

impl fmt::Debug for NatsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsOptions")
            .field("servers", &self.servers)
            .field("stream", &self.stream)
            .field("auth", &self.auth)
            .field("tls", &self.tls)
            .field("replicas", &self.replicas)
            .field("window", &self.window)
            .field("max_bytes", &self.max_bytes)
            .field("lease_time", &self.lease_time)
            .field("answer_time", &self.answer_time)
            .field("sync", &self.sync)
            .field("system", &self.system)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_servers_and_a_stream() {
        let options = NatsOptions::from_address("nats://a:1,b/MONDAY").unwrap();
        let servers: Vec<_> = options.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["nats://a:1", "nats://b:4222"]);
        assert_eq!(options.stream.as_str(), "MONDAY");
        assert!(NatsOptions::from_address("tls://a/M").unwrap().servers[0].is_tls());
    }

    #[test]
    fn anything_else_is_no_address() {
        for bad in [
            "",
            "a/M",
            "nats://a",
            "nats://a/",
            "nats:///M",
            "http://a/M",
            "nats://a/M.x",
        ] {
            assert!(NatsOptions::from_address(bad).is_err(), "{bad}");
        }
        let error = NatsOptions::from_address("nats://u:hidden@a/M").unwrap_err();
        assert_eq!(error, NatsServerError::Credentials.into());
    }

    #[test]
    fn the_duplicate_window_is_never_under_two_hours() {
        let mut options = NatsOptions::from_address("nats://a/M").unwrap();
        assert_eq!(options.duplicate_window(), Duration::from_hours(24));
        options.window = DedupeWindow::MIN;
        assert_eq!(options.duplicate_window(), LEAST_WINDOW);
    }
}
