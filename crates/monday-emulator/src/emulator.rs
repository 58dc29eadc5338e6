//! A running emulator.

use std::ops::Deref;

use tokio::task::JoinHandle;

use crate::builder::{EmulatorBuilder, StartError};
use crate::handle::Handle;

/// monday on loopback. It stops when it is dropped.
///
/// What it can do is in [`Handle`], to which it dereferences.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use monday_emulator::{DEFAULT_BOARD_ID, Emulator};
///
/// let emulator = Emulator::start().await?;
/// assert!(emulator.endpoint().starts_with("http://127.0.0.1:"));
/// let item = emulator.create_item(DEFAULT_BOARD_ID, "Order 1138")?;
/// emulator.until_idle().await;
/// assert_eq!(emulator.items(), [item]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Emulator {
    handle: Handle,
    served: Vec<JoinHandle<()>>,
}

impl Emulator {
    pub(crate) fn new(handle: Handle, served: Vec<JoinHandle<()>>) -> Self {
        Self { handle, served }
    }

    /// Sets an emulator up.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Starts an emulator with one board, on a free port of loopback.
    ///
    /// # Errors
    ///
    /// As [`EmulatorBuilder::start`].
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// A handle to it, for another task.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Stops it: closes the ports and finishes the calls under way, for up to 5 seconds; what a
    /// client hasn't finished sending by then is cut off. Dropping it does the same without waiting.
    pub async fn stop(mut self) {
        self.handle.core.stop.send_replace(true);
        for served in self.served.drain(..) {
            // A server task that panicked has stopped, too.
            let _ = served.await;
        }
    }
}

impl Deref for Emulator {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.handle.core.stop.send_replace(true);
    }
}
