//! An accept loop that can face the internet (feature `server`).
//!
//! `axum::serve` has no time limit for a request's header, so this one is on `hyper-util`, with
//! limits for time, size and connections. TLS is for the proxy in front of it.

mod accept;
mod connections;
mod endpoint;
mod limits;
mod linger;
mod shed;
mod stop;

pub use endpoint::TimedBody;
pub use limits::Limits;
pub use stop::stop_signal;

use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc};

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
    task::JoinSet,
};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

use crate::receiver::HiddenText;

use self::{
    connections::{Connections, Place},
    endpoint::Endpoint,
    linger::Linger,
    shed::Shed,
};

/// The smallest buffer that hyper takes, in bytes.
const MIN_BUFFER: usize = 8192;

/// A listener with one endpoint.
///
/// ```no_run
/// use monday_webhooks::{Delivery, Receiver, auth::{SigningSecret, Verifier}, receiver::Verified, server::{Server, stop_signal}};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::new(SigningSecret::new(std::env::var("MONDAY_SIGNING_SECRET")?)?);
/// let receiver = Receiver::new(verifier, async |delivery: Verified<Delivery>| {
///     println!("{}", delivery.message().kind());
///     Ok::<(), std::io::Error>(())
/// });
/// let server = Server::bind("127.0.0.1:8080".parse()?, "/monday").await?;
/// server.serve(receiver, stop_signal()).await;
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
    /// Listens on an address, for requests to one path, as it stands in a URL. A query string
    /// doesn't count. The path is compared in constant time, so that it can be a secret.
    ///
    /// # Errors
    ///
    /// The operating system's error where the address can't be had, and
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) where the path isn't one that a request can
    /// have: it begins with `/`, and has nothing in it that ends a path (`?`, `#`) or that a URL
    /// escapes.
    pub async fn bind(address: SocketAddr, path: &str) -> io::Result<Self> {
        if !can_be_asked_for(path) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the path of an endpoint begins with /, has no query string, and is escaped as in a URL",
            ));
        }
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            path: HiddenText::new(path),
            limits: Limits::default(),
        })
    }

    /// The same with other limits.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use monday_webhooks::server::{Limits, Server};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut limits = Limits::default();
    /// limits.connections = 200;
    /// limits.drain_time = Duration::from_secs(10);
    /// let server = Server::bind("127.0.0.1:0".parse()?, "/monday").await?.with_limits(limits);
    /// println!("listening on {}", server.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits.bounded();
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

    /// Answers requests until `shutdown` is ready, then finishes what it accepted, for as long as
    /// [`Limits::drain_time`] says. No connection outlives the future.
    pub async fn serve<S>(self, service: S, shutdown: impl Future<Output = ()>)
    where
        S: Service<Request<TimedBody>, Response = Response<Full<Bytes>>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
    {
        let connections = Connections::new(self.limits.connections);
        let shed = Shed::new();
        let graceful = GracefulShutdown::new();
        let mut tasks = JoinSet::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let stream = tokio::select! {
                () = &mut shutdown => break,
                stream = accept::next(&self.listener, &connections) => stream,
                Some(_) = tasks.join_next() => continue,
            };
            match connections.enter() {
                Some(place) => self.connect(stream, place, service.clone(), &graceful, &mut tasks),
                None => shed.turn_away(stream),
            }
        }
        drop(self.listener);
        let finish = async {
            graceful.shutdown().await;
            while tasks.join_next().await.is_some() {}
        };
        if tokio::time::timeout(self.limits.drain_time, finish)
            .await
            .is_err()
        {
            tracing::warn!(
                connections = tasks.len(),
                "connections were still busy at the end of the drain time, and are closed"
            );
        }
        tasks.shutdown().await;
    }

    fn connect<S>(
        &self,
        stream: TcpStream,
        place: Arc<Place>,
        service: S,
        graceful: &GracefulShutdown,
        tasks: &mut JoinSet<()>,
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
            place: Arc::clone(&place),
        };
        let mut stream = TimeoutStream::new(Linger::new(stream));
        stream.set_write_timeout(Some(self.limits.write_time));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time)
            .max_header_size(self.limits.header_size)
            .max_buf_size(self.limits.header_size.max(MIN_BUFFER))
            // Who sent a request and has no more to say still gets an answer, and a sink that is
            // at work isn't dropped when its client goes away.
            .half_close(true)
            .serve_connection(
                TokioIo::new(Box::pin(stream)),
                TowerToHyperService::new(endpoint),
            );
        let connection = graceful.watch(connection);
        tasks.spawn(async move {
            tokio::select! {
                biased;
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                },
                () = place.leave() => tracing::debug!("a connection gave way to another one"),
            }
        });
    }
}

/// Whether a request can have this path, to the letter: `/` and the characters of a path's segments
/// (RFC 3986, section 3.3).
fn can_be_asked_for(path: &str) -> bool {
    let stands = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:@".contains(&byte);
    path.starts_with('/') && path.bytes().all(stands)
}
