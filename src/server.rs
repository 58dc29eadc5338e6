//! An accept loop that can face the internet (feature `server`).
//!
//! `axum::serve` has no time limit for a request's header, so this one is on `hyper-util`, with
//! limits for time, size and connections. TLS is for the proxy in front of it.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Sleep,
};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

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
            write_time: Duration::from_secs(10),
            header_size: 32 * 1024,
            drain_time: Duration::from_secs(30),
        }
    }
}

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
    path: Arc<str>,
    limits: Limits,
}

impl Server {
    /// Listens on an address, for requests to one path. A query string doesn't count.
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
            path: path.into(),
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
                Err(_) => shed(stream),
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
            path: Arc::clone(&self.path),
            body_time: self.limits.body_time,
        };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.limits.write_time));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time)
            .max_header_size(self.limits.header_size)
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

/// Answers a connection too many, without reading what it has to say.
fn shed(mut stream: TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 60\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    tokio::spawn(async move {
        // A client that doesn't take the answer has its connection closed all the same.
        let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(ANSWER)).await;
    });
}

/// Looks at the path, and puts a time limit on the body.
#[derive(Clone)]
struct Endpoint<S> {
    service: S,
    path: Arc<str>,
    body_time: Duration,
}

impl<S> Service<Request<Incoming>> for Endpoint<S>
where
    S: Service<Request<TimedBody>, Response = Response<Full<Bytes>>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        if request.uri().path() != &*self.path {
            return Box::pin(std::future::ready(Ok(not_found(request.method()))));
        }
        let limit = self.body_time;
        Box::pin(
            self.service
                .call(request.map(|body| TimedBody::new(body, limit))),
        )
    }
}

fn not_found(method: &Method) -> Response<Full<Bytes>> {
    let body: &[u8] = match *method {
        Method::HEAD => b"",
        _ => br#"{"error":"not_found"}"#,
    };
    let mut response = Response::new(Full::new(Bytes::from_static(body)));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// A request's body with a limit for the time that all of it may take.
pub struct TimedBody {
    body: Incoming,
    deadline: Pin<Box<Sleep>>,
}

impl TimedBody {
    fn new(body: Incoming, limit: Duration) -> Self {
        Self {
            body,
            deadline: Box::pin(tokio::time::sleep(limit)),
        }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        ready!(self.deadline.as_mut().poll(context));
        Poll::Ready(Some(Err("the body took too long".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Debug for TimedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TimedBody(..)")
    }
}
