//! Keeping deliveries in SQLite, against the least that one has to do for it by hand.

use std::{
    num::NonZeroUsize,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime},
};

use bytes::Bytes;
use monday_webhooks::{
    Delivery,
    inbox::{Inbox, Received, Settlement, SqliteInbox, SqliteOptions},
};
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;

use crate::{
    Outcome,
    measured::{Measured, print},
    sample::Bodies,
};

/// Rows of a round with many in flight, and with one.
const MANY: u64 = 20_000;
const FEW: u64 = 300;
const IN_FLIGHT: u64 = 256;
const ROUNDS: usize = 5;

pub(crate) fn run() -> Outcome {
    // On the disk that the program runs from: a temporary folder may be memory.
    let folder = tempfile::tempdir_in(".")?;
    let bodies = Arc::new(Bodies::new(0)?);
    let runtime = runtime()?;
    let mut ours = Measured::new("SQLite inbox, 256 in flight", "rows/s");
    let mut theirs = Measured::new("SQLite by hand, batches of 256", "rows/s");
    let mut one = Measured::new("SQLite inbox, 1 in flight", "ns");
    let mut commit = Measured::new("one synced commit", "ns");
    for round in 0..ROUNDS {
        let file = |name: &str| folder.path().join(format!("{name}-{round}.db"));
        {
            let inbox = Arc::new(SqliteInbox::open(file("inbox"), SqliteOptions::default())?);
            let start = Instant::now();
            runtime.block_on(put_many(&inbox, &bodies, 0, MANY, IN_FLIGHT))?;
            ours.rounds
                .push(MANY as f64 / start.elapsed().as_secs_f64());
            let start = Instant::now();
            runtime.block_on(put_many(&inbox, &bodies, MANY, FEW, 1))?;
            one.rounds
                .push(start.elapsed().as_secs_f64() * 1e9 / FEW as f64);
        }
        let mut by_hand = ByHand::open(&file("hand"))?;
        let start = Instant::now();
        by_hand.insert(&bodies, 0, MANY, IN_FLIGHT)?;
        theirs
            .rounds
            .push(MANY as f64 / start.elapsed().as_secs_f64());
        let start = Instant::now();
        by_hand.insert(&bodies, MANY, FEW, 1)?;
        commit
            .rounds
            .push(start.elapsed().as_secs_f64() * 1e9 / FEW as f64);
    }
    print(&[ours, theirs, one, commit])
}

fn runtime() -> Outcome<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}

fn received(body: Vec<u8>) -> Result<Received, String> {
    let delivery = Delivery::parse(Bytes::from(body)).map_err(|error| error.to_string())?;
    Ok(Received::new(delivery, SystemTime::now()))
}

/// Puts `count` deliveries from `first` on, so many at once.
async fn put_many(
    inbox: &Arc<SqliteInbox>,
    bodies: &Arc<Bodies>,
    first: u64,
    count: u64,
    in_flight: u64,
) -> Result<(), String> {
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = tokio::task::JoinSet::<Result<(), String>>::new();
    for _ in 0..in_flight {
        let (inbox, bodies, next) = (Arc::clone(inbox), Arc::clone(bodies), Arc::clone(&next));
        tasks.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                let received = received(bodies.get(first + number))?;
                inbox
                    .put(received)
                    .await
                    .map_err(|error| error.to_string())?;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.map_err(|error| error.to_string())??;
    }
    Ok(())
}

/// The same settings, the same columns and the same key that grows, and nothing else: no channel,
/// no dedupe, no answer to anybody.
struct ByHand(Connection);

impl ByHand {
    fn open(path: &Path) -> Outcome<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(
            "CREATE TABLE delivery (id INTEGER PRIMARY KEY, body BLOB, verified INTEGER,
                 account_id INTEGER, user_id INTEGER, received_at INTEGER, attempts INTEGER,
                 due INTEGER) STRICT;
             CREATE TABLE seen (id INTEGER PRIMARY KEY, digest BLOB, at INTEGER) STRICT;",
        )?;
        Ok(Self(connection))
    }

    fn insert(&mut self, bodies: &Bodies, first: u64, count: u64, batch: u64) -> Outcome {
        let mut number = 0;
        while number < count {
            let transaction = self.0.transaction()?;
            {
                let mut delivery = transaction.prepare_cached(
                    "INSERT INTO delivery VALUES (?1, ?2, 1, NULL, NULL, ?3, 0, 0)",
                )?;
                let mut seen =
                    transaction.prepare_cached("INSERT INTO seen VALUES (?1, ?2, ?3)")?;
                for _ in 0..batch.min(count - number) {
                    let id = (first + number).cast_signed();
                    delivery.execute(params![id, bodies.get(first + number), id])?;
                    seen.execute(params![id, u128::from(first + number).to_be_bytes(), id])?;
                    number += 1;
                }
            }
            transaction.commit()?;
        }
        Ok(())
    }
}

/// Times putting and claiming at growing numbers of rows that wait.
pub(crate) fn rows(most: u64) -> Outcome {
    const TIMED: u64 = 10_000;
    let folder = tempfile::tempdir_in(".")?;
    let bodies = Arc::new(Bodies::new(0)?);
    let runtime = runtime()?;
    let inbox = SqliteInbox::open(folder.path().join("rows.db"), SqliteOptions::default())?;
    let inbox = Arc::new(inbox);
    let mut measured = Vec::new();
    // Rows that wait, and deliveries so far: none comes twice.
    let (mut rows, mut sent) = (0, 0);
    for level in [0, most / 10, most] {
        let missing = level - rows;
        runtime.block_on(put_many(&inbox, &bodies, sent, missing, IN_FLIGHT))?;
        (rows, sent) = (level, sent + missing);
        let start = Instant::now();
        runtime.block_on(put_many(&inbox, &bodies, sent, TIMED, IN_FLIGHT))?;
        (rows, sent) = (rows + TIMED, sent + TIMED);
        let mut put = Measured::new(&format!("put at {level} rows"), "rows/s");
        put.rounds
            .push(TIMED as f64 / start.elapsed().as_secs_f64());
        let start = Instant::now();
        let handled = runtime.block_on(claim(&inbox, TIMED))?;
        let mut claimed = Measured::new(&format!("claim and settle at {level} rows"), "rows/s");
        claimed
            .rounds
            .push(handled as f64 / start.elapsed().as_secs_f64());
        rows -= handled;
        measured.extend([put, claimed]);
    }
    print(&measured)
}

/// Claims and settles about so many, 256 at once as a worker would.
async fn claim(inbox: &Arc<SqliteInbox>, count: u64) -> Result<u64, String> {
    let most = NonZeroUsize::MIN.saturating_add(255);
    let mut handled = 0;
    while handled < count {
        let claimed = inbox.claim(most).await.map_err(|error| error.to_string())?;
        handled += claimed.len() as u64;
        let mut tasks = tokio::task::JoinSet::new();
        for one in claimed {
            let inbox = Arc::clone(inbox);
            tasks.spawn(async move { inbox.settle(&one.lease, Settlement::Done).await });
        }
        while let Some(done) = tasks.join_next().await {
            let settled = done.map_err(|error| error.to_string())?;
            settled.map_err(|error| error.to_string())?;
        }
    }
    Ok(handled)
}
