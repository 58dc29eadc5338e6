//! What is particular to the inbox in memory.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use monday_webhooks::{
    Receiver,
    inbox::{
        self, Counters, Failure, Inbox, InboxError, Job, Ledger, MemoryInbox, MemoryOptions,
        Received, Settlement, WorkerOptions,
    },
    receiver::{Taken, dangerous},
};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::{
    conformance,
    deliveries::{at, body, delivery, received},
};

conformance!((MemoryInbox::new(MemoryOptions::default()), ()));

#[tokio::test]
async fn a_full_inbox_refuses_until_something_is_handled() {
    let mut options = MemoryOptions::default();
    options.deliveries = 2;
    let counters = Arc::new(Counters::default());
    options.metrics = Arc::clone(&counters) as _;
    let inbox = Arc::new(MemoryInbox::new(options));
    let receiver = Receiver::new(dangerous::unsigned(), Arc::clone(&inbox));
    let status = async |number: u64| {
        let request = Request::post("/")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body(number, 1))))
            .unwrap();
        receiver.clone().oneshot(request).await.unwrap().status()
    };
    assert_eq!(status(1).await, StatusCode::OK);
    assert_eq!(status(2).await, StatusCode::OK);
    assert_eq!(status(3).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status(1).await, StatusCode::OK, "a duplicate takes no room");

    let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
    inbox
        .settle(&claimed[0].lease, Settlement::Done)
        .await
        .unwrap();
    assert_eq!(status(3).await, StatusCode::OK);
    let counted =
        |counter: &std::sync::atomic::AtomicU64| counter.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(counted(&counters.received), 3);
    assert_eq!(counted(&counters.duplicates), 1);
    assert_eq!(counted(&counters.refused), 1);
}

#[tokio::test]
async fn the_bytes_are_limited_too() {
    let mut options = MemoryOptions::default();
    options.bytes = delivery(1, 1).body().len() * 2;
    let inbox = MemoryInbox::new(options);
    inbox.put(received(1)).await.unwrap();
    inbox.put(received(2)).await.unwrap();
    let is_full = async |number| matches!(inbox.put(received(number)).await, Err(InboxError::Full));
    assert!(is_full(3).await);

    // What is handled, and what is discarded, gives its bytes back; a dead letter has them.
    settle_one(&inbox, Settlement::Done).await;
    assert!(!is_full(3).await);
    assert!(is_full(4).await);
    settle_one(&inbox, dead()).await;
    assert!(is_full(4).await);
    let letters = inbox.dead_letters(None, 1).await.unwrap();
    assert!(inbox.discard(letters[0].id).await.unwrap());
    assert!(!is_full(4).await);
    assert!(is_full(5).await);
}

async fn settle_one(inbox: &MemoryInbox, settlement: Settlement) {
    let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
    inbox.settle(&claimed[0].lease, settlement).await.unwrap();
}

fn dead() -> Settlement {
    let reason = "no".to_owned();
    Settlement::Dead { reason }
}

#[tokio::test]
async fn whatever_isnt_handled_takes_a_place() {
    let mut options = MemoryOptions::default();
    options.deliveries = 4;
    let inbox = MemoryInbox::new(options);
    for number in 0..4 {
        inbox.put(received(number)).await.unwrap();
    }
    settle_one(&inbox, dead()).await;
    let after = Duration::MAX;
    settle_one(&inbox, Settlement::Retry { after }).await;
    let at_work = inbox.claim(NonZeroUsize::MIN).await.unwrap();
    let refused = inbox.put(received(4)).await;
    assert!(matches!(refused, Err(InboxError::Full)));
    drop(at_work);
    settle_one(&inbox, Settlement::Done).await;
    inbox.put(received(4)).await.unwrap();
}

/// On one thread the worker gets one turn for one of each receiving task.
#[tokio::test]
async fn a_worker_keeps_up_with_whatever_its_own_thread_receives() {
    const TASKS: u64 = 400;
    const EACH: u64 = 50;
    let mut options = MemoryOptions::default();
    options.deliveries = 4000;
    let inbox = Arc::new(MemoryInbox::new(options));
    let mut options = WorkerOptions::default();
    options.concurrency = 1000;
    let handler = |_: Job| std::future::ready(Ok::<(), Failure>(()));
    let worker = tokio::spawn(inbox::run(
        Arc::clone(&inbox),
        handler,
        options,
        std::future::pending(),
    ));
    let mut receiving = JoinSet::new();
    for task in 0..TASKS {
        let inbox = Arc::clone(&inbox);
        receiving.spawn(async move {
            for number in 0..EACH {
                inbox.put(received(task * EACH + number)).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
    }
    receiving.join_all().await;
    while inbox.status().await.unwrap().depth() > 0 {
        tokio::task::yield_now().await;
    }
    worker.abort();
}

#[tokio::test]
async fn after_the_window_a_delivery_is_new_again() {
    let inbox = MemoryInbox::new(MemoryOptions::default());
    let hour = 3_600_000;
    let put = async |millis| {
        inbox
            .put(Received::new(delivery(1, 1), at(millis)))
            .await
            .unwrap()
    };
    assert_eq!(put(0).await, Taken::New);
    assert_eq!(put(24 * hour).await, Taken::Duplicate);
    assert_eq!(put(28 * hour).await, Taken::New);
    assert_eq!(inbox.status().await.unwrap().waiting, 2);
}
