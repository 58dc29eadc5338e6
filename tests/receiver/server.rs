//! The accept loop on real sockets, with clients that don't behave.
//!
//! Whoever is slow here is slow for good: a test waits for what the server does about it, never for
//! a time.

use std::{convert::Infallible, sync::Arc, time::Duration};

use monday_webhooks::{
    Delivery, Receiver,
    receiver::{self, Unsigned, Unverified, dangerous},
    server::{Limits, stop_signal},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::{Notify, Semaphore, SemaphorePermit},
};

use super::running::{
    HEAD, Running, chunked, last, limits, noting, numbered, post, rest, statuses,
};

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

#[cfg(unix)]
#[tokio::test]
async fn a_stop_is_heard_from_the_call_on_whoever_asks_for_it() {
    for signal in ["-INT", "-TERM"] {
        let stops = [stop_signal(), stop_signal()];
        let id = std::process::id().to_string();
        let kill = std::process::Command::new("kill")
            .args([signal, &id])
            .status();
        assert!(kill.unwrap().success());
        for stop in stops {
            stop.await;
        }
    }
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

/// What the test holds of an endpoint whose sink waits for it.
#[derive(Clone)]
struct Gate {
    /// The sink was asked.
    begun: Arc<Notify>,
    /// A permit for each delivery that it is to finish.
    open: Arc<Semaphore>,
    /// It finished.
    done: Arc<Notify>,
}

/// An endpoint whose sink waits to be let on.
fn gated() -> (
    Gate,
    Receiver<Unsigned, impl receiver::Sink<Unverified<Delivery>>>,
) {
    let gate = Gate {
        begun: Arc::default(),
        open: Arc::new(Semaphore::new(0)),
        done: Arc::default(),
    };
    let sink = gate.clone();
    let receiver = Receiver::new(dangerous::unsigned(), move |_: Unverified<Delivery>| {
        let gate = sink.clone();
        async move {
            gate.begun.notify_one();
            gate.open.acquire().await.map(SemaphorePermit::forget)?;
            gate.done.notify_one();
            Ok::<(), tokio::sync::AcquireError>(())
        }
    });
    (gate, receiver)
}

#[tokio::test]
async fn a_shutdown_finishes_what_was_accepted_and_takes_no_more() {
    let (gate, receiver) = gated();
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
    gate.begun.notified().await;

    let address = running.address;
    running.stop.send(()).unwrap();
    assert_eq!(rest(idle).await, "");
    assert!(TcpStream::connect(address).await.is_err());

    sending.write_all(&body.as_bytes()[9..]).await.unwrap();
    gate.open.add_permits(2);
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
    // Nothing is left behind.
    assert_eq!(rest(stuck).await, "");
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

#[test]
fn a_shutdown_waits_as_long_as_a_request_may_take() {
    let limits = Limits::default();
    assert_eq!(
        limits.drain_time,
        limits.header_time + limits.request_time + limits.write_time
    );
    assert!(limits.body_time < limits.request_time);
}

#[tokio::test]
async fn a_connection_too_many_is_answered_503_while_all_others_wait_for_their_answers() {
    let (gate, receiver) = gated();
    let running = Running::start(receiver, limits(|limits| limits.connections = 1)).await;
    let first = running.begin(last(&numbered(1))).await;
    gate.begun.notified().await;
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
    gate.open.add_permits(2);
    assert_eq!(statuses(&rest(first).await), [200]);
    assert_eq!(statuses(&running.exchange(last(&numbered(3))).await), [200]);
}

#[tokio::test]
async fn whoever_keeps_the_server_waiting_for_longest_gives_way() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, limits(|limits| limits.connections = 3)).await;
    let kept_alive = running.begin(post("", &numbered(1))).await;
    // Once it is answered, it waits no more.
    kept_alive.readable().await.unwrap();
    let slow_header = running.begin("POST /mon").await;
    let body = numbered(2);
    let length = body.len();
    let mut slow_body = running
        .begin(format!(
            "{HEAD}content-length: {length}\r\n\r\n{}",
            &body[..9]
        ))
        .await;
    // The newcomers stay, too.
    let mut newcomers = Vec::new();
    for (number, gives_way) in [(3, kept_alive), (4, slow_header)] {
        let newcomer = running.begin(post("", &numbered(number))).await;
        newcomer.readable().await.unwrap();
        let answers = statuses(&rest(gives_way).await);
        assert!(answers.len() < 2, "{answers:?}");
        newcomers.push(newcomer);
    }
    slow_body.write_all(&body.as_bytes()[9..]).await.unwrap();
    slow_body.shutdown().await.unwrap();
    assert_eq!(statuses(&rest(slow_body).await), [200]);
    assert_eq!(*seen.lock().unwrap(), [1, 3, 4, 2]);
}

#[tokio::test]
async fn many_times_the_connections_there_may_be_keep_nobody_out() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, limits(|limits| limits.connections = 8)).await;
    let mut held = Vec::new();
    for number in 0..20 {
        for beginning in [
            "",
            "POST /mon",
            &format!("{HEAD}content-length: 9\r\n\r\n{{"),
        ] {
            held.push(running.begin(beginning).await);
            held.push(running.begin(last("{}")).await);
            held.push(running.begin(post("", r#"{"challenge":"a"}"#)).await);
        }
        let answer = running.exchange(last(&numbered(number))).await;
        assert_eq!(statuses(&answer), [200]);
    }
    assert_eq!(*seen.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refusal_ends_the_connection() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    let good = post("", &numbered(1));
    for (refused, status) in [
        (post("", "{}"), 400),
        (good.replacen("POST", "GET", 1), 405),
        (good.replacen("/monday", "/", 1), 404),
        (good.replacen("application/json", "text/plain", 1), 415),
        (format!("{HEAD}content-length: 1073741824\r\n\r\n"), 413),
    ] {
        let answers = running.exchange(refused + &good).await;
        assert_eq!(statuses(&answers), [status]);
        assert!(answers.contains("connection: close\r\n"), "{answers}");
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn whoever_says_that_it_has_no_more_to_say_is_answered() {
    let (gate, receiver) = gated();
    let running = Running::start(receiver, Limits::default()).await;
    let mut stream = running.begin(post("", &numbered(1))).await;
    stream.shutdown().await.unwrap();
    gate.begun.notified().await;
    gate.open.add_permits(1);
    assert_eq!(statuses(&rest(stream).await), [200]);
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_stop_the_sink() {
    let (gate, receiver) = gated();
    let running = Running::start(receiver, Limits::default()).await;
    drop(running.begin(post("", &numbered(1))).await);
    gate.begun.notified().await;
    gate.open.add_permits(1);
    gate.done.notified().await;
}

#[tokio::test]
async fn whoever_sends_a_body_too_large_can_read_why_it_is_refused() {
    let (_, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    let body = " ".repeat(3 << 20);
    for request in [
        post("", &body),
        format!("{HEAD}transfer-encoding: chunked\r\n\r\n{}", chunked(&body)),
    ] {
        let mut stream = running.connect().await;
        // All of it is sent before anything is read.
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(statuses(&answer), [413]);
    }
}

#[tokio::test]
async fn limits_without_a_limit_limit_nothing() {
    let (seen, receiver) = noting();
    let unlimited = limits(|limits| {
        limits.connections = usize::MAX;
        limits.header_time = Duration::MAX;
        limits.body_time = Duration::MAX;
        limits.request_time = Duration::MAX;
        limits.write_time = Duration::MAX;
        limits.drain_time = Duration::MAX;
    });
    let running = Running::start(receiver, unlimited).await;
    let answers = running
        .exchange(post("", &numbered(1)) + &last(&numbered(2)))
        .await;
    assert_eq!(statuses(&answers), [200, 200]);
    running.stop().await;
    assert_eq!(*seen.lock().unwrap(), [1, 2]);
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
