//! What is particular to the inbox in NATS JetStream: it outlives its process and its server, and
//! processes share it.

use std::{
    num::NonZeroUsize,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, SystemTime},
};

use futures_core::Stream;
use monday_webhooks::{
    Delivery,
    inbox::{
        Claimed, Counters, Failure, Inbox, InboxError, Job, Ledger, NatsInbox, NatsOptions,
        Received, Settlement, WorkerOptions, nats::NatsLease, run,
    },
    receiver::Taken,
};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::{
    conformance,
    deliveries::{about, number, received},
    log::Log,
    nats_server::NatsServer,
};

conformance!({
    let server = NatsServer::start();
    (connect(&server).await, server)
});

pub(super) fn options(server: &NatsServer) -> NatsOptions {
    NatsOptions::from_address(&server.inbox("MONDAY")).unwrap()
}

async fn connect(server: &NatsServer) -> NatsInbox {
    NatsInbox::connect(options(server)).await.unwrap()
}

pub(super) async fn claim(inbox: &NatsInbox) -> Claimed<NatsLease> {
    inbox.claim(NonZeroUsize::MIN).await.unwrap().remove(0)
}

async fn claim_all(inbox: &NatsInbox, count: usize) -> Vec<Claimed<NatsLease>> {
    let mut all = Vec::new();
    while let Some(missing) = NonZeroUsize::new(count - all.len()) {
        all.extend(inbox.claim(missing).await.unwrap());
    }
    all
}

/// As monday would: again, as long as it is answered 503.
async fn put_until_kept(inbox: &NatsInbox, received: &Received) -> Taken {
    loop {
        match inbox.put(received.clone()).await {
            Ok(taken) => return taken,
            Err(InboxError::Unreachable(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

pub(super) async fn next<S: Stream + Unpin>(messages: &mut S) -> S::Item {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *messages).poll_next(context))
        .await
        .unwrap()
}

/// A call of JetStream's API.
pub(super) async fn ask(client: &async_nats::Client, what: &str, body: &Value) -> Value {
    let subject = format!("$JS.API.{what}");
    let answer = client.request(subject, body.to_string().into()).await;
    serde_json::from_slice(&answer.unwrap().payload).unwrap()
}

async fn consumer(client: &async_nats::Client) -> Value {
    ask(client, "CONSUMER.INFO.MONDAY.handler", &json!({})).await
}

async fn delete_stream(client: &async_nats::Client) {
    let deleted = ask(client, "STREAM.DELETE.MONDAY", &json!({})).await;
    assert_eq!(deleted["success"], true, "{deleted}");
}

/// The server answers in order: it knows of the subscriptions once it has answered.
async fn until_heard(client: &async_nats::Client) {
    let jetstream = async_nats::jetstream::new(client.clone());
    jetstream.query_account().await.unwrap();
}

#[tokio::test]
async fn what_was_put_survives_the_server_and_is_still_known() {
    let mut server = NatsServer::start();
    let mut options = options(&server);
    // What a server had handed out when it ended waits for its lease to run out.
    options.lease_time = Duration::from_secs(1);
    let inbox = NatsInbox::connect(options).await.unwrap();
    for number in 0..3 {
        inbox.put(received(number)).await.unwrap();
    }
    let claimed = claim_all(&inbox, 3).await;
    let (done, reason) = (Settlement::Done, "no".to_owned());
    inbox.settle(&claimed[0].lease, done).await.unwrap();
    let dead = Settlement::Dead { reason };
    inbox.settle(&claimed[1].lease, dead).await.unwrap();
    let after = Duration::ZERO;
    let retry = Settlement::Retry { after };
    inbox.settle(&claimed[2].lease, retry).await.unwrap();
    inbox.close().await;
    drop((inbox, claimed));
    server.stop();
    server.run();

    let inbox = connect(&server).await;
    for number in 0..3 {
        assert_eq!(inbox.put(received(number)).await.unwrap(), Taken::Duplicate);
    }
    let status = inbox.status().await.unwrap();
    assert_eq!((status.depth(), status.dead), (1, 1));
    let claimed = claim(&inbox).await;
    assert_eq!(number(&claimed.received.delivery), 2);
    assert_eq!(claimed.attempt, 2);
    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert!(inbox.requeue(letters[0].id).await.unwrap());
}

/// A server that is killed may forget that something was acknowledged a moment ago: it is handed
/// over once more, and never less than once.
#[tokio::test]
async fn a_killed_server_loses_nothing_that_it_has_kept() {
    let mut server = NatsServer::start();
    let inbox = connect(&server).await;
    for number in 0..20 {
        inbox.put(received(number)).await.unwrap();
    }
    let reason = "no".to_owned();
    let claimed = claim(&inbox).await;
    let dead = Settlement::Dead { reason };
    inbox.settle(&claimed.lease, dead.clone()).await.unwrap();
    drop((inbox, claimed));
    server.kill();
    server.run();

    let inbox = connect(&server).await;
    for number in 0..20 {
        assert_eq!(inbox.put(received(number)).await.unwrap(), Taken::Duplicate);
    }
    let mut numbers = std::collections::BTreeSet::new();
    while !(1..20).all(|number| numbers.contains(&number)) {
        let claimed = claim(&inbox).await;
        let number = number(&claimed.received.delivery);
        let settlement = if number == 0 {
            dead.clone()
        } else {
            Settlement::Done
        };
        inbox.settle(&claimed.lease, settlement).await.unwrap();
        numbers.insert(number);
    }
    assert_eq!(inbox.dead_letters(None, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_away_nothing_is_kept_and_then_work_goes_on() {
    let mut server = NatsServer::start();
    let counters = Arc::new(Counters::default());
    let mut options = options(&server);
    options.metrics = Arc::clone(&counters) as _;
    let inbox = Arc::new(NatsInbox::connect(options).await.unwrap());
    let (handled, mut numbers) = mpsc::unbounded_channel();
    let worker = tokio::spawn(run(
        Arc::clone(&inbox),
        move |job: Job| std::future::ready(handled.send(number(&job.received.delivery))),
        WorkerOptions::default(),
        std::future::pending(),
    ));
    assert_eq!(inbox.put(received(1)).await.unwrap(), Taken::New);
    assert_eq!(numbers.recv().await, Some(1));

    server.kill();
    let error = inbox.put(received(2)).await.unwrap_err();
    assert!(matches!(error, InboxError::Unreachable(_)), "{error}");
    assert!(!error.is_permanent());
    assert!(counters.failed_commits.load(Relaxed) > 0);
    server.run();
    put_until_kept(&inbox, &received(2)).await;
    // That the first one was handled may be forgotten.
    while numbers.recv().await.unwrap() != 2 {}
    assert_eq!(put_until_kept(&inbox, &received(1)).await, Taken::Duplicate);
    worker.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_have_gone_are_made_again() {
    let server = NatsServer::start();
    let inbox = connect(&server).await;
    inbox.put(received(1)).await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    jetstream.delete_stream("MONDAY").await.unwrap();

    assert_eq!(put_until_kept(&inbox, &received(1)).await, Taken::New);
    let claimed = loop {
        match inbox.claim(NonZeroUsize::MIN).await {
            Ok(mut claimed) => break claimed.remove(0),
            Err(error) => assert!(!error.is_permanent(), "{error}"),
        }
    };
    assert_eq!(number(&claimed.received.delivery), 1);
}

#[tokio::test]
async fn a_lease_of_a_stream_that_was_made_again_does_not_touch_the_new_one() {
    let log = Log::default();
    let _guard = log.listen();
    let server = NatsServer::start();
    let inbox = connect(&server).await;
    let client = async_nats::connect(server.url()).await.unwrap();
    let settlements = [
        Settlement::Done,
        Settlement::Retry {
            after: Duration::from_millis(1),
        },
        Settlement::Release,
        Settlement::Dead {
            reason: "no".to_owned(),
        },
    ];
    for number in 0..4 {
        inbox.put(received(number)).await.unwrap();
    }
    let old = claim_all(&inbox, 4).await;
    delete_stream(&client).await;
    for number in 10..14 {
        assert_eq!(put_until_kept(&inbox, &received(number)).await, Taken::New);
    }
    let other = connect(&server).await;
    let new = claim_all(&other, 4).await;
    for (old, settlement) in old.iter().zip(settlements) {
        inbox.settle(&old.lease, settlement).await.unwrap();
    }
    drop(old);
    // What is told to the pump is done once it has answered.
    inbox.status().await.unwrap();
    assert_eq!(consumer(&client).await["num_ack_pending"], 4);
    assert!(
        log.text()
            .contains("a delivery at work is of a stream or consumer that has gone"),
        "{}",
        log.text()
    );
    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters.len(), 1, "what is given up is kept all the same");

    drop(new);
    other.close().await;
    let mut numbers: Vec<u64> = claim_all(&inbox, 4)
        .await
        .iter()
        .map(|claimed| number(&claimed.received.delivery))
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [10, 11, 12, 13]);
}

/// Neither a claim nor a delivery to put tells this process of it.
#[tokio::test]
async fn a_stream_that_another_process_made_again_is_noticed() {
    let log = Log::default();
    let _guard = log.listen();
    let server = NatsServer::start();
    let inbox = connect(&server).await;
    inbox.put(received(1)).await.unwrap();
    let old = claim(&inbox).await;
    let client = async_nats::connect(server.url()).await.unwrap();
    delete_stream(&client).await;
    let other = connect(&server).await;
    other.put(received(2)).await.unwrap();
    let new = claim(&other).await;
    while !log.text().contains("has gone or was made anew") {
        tokio::task::yield_now().await;
    }
    inbox.settle(&old.lease, Settlement::Done).await.unwrap();
    assert_eq!(consumer(&client).await["num_ack_pending"], 1);
    other.settle(&new.lease, Settlement::Done).await.unwrap();
    assert_eq!(other.status().await.unwrap(), Default::default());
}

/// A user who isn't told of what becomes of streams learns it from an answer that doesn't come.
#[tokio::test]
async fn a_lease_whose_number_is_not_handed_out_any_more_is_settled() {
    let server = NatsServer::with(
        "jetstream { store_dir: store }
        authorization { users: [
          { user: all, password: one },
          { user: deaf, password: two, permissions: {
            publish: { allow: [\">\"] }, subscribe: { allow: [\">\"], deny: [\"$JS.EVENT.>\"] } } },
        ] }",
    );
    let all = async_nats::ConnectOptions::with_user_and_password("all".into(), "one".into());
    let client = all.connect(server.url()).await.unwrap();
    let mut options = options(&server);
    options.auth = monday_webhooks::inbox::nats::NatsAuth::password("deaf", "two");
    options.answer_time = Duration::from_millis(500);
    let inbox = NatsInbox::connect(options.clone()).await.unwrap();
    inbox.put(received(1)).await.unwrap();
    let old = claim(&inbox).await;
    delete_stream(&client).await;
    let other = NatsInbox::connect(options).await.unwrap();
    let mut tries = 0;
    while let Err(error) = inbox.settle(&old.lease, Settlement::Done).await {
        assert!(matches!(error, InboxError::Unreachable(_)), "{error:?}");
        tries += 1;
        assert!(tries < 10, "it is tried for ever");
    }
    other.put(received(2)).await.unwrap();
    assert_eq!(number(&claim(&inbox).await.received.delivery), 2);
}

#[tokio::test]
async fn a_consumer_that_is_missing_is_made_again_and_the_log_says_what_that_means() {
    let log = Log::default();
    let _guard = log.listen();
    let server = NatsServer::start();
    let inbox = connect(&server).await;
    for number in 0..3 {
        inbox.put(received(number)).await.unwrap();
    }
    for claimed in claim_all(&inbox, 2).await {
        let done = Settlement::Done;
        inbox.settle(&claimed.lease, done).await.unwrap();
    }
    inbox.close().await;
    drop(inbox);
    let says = "the consumer of the inbox was missing and is made anew";
    assert!(!log.text().contains(says), "{}", log.text());
    let client = async_nats::connect(server.url()).await.unwrap();
    let deleted = ask(&client, "CONSUMER.DELETE.MONDAY.handler", &json!({})).await;
    assert_eq!(deleted["success"], true, "{deleted}");

    let inbox = connect(&server).await;
    let text = log.text();
    let line = text.lines().find(|line| line.contains(says)).expect(&text);
    assert!(
        line.contains("ERROR") && line.contains("messages=3"),
        "{line}"
    );
    let numbers: Vec<u64> = claim_all(&inbox, 3)
        .await
        .iter()
        .map(|claimed| number(&claimed.received.delivery))
        .collect();
    assert_eq!(numbers, [0, 1, 2]);
}

/// A delivery whose lease ran out while it was held here, as over an outage: the server has handed it
/// out again.
struct RanOut {
    _server: NatsServer,
    client: async_nats::Client,
    inbox: Arc<NatsInbox>,
    held: Claimed<NatsLease>,
    /// Whoever waits for the next delivery meanwhile.
    claiming: tokio::task::JoinHandle<Claimed<NatsLease>>,
}

impl RanOut {
    async fn wait() -> Self {
        let server = NatsServer::start();
        let mut options = options(&server);
        options.lease_time = Duration::from_secs(1);
        let inbox = Arc::new(NatsInbox::connect(options).await.unwrap());
        let client = async_nats::connect(server.url()).await.unwrap();
        inbox.put(received(1)).await.unwrap();
        let held = claim(&inbox).await;
        let claiming = {
            let inbox = Arc::clone(&inbox);
            tokio::spawn(async move { claim(&inbox).await })
        };
        while consumer(&client).await["num_redelivered"] == 0 {}
        Self {
            _server: server,
            client,
            inbox,
            held,
            claiming,
        }
    }
}

#[tokio::test]
async fn what_is_at_work_here_is_not_handed_out_here_again() {
    let RanOut {
        _server,
        client,
        inbox,
        held,
        claiming,
    } = RanOut::wait().await;
    inbox.put(received(2)).await.unwrap();
    let second = claiming.await.unwrap();
    assert_eq!(number(&second.received.delivery), 2);

    for claimed in [held, second] {
        let done = Settlement::Done;
        inbox.settle(&claimed.lease, done).await.unwrap();
    }
    let info = consumer(&client).await;
    assert_eq!(info["num_ack_pending"], 0, "{info}");
    assert_eq!(inbox.status().await.unwrap(), Default::default());
}

#[tokio::test]
async fn a_lease_that_ran_out_hands_its_delivery_out_once_when_it_is_dropped() {
    let RanOut {
        _server,
        client: _,
        inbox,
        held,
        claiming,
    } = RanOut::wait().await;
    // It has come once this is answered.
    inbox.status().await.unwrap();
    drop(held);
    let again = claiming.await.unwrap();
    assert_eq!((number(&again.received.delivery), again.attempt), (1, 2));
    inbox.settle(&again.lease, Settlement::Done).await.unwrap();
    assert_eq!(inbox.status().await.unwrap(), Default::default());
    inbox.put(received(2)).await.unwrap();
    assert_eq!(number(&claim(&inbox).await.received.delivery), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_know_each_others_deliveries_and_share_the_work() {
    const COUNT: u64 = 100;
    let server = NatsServer::start();
    let inboxes = [
        Arc::new(connect(&server).await),
        Arc::new(connect(&server).await),
    ];
    let (handled, mut calls) = mpsc::unbounded_channel();
    let mut stops = Vec::new();
    let mut workers = Vec::new();
    for (process, inbox) in inboxes.iter().enumerate() {
        let (stop, stopped) = oneshot::channel::<()>();
        let handled = handled.clone();
        let handler = move |job: Job| {
            let sent = handled.send((process, number(&job.received.delivery), job.attempt));
            std::future::ready(sent)
        };
        let mut options = WorkerOptions::default();
        options.concurrency = 1;
        let inbox = Arc::clone(inbox);
        workers.push(tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            run(inbox, handler, options, stopped).await
        }));
        stops.push(stop);
    }
    for number in 0..COUNT {
        let (one, other) = (number as usize % 2, (number as usize + 1) % 2);
        assert_eq!(
            inboxes[one].put(received(number)).await.unwrap(),
            Taken::New
        );
        let again = inboxes[other].put(received(number)).await.unwrap();
        assert_eq!(again, Taken::Duplicate);
    }
    let mut numbers = Vec::new();
    let mut shares = [0, 0];
    for _ in 0..COUNT {
        let (process, number, attempt) = calls.recv().await.unwrap();
        assert_eq!(attempt, 1);
        shares[process] += 1;
        numbers.push(number);
    }
    drop(stops);
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    assert!(calls.try_recv().is_err());
    numbers.sort_unstable();
    assert_eq!(numbers, (0..COUNT).collect::<Vec<_>>());
    assert!(shares.iter().all(|share| *share > 0), "{shares:?}");
    assert_eq!(inboxes[0].status().await.unwrap(), Default::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_is_at_work_keeps_its_lease() {
    let server = NatsServer::start();
    let mut options = options(&server);
    options.lease_time = Duration::from_secs(2);
    let inbox = Arc::new(NatsInbox::connect(options.clone()).await.unwrap());
    let other = Arc::new(NatsInbox::connect(options).await.unwrap());
    let client = async_nats::connect(server.url()).await.unwrap();
    let mut acks = client.subscribe("$JS.ACK.>").await.unwrap();
    until_heard(&client).await;

    inbox.put(received(1)).await.unwrap();
    let (called, mut calls) = mpsc::unbounded_channel();
    let handler = move |job: Job| {
        let (release, released) = oneshot::channel::<()>();
        called.send((job.attempt, release)).unwrap();
        async move { released.await.map_err(Failure::from) }
    };
    let workers = [inbox, other].map(|inbox| {
        let pending = std::future::pending();
        tokio::spawn(run(
            inbox,
            handler.clone(),
            WorkerOptions::default(),
            pending,
        ))
    });
    let (attempt, release) = calls.recv().await.unwrap();
    assert_eq!(attempt, 1);
    // Three signs of life a lease: these are over two leases.
    for _ in 0..7 {
        assert_eq!(next(&mut acks).await.payload, "+WPI");
    }
    release.send(()).unwrap();
    loop {
        let ack = next(&mut acks).await;
        if ack.payload == "+ACK" {
            break;
        }
        assert_eq!(ack.payload, "+WPI");
    }
    assert!(calls.try_recv().is_err(), "nobody else got it");
    workers.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn what_a_killed_process_held_is_handed_out_again() {
    let server = NatsServer::start();
    let mut options = options(&server);
    options.lease_time = Duration::from_secs(1);
    let killed = NatsInbox::connect(options.clone()).await.unwrap();
    killed.put(received(1)).await.unwrap();
    let held = claim(&killed).await;
    // Nothing of it is told to the server.
    std::mem::forget(held);

    let other = NatsInbox::connect(options).await.unwrap();
    let claimed = claim(&other).await;
    assert_eq!(
        (number(&claimed.received.delivery), claimed.attempt),
        (1, 2)
    );
}

#[tokio::test]
async fn a_process_that_closes_gives_back_what_it_held_in_order() {
    let server = NatsServer::start();
    let inbox = connect(&server).await;
    for number in 0..20 {
        inbox.put(received(number)).await.unwrap();
    }
    for claimed in claim_all(&inbox, 20).await.iter().rev() {
        let release = Settlement::Release;
        inbox.settle(&claimed.lease, release).await.unwrap();
    }
    assert_eq!(inbox.status().await.unwrap().waiting, 20);
    inbox.close().await;
    assert!(matches!(
        inbox.claim(NonZeroUsize::MIN).await,
        Err(InboxError::Closed)
    ));

    let other = connect(&server).await;
    let numbers: Vec<u64> = claim_all(&other, 20)
        .await
        .iter()
        .map(|claimed| number(&claimed.received.delivery))
        .collect();
    assert_eq!(numbers, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_nobody_claims_here_goes_to_another_process() {
    let server = NatsServer::start();
    let inbox = connect(&server).await;
    let claiming = inbox.claim(NonZeroUsize::MIN);
    tokio::select! {
        biased;
        _ = claiming => panic!("there was nothing to claim yet"),
        // Once this is answered the claim has been heard.
        status = inbox.status() => drop(status.unwrap()),
    }
    inbox.put(received(1)).await.unwrap();
    let other = connect(&server).await;
    assert_eq!(number(&claim(&other).await.received.delivery), 1);
}

#[tokio::test]
async fn a_full_stream_refuses_and_nothing_that_was_kept_is_lost() {
    let server = NatsServer::start();
    let mut options = options(&server);
    options.max_bytes = Some(64 * 1024);
    let inbox = NatsInbox::connect(options).await.unwrap();
    let mut kept = 0;
    let error = loop {
        match inbox.put(received(kept)).await {
            Ok(taken) => assert_eq!(taken, Taken::New),
            Err(error) => break error,
        }
        kept += 1;
    };
    assert!(matches!(error, InboxError::Full), "{error:?}");
    assert!(kept > 10);
    assert_eq!(inbox.put(received(0)).await.unwrap(), Taken::Duplicate);
    assert_eq!(inbox.status().await.unwrap().waiting, kept);

    // Room is made of what was handled alone.
    let claimed = claim_all(&inbox, 10).await;
    for claimed in &claimed[..9] {
        let done = Settlement::Done;
        inbox.settle(&claimed.lease, done).await.unwrap();
    }
    let soon = SystemTime::now() + Duration::from_hours(1);
    assert_eq!(inbox.remove_handled(soon).await.unwrap(), 9);
    assert_eq!(inbox.remove_handled(soon).await.unwrap(), 0);
    assert_eq!(inbox.put(received(kept)).await.unwrap(), Taken::New);
    assert_eq!(inbox.status().await.unwrap().depth(), kept - 9 + 1);
}

#[tokio::test]
async fn a_delivery_that_the_server_does_not_take_is_refused() {
    let configuration = "max_payload: 4KB\njetstream { store_dir: store }";
    let server = NatsServer::with(configuration);
    let inbox = connect(&server).await;
    let large = format!(
        r#"{{"event":{{"type":"x","text":"{}"}}}}"#,
        "a".repeat(4096)
    );
    let large = Received::new(Delivery::parse(large).unwrap(), SystemTime::now());
    let error = inbox.put(large).await.unwrap_err();
    assert!(
        matches!(error, InboxError::TooLarge { limit: 4096 }),
        "{error:?}"
    );
    assert_eq!(inbox.put(received(1)).await.unwrap(), Taken::New);
}

#[tokio::test]
async fn consumers_of_ones_own_can_filter_by_account_board_and_event() {
    let server = NatsServer::start();
    let inbox = connect(&server).await;
    let client = async_nats::connect(server.url()).await.unwrap();
    let mut by_board = client.subscribe("MONDAY.*.3495876.>").await.unwrap();
    let mut by_event = client.subscribe("MONDAY._.*.a%2Eb").await.unwrap();
    until_heard(&client).await;
    inbox.put(about(1, 7)).await.unwrap();
    let odd = Delivery::parse(r#"{"event":{"type":"a.b"}}"#).unwrap();
    inbox
        .put(Received::new(odd, SystemTime::now()))
        .await
        .unwrap();
    let subject = "MONDAY.17654321.3495876.create_pulse";
    assert_eq!(next(&mut by_board).await.subject.as_str(), subject);
    assert_eq!(
        next(&mut by_event).await.subject.as_str(),
        "MONDAY._._.a%2Eb"
    );
}

#[tokio::test]
async fn a_message_that_is_no_delivery_is_a_dead_letter() {
    let server = NatsServer::start();
    let inbox = connect(&server).await;
    let client = async_nats::connect(server.url()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    let published = jetstream.publish("MONDAY.a.b.c", "junk".into()).await;
    published.unwrap().await.unwrap();
    inbox.put(received(1)).await.unwrap();
    assert_eq!(number(&claim(&inbox).await.received.delivery), 1);
    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].body, "junk");
    assert_eq!(letters[0].reason, "the stored body can't be read");
    assert!(letters[0].delivery().is_err());
    assert!(inbox.requeue(letters[0].id).await.is_err());
    assert!(inbox.discard(letters[0].id).await.unwrap());
}
