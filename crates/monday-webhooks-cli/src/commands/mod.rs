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

use crate::{failure::Failure, signals::Signals};

/// Runs a command that waits for something.
fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the runtime could not be started: {error}")))?;
    let result = runtime.block_on(command);
    // What has to be finished is; a name that is still being looked up isn't waited for.
    runtime.shutdown_background();
    result
}

/// Runs a command that has nothing to finish when it is stopped, and then says what that means.
fn interruptible<T>(
    meaning: &str,
    command: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    block_on(async {
        // They are listened for before anything is sent.
        let mut signals = Signals::listen();
        tokio::select! {
            biased;
            () = signals.next() => Err(Failure::failed("interrupted").advise(meaning)),
            result = command => result,
        }
    })
}

const NOTHING_CHANGED: &str = "nothing was changed";
