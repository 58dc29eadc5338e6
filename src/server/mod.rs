//! An accept loop that can face the internet (feature `server`).
//!
//! `axum::serve` has no time limit for a request's header, so this one is on `hyper-util`, with
//! limits for time, size and connections. TLS is for the proxy in front of it.

mod endpoint;
mod shed;

pub use endpoint::TimedBody;

use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

use crate::receiver::HiddenText;

use self::{endpoint::Endpoint, shed::Shed};

/// The limits of a [`Server`]. Each has a default that suits deliveries of monday's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many connections are open at once, 2,048 by default. One more is answered 503.
    pub connections: usize,
    /// How long a client may take to send a request's header, and how long a connection may be
    /// idle, 10 seconds by default.
    pub header_time: Duration,
    /// How long a client may take to send a request's body, 10 seconds by default.
    pub body_time: Duration,
    /// How long a request may take from the end of its header to its answer, 30 seconds by default:
    /// the body and the sink. After that the sink's future is dropped, and the answer is 503.
    pub request_time: Duration,
    /// How long a client may take to read a piece of an answer, 10 seconds by default.
    pub write_time: Duration,
    /// The longest header of a request, in bytes: 32 KiB by default.
    pub header_size: usize,
    /// How long a shutdown waits for what was accepted, 30 seconds by default.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2048,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            request_time: Duration::from_secs(30),
            write_time: Duration::from_secs(10),
            header_size: 32 * 1024,
            drain_time: Duration::from_secs(30),
        }
    }
}

/// The smallest buffer that hyper takes, in bytes.
const MIN_BUFFER: usize = 8192;

/// How long accepting pauses when the machine has no descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A listener with one endpoint.
///
/// ```no_run
/// use monday_webhooks::{Delivery, Receiver, auth::{SigningSecret, Verifier}, receiver::Verified, server::Server};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::new(SigningSecret::new(std::env::var("MONDAY_SIGNING_SECRET")?)?);
/// let receiver = Receiver::new(verifier, async |delivery: Verified<Delivery>| {
///     println!("{}", delivery.message.kind());
///     Ok::<(), std::io::Error>(())
/// });
/// let server = Server::bind("127.0.0.1:8080".parse()?, "/monday").await?;
/// server.serve(receiver, async { tokio::signal::ctrl_c().await.unwrap_or_default() }).await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    path: HiddenText,
    limits: Limits,
}

impl Server {
    /// Listens on an address, for requests to one path. A query string doesn't count. The path is
    /// compared in constant time, so that it can be a secret.
    ///
    /// # Errors
    ///
    /// The operating system's error where the address can't be had, and
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) where the path doesn't begin with `/`.
    pub async fn bind(address: SocketAddr, path: &str) -> io::Result<Self> {
        if !path.starts_with('/') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the path of an endpoint begins with /",
            ));
        }
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            path: HiddenText::new(path),
            limits: Limits::default(),
        })
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// The operating system's error.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers requests until `shutdown` is ready, then finishes what it accepted.
    pub async fn serve<S>(self, service: S, shutdown: impl Future<Output = ()>)
    where
        S: Service<Request<TimedBody>, Response = Response<Full<Bytes>>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
    {
        let slots = Arc::new(Semaphore::new(self.limits.connections));
        let shed = Shed::new();
        let graceful = GracefulShutdown::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let stream = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
                () = &mut shutdown => break,
            };
            match Arc::clone(&slots).try_acquire_owned() {
                Ok(slot) => self.connect(stream, slot, service.clone(), &graceful),
                Err(_) => shed.turn_away(stream),
            }
        }
        drop(self.listener);
        if tokio::time::timeout(self.limits.drain_time, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("connections were still busy at the end of the drain time");
        }
    }

    fn connect<S>(
        &self,
        stream: TcpStream,
        slot: OwnedSemaphorePermit,
        service: S,
        graceful: &GracefulShutdown,
    ) where
        S: Service<Request<TimedBody>, Response = Response<Full<Bytes>>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
    {
        let endpoint = Endpoint {
            service,
            path: self.path.clone(),
            limits: self.limits,
        };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.limits.write_time));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time)
            .max_header_size(self.limits.header_size)
            .max_buf_size(self.limits.header_size.max(MIN_BUFFER))
            .serve_connection(
                TokioIo::new(Box::pin(stream)),
                TowerToHyperService::new(endpoint),
            );
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(slot);
        });
    }
}
