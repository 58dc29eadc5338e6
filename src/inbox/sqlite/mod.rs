//! The inbox in an SQLite file.
//!
//! One thread owns the file and commits what has come together since the last commit, so a lone
//! delivery waits for one sync and a thousand share one. What was received within the window is
//! known from memory, and written to a table whose key grows with time: no commit pays for an
//! index over random digests, and the set is read back when the inbox is opened.

mod open;
mod queue;
mod statements;
mod view;
mod writer;

use std::{
    fmt,
    num::NonZeroUsize,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use tokio::sync::{Notify, Semaphore, oneshot};

use crate::{event::DedupeKey, receiver::Taken};

use super::{
    Claimed, DeadLetter, DeadLetterId, DedupeWindow, Inbox, InboxError, Ledger, Metrics, Received,
    Settlement, Status, digest::key_digest,
};
use statements::Stored;
use writer::{Command, PutReply, Writer};

pub use view::SqliteView;

/// How many deliveries may wait for the next commit. Beyond that putting waits.
const PENDING: usize = 1024;

/// The settings of a [`SqliteInbox`].
#[derive(Clone)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// How long a delivery is remembered.
    pub window: DedupeWindow,
    /// How many deliveries are remembered: 2,000,000 by default, at about 32 bytes of memory
    /// each. Beyond that the oldest are forgotten before the window is over, but never within 30
    /// minutes; where that isn't possible the inbox counts as full.
    pub remembered: usize,
    /// How many bytes the file may have; none by default, which means until the disk is full. What
    /// is handled may pass it by 64 KiB, since removing deliveries takes some room before it makes any.
    pub max_bytes: Option<u64>,
    /// How long a commit waits for another program that has the file locked: 5 seconds by
    /// default.
    pub lock_time: Duration,
    /// Where it counts.
    pub metrics: Arc<dyn Metrics>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            window: DedupeWindow::default(),
            remembered: 2_000_000,
            max_bytes: None,
            lock_time: Duration::from_secs(5),
            metrics: Arc::new(()),
        }
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("window", &self.window)
            .field("remembered", &self.remembered)
            .field("max_bytes", &self.max_bytes)
            .field("lock_time", &self.lock_time)
            .finish_non_exhaustive()
    }
}

/// An inbox in an SQLite file: what it holds survives a crash of the process and of the machine.
///
/// The file and its companions (`-wal`, `-shm`, `.lock`) are readable by their owner alone. They
/// have to be on a local file system. One process at a time owns an inbox; in it, any number of
/// receivers and workers share it.
///
/// ```
/// use std::sync::Arc;
///
/// use monday_webhooks::{Receiver, auth::{SigningSecret, Verifier}};
/// use monday_webhooks::inbox::{SqliteInbox, SqliteOptions};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("inbox.sqlite");
/// let mut options = SqliteOptions::default();
/// options.max_bytes = Some(4 << 30);
/// let inbox = Arc::new(SqliteInbox::open(path, options)?);
/// let verifier = Verifier::new(SigningSecret::new("the app's Signing Secret")?);
/// let receiver = Receiver::new(verifier, Arc::clone(&inbox)); // and `inbox::run` works it off
/// # fn check<S: tower_service::Service<http::Request<http_body_util::Full<bytes::Bytes>>>>(_: S) {}
/// # check(receiver);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteInbox {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The right to handle a delivery of a [`SqliteInbox`].
pub struct SqliteLease {
    shared: Arc<Shared>,
    id: i64,
    settled: AtomicBool,
}

struct Shared {
    commands: mpsc::Sender<Command>,
    room: Arc<Semaphore>,
    changed: Arc<Notify>,
    metrics: Arc<dyn Metrics>,
}

impl SqliteInbox {
    /// Opens the inbox at this path, and makes it where there is none.
    ///
    /// This blocks: the deliveries of the window are read back.
    ///
    /// # Errors
    ///
    /// [`InboxError`]: [`InUse`](InboxError::InUse) where another process has it open,
    /// [`NotAnInbox`](InboxError::NotAnInbox) and [`Version`](InboxError::Version) where the file
    /// is something else, [`Corrupt`](InboxError::Corrupt), [`ReadOnly`](InboxError::ReadOnly),
    /// and [`Unsafe`](InboxError::Unsafe) where SQLite doesn't take a setting on which durability
    /// rests.
    pub fn open(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, InboxError> {
        let metrics = Arc::clone(&options.metrics);
        let changed = Arc::new(Notify::new());
        let (commands, queue) = mpsc::channel();
        let writer = Writer::open(path.as_ref(), options, Arc::clone(&changed))?;
        let thread = std::thread::Builder::new()
            .name("monday-inbox".into())
            .spawn(move || writer.run(&queue))
            .map_err(|error| InboxError::Failed(Arc::new(error)))?;
        Ok(Self {
            shared: Arc::new(Shared {
                commands,
                room: Arc::new(Semaphore::new(PENDING)),
                changed,
                metrics,
            }),
            thread: Mutex::new(Some(thread)),
        })
    }
}

impl SqliteInbox {
    /// Reads bodies, outside of the thread that everybody waits for. One that can't be read any more
    /// is a dead letter.
    async fn read(
        &self,
        stored: Vec<(Stored, SqliteLease)>,
    ) -> Result<Vec<Claimed<SqliteLease>>, InboxError> {
        let mut claimed = Vec::with_capacity(stored.len());
        for (stored, lease) in stored {
            let attempt = stored.attempts;
            if let Some(received) = stored.received() {
                claimed.push(Claimed::new(received, attempt, lease));
            } else {
                let reason = "the stored body can't be read".to_owned();
                self.settle(&lease, Settlement::Dead { reason }).await?;
            }
        }
        Ok(claimed)
    }
}

impl Shared {
    /// Sends a command to the thread, and waits until what it did is durable.
    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, InboxError>>) -> Command,
    ) -> Result<T, InboxError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(command(reply))
            .map_err(|_| InboxError::Closed)?;
        answer.await.unwrap_or(Err(InboxError::Closed))
    }
}

impl Inbox for SqliteInbox {
    type Lease = SqliteLease;

    async fn put(&self, received: Received) -> Result<Taken, InboxError> {
        let place = Arc::clone(&self.shared.room).acquire_owned().await;
        let place = place.map_err(|_| InboxError::Closed)?;
        let key = key_digest(&DedupeKey(&received.delivery));
        let received = Box::new(received);
        self.shared
            .ask(|reply| Command::Put {
                received,
                key,
                reply: PutReply { reply, place },
            })
            .await
    }

    async fn claim(&self, max: NonZeroUsize) -> Result<Vec<Claimed<SqliteLease>>, InboxError> {
        loop {
            let mut changed = std::pin::pin!(self.shared.changed.notified());
            changed.as_mut().enable();
            let lease = {
                let shared = Arc::clone(&self.shared);
                Box::new(move |id| SqliteLease {
                    shared: Arc::clone(&shared),
                    id,
                    settled: AtomicBool::new(false),
                })
            };
            let max = max.get();
            let claimed = self
                .shared
                .ask(|reply| Command::Claim { max, lease, reply })
                .await?;
            match claimed {
                Ok(stored) => {
                    let claimed = self.read(stored).await?;
                    if !claimed.is_empty() {
                        return Ok(claimed);
                    }
                }
                Err(None) => changed.await,
                Err(Some(wait)) => {
                    // Changed or due: either way the queue is looked at again.
                    let _ = tokio::time::timeout(wait, changed).await;
                }
            }
        }
    }

    async fn keep(&self, lease: &SqliteLease, attempt: u32) -> Result<(), InboxError> {
        let id = lease.id;
        self.shared
            .ask(|reply| Command::Keep { id, attempt, reply })
            .await
    }

    async fn settle(&self, lease: &SqliteLease, settlement: Settlement) -> Result<(), InboxError> {
        if lease.settled.load(Ordering::Acquire) {
            return Ok(());
        }
        let id = lease.id;
        self.shared
            .ask(|reply| Command::Settle {
                id,
                settlement,
                reply,
            })
            .await?;
        lease.forget();
        Ok(())
    }

    fn heartbeat(&self) -> Option<Duration> {
        None
    }

    fn metrics(&self) -> &dyn Metrics {
        self.shared.metrics.as_ref()
    }
}

impl Ledger for SqliteInbox {
    async fn status(&self) -> Result<Status, InboxError> {
        self.shared.ask(|reply| Command::Status { reply }).await
    }

    async fn dead_letters(
        &self,
        after: Option<DeadLetterId>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, InboxError> {
        self.shared
            .ask(|reply| Command::DeadLetters {
                after,
                limit,
                reply,
            })
            .await
    }

    async fn requeue(&self, letter: DeadLetterId) -> Result<bool, InboxError> {
        self.shared
            .ask(|reply| Command::Requeue { letter, reply })
            .await
    }

    async fn discard(&self, letter: DeadLetterId) -> Result<bool, InboxError> {
        self.shared
            .ask(|reply| Command::Discard { letter, reply })
            .await
    }
}

impl SqliteLease {
    /// It was given back without it.
    fn forget(&self) {
        self.settled.store(true, Ordering::Release);
    }
}

impl Drop for SqliteLease {
    /// Back into the queue, unless it was settled.
    fn drop(&mut self) {
        if !self.settled.load(Ordering::Acquire) {
            // An inbox that is closed hands it over again when it is opened.
            let _ = self.shared.commands.send(Command::Abandon { id: self.id });
        }
    }
}

impl Drop for SqliteInbox {
    /// Finishes what was asked for, and lets go of the file.
    fn drop(&mut self) {
        // A thread that is gone has let go of it.
        let _ = self.shared.commands.send(Command::Close);
        let thread = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for SqliteInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteInbox").finish_non_exhaustive()
    }
}

impl fmt::Debug for SqliteLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteLease")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
