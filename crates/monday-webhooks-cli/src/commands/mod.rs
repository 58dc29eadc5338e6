//! One command a module.

pub(crate) mod completions;
pub(crate) mod create;
pub(crate) mod decode;
pub(crate) mod delete;
pub(crate) mod demo;
pub(crate) mod emulate;
pub(crate) mod events;
pub(crate) mod inbox;
pub(crate) mod list;
pub(crate) mod listen;
pub(crate) mod man;
mod nats;
pub(crate) mod schema;
pub(crate) mod token;
pub(crate) mod trigger;

use std::future::Future;

use crate::failure::Failure;

/// Runs a command that waits for something.
fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the runtime could not be started: {error}")))?
        .block_on(command)
}

/// Runs a command that has nothing to finish when it is stopped, and then says what that means.
fn interruptible<T>(
    meaning: &str,
    command: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    block_on(async {
        tokio::select! {
            // The signals are listened for before anything is sent.
            biased;
            () = stop_signal() => Err(Failure::failed("interrupted").advise(meaning)),
            result = command => result,
        }
    })
}

const NOTHING_CHANGED: &str = "nothing was changed";

/// Ready at Ctrl-C and, on Unix, at SIGTERM, from the call on.
fn stop_signal() -> impl Future<Output = ()> {
    // Without a handler for a signal the default one ends the process.
    #[cfg(unix)]
    let (interrupt, terminate) = {
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
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        (listen(interrupt), listen(terminate))
    };
    #[cfg(not(unix))]
    let (interrupt, terminate) = {
        let interrupt = async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        (interrupt, std::future::pending())
    };
    async {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
}
