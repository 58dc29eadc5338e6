//! The accept loop on real sockets, with clients that don't behave.
//!
//! Whoever is slow here is slow for good: a test waits for what the server does about it, never for
//! a time.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Request, Response};
use http_body_util::Full;
use monday_webhooks::{
    Delivery, Receiver, SubscriptionKind,
    receiver::{self, Unsigned, Unverified, dangerous},
    server::{Limits, Server, TimedBody},
    testing::sample,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::{Notify, Semaphore, SemaphorePermit, oneshot},
    task::JoinHandle,
};
use tower::Service;

/// Short enough for a test to wait for, where waiting is what it is about.
const SHORT: Duration = Duration::from_millis(50);

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

impl Running {
    async fn start<S>(service: S, limits: Limits) -> Self
    where
        S: Service<
                Request<TimedBody>,
                Response = Response<Full<bytes::Bytes>>,
                Error = Infallible,
                Future: Send,
            > + Clone
            + Send
            + 'static,
    {
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), "/monday")
            .await
            .unwrap()
            .with_limits(limits);
        let address = server.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { stopped.await.unwrap_or_default() };
        let done = tokio::spawn(server.serve(service, stopped));
        Self {
            address,
            stop,
            done,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Opens a connection that begins in this way and says no more.
    async fn begin(&self, bytes: impl AsRef<[u8]>) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.unwrap();
        stream
    }

    /// Sends all of this and returns all that comes back, until the server closes.
    async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        rest(self.begin(bytes).await).await
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.done.await.unwrap();
    }
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is the server's way of leaving something unread.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// The status of each answer on a connection. No body here has anything like a status line in it.
fn statuses(answers: &str) -> Vec<u16> {
    answers
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| answers[at + 9..at + 12].parse().unwrap())
        .collect()
}

fn numbered(number: u64) -> String {
    let mut body = sample(&SubscriptionKind::CreateItem).unwrap();
    body["event"]["pulseId"] = number.into();
    body.to_string()
}

const HEAD: &str =
    "POST /monday HTTP/1.1\r\nhost: example.com\r\ncontent-type: application/json\r\n";

fn post(headers: &str, body: &str) -> String {
    format!(
        "{HEAD}content-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn last(body: &str) -> String {
    post("connection: close\r\n", body)
}

fn chunked(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

type Seen = Arc<Mutex<Vec<u64>>>;

/// An endpoint that notes the items of what arrives.
fn noting() -> (
    Seen,
    Receiver<Unsigned, impl receiver::Sink<Unverified<Delivery>>>,
) {
    let seen = Seen::default();
    let sink = Arc::clone(&seen);
    let receiver = Receiver::new(
        dangerous::unsigned(),
        move |delivery: Unverified<Delivery>| {
            let item = delivery.message.item_id().unwrap();
            sink.lock().unwrap().push(item.get());
            std::future::ready(Ok::<(), Infallible>(()))
        },
    );
    (seen, receiver)
}

fn limits(set: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    set(&mut limits);
    limits
}

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
async fn a_body_too_large_is_refused_with_and_without_a_length() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    // Nothing of it has to be sent.
    let announced = running
        .exchange(format!("{HEAD}content-length: 1073741824\r\n\r\n"))
        .await;
    assert_eq!(statuses(&announced), [413]);

    let stream = running
        .begin(format!("{HEAD}transfer-encoding: chunked\r\n\r\n"))
        .await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let (mut read, mut write) = stream.into_split();
    // As much as the server takes: the body has no end of its own.
    tokio::spawn(async move { while write.write_all(chunk.as_bytes()).await.is_ok() {} });
    let mut answer = [0; 12];
    read.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_header_too_large_is_refused() {
    let (_, receiver) = noting();
    let running = Running::start(receiver, limits(|limits| limits.header_size = 1024)).await;
    let answer = running
        .exchange(last("{}").replace(
            "connection:",
            &format!("x: {}\r\nconnection:", "a".repeat(2048)),
        ))
        .await;
    assert_eq!(statuses(&answer), [431]);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    let mut requests = String::new();
    for number in 0..20 {
        requests += &post("", &numbered(number));
        requests += &post("", &format!(r#"{{"challenge":"{number}"}}"#));
    }
    requests += &last("{}");
    let answers = running.exchange(requests).await;
    let mut expected = vec![200; 40];
    expected.push(400);
    assert_eq!(statuses(&answers), expected);
    let echoed: Vec<_> = answers
        .split(r#"{"challenge":""#)
        .skip(1)
        .map(|echo| echo.split('"').next().unwrap().parse::<u64>().unwrap())
        .collect();
    assert_eq!(echoed, (0..20).collect::<Vec<_>>());
    assert_eq!(*seen.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn nothing_is_smuggled_behind_a_request_of_two_lengths() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    let smuggled = last(&numbered(666));
    let whole = chunked(&numbered(1));

    // The transfer encoding counts, and what follows isn't read: the connection ends.
    for (number, lengths) in [
        format!(
            "content-length: {}\r\ntransfer-encoding: chunked\r\n",
            whole.len()
        ),
        format!(
            "transfer-encoding: chunked\r\ncontent-length: {}\r\n",
            whole.len()
        ),
        "content-length: 5\r\ntransfer-encoding: chunked\r\n".to_owned(),
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let answers = running
            .exchange(format!("{HEAD}{lengths}\r\n{whole}{smuggled}"))
            .await;
        assert_eq!(statuses(&answers), [200], "{lengths}");
        assert!(answers.contains("connection: close\r\n"), "{answers}");
        assert_eq!(*seen.lock().unwrap(), vec![1; number + 1], "{lengths}");
    }
    seen.lock().unwrap().clear();

    // A length that can be read in two ways is none.
    let length = numbered(1).len();
    for (lengths, body) in [
        (
            format!("content-length: {length}\r\ncontent-length: 5\r\n"),
            numbered(1),
        ),
        (format!("content-length: 5, {length}\r\n"), numbered(1)),
        (format!("content-length: +{length}\r\n"), numbered(1)),
        (format!("content-length: 0x{length:x}\r\n"), numbered(1)),
        (format!("content-length: -{length}\r\n"), numbered(1)),
        (format!("content-length : {length}\r\n"), numbered(1)),
        (
            format!("content-length: {length}\r\n x: y\r\n"),
            numbered(1),
        ),
        (
            "content-length: 99999999999999999999999\r\n".to_owned(),
            numbered(1),
        ),
        ("transfer-encoding: xchunked\r\n".to_owned(), whole.clone()),
        (
            "transfer-encoding: chunked, identity\r\n".to_owned(),
            whole.clone(),
        ),
        ("transfer-encoding : chunked\r\n".to_owned(), whole.clone()),
        (
            "transfer-encoding: \x0bchunked\r\n".to_owned(),
            whole.clone(),
        ),
    ] {
        let answers = running
            .exchange(format!("{HEAD}{lengths}\r\n{body}{smuggled}"))
            .await;
        assert_eq!(statuses(&answers), [400], "{lengths:?}: {answers}");
        assert!(seen.lock().unwrap().is_empty(), "{lengths:?}");
    }

    // Neither is a chunk's.
    for size in ["-1", "+5", "0x5", "5 5", "ffffffffffffffff1", "", "g"] {
        let request = format!("{HEAD}transfer-encoding: chunked\r\n\r\n{size}\r\n{smuggled}");
        let answers = running.exchange(request).await;
        assert_eq!(statuses(&answers), [400], "{size:?}: {answers}");
        assert!(seen.lock().unwrap().is_empty(), "{size:?}");
    }
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

#[tokio::test]
async fn another_path_is_not_found_whatever_is_asked_of_it() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    for path in [
        "/",
        "/monday/",
        "/Monday",
        "/monda",
        "/mondayy",
        "/%6donday",
        "//monday",
        "*",
    ] {
        for method in ["POST", "GET", "HEAD", "OPTIONS"] {
            let request = last(&numbered(1)).replace("POST /monday", &format!("{method} {path}"));
            let answer = running.exchange(request).await;
            assert_eq!(statuses(&answer), [404], "{method} {path}");
        }
    }
    for path in ["/monday?a=/b", "/monday?", "http://example.com/monday"] {
        let request = last(&numbered(1)).replace("/monday", path);
        assert_eq!(statuses(&running.exchange(request).await), [200], "{path}");
    }
    assert_eq!(*seen.lock().unwrap(), [1, 1, 1]);
}

#[tokio::test]
async fn a_path_that_does_not_begin_with_a_slash_is_refused() {
    for path in ["", "monday", "https://example.com/monday"] {
        let error = Server::bind("127.0.0.1:0".parse().unwrap(), path)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
