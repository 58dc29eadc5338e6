use std::future::Future;

/// Waits until the process is asked to stop: by Ctrl-C (SIGINT), or on Unix by SIGTERM, which is what
/// systemd, container engines and Kubernetes send.
///
/// The process listens from the call on, not from the first poll, and goes on listening: from then on
/// neither signal ends it by itself. It may be called once for each part of a program that has to stop, the server and the worker, say. Where
/// the operating system refuses to tell of a signal, that one stops the process as if this hadn't been
/// called.
///
/// # Panics
///
/// Outside of a tokio runtime that has its I/O enabled.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    let (interrupt, terminate) = signals();
    async {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
}

#[cfg(unix)]
fn signals() -> (
    impl Future<Output = ()> + Send + 'static,
    impl Future<Output = ()> + Send + 'static,
) {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| {
        let signal = signal(kind).ok();
        async {
            match signal {
                Some(mut signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
    };
    (
        listen(SignalKind::interrupt()),
        listen(SignalKind::terminate()),
    )
}

#[cfg(not(unix))]
fn signals() -> (
    impl Future<Output = ()> + Send + 'static,
    impl Future<Output = ()> + Send + 'static,
) {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    (interrupt, std::future::pending())
}
