//! The thread that owns the file: takes what has come together, commits it, answers.

use std::{
    path::Path,
    sync::{Arc, mpsc},
    time::{Duration, Instant, SystemTime},
};

use rusqlite::Connection;
use tokio::sync::{Notify, OwnedSemaphorePermit, oneshot};

use crate::{
    inbox::{
        DeadLetter, DeadLetterId, InboxError, Metrics, Received, Settlement, Status,
        received::{from_millis, millis},
        seen::Seen,
    },
    receiver::Taken,
};

use super::{
    SqliteLease, SqliteOptions,
    open::{self, Opened},
    queue::Queue,
    statements::{self, Stored},
};

/// How many commands share a commit at the most.
const BATCH: usize = 1024;

pub(super) type Reply<T> = oneshot::Sender<Result<T, InboxError>>;

/// The answer to a delivery, with its place among those that wait for a commit: it is taken until
/// then, whether or not somebody waits for the answer.
pub(super) struct PutReply {
    pub(super) reply: Reply<Taken>,
    pub(super) place: OwnedSemaphorePermit,
}

impl PutReply {
    fn send(self, answer: Result<Taken, InboxError>) {
        drop(self.place);
        // Nobody waits for it any more: what was done is done all the same.
        let _ = self.reply.send(answer);
    }
}

/// Deliveries that are due, or else how long until one is.
type Due = Result<Vec<(Stored, SqliteLease)>, Option<Duration>>;

/// What the thread is asked to do.
pub(super) enum Command {
    Put {
        received: Box<Received>,
        /// The digest of its dedupe key.
        key: u128,
        reply: PutReply,
    },
    Claim {
        max: usize,
        lease: Box<dyn Fn(i64) -> SqliteLease + Send>,
        reply: Reply<Due>,
    },
    Keep {
        id: i64,
        attempt: u32,
        reply: Reply<()>,
    },
    Settle {
        id: i64,
        settlement: Settlement,
        reply: Reply<()>,
    },
    Abandon {
        id: i64,
    },
    Status {
        reply: Reply<Status>,
    },
    DeadLetters {
        after: Option<DeadLetterId>,
        limit: usize,
        reply: Reply<Vec<DeadLetter>>,
    },
    Requeue {
        letter: DeadLetterId,
        reply: Reply<bool>,
    },
    Discard {
        letter: DeadLetterId,
        reply: Reply<bool>,
    },
    Close,
}

/// What is left to do for a command once the commit has succeeded or failed: the change to the
/// memory, and the answer.
type Finish = Box<dyn FnOnce(&mut Memory, Result<(), InboxError>)>;

/// What the thread knows without looking into the file.
struct Memory {
    queue: Queue,
    seen: Seen,
    next_id: i64,
}

pub(super) struct Writer {
    file: Opened,
    memory: Memory,
    window: i64,
    metrics: Arc<dyn Metrics>,
    changed: Arc<Notify>,
    /// Whether the last commit with a new delivery in it has failed, for want of room perhaps.
    failing: bool,
}

impl Writer {
    pub(super) fn open(
        path: &Path,
        options: SqliteOptions,
        changed: Arc<Notify>,
    ) -> Result<Self, InboxError> {
        let file = open::open(path, options.lock_time, options.max_bytes)?;
        let window = options.window.millis();
        let least = crate::inbox::DedupeWindow::MIN.millis();
        let memory =
            read_back(&file.connection, window, least, options.remembered).map_err(open::error)?;
        Ok(Self {
            file,
            memory,
            window,
            metrics: options.metrics,
            changed,
            failing: false,
        })
    }

    /// Works until it is told to close, or nobody is left to tell it.
    pub(super) fn run(mut self, commands: &mpsc::Receiver<Command>) {
        while let Ok(first) = commands.recv() {
            let mut batch = vec![first];
            batch.extend(commands.try_iter().take(BATCH - 1));
            let close = batch
                .iter()
                .any(|command| matches!(command, Command::Close));
            self.commit_all(batch);
            if close {
                return;
            }
        }
    }

    /// While new deliveries can't be kept, what is handled has a commit of its own: it is what makes
    /// room.
    fn commit_all(&mut self, mut batch: Vec<Command>) {
        let is_put = |command: &Command| matches!(command, Command::Put { .. });
        if self.failing {
            let (puts, rest): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_put);
            if !rest.is_empty() {
                // An error of these is the commit's, too.
                let _ = self.file.give_slack(true);
                self.commit(rest);
                let _ = self.file.give_slack(false);
            }
            batch = puts;
        }
        if batch.is_empty() {
            return;
        }
        let puts = batch.iter().any(is_put);
        let kept = self.commit(batch);
        if puts {
            self.failing = !kept;
        }
    }

    /// Whether the commit has succeeded.
    fn commit(&mut self, batch: Vec<Command>) -> bool {
        let started = Instant::now();
        let mut finishes = Vec::with_capacity(batch.len());
        let mut changes = 0;
        let connection = &self.file.connection;
        let mut result = execute(connection, "BEGIN IMMEDIATE");
        let now = millis(SystemTime::now());
        if result.is_ok() && self.memory.seen.settle_at(now) {
            result = statements::settle_at(connection, now).map_err(open::error);
        }
        for command in batch {
            // After an error the transaction may be gone, and nothing may run outside of one.
            if let Err(error) = &result {
                finishes.push(refuse(command, error));
                continue;
            }
            match work(connection, &mut self.memory, command, &mut changes) {
                Ok(finish) => finishes.push(finish),
                Err((error, finish)) => {
                    finishes.push(finish);
                    result = Err(error);
                }
            }
        }
        if result.is_ok() && changes > 0 {
            let horizon = now.saturating_sub(self.window);
            result = statements::prune(connection, horizon, changes * 2)
                .map(drop)
                .map_err(open::error);
        }
        if result.is_ok() {
            result = execute(connection, "COMMIT");
        }
        if result.is_err() && !connection.is_autocommit() {
            // A transaction that can't be rolled back is gone with the connection's next error.
            let _ = execute(connection, "ROLLBACK");
        }
        if changes > 0 {
            self.metrics
                .committed(changes, started.elapsed(), result.as_ref().err());
        }
        for finish in finishes {
            finish(&mut self.memory, result.clone());
        }
        let is_ok = result.is_ok();
        // Not after every commit: who claims would be told of its own claim, and never rest.
        if self.memory.queue.take_news() {
            self.changed.notify_waiters();
        }
        is_ok
    }
}

fn execute(connection: &Connection, statement: &str) -> Result<(), InboxError> {
    connection.execute_batch(statement).map_err(open::error)
}

/// Fills the memory from the file.
fn read_back(
    connection: &Connection,
    window: i64,
    least: i64,
    remembered: usize,
) -> rusqlite::Result<Memory> {
    let now = millis(SystemTime::now());
    let mut queue = Queue::default();
    queue.dead = statements::unhandled(connection, |id, received_at, due| {
        let wait = u64::try_from(due.saturating_sub(now)).unwrap_or_default();
        queue.add(id, received_at, Duration::from_millis(wait));
    })?;
    let mut seen = Seen::new(window, least, remembered);
    statements::settle_at(connection, now)?;
    let horizon = now.saturating_sub(window);
    statements::remembered(connection, horizon, remembered, |digest, at| {
        // As many as there may be.
        let _ = seen.insert(digest, at);
    })?;
    Ok(Memory {
        queue,
        seen,
        next_id: statements::last_id(connection)? + 1,
    })
}

/// The finish of a command that was not begun.
fn refuse(command: Command, error: &InboxError) -> Finish {
    fn answer<T: 'static>(reply: Reply<T>, error: &InboxError) -> Finish {
        let error = error.clone();
        Box::new(move |_, _| drop(reply.send(Err(error))))
    }

    match command {
        Command::Put { reply, .. } => {
            let error = error.clone();
            Box::new(move |_, _| reply.send(Err(error)))
        }
        Command::Claim { reply, .. } => answer(reply, error),
        Command::Keep { reply, .. } | Command::Settle { reply, .. } => answer(reply, error),
        Command::Status { reply } => answer(reply, error),
        Command::DeadLetters { reply, .. } => answer(reply, error),
        Command::Requeue { reply, .. } | Command::Discard { reply, .. } => answer(reply, error),
        Command::Abandon { id } => {
            Box::new(move |memory, _| memory.queue.give_back(id, Duration::ZERO))
        }
        Command::Close => Box::new(|_, _| ()),
    }
}

/// Answers with a value that depends on the commit alone.
fn reply_with<T: 'static>(reply: Reply<T>, value: T) -> Finish {
    Box::new(move |_, result| {
        // Nobody waits for it any more: what was done is done all the same.
        let _ = reply.send(result.map(|()| value));
    })
}

/// Does a command within the transaction. An error is the whole transaction's.
fn work(
    connection: &Connection,
    memory: &mut Memory,
    command: Command,
    changes: &mut usize,
) -> Result<Finish, (InboxError, Finish)> {
    match command {
        Command::Put {
            received,
            key,
            reply,
        } => put(connection, memory, &received, key, reply, changes),
        Command::Claim { max, lease, reply } => {
            claim(connection, memory, max, &*lease, reply, changes)
        }
        Command::Keep { id, attempt, reply } => {
            let done = statements::set_attempts(connection, id, attempt);
            *changes += 1;
            or_fail(done, reply_with(reply, ()))
        }
        Command::Settle {
            id,
            settlement,
            reply,
        } => settle(connection, memory, id, settlement, reply, changes),
        Command::Abandon { id } => Ok(Box::new(move |memory, _| {
            memory.queue.give_back(id, Duration::ZERO);
        })),
        Command::Status { reply } => Ok(Box::new(move |memory, result| {
            let queue = &memory.queue;
            let status = Status {
                waiting: queue.waiting() as u64,
                in_flight: queue.in_flight() as u64,
                dead: queue.dead,
                oldest: queue.oldest().map(from_millis),
            };
            let _ = reply.send(result.map(|()| status));
        })),
        Command::DeadLetters {
            after,
            limit,
            reply,
        } => match statements::dead_letters(connection, after, limit) {
            Ok(letters) => Ok(reply_with(reply, letters)),
            Err(error) => or_fail(Err(error), reply_with(reply, Vec::new())),
        },
        Command::Requeue { letter, reply } => {
            *changes += 1;
            match statements::requeue(connection, letter) {
                Ok(None) => Ok(reply_with(reply, false)),
                Ok(Some(received_at)) => Ok(Box::new(move |memory, result| {
                    if result.is_ok() {
                        let id = letter.get().cast_signed();
                        memory.queue.add(id, received_at, Duration::ZERO);
                        memory.queue.dead -= 1;
                    }
                    let _ = reply.send(result.map(|()| true));
                })),
                Err(error) => or_fail(Err(error), reply_with(reply, false)),
            }
        }
        Command::Discard { letter, reply } => {
            *changes += 1;
            match statements::discard(connection, letter) {
                Ok(found) => Ok(Box::new(move |memory, result| {
                    if result.is_ok() && found {
                        memory.queue.dead -= 1;
                    }
                    let _ = reply.send(result.map(|()| found));
                })),
                Err(error) => or_fail(Err(error), reply_with(reply, false)),
            }
        }
        Command::Close => Ok(Box::new(|_, _| ())),
    }
}

fn or_fail(result: rusqlite::Result<()>, finish: Finish) -> Result<Finish, (InboxError, Finish)> {
    match result {
        Ok(()) => Ok(finish),
        Err(error) => Err((open::error(error), finish)),
    }
}

fn put(
    connection: &Connection,
    memory: &mut Memory,
    received: &Received,
    key: u128,
    reply: PutReply,
    changes: &mut usize,
) -> Result<Finish, (InboxError, Finish)> {
    let received_at = millis(received.received_at);
    // What is received in times to come is received now, as far as it is remembered.
    let at = received_at.min(millis(SystemTime::now()));
    if memory.seen.contains(key, at) {
        // Of a delivery that stands in this very batch, too: the answer waits for the commit.
        return Ok(Box::new(move |_, result| {
            reply.send(result.map(|()| Taken::Duplicate));
        }));
    }
    if memory.seen.insert(key, at).is_err() {
        return Ok(Box::new(move |_, _| reply.send(Err(InboxError::Full))));
    }
    let id = memory.next_id;
    memory.next_id += 1;
    *changes += 1;
    let finish: Finish = Box::new(move |memory, result| {
        match result {
            Ok(()) => memory.queue.add(id, received_at, Duration::ZERO),
            Err(_) => memory.seen.remove(key),
        }
        reply.send(result.map(|()| Taken::New));
    });
    or_fail(
        statements::insert(connection, id, key, at, received),
        finish,
    )
}

fn claim(
    connection: &Connection,
    memory: &mut Memory,
    max: usize,
    lease: &dyn Fn(i64) -> SqliteLease,
    reply: Reply<Due>,
    changes: &mut usize,
) -> Result<Finish, (InboxError, Finish)> {
    let taken = match memory.queue.take(max) {
        Ok(taken) => taken,
        Err(wait) => return Ok(reply_with(reply, Err(wait))),
    };
    *changes += taken.len();
    let mut claimed = Vec::with_capacity(taken.len());
    let read = taken.iter().try_for_each(|id| {
        claimed.push((statements::claim(connection, *id)?, lease(*id)));
        Ok(())
    });
    let finish: Finish = Box::new(move |memory, result| {
        if let Err(error) = result {
            for (_, lease) in &claimed {
                lease.forget();
            }
            for id in taken {
                memory.queue.give_back(id, Duration::ZERO);
            }
            let _ = reply.send(Err(error));
            return;
        }
        // Where nobody waits for them any more, the leases give everything back.
        let _ = reply.send(Ok(Ok(claimed)));
    });
    or_fail(read, finish)
}

fn settle(
    connection: &Connection,
    memory: &Memory,
    id: i64,
    settlement: Settlement,
    reply: Reply<()>,
    changes: &mut usize,
) -> Result<Finish, (InboxError, Finish)> {
    if !memory.queue.is_in_flight(id) {
        return Ok(reply_with(reply, ()));
    }
    *changes += 1;
    let done = match &settlement {
        Settlement::Done => statements::delete(connection, id),
        Settlement::Retry { after } => statements::retry(connection, id, *after),
        Settlement::Release => statements::release(connection, id),
        Settlement::Dead { reason } => statements::bury(connection, id, reason),
    };
    let finish: Finish = Box::new(move |memory, result| {
        if result.is_ok() && memory.queue.is_in_flight(id) {
            match settlement {
                Settlement::Done => memory.queue.remove(id),
                Settlement::Retry { after } => memory.queue.give_back(id, after),
                Settlement::Release => memory.queue.give_back(id, Duration::ZERO),
                Settlement::Dead { .. } => {
                    memory.queue.remove(id);
                    memory.queue.dead += 1;
                }
            }
        }
        let _ = reply.send(result);
    });
    or_fail(done, finish)
}
