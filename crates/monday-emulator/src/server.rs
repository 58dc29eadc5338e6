//! The HTTP server: one connection at a time can be cut off, which frameworks don't offer.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Put among a response's extensions, it cuts the connection off in place of the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CutOff;

/// How long the end waits for calls that are under way: some clients never finish theirs.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// How long accepting pauses after an error, which may be a lack of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` until `stop` turns true, and then finishes what is under way, for as long as
/// [`DRAIN_TIME`]. No connection outlives the future.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let cut_off = Arc::new(AtomicBool::new(false));
        let connection = Connection {
            stream,
            cut_off: cut_off.clone(),
        };
        let router = router.clone();
        let service =
            service_fn(move |request| respond(router.clone(), request, peer, cut_off.clone()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(connection), service);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            // How a single connection ends is for its client to see.
            let _ = connection.await;
        });
    }
    drop(listener);
    // What isn't finished by then is cut off.
    let _ = tokio::time::timeout(DRAIN_TIME, graceful.shutdown()).await;
    connections.shutdown().await;
}

/// Ends a connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("cut off on purpose")]
struct Abort;

async fn respond(
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    cut_off: Arc<AtomicBool>,
) -> Result<Response<Body>, Abort> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let response: Result<_, Infallible> = router.oneshot(request.map(Body::new)).await;
    let Ok(response) = response;
    if response.extensions().get::<CutOff>().is_some() {
        cut_off.store(true, Ordering::Relaxed);
        return Err(Abort);
    }
    Ok(response)
}

/// A connection that can end with a reset.
struct Connection {
    stream: TcpStream,
    cut_off: Arc<AtomicBool>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.cut_off.load(Ordering::Relaxed) {
            // Without lingering, closing sends a reset; where that isn't to be had, a plain close
            // still leaves the client without an answer.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
