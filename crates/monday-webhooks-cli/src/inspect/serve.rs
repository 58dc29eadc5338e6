//! The accept loop: bounded in connections and in the time that a header and an answer may take.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};
use tokio_io_timeout::TimeoutStream;

/// A browser opens six at most for one page.
pub(super) const CONNECTIONS: usize = 64;

/// How long a request's header may take.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long an answer may wait for a client that reads nothing.
const WRITE_TIME: Duration = Duration::from_secs(10);

/// How long accepting pauses after an error, which may be a lack of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until the future is dropped, which ends its connections.
pub(super) async fn serve(listener: TcpListener, router: Router) {
    serve_within(listener, router, CONNECTIONS, WRITE_TIME).await;
}

async fn serve_within(
    listener: TcpListener,
    router: Router,
    connections: usize,
    write_time: Duration,
) {
    let slots = Arc::new(Semaphore::new(connections));
    let mut connections = JoinSet::new();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
            return;
        };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::debug!(%error, "the inspector did not accept a connection");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
        };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(write_time));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .serve_connection(
                TokioIo::new(Box::pin(stream)),
                TowerToHyperService::new(router.clone()),
            );
        connections.spawn(async move {
            // How a connection ends is for its client to see.
            let _ = connection.await;
            drop(slot);
        });
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::*;

    #[tokio::test]
    async fn a_client_that_reads_nothing_makes_room_for_another_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/long", get(async || "a".repeat(64 << 20)))
            .route("/", get(async || "short"));
        tokio::spawn(serve_within(listener, router, 1, Duration::from_millis(50)));
        let ask = async |path: &str| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let request =
                format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            stream
        };
        let _deaf = ask("/long").await;
        let mut answer = String::new();
        ask("/").await.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("short"), "{answer}");
    }
}
