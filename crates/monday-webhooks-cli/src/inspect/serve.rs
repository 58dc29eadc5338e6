//! The accept loop: bounded in connections and in the time that a header may take.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};

/// A browser opens six at most for one page.
const CONNECTIONS: usize = 64;

/// How long a request's header may take.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long accepting pauses after an error, which may be a lack of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until the future is dropped, which ends its connections.
pub(super) async fn serve(listener: TcpListener, router: Router) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
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
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .serve_connection(
                TokioIo::new(stream),
                TowerToHyperService::new(router.clone()),
            );
        connections.spawn(async move {
            // How a connection ends is for its client to see.
            let _ = connection.await;
            drop(slot);
        });
    }
}
