//! The accept loop on real sockets, with clients that don't behave.
//!
//! Whoever is slow here is slow for good: a test waits for what the server does about it, never for
//! a time.

use std::{convert::Infallible, sync::Arc, time::Duration};

use monday_webhooks::{
    Delivery, Receiver,
    receiver::{self, Unsigned, Unverified, dangerous},
    server::Limits,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    sync::{Notify, Semaphore, SemaphorePermit},
};

use super::running::{HEAD, Running, last, limits, noting, numbered, post, rest, statuses};

/// Short enough for a test to wait for, where waiting is what it is about.
const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn whoever_sends_a_header_slowly_is_closed() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, limits(|limits| limits.header_time = SHORT)).await;
    for beginning in ["", "P", HEAD, &format!("{HEAD}content-length: 5\r\nx: ")] {
        assert_eq!(running.exchange(beginning).await, "", "{beginning:?}");
    }
    // The same between two requests of one connection.
    let answers = running.exchange(post("", &numbered(1))).await;
    assert_eq!(statuses(&answers), [200]);
    assert_eq!(*seen.lock().unwrap(), [1]);
}

#[tokio::test]
async fn whoever_sends_a_body_slowly_is_refused_and_closed() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, limits(|limits| limits.body_time = SHORT)).await;
    for beginning in [
        format!("{HEAD}content-length: 100\r\n\r\n{{"),
        format!("{HEAD}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n"),
    ] {
        let answer = running.exchange(beginning).await;
        assert_eq!(statuses(&answer), [400]);
        assert!(answer.ends_with(r#"{"error":"incomplete"}"#), "{answer}");
    }
    assert_eq!(statuses(&running.exchange(last(&numbered(1))).await), [200]);
    assert_eq!(*seen.lock().unwrap(), [1]);
}

#[tokio::test]
async fn slow_clients_keep_nobody_waiting() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        slow.push(running.begin("POST /mon").await);
        slow.push(
            running
                .begin(format!("{HEAD}content-length: 100\r\n\r\n{{"))
                .await,
        );
    }
    for number in 0..50 {
        let answer = running.exchange(last(&numbered(number))).await;
        assert_eq!(statuses(&answer), [200]);
    }
    assert_eq!(*seen.lock().unwrap(), (0..50).collect::<Vec<_>>());
    drop(slow);
}

#[tokio::test]
async fn whoever_never_reads_an_answer_is_closed() {
    let (_, receiver) = noting();
    let running = Running::start(receiver, limits(|limits| limits.write_time = SHORT)).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut deaf = socket.connect(running.address).await.unwrap();
    let requests = post("", r#"{"challenge":"abc"}"#).repeat(100);
    // The server stops reading once it can't write, and closes when that takes too long. Only then
    // this ends.
    while deaf.write_all(requests.as_bytes()).await.is_ok() {}

    assert_eq!(statuses(&running.exchange(last(&numbered(1))).await), [200]);
}

#[tokio::test]
async fn a_shutdown_finishes_what_was_accepted_and_takes_no_more() {
    let begun = Arc::new(Notify::new());
    let gate = Arc::new(Semaphore::new(0));
    let (notify, open) = (Arc::clone(&begun), Arc::clone(&gate));
    let receiver = Receiver::new(dangerous::unsigned(), move |_: Unverified<Delivery>| {
        let open = Arc::clone(&open);
        notify.notify_one();
        async move { open.acquire().await.map(SemaphorePermit::forget) }
    });
    let running = Running::start(receiver, Limits::default()).await;
    let idle = running.connect().await;
    // One whose body is still on its way, and one that the sink has.
    let body = numbered(1);
    let mut sending = running
        .begin(format!(
            "{HEAD}content-length: {}\r\n\r\n{}",
            body.len(),
            &body[..9]
        ))
        .await;
    let handling = running.begin(post("", &body)).await;
    begun.notified().await;

    let address = running.address;
    running.stop.send(()).unwrap();
    assert_eq!(rest(idle).await, "");
    assert!(TcpStream::connect(address).await.is_err());

    sending.write_all(&body.as_bytes()[9..]).await.unwrap();
    gate.add_permits(2);
    for accepted in [handling, sending] {
        let answer = rest(accepted).await;
        assert_eq!(statuses(&answer), [200]);
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    running.done.await.unwrap();
}

#[tokio::test]
async fn a_shutdown_waits_no_longer_than_the_drain_time() {
    let running = Running::start(
        never_done(&Arc::default()),
        limits(|limits| limits.drain_time = SHORT),
    )
    .await;
    let stuck = running.begin(post("", &numbered(1))).await;
    running.stop().await;
    drop(stuck);
}

/// An endpoint whose sink never comes to an end.
fn never_done(
    begun: &Arc<Notify>,
) -> Receiver<Unsigned, impl receiver::Sink<Unverified<Delivery>>> {
    let begun = Arc::clone(begun);
    Receiver::new(dangerous::unsigned(), move |_: Unverified<Delivery>| {
        begun.notify_one();
        std::future::pending::<Result<(), Infallible>>()
    })
}

#[tokio::test]
async fn a_sink_that_hangs_is_answered_for_with_503() {
    let running = Running::start(
        never_done(&Arc::default()),
        limits(|limits| limits.request_time = SHORT),
    )
    .await;
    let answer = running.exchange(last(&numbered(1))).await;
    assert_eq!(statuses(&answer), [503]);
    assert!(answer.contains("retry-after: 60\r\n"), "{answer}");
}

#[tokio::test]
async fn a_connection_too_many_is_answered_503_until_another_one_ends() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, limits(|limits| limits.connections = 1)).await;
    let first = running.begin(post("", &numbered(1))).await;
    // Once it is answered, it is certainly counted.
    first.readable().await.unwrap();
    for request in [
        String::new(),
        last(&numbered(2)),
        last(&" ".repeat(100_000)),
    ] {
        let mut stream = running.begin(request).await;
        stream.shutdown().await.unwrap();
        let answer = rest(stream).await;
        assert_eq!(statuses(&answer), [503]);
        assert!(answer.contains("retry-after: 60\r\n"), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    drop(first);
    // The end of the first is noticed at some time.
    while statuses(&running.exchange(last(&numbered(3))).await) != [200] {
        tokio::task::yield_now().await;
    }
    assert_eq!(*seen.lock().unwrap(), [1, 3]);
}

#[tokio::test]
async fn a_request_too_many_is_answered_503() {
    let begun = Arc::new(Notify::new());
    let notify = Arc::clone(&begun);
    let mut in_flight = receiver::Limits::default();
    in_flight.in_flight = 1;
    let receiver = Receiver::with_limits(
        dangerous::unsigned(),
        move |_: Unverified<Delivery>| {
            notify.notify_one();
            std::future::pending::<Result<(), Infallible>>()
        },
        in_flight,
    );
    let running = Running::start(receiver, Limits::default()).await;
    let held = running.begin(post("", &numbered(1))).await;
    begun.notified().await;
    let answer = running.exchange(last(&numbered(2))).await;
    assert_eq!(statuses(&answer), [503]);
    assert!(answer.contains("retry-after: 60\r\n"), "{answer}");
    drop(held);
}
