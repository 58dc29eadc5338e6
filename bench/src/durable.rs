//! Keeping deliveries in SQLite, against the least that one has to do for it by hand.

use std::{
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
    inbox::{Inbox, Received, SqliteInbox, SqliteOptions},
};
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;

use crate::{
    Outcome,
    findings::Findings,
    measured::Measured,
    plot::{Axis, Curve, Line},
    sample::Bodies,
};

/// Rows of a round with many in flight, and with one.
const MANY: u64 = 20_000;
const FEW: u64 = 300;
pub(crate) const IN_FLIGHT: u64 = 256;

/// How many are in flight along the curve.
pub(crate) const LEVELS: [u64; 6] = [1, 4, 16, 64, 256, 1024];

pub(crate) fn run(rounds: usize) -> Outcome {
    // On the disk that the program runs from: a temporary folder may be memory.
    let folder = tempfile::tempdir_in(".")?;
    let bodies = Arc::new(Bodies::new(0)?);
    let runtime = runtime()?;
    let mut ours = Measured::new("SQLite inbox, 256 in flight", "rows/s");
    let mut theirs = Measured::new("SQLite by hand, batches of 256", "rows/s");
    let mut one = Measured::new("SQLite inbox, 1 in flight", "ns");
    let mut commit = Measured::new("one synced commit", "ns");
    for round in 0..rounds {
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
    let inbox = SqliteInbox::open(folder.path().join("curve.db"), SqliteOptions::default())?;
    let inbox = Arc::new(inbox);
    let mut points = Vec::new();
    let mut first = 0;
    for in_flight in LEVELS {
        // About as long at each.
        let count = FEW * in_flight.min(64);
        let start = Instant::now();
        runtime.block_on(put_many(&inbox, &bodies, first, count, in_flight))?;
        points.push((
            in_flight as f64,
            count as f64 / start.elapsed().as_secs_f64(),
        ));
        first += count;
    }
    Findings {
        measured: vec![ours, theirs, one, commit],
        curves: vec![in_flight_curve("SQLite", points)],
        ..Findings::default()
    }
    .print()
}

/// The curve that both durable inboxes are lines of.
pub(crate) fn in_flight_curve(line: &str, points: Vec<(f64, f64)>) -> Curve {
    Curve {
        name: "in-flight".into(),
        title: "Durable inboxes, by deliveries in flight".into(),
        x: Axis::log("in flight"),
        y: Axis::log("deliveries/s"),
        lines: vec![Line::new(line, points)],
    }
}

pub(crate) fn runtime() -> Outcome<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}

pub(crate) fn received(body: Vec<u8>) -> Result<Received, String> {
    let delivery = Delivery::parse(Bytes::from(body)).map_err(|error| error.to_string())?;
    Ok(Received::new(delivery, SystemTime::now()))
}

/// Puts `count` deliveries from `first` on, so many at once.
pub(crate) async fn put_many(
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
