//! What is asked of the file, one statement a function.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    event::Delivery,
    id::{AccountId, UserId},
    inbox::{
        DeadLetter, DeadLetterId, LONGEST_WAIT, Received, Status,
        received::{from_millis, millis},
    },
};

type Result<T> = rusqlite::Result<T>;

/// A delivery as it is stored.
pub(super) struct Stored {
    pub(super) body: Bytes,
    pub(super) verified: bool,
    pub(super) account_id: Option<AccountId>,
    pub(super) user_id: Option<UserId>,
    pub(super) received_at: SystemTime,
    pub(super) attempts: u32,
}

impl Stored {
    /// `None` where the body can't be read any more.
    pub(super) fn received(self) -> Option<Received> {
        let delivery = Delivery::parse(self.body).ok()?;
        let mut received = Received::new(delivery, self.received_at);
        received.verified = self.verified;
        received.account_id = self.account_id;
        received.user_id = self.user_id;
        Some(received)
    }
}

const STORED: &str = "body, verified, account_id, user_id, received_at, attempts";

fn stored(row: &Row<'_>) -> Result<Stored> {
    Ok(Stored {
        body: row.get::<_, Vec<u8>>(0)?.into(),
        verified: row.get(1)?,
        account_id: row
            .get::<_, Option<i64>>(2)?
            .map(|id| AccountId::new(id.cast_unsigned())),
        user_id: row.get::<_, Option<i64>>(3)?.map(UserId::new),
        received_at: from_millis(row.get(4)?),
        attempts: row.get(5)?,
    })
}

pub(super) fn insert(
    connection: &Connection,
    id: i64,
    digest: u128,
    seen_at: i64,
    received: &Received,
) -> Result<()> {
    let received_at = millis(received.received_at);
    connection
        .prepare_cached(
            "INSERT INTO delivery
             (id, body, verified, account_id, user_id, received_at, attempts, due)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)",
        )?
        .execute(params![
            id,
            received.delivery.body().as_ref(),
            received.verified,
            received.account_id.map(|id| id.get().cast_signed()),
            received.user_id.map(UserId::get),
            received_at,
        ])?;
    connection
        .prepare_cached("INSERT INTO seen (id, digest, at) VALUES (?1, ?2, ?3)")?
        .execute(params![id, digest.to_be_bytes(), seen_at])?;
    Ok(())
}

pub(super) fn claim(connection: &Connection, id: i64) -> Result<Stored> {
    connection
        .prepare_cached("UPDATE delivery SET attempts = attempts + 1 WHERE id = ?1")?
        .execute([id])?;
    let query = format!("SELECT {STORED} FROM delivery WHERE id = ?1");
    connection.prepare_cached(&query)?.query_row([id], stored)
}

pub(super) fn set_attempts(connection: &Connection, id: i64, attempts: u32) -> Result<()> {
    connection
        .prepare_cached("UPDATE delivery SET attempts = ?2 WHERE id = ?1")?
        .execute(params![id, attempts])
        .map(drop)
}

pub(super) fn release(connection: &Connection, id: i64) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE delivery SET attempts = max(attempts - 1, 0), due = 0 WHERE id = ?1",
        )?
        .execute([id])
        .map(drop)
}

pub(super) fn retry(connection: &Connection, id: i64, after: Duration) -> Result<()> {
    let due = millis(SystemTime::now() + after.min(LONGEST_WAIT));
    connection
        .prepare_cached("UPDATE delivery SET due = ?2 WHERE id = ?1")?
        .execute([id, due])
        .map(drop)
}

pub(super) fn delete(connection: &Connection, id: i64) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM delivery WHERE id = ?1")?
        .execute([id])
        .map(drop)
}

pub(super) fn bury(connection: &Connection, id: i64, reason: &str) -> Result<()> {
    connection
        .prepare_cached("UPDATE delivery SET died_at = ?2, reason = ?3 WHERE id = ?1")?
        .execute(params![id, millis(SystemTime::now()), reason])
        .map(drop)
}

/// When it was received, if it is a dead letter.
pub(super) fn requeue(connection: &Connection, letter: DeadLetterId) -> Result<Option<i64>> {
    connection
        .prepare_cached(
            "UPDATE delivery SET died_at = NULL, reason = NULL, attempts = 0, due = 0
             WHERE id = ?1 AND died_at IS NOT NULL RETURNING received_at",
        )?
        .query_row([letter.get().cast_signed()], |row| row.get(0))
        .optional()
}

pub(super) fn discard(connection: &Connection, letter: DeadLetterId) -> Result<bool> {
    connection
        .prepare_cached("DELETE FROM delivery WHERE id = ?1 AND died_at IS NOT NULL")?
        .execute([letter.get().cast_signed()])
        .map(|count| count > 0)
}

pub(super) fn dead_letters(
    connection: &Connection,
    after: Option<DeadLetterId>,
    limit: usize,
) -> Result<Vec<DeadLetter>> {
    let query = format!(
        "SELECT {STORED}, id, died_at, reason FROM delivery
         WHERE died_at IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2"
    );
    let after = after.map_or(-1, |letter| letter.get().cast_signed());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached(&query)?
        .query_map([after, limit], |row| {
            let stored = stored(row)?;
            Ok(DeadLetter {
                id: DeadLetterId::new(row.get::<_, i64>(6)?.cast_unsigned()),
                body: stored.body,
                verified: stored.verified,
                account_id: stored.account_id,
                user_id: stored.user_id,
                received_at: stored.received_at,
                died_at: from_millis(row.get(7)?),
                attempts: stored.attempts,
                reason: row.get(8)?,
            })
        })?
        .collect()
}

/// What there is, for one who isn't the owner.
pub(super) fn status(connection: &Connection) -> Result<Status> {
    connection.query_row(
        "SELECT count(*) FILTER (WHERE died_at IS NULL), count(died_at),
                min(received_at) FILTER (WHERE died_at IS NULL)
         FROM delivery",
        (),
        |row| {
            Ok(Status {
                waiting: row.get::<_, i64>(0)?.cast_unsigned(),
                in_flight: 0,
                dead: row.get::<_, i64>(1)?.cast_unsigned(),
                oldest: row.get::<_, Option<i64>>(2)?.map(from_millis),
            })
        },
    )
}

/// Forgets up to `limit` deliveries that were received before `horizon`, the oldest first. Where the
/// oldest one is to be kept, nothing else is looked at.
pub(super) fn prune(connection: &Connection, horizon: i64, limit: usize) -> Result<usize> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "DELETE FROM seen WHERE at < ?1 AND id < ?2 +
             (SELECT id FROM (SELECT id, at FROM seen ORDER BY id LIMIT 1) WHERE at < ?1)",
        )?
        .execute([horizon, limit])
}

/// What was received at a time that is still to come counts as received now.
pub(super) fn settle_at(connection: &Connection, now: i64) -> Result<()> {
    connection
        .execute("UPDATE seen SET at = ?1 WHERE at > ?1", [now])
        .map(drop)
}

/// The largest number that a delivery has had.
pub(super) fn last_id(connection: &Connection) -> Result<i64> {
    connection.query_row(
        "SELECT max(ifnull((SELECT max(id) FROM delivery), 0), ifnull((SELECT max(id) FROM seen), 0))",
        (),
        |row| row.get(0),
    )
}

/// Calls back with the number, the time of arrival and the due time of each delivery that isn't
/// handled, and returns how many dead letters there are.
pub(super) fn unhandled(
    connection: &Connection,
    mut each: impl FnMut(i64, i64, i64),
) -> Result<u64> {
    let mut statement = connection
        .prepare("SELECT id, received_at, due FROM delivery WHERE died_at IS NULL ORDER BY id")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get(1)?, row.get(2)?);
    }
    connection.query_row(
        "SELECT count(*) FROM delivery WHERE died_at IS NOT NULL",
        (),
        |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
    )
}

/// Calls back with the digest and the time of arrival of what was received since `horizon`, of no
/// more than the latest `limit`, in their order.
pub(super) fn remembered(
    connection: &Connection,
    horizon: i64,
    limit: usize,
    mut each: impl FnMut(u128, i64),
) -> Result<()> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare(
        "SELECT digest, at FROM seen WHERE at >= ?1 AND id >
         ifnull((SELECT id FROM seen ORDER BY id DESC LIMIT 1 OFFSET ?2), -1) ORDER BY id",
    )?;
    let mut rows = statement.query([horizon, limit])?;
    while let Some(row) = rows.next()? {
        each(u128::from_be_bytes(row.get(0)?), row.get(1)?);
    }
    Ok(())
}
