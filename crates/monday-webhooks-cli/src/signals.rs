//! Ctrl-C and, on Unix, SIGTERM.

use std::{future::Future, process, sync::mpsc, time::Duration};

use tokio::sync::oneshot;

use crate::failure::Failure;

/// How long a last word may take: standard error can be stuck, too.
const LAST_WORD: Duration = Duration::from_secs(1);

/// The signals that ask a process to stop, from the call of [`listen`](Self::listen) on. It has to
/// be called in a runtime.
pub(crate) struct Signals {
    // Without a handler for a signal the default one ends the process.
    #[cfg(unix)]
    kinds: [Option<tokio::signal::unix::Signal>; 2],
}

impl Signals {
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Self {
            kinds: kinds.map(|kind| signal(kind).ok()),
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn listen() -> Self {
        Self {}
    }

    /// Ready at the next one.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        let next = async |signal: &mut Option<tokio::signal::unix::Signal>| match signal {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        };
        let [interrupt, terminate] = &mut self.kinds;
        tokio::select! {
            () = next(interrupt) => {}
            () = next(terminate) => {}
        }
    }

    /// Ready at the next one.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Ready at the first signal from the call on. The second one ends the process at once, by a thread
/// of its own: all the others may be waiting for somebody.
pub(crate) fn first() -> impl Future<Output = ()> {
    let (stop, stopped) = oneshot::channel();
    let (listening, listens) = mpsc::channel();
    let thread = std::thread::Builder::new().name("signals".to_owned());
    let waiting = thread.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build();
        // Without it the default handlers stay.
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let mut signals = Signals::listen();
            // Whoever has called waits for it.
            let _ = listening.send(());
            signals.next().await;
            // Nobody is left to tell at the end.
            let _ = stop.send(());
            signals.next().await;
        });
        end();
    });
    if waiting.is_ok() {
        // An error says that it doesn't listen.
        let _ = listens.recv();
    }
    async {
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn end() -> ! {
    let (said, saying) = mpsc::channel();
    let thread = std::thread::Builder::new().name("last word".to_owned());
    let word = thread.spawn(move || {
        let failure = Failure::failed("ended by a second signal, with work left undone");
        failure.report();
        // The other end waits for a while only.
        let _ = said.send(());
    });
    if word.is_ok() {
        // That it can't be said in time changes nothing.
        let _ = saying.recv_timeout(LAST_WORD);
    }
    process::exit(1)
}
