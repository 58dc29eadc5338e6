//! An inbox in SQLite with many rows: putting and claiming at growing numbers of deliveries that
//! wait.

use std::{
    num::NonZeroUsize,
    path::Path,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use monday_webhooks::{
    inbox::{Inbox, Ledger as _, Settlement, SqliteInbox, SqliteOptions},
    receiver::Taken,
};
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};

use crate::{
    Outcome,
    durable::{IN_FLIGHT, put_many, received, runtime},
    findings::Findings,
    measured::Measured,
    parts::single,
    run::resident,
    sample::Bodies,
};

/// Deliveries of a round.
const TIMED: u64 = 10_000;
const ROUNDS: usize = 3;

/// Commits of the filling.
const BATCH: u64 = 100_000;

pub(crate) fn run(levels: &[u64]) -> Outcome {
    // On the disk that the program runs from: a temporary folder may be memory.
    let folder = tempfile::tempdir_in(".")?;
    let path = folder.path().join("rows.db");
    let bodies = Arc::new(Bodies::new(0)?);
    let runtime = runtime()?;
    let most = levels.iter().max().copied().unwrap_or_default();
    let needed = most * 2 * bodies.get(0).len() as u64;
    let free = free_bytes(folder.path())?;
    if needed > free {
        return Err(format!("{most} rows need {needed} bytes of disk, and {free} are free").into());
    }
    let mut options = SqliteOptions::default();
    // Memory is bounded by default, at fewer than this.
    options.remembered = usize::try_from(most)? + 1_000_000;
    drop(SqliteInbox::open(&path, options.clone())?);
    let mut findings = Findings::default();
    let mut sent = 0;
    let resident_before = resident(std::process::id())?;
    for &level in levels {
        let missing = level.saturating_sub(rows(&path)?);
        fill(&path, &bodies, sent, missing)?;
        sent += missing;
        let filled = (missing > 0).then(|| sent - 1);
        let start = Instant::now();
        let inbox = Arc::new(SqliteInbox::open(&path, options.clone())?);
        let opening = start.elapsed().as_secs_f64();
        runtime.block_on(check(&inbox, &bodies, level, filled))?;
        let mut put = Measured::new(&format!("put at {level} rows"), "rows/s");
        let mut claimed = Measured::new(&format!("claim and settle at {level} rows"), "rows/s");
        for _ in 0..ROUNDS {
            let start = Instant::now();
            runtime.block_on(put_many(&inbox, &bodies, sent, TIMED, IN_FLIGHT))?;
            put.rounds
                .push(TIMED as f64 / start.elapsed().as_secs_f64());
            sent += TIMED;
            let start = Instant::now();
            let handled = runtime.block_on(claim(&inbox, TIMED))?;
            claimed
                .rounds
                .push(handled as f64 / start.elapsed().as_secs_f64());
        }
        findings.measured.extend([put, claimed]);
        if level == most && level > 0 {
            let memory = (resident(std::process::id())? - resident_before) * 1024.0 * 1024.0;
            let disk = std::fs::metadata(&path)?.len() as f64;
            findings.measured.extend([
                single("opening with most rows", "s", opening),
                single(
                    "memory of a delivery that waits",
                    "bytes",
                    memory / level as f64,
                ),
                single(
                    "disk of a delivery that waits",
                    "bytes",
                    disk / level as f64,
                ),
            ]);
        }
        // Closed before the next filling.
        drop(inbox);
    }
    findings.print()
}

/// What the filling has written is what the inbox writes: it counts, and the last of it is known.
async fn check(inbox: &SqliteInbox, bodies: &Bodies, level: u64, filled: Option<u64>) -> Outcome {
    let waiting = inbox.status().await?.waiting;
    if waiting != level {
        return Err(format!("the inbox has {waiting} deliveries of {level}").into());
    }
    if let Some(number) = filled {
        let taken = inbox.put(received(bodies.get(number))?).await?;
        if taken != Taken::Duplicate {
            return Err("the inbox doesn't know a delivery that was filled in".into());
        }
    }
    Ok(())
}

/// Deliveries that wait, as the file says.
fn rows(path: &Path) -> Outcome<u64> {
    let connection = Connection::open(path)?;
    let count: i64 = connection.query_row("SELECT count(*) FROM delivery", (), |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

/// Adds deliveries that wait, as the inbox itself would, but in large commits that nobody waits
/// for.
fn fill(path: &Path, bodies: &Bodies, first: u64, count: u64) -> Outcome {
    if count == 0 {
        return Ok(());
    }
    let mut connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    let last: i64 = connection.query_row(
        "SELECT max(ifnull((SELECT max(id) FROM delivery), 0), ifnull((SELECT max(id) FROM seen), 0))",
        (),
        |row| row.get(0),
    )?;
    let at = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let key = received(bodies.get(0))?.delivery.dedupe_key();
    let prefix = key.strip_suffix(&format!("{:032x}", 0));
    let prefix = prefix.ok_or("the key has another form")?;
    let mut number = 0;
    while number < count {
        let transaction = connection.transaction()?;
        {
            let mut delivery = transaction.prepare_cached(
                "INSERT INTO delivery (id, body, verified, received_at, attempts, due)
                 VALUES (?1, ?2, 0, ?3, 0, 0)",
            )?;
            let mut seen = transaction
                .prepare_cached("INSERT INTO seen (id, digest, at) VALUES (?1, ?2, ?3)")?;
            for _ in 0..BATCH.min(count - number) {
                let id = last + 1 + number.cast_signed();
                let this = first + number;
                delivery.execute(params![id, bodies.get(this), at])?;
                let digest = Sha256::digest(format!("{prefix}{this:032x}"));
                seen.execute(params![id, &digest[..16], at])?;
                number += 1;
            }
        }
        transaction.commit()?;
    }
    Ok(())
}

/// Claims and settles about so many, 256 at once as a worker would.
async fn claim(inbox: &Arc<SqliteInbox>, count: u64) -> Result<u64, String> {
    let most = NonZeroUsize::MIN.saturating_add(255);
    let mut handled = 0;
    while handled < count {
        let left = usize::try_from(count - handled).unwrap_or(usize::MAX);
        let most = NonZeroUsize::new(left).map_or(most, |left| left.min(most));
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

/// Of the disk that a folder is on, as `df` says.
fn free_bytes(folder: &Path) -> Outcome<u64> {
    let output = std::process::Command::new("df")
        .args(["--output=avail", "--block-size=1"])
        .arg(folder)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().last().ok_or("df says nothing")?;
    Ok(line.trim().parse()?)
}
