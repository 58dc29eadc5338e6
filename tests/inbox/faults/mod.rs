//! Below SQLite: a disk whose writes and syncs fail, and which then loses power. Whatever was
//! answered 200 is there afterwards.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use monday_webhooks::{
    Receiver,
    inbox::{Inbox, Ledger, SqliteInbox, SqliteOptions},
    receiver::{Taken, dangerous},
};
use tokio::sync::mpsc;
use tower::ServiceExt;

use super::deliveries::{body, received};

/// The library that stands for the disk, compiled for this test.
fn disk(folder: &Path) -> PathBuf {
    let library = folder.join("disk.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inbox/faults/disk.c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .arg(source)
        .args(["-ldl", "-lpthread"])
        .status()
        .unwrap();
    assert!(compiled.success());
    library
}

/// A receiver with an inbox on such a disk.
struct OnDisk {
    child: Child,
    numbers: ChildStdin,
    answers: BufReader<ChildStdout>,
    switch: PathBuf,
}

impl OnDisk {
    fn start(folder: &Path, seed: u64, one_in: u64) -> Self {
        let image = folder.join("image");
        let files = folder.join("files");
        fs::create_dir_all(&image).unwrap();
        fs::create_dir_all(&files).unwrap();
        let switch = folder.join("switch");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["inbox::faults::receiver_on_the_disk", "--exact"])
            .args(["--ignored", "--nocapture"])
            .env("LD_PRELOAD", disk(folder))
            .env("DISK_FOLDER", &files)
            .env("DISK_IMAGE", &image)
            .env("DISK_SWITCH", &switch)
            .env("DISK_SEED", seed.to_string())
            .env("DISK_ONE_IN", one_in.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let numbers = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            numbers,
            answers,
            switch,
        }
    }

    /// Posts these deliveries all at once, and returns the number of each with its answer.
    fn post(&mut self, numbers: std::ops::Range<u64>) -> Vec<(u64, u16)> {
        let lines: String = numbers
            .clone()
            .map(|number| format!("{number}\n"))
            .collect();
        self.numbers.write_all(lines.as_bytes()).unwrap();
        numbers.map(|_| self.answer()).collect()
    }

    fn answer(&mut self) -> (u64, u16) {
        loop {
            let mut line = String::new();
            assert_ne!(
                self.answers.read_line(&mut line).unwrap(),
                0,
                "it has ended"
            );
            if let Some((number, status)) = line
                .strip_prefix("answer ")
                .and_then(|answer| answer.trim_end().split_once(' '))
            {
                return (number.parse().unwrap(), status.parse().unwrap());
            }
        }
    }

    fn turn(&self, faults: bool) {
        if faults {
            fs::write(&self.switch, "").unwrap();
        } else {
            fs::remove_file(&self.switch).unwrap();
        }
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        // As a power failure would.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Not a test, but the process that the tests here kill.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the tests beside it run it"]
async fn receiver_on_the_disk() {
    let path = Path::new(&std::env::var_os("DISK_FOLDER").unwrap()).join("inbox.sqlite");
    let inbox = Arc::new(SqliteInbox::open(path, SqliteOptions::default()).unwrap());
    let receiver = Receiver::new(dangerous::unsigned(), inbox);
    let (numbers, mut asked) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            numbers.send(line.unwrap().parse::<u64>().unwrap()).unwrap();
        }
    });
    while let Some(number) = asked.recv().await {
        let receiver = receiver.clone();
        tokio::spawn(async move {
            let request = Request::post("/")
                .header("content-type", "application/json")
                .body(Full::new(Bytes::from(body(number, number))))
                .unwrap();
            let answer = receiver.oneshot(request).await.unwrap();
            println!("answer {number} {}", answer.status().as_u16());
        });
    }
}

/// What is on the platter after the power failure: everything that was acknowledged.
async fn assert_kept(folder: &Path, acknowledged: &BTreeSet<u64>, sent: u64) {
    let path = folder.join("image/inbox.sqlite");
    let inbox = SqliteInbox::open(path, SqliteOptions::default()).unwrap();
    let waiting = inbox.status().await.unwrap().waiting;
    assert!(
        (acknowledged.len() as u64..=sent).contains(&waiting),
        "{waiting}"
    );
    for number in acknowledged {
        let again = inbox.put(received(*number)).await.unwrap();
        assert_eq!(again, Taken::Duplicate, "{number} was lost");
    }
    assert_eq!(inbox.status().await.unwrap().waiting, waiting);
}

fn acknowledged(answers: &[(u64, u16)]) -> impl Iterator<Item = u64> {
    answers
        .iter()
        .filter(|(_, status)| *status == 200)
        .map(|(number, _)| *number)
}

#[tokio::test]
async fn what_a_failing_disk_has_acknowledged_survives_a_power_failure() {
    for seed in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = OnDisk::start(folder.path(), seed, 3);
        let mut kept = BTreeSet::new();
        let calm = disk.post(0..40);
        assert!(calm.iter().all(|(_, status)| *status == 200), "{calm:?}");
        kept.extend(acknowledged(&calm));

        disk.turn(true);
        let mut refused = 0;
        let mut next = 40;
        // Alone and together, so that batches of every size fail at every place.
        for size in [1, 1, 2, 5, 20, 1, 40, 3, 1, 60, 1, 10] {
            let answers = disk.post(next..next + size);
            next += size;
            kept.extend(acknowledged(&answers));
            for (_, status) in answers {
                assert!(status == 200 || status == 503, "{status}");
                refused += u64::from(status == 503);
            }
        }
        assert!(refused > 0, "seed {seed}");
        drop(disk);
        assert_kept(folder.path(), &kept, next).await;
    }
}

#[tokio::test]
async fn while_every_sync_fails_nothing_is_acknowledged_and_then_all_is_well_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut disk = OnDisk::start(folder.path(), 1, 1);
    let mut kept: BTreeSet<u64> = acknowledged(&disk.post(0..10)).collect();
    assert_eq!(kept.len(), 10);
    disk.turn(true);
    for numbers in [10..11, 11..30, 30..31] {
        let answers = disk.post(numbers);
        assert!(
            answers.iter().all(|(_, status)| *status == 503),
            "{answers:?}"
        );
    }
    disk.turn(false);
    // The same ones, as monday sends them again, and enough for several checkpoints of the log.
    for first in (10..2_010).step_by(200) {
        let answers = disk.post(first..first + 200);
        assert!(
            answers.iter().all(|(_, status)| *status == 200),
            "{answers:?}"
        );
        kept.extend(acknowledged(&answers));
    }
    drop(disk);
    assert_eq!(kept.len(), 2_010);
    assert_kept(folder.path(), &kept, 2_010).await;
}
