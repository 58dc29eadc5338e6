//! What the worker does, with every inbox.

use std::{
    collections::HashMap,
    io,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use monday_webhooks::inbox::{
    Failure, Handler, Inbox, InboxError, Job, Order, Settlement, WorkerOptions, run,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::deliveries::{about, number, received};

/// A worker in the background.
struct Running {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), InboxError>>,
}

impl Running {
    fn start<I: Inbox>(inbox: &Arc<I>, options: WorkerOptions, handler: impl Handler) -> Self {
        let (stop, stopped) = oneshot::channel();
        let inbox = Arc::clone(inbox);
        let task = tokio::spawn(async move {
            run(inbox, handler, options, async {
                let _ = stopped.await;
            })
            .await
        });
        Self {
            stop: Some(stop),
            task,
        }
    }

    async fn stop(mut self) {
        self.ask_to_stop();
        self.task.await.unwrap().unwrap();
    }

    /// Once this returns the worker takes no new deliveries for a place that becomes free.
    fn ask_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }
}

fn options() -> WorkerOptions {
    let mut options = WorkerOptions::default();
    options.backoff.first = Duration::from_millis(1);
    options.backoff.cap = Duration::from_millis(4);
    options
}

fn per_item() -> WorkerOptions {
    let mut options = options();
    options.order = Order::PerItem { held: 100 };
    options
}

async fn put<I: Inbox>(inbox: &I, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        inbox.put(received(number)).await.unwrap();
    }
}

/// A handler that tells its calls to the test.
fn telling() -> (impl Handler, mpsc::UnboundedReceiver<(u64, u32)>) {
    let (sender, calls) = mpsc::unbounded_channel();
    let handler = move |job: Job| {
        let sent = sender.send((number(&job.received.delivery), job.attempt));
        async move { sent.map_err(|_| io::Error::other("the test has ended")) }
    };
    (handler, calls)
}

/// Waits until nothing is left to handle, by claiming what isn't there.
async fn depth<I: Inbox>(inbox: &I) -> u64 {
    inbox.status().await.unwrap().depth()
}

pub(super) async fn every_delivery_is_handled<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 0..50).await;
    let (handler, mut calls) = telling();
    let worker = Running::start(&inbox, options(), handler);
    put(inbox.as_ref(), 50..100).await;
    let mut handled = Vec::new();
    while handled.len() < 100 {
        handled.push(calls.recv().await.unwrap());
    }
    worker.stop().await;
    handled.sort_unstable();
    let expected: Vec<_> = (0..100).map(|number| (number, 1)).collect();
    assert_eq!(handled, expected);
    assert_eq!(depth(inbox.as_ref()).await, 0);
}

pub(super) async fn a_failing_handler_is_called_until_it_succeeds<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), [1]).await;
    let (sender, mut calls) = mpsc::unbounded_channel();
    let worker = Running::start(&inbox, options(), move |job: Job| {
        sender.send(job.attempt).unwrap();
        let result = if job.attempt < 4 {
            Err(io::Error::other("the database is away"))
        } else {
            Ok(())
        };
        async move { result }
    });
    for attempt in 1..=4 {
        assert_eq!(calls.recv().await.unwrap(), attempt);
    }
    worker.stop().await;
    assert!(calls.recv().await.is_none());
    assert_eq!(inbox.status().await.unwrap(), Default::default());
}

pub(super) async fn a_failure_may_say_when_to_come_again<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), [1]).await;
    let mut options = options();
    options.backoff.first = Duration::from_hours(1);
    options.backoff.cap = Duration::from_hours(1);
    let (sender, mut calls) = mpsc::unbounded_channel();
    let worker = Running::start(&inbox, options, move |job: Job| {
        sender.send(job.attempt).unwrap();
        async move {
            match job.attempt {
                1 => Err(Failure::retry("ask again at once").after(Duration::from_millis(1))),
                _ => Ok(()),
            }
        }
    });
    assert_eq!(calls.recv().await.unwrap(), 1);
    assert_eq!(calls.recv().await.unwrap(), 2);
    worker.stop().await;
    assert_eq!(depth(inbox.as_ref()).await, 0);
}

pub(super) async fn a_panic_is_contained<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), [1, 2]).await;
    let (sender, mut calls) = mpsc::unbounded_channel();
    let worker = Running::start(&inbox, options(), move |job: Job| {
        let sender = sender.clone();
        async move {
            let number = number(&job.received.delivery);
            if number == 1 && job.attempt == 1 {
                panic!("a handler's bug");
            }
            sender.send((number, job.attempt)).unwrap();
            Ok::<(), Failure>(())
        }
    });
    let mut handled = [calls.recv().await.unwrap(), calls.recv().await.unwrap()];
    worker.stop().await;
    handled.sort_unstable();
    assert_eq!(handled, [(1, 2), (2, 1)]);
}

pub(super) async fn a_handler_that_takes_too_long_has_failed<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), [1]).await;
    let mut options = options();
    options.handler_time = Duration::from_millis(20);
    let (sender, mut calls) = mpsc::unbounded_channel();
    let worker = Running::start(&inbox, options, move |job: Job| {
        sender.send(job.attempt).unwrap();
        async move {
            if job.attempt == 1 {
                std::future::pending::<()>().await;
            }
            Ok::<(), Failure>(())
        }
    });
    assert_eq!(calls.recv().await.unwrap(), 1);
    assert_eq!(calls.recv().await.unwrap(), 2);
    worker.stop().await;
    assert_eq!(depth(inbox.as_ref()).await, 0);
}

pub(super) async fn after_the_last_attempt_a_delivery_is_a_dead_letter<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), [1, 2]).await;
    let mut options = options();
    options.max_attempts = 3;
    options.concurrency = 1;
    let (sender, mut calls) = mpsc::unbounded_channel();
    let worker = Running::start(&inbox, options, move |job: Job| {
        let number = number(&job.received.delivery);
        sender.send((number, job.attempt)).unwrap();
        async move {
            if number == 1 {
                return Err(Failure::retry("no such order"));
            }
            Ok(())
        }
    });
    let mut seen = Vec::new();
    while seen.len() < 4 {
        seen.push(calls.recv().await.unwrap());
    }
    worker.stop().await;
    assert!(calls.recv().await.is_none());
    seen.sort_unstable();
    assert_eq!(seen, [(1, 1), (1, 2), (1, 3), (2, 1)]);
    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].reason.as_str(), letters[0].attempts),
        ("no such order", 3)
    );
}

pub(super) async fn a_hopeless_failure_is_not_tried_again<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), [1]).await;
    let (sender, mut calls) = mpsc::unbounded_channel();
    let worker = Running::start(&inbox, options(), move |job: Job| {
        sender.send(job.attempt).unwrap();
        async { Err(Failure::dead("not ours")) }
    });
    assert_eq!(calls.recv().await.unwrap(), 1);
    worker.stop().await;
    assert!(calls.recv().await.is_none());
    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters[0].reason, "not ours");
}

/// A handler that takes its process with it returns nothing that could be counted.
pub(super) async fn a_delivery_that_ends_the_process_each_time_is_given_up<I: Inbox>(
    inbox: Arc<I>,
) {
    put(inbox.as_ref(), [1]).await;
    let mut options = options();
    options.max_attempts = 3;
    for _ in 0..options.max_attempts {
        let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
        assert!(claimed[0].attempt <= options.max_attempts);
    }
    let (handler, mut calls) = telling();
    put(inbox.as_ref(), [2]).await;
    let worker = Running::start(&inbox, options, handler);
    // The oldest is taken first, so the first was seen when the second is handled.
    assert_eq!(calls.recv().await, Some((2, 1)));
    worker.stop().await;
    assert_eq!(calls.recv().await, None);
    let status = inbox.status().await.unwrap();
    assert_eq!((status.depth(), status.dead), (0, 1));
    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert!(
        letters[0].reason.contains("broke off"),
        "{}",
        letters[0].reason
    );
}

pub(super) async fn handlers_run_side_by_side_up_to_the_limit<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 0..12).await;
    let mut options = options();
    options.concurrency = 4;
    let (sender, mut calls) = mpsc::unbounded_channel();
    let running = Arc::new(AtomicUsize::new(0));
    let worker = Running::start(&inbox, options, move |_: Job| {
        let (sender, running) = (sender.clone(), Arc::clone(&running));
        async move {
            let side_by_side = running.fetch_add(1, SeqCst) + 1;
            let (release, released) = oneshot::channel::<()>();
            sender.send((side_by_side, release)).unwrap();
            released.await.unwrap();
            running.fetch_sub(1, SeqCst);
            Ok::<(), Failure>(())
        }
    });
    let mut waiting = Vec::new();
    for _ in 0..4 {
        waiting.push(calls.recv().await.unwrap());
    }
    for _ in 4..12 {
        waiting.remove(0).1.send(()).unwrap();
        let next = calls.recv().await.unwrap();
        assert!(next.0 <= 4);
        waiting.push(next);
    }
    for (_, release) in waiting {
        release.send(()).unwrap();
    }
    worker.stop().await;
    assert_eq!(depth(inbox.as_ref()).await, 0);
}

pub(super) async fn a_shutdown_finishes_what_is_at_work<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 0..10).await;
    let mut options = options();
    options.concurrency = 2;
    let (sender, mut calls) = mpsc::unbounded_channel();
    let mut worker = Running::start(&inbox, options, move |job: Job| {
        let sender = sender.clone();
        async move {
            let (release, released) = oneshot::channel::<()>();
            sender
                .send((number(&job.received.delivery), release))
                .unwrap();
            released.await
        }
    });
    let at_work = [calls.recv().await.unwrap(), calls.recv().await.unwrap()];
    worker.ask_to_stop();
    tokio::select! {
        biased;
        _ = &mut worker.task => panic!("the worker didn't wait for its handlers"),
        () = tokio::task::yield_now() => {}
    }
    for (_, release) in at_work {
        release.send(()).unwrap();
    }
    worker.task.await.unwrap().unwrap();
    assert!(calls.recv().await.is_none());
    let status = inbox.status().await.unwrap();
    assert_eq!((status.waiting, status.in_flight), (8, 0));
}

pub(super) async fn a_worker_that_is_dropped_loses_nothing<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 0..10).await;
    let (sender, mut calls) = mpsc::unbounded_channel();
    let worker = Running::start(&inbox, options(), move |_: Job| {
        sender.send(()).unwrap();
        std::future::pending::<Result<(), Failure>>()
    });
    calls.recv().await.unwrap();
    worker.task.abort();
    assert!(worker.task.await.unwrap_err().is_cancelled());

    let (handler, mut calls) = telling();
    let worker = Running::start(&inbox, options(), handler);
    let mut handled = Vec::new();
    while handled.len() < 10 {
        handled.push(calls.recv().await.unwrap().0);
    }
    worker.stop().await;
    handled.sort_unstable();
    assert_eq!(handled, (0..10).collect::<Vec<_>>());
}

pub(super) async fn the_deliveries_of_an_item_keep_their_order_over_failures<I: Inbox>(
    inbox: Arc<I>,
) {
    const ITEMS: u64 = 5;
    for number in 0..60 {
        inbox.put(about(number, number % ITEMS)).await.unwrap();
    }
    let (sender, mut calls) = mpsc::unbounded_channel();
    let worker = Running::start(&inbox, per_item(), move |job: Job| {
        let number = number(&job.received.delivery);
        let sender = sender.clone();
        async move {
            tokio::task::yield_now().await;
            if number.is_multiple_of(7) && job.attempt < 3 {
                return Err(Failure::retry("not yet"));
            }
            sender.send((number, job.attempt)).unwrap();
            Ok(())
        }
    });
    let mut by_item: HashMap<u64, Vec<u64>> = HashMap::new();
    for _ in 0..60 {
        let (number, attempt) = calls.recv().await.unwrap();
        assert_eq!(attempt, if number % 7 == 0 { 3 } else { 1 });
        by_item.entry(number % ITEMS).or_default().push(number);
    }
    worker.stop().await;
    for numbers in by_item.values() {
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
    assert_eq!(depth(inbox.as_ref()).await, 0);
}

pub(super) async fn what_is_held_back_at_a_shutdown_keeps_its_order<I: Inbox>(inbox: Arc<I>) {
    for number in 0..20 {
        inbox.put(about(number, 1)).await.unwrap();
    }
    let mut options = per_item();
    options.backoff.first = Duration::from_hours(1);
    options.backoff.cap = Duration::from_hours(1);
    let handled = Arc::new(Mutex::new(Vec::new()));
    let (sender, mut calls) = mpsc::unbounded_channel();
    let sink = Arc::clone(&handled);
    let worker = Running::start(&inbox, options, move |job: Job| {
        let number = number(&job.received.delivery);
        sender.send(number).unwrap();
        let failed = number == 3;
        if !failed {
            sink.lock().unwrap().push(number);
        }
        async move {
            if failed {
                Err(Failure::retry("not yet"))
            } else {
                Ok(())
            }
        }
    });
    while calls.recv().await.unwrap() != 3 {}
    worker.stop().await;

    let (handler, mut calls) = telling();
    let worker = Running::start(&inbox, per_item(), handler);
    for _ in 3..20 {
        let (number, attempt) = calls.recv().await.unwrap();
        assert!(number != 3 || attempt == 2);
        handled.lock().unwrap().push(number);
    }
    worker.stop().await;
    assert_eq!(*handled.lock().unwrap(), (0..20).collect::<Vec<_>>());
    assert_eq!(depth(inbox.as_ref()).await, 0);
    // What is settled can't be claimed any more.
    inbox.put(about(100, 1)).await.unwrap();
    let claimed = inbox.claim(NonZeroUsize::MAX).await.unwrap();
    assert_eq!(claimed.len(), 1);
    inbox
        .settle(&claimed[0].lease, Settlement::Done)
        .await
        .unwrap();
}
