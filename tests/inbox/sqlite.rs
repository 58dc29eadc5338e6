//! What is particular to the inbox in SQLite: it outlives its process, and says what is wrong.

use std::{
    fs,
    future::Future,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Waker},
    time::{Duration, SystemTime},
};

use monday_webhooks::{
    inbox::{
        Counters, Inbox, InboxError, Ledger, Received, Settlement, SqliteInbox, SqliteOptions,
        SqliteView, Status,
    },
    receiver::Taken,
};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::unconstrained;

use super::{
    conformance,
    deliveries::{at, delivery, number, received},
};

conformance!({
    let folder = tempfile::tempdir().unwrap();
    (open(&folder), folder)
});

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("inbox.sqlite")
}

fn open(folder: &TempDir) -> SqliteInbox {
    SqliteInbox::open(file(folder), SqliteOptions::default()).unwrap()
}

fn open_error(path: &Path) -> InboxError {
    SqliteInbox::open(path, SqliteOptions::default()).unwrap_err()
}

#[tokio::test]
async fn what_was_put_survives_and_is_still_known() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    for number in 0..3 {
        inbox.put(received(number)).await.unwrap();
    }
    let claimed = inbox.claim(NonZeroUsize::new(3).unwrap()).await.unwrap();
    inbox
        .settle(&claimed[0].lease, Settlement::Done)
        .await
        .unwrap();
    let reason = "no".to_owned();
    inbox
        .settle(&claimed[1].lease, Settlement::Dead { reason })
        .await
        .unwrap();
    // The third is at work when the process ends.
    drop(inbox);
    drop(claimed);

    let inbox = open(&folder);
    let status = inbox.status().await.unwrap();
    assert_eq!((status.waiting, status.in_flight, status.dead), (1, 0, 1));
    for number in 0..3 {
        assert_eq!(inbox.put(received(number)).await.unwrap(), Taken::Duplicate);
    }
    let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
    assert_eq!(number(&claimed[0].received.delivery), 2);
    assert_eq!(claimed[0].attempt, 2, "the attempt that broke off counts");
    assert!(
        inbox
            .requeue(inbox.dead_letters(None, 1).await.unwrap()[0].id)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_view_sees_what_the_owner_has_kept_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    assert!(matches!(
        SqliteView::open(&path),
        Err(InboxError::NotAnInbox { .. })
    ));
    let inbox = open(&folder);
    let view = SqliteView::open(&path).unwrap();
    assert_eq!(view.status().unwrap(), Status::default());
    for number in 0..3 {
        inbox.put(received(number)).await.unwrap();
    }
    let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
    let reason = "why".to_owned();
    let dead = Settlement::Dead { reason };
    inbox.settle(&claimed[0].lease, dead).await.unwrap();

    let status = view.status().unwrap();
    assert_eq!((status.waiting, status.dead), (2, 1));
    assert_eq!(status.oldest, inbox.status().await.unwrap().oldest);
    let letters = view.dead_letters(None, 10).unwrap();
    let of_owner = inbox.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].id, &letters[0].reason),
        (of_owner[0].id, &of_owner[0].reason)
    );
    assert!(
        view.dead_letters(Some(letters[0].id), 10)
            .unwrap()
            .is_empty()
    );
    drop(view);
    assert!(inbox.requeue(of_owner[0].id).await.unwrap());
}

#[tokio::test]
async fn a_wait_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    inbox.put(received(1)).await.unwrap();
    let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
    let after = Duration::from_hours(1);
    inbox
        .settle(&claimed[0].lease, Settlement::Retry { after })
        .await
        .unwrap();
    drop(inbox);

    let inbox = open(&folder);
    assert_eq!(inbox.status().await.unwrap().waiting, 1);
    tokio::select! {
        biased;
        claimed = inbox.claim(NonZeroUsize::MIN) => panic!("{claimed:?}"),
        put = inbox.put(received(2)) => assert_eq!(put.unwrap(), Taken::New),
    }
    let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
    assert_eq!(number(&claimed[0].received.delivery), 2);
}

#[tokio::test]
async fn the_file_is_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    inbox.put(received(1)).await.unwrap();
    #[cfg(unix)]
    for entry in fs::read_dir(folder.path()).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.path());
    }
    assert!(matches!(
        open_error(&file(&folder)),
        InboxError::InUse { .. }
    ));
    drop(inbox);
    drop(open(&folder));
}

#[test]
fn a_file_that_is_no_inbox_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    fs::write(
        &path,
        "a letter to grandmother, and nothing that SQLite knows".repeat(100),
    )
    .unwrap();
    assert!(matches!(open_error(&path), InboxError::Corrupt(_)));
    assert!(fs::read_to_string(&path).unwrap().starts_with("a letter"));

    let other = folder.path().join("other.sqlite");
    Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE a (b)")
        .unwrap();
    assert!(matches!(open_error(&other), InboxError::NotAnInbox { .. }));
}

#[test]
fn a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&folder));
    let connection = Connection::open(file(&folder)).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    assert!(matches!(
        open_error(&file(&folder)),
        InboxError::Version { found: 2, known: 1 }
    ));
}

#[tokio::test]
async fn a_full_disk_refuses_and_nothing_that_was_kept_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = SqliteOptions::default();
    options.max_bytes = Some(128 * 1024);
    let counters = Arc::new(Counters::default());
    options.metrics = Arc::clone(&counters) as _;
    let inbox = SqliteInbox::open(file(&folder), options).unwrap();
    let mut kept = 0;
    let error = loop {
        match inbox.put(received(kept)).await {
            Ok(taken) => assert_eq!(taken, Taken::New),
            Err(error) => break error,
        }
        kept += 1;
    };
    assert!(matches!(error, InboxError::DiskFull(_)), "{error}");
    assert!(kept > 10);
    assert!(counters.failed_commits.load(Relaxed) > 0);
    assert_eq!(inbox.put(received(0)).await.unwrap(), Taken::Duplicate);
    assert_eq!(inbox.status().await.unwrap().waiting, kept);
    drop(inbox);

    let inbox = open(&folder);
    assert_eq!(inbox.status().await.unwrap().waiting, kept);
    assert_eq!(
        inbox.put(received(kept)).await.unwrap(),
        Taken::New,
        "refused, so not known"
    );
}

#[tokio::test]
async fn a_lock_of_another_program_is_waited_for_and_then_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = SqliteOptions::default();
    options.lock_time = Duration::from_millis(10);
    let inbox = SqliteInbox::open(file(&folder), options).unwrap();
    let other = Connection::open(file(&folder)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = inbox.put(received(1)).await.unwrap_err();
    assert!(matches!(error, InboxError::Locked(_)), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(inbox.put(received(1)).await.unwrap(), Taken::New);
}

/// Asks for each once, and doesn't wait for the answer.
fn give_up(inbox: &SqliteInbox, numbers: std::ops::Range<u64>) {
    let mut context = Context::from_waker(Waker::noop());
    for number in numbers {
        // A task's turn has room for more than tokio gives it otherwise.
        let put = pin!(unconstrained(inbox.put(received(number))));
        assert!(put.poll(&mut context).is_pending());
    }
}

#[tokio::test]
async fn callers_that_gave_up_count_until_their_deliveries_are_committed() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    let other = Connection::open(file(&folder)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    give_up(&inbox, 0..3_000);
    other.execute_batch("ROLLBACK").unwrap();
    // It comes after all that was asked for before.
    inbox.put(received(5_000)).await.unwrap();
    assert!(inbox.status().await.unwrap().waiting <= 1024 + 1);
}

#[tokio::test]
async fn where_no_room_is_left_handled_deliveries_make_some() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = SqliteOptions::default();
    options.max_bytes = Some(128 * 1024);
    let inbox = SqliteInbox::open(file(&folder), options).unwrap();
    let mut kept = 0;
    while inbox.put(received(kept)).await.is_ok() {
        kept += 1;
    }
    let all = usize::try_from(kept).unwrap();
    let claimed = inbox.claim(NonZeroUsize::new(all).unwrap()).await.unwrap();
    assert_eq!(claimed.len(), all);
    // A put that fails, and in the same commit as a settlement another one that would.
    let other = Connection::open(file(&folder)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    give_up(&inbox, kept..kept + 1);
    let settle = |index: usize| inbox.settle(&claimed[index].lease, Settlement::Done);
    let refused = inbox.put(received(kept + 1));
    let end = async { other.execute_batch("ROLLBACK").unwrap() };
    let (_, one, two, three, ()) = tokio::join!(refused, settle(0), settle(1), settle(2), end);
    for settled in [one, two, three] {
        settled.unwrap();
    }
    for index in 3..all {
        settle(index).await.unwrap();
    }
    assert_eq!(inbox.put(received(kept + 2)).await.unwrap(), Taken::New);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_by_another_name_has_the_same_owner() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    // Before the file is there, and after.
    std::os::unix::fs::symlink(file(&folder), &link).unwrap();
    let by_link = SqliteInbox::open(&link, SqliteOptions::default()).unwrap();
    let error = open_error(&file(&folder));
    assert!(matches!(error, InboxError::InUse { .. }), "{error}");
    drop(by_link);
    let _by_name = open(&folder);
    let error = open_error(&link);
    assert!(matches!(error, InboxError::InUse { .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_read_is_closed_to_them() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    fs::write(file(&folder), "").unwrap();
    fs::set_permissions(file(&folder), PermissionsExt::from_mode(0o644)).unwrap();
    let inbox = open(&folder);
    inbox.put(received(1)).await.unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.path());
    }
}

/// Set back by ten years after a delivery: the clock had not been set when the machine started.
#[tokio::test]
async fn what_a_wrong_clock_received_is_forgotten_like_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    inbox.put(received(1)).await.unwrap();
    drop(inbox);
    let connection = Connection::open(file(&folder)).unwrap();
    let ahead = "UPDATE seen SET at = at + 10 * 365 * 86400000";
    assert_eq!(connection.execute(ahead, ()).unwrap(), 1);
    drop(connection);

    let inbox = open(&folder);
    assert_eq!(inbox.put(received(1)).await.unwrap(), Taken::Duplicate);
    inbox.put(received(2)).await.unwrap();
    let connection = Connection::open(file(&folder)).unwrap();
    let now = "SELECT count(*) FROM seen WHERE at > unixepoch('subsec') * 1000";
    let count: i64 = connection.query_row(now, (), |row| row.get(0)).unwrap();
    assert_eq!(count, 0);
    // The same from a program that says so itself.
    let mut ahead = received(3);
    ahead.received_at += Duration::from_hours(10 * 365 * 24);
    inbox.put(ahead).await.unwrap();
    let count: i64 = connection.query_row(now, (), |row| row.get(0)).unwrap();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn after_a_restart_the_latest_are_remembered_where_not_all_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    for number in 0..100 {
        let mut received = received(number);
        received.received_at = long_ago;
        inbox.put(received).await.unwrap();
    }
    for number in 100..120 {
        inbox.put(received(number)).await.unwrap();
    }
    drop(inbox);
    let mut options = SqliteOptions::default();
    options.remembered = 50;
    let inbox = SqliteInbox::open(file(&folder), options).unwrap();
    for number in 100..120 {
        assert_eq!(inbox.put(received(number)).await.unwrap(), Taken::Duplicate);
    }
}

#[tokio::test]
async fn what_is_older_than_the_window_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    let old = || Received::new(delivery(1, 1), at(1_000));
    assert_eq!(inbox.put(old()).await.unwrap(), Taken::New);
    assert_eq!(inbox.put(old()).await.unwrap(), Taken::Duplicate);
    inbox.put(received(2)).await.unwrap();
    drop(inbox);
    let connection = Connection::open(file(&folder)).unwrap();
    let seen: i64 = connection
        .query_row("SELECT count(*) FROM seen", (), |row| row.get(0))
        .unwrap();
    assert_eq!(seen, 1);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_any_more_is_a_dead_letter() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    inbox.put(received(1)).await.unwrap();
    inbox.put(received(2)).await.unwrap();
    drop(inbox);
    let connection = Connection::open(file(&folder)).unwrap();
    connection
        .execute("UPDATE delivery SET body = x'00' WHERE id = 1", ())
        .unwrap();
    drop(connection);

    let inbox = open(&folder);
    let claimed = inbox.claim(NonZeroUsize::new(2).unwrap()).await.unwrap();
    assert_eq!(claimed.len(), 1);
    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].delivery().is_err());
}

#[tokio::test]
async fn a_damaged_file_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = open(&folder);
    for number in 0..200 {
        inbox.put(received(number)).await.unwrap();
    }
    drop(inbox);
    let path = file(&folder);
    let mut bytes = fs::read(&path).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..64].fill(0xA5);
    }
    fs::write(&path, bytes).unwrap();
    let error = open_error(&path);
    assert!(matches!(error, InboxError::Corrupt(_)), "{error}");
    assert!(error.is_permanent());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_that_come_together_share_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let counters = Arc::new(Counters::default());
    let mut options = SqliteOptions::default();
    options.metrics = Arc::clone(&counters) as _;
    let inbox = Arc::new(SqliteInbox::open(file(&folder), options).unwrap());
    let puts: Vec<_> = (0..500)
        .map(|number| {
            let inbox = Arc::clone(&inbox);
            tokio::spawn(async move { inbox.put(received(number)).await.unwrap() })
        })
        .collect();
    for put in puts {
        assert_eq!(put.await.unwrap(), Taken::New);
    }
    assert_eq!(counters.committed_rows.load(Relaxed), 500);
    assert!(counters.commits.load(Relaxed) < 500);
}
