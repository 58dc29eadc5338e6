//! A server on a real socket, and clients that say what they want.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
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
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};
use tower::Service;

pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) done: JoinHandle<()>,
}

impl Running {
    pub(super) async fn start<S>(service: S, limits: Limits) -> Self
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

    pub(super) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Opens a connection that begins in this way and says no more.
    pub(super) async fn begin(&self, bytes: impl AsRef<[u8]>) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.unwrap();
        stream
    }

    /// Sends all of this and returns all that comes back, until the server closes.
    pub(super) async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        rest(self.begin(bytes).await).await
    }

    pub(super) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.done.await.unwrap();
    }
}

pub(super) async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is the server's way of leaving something unread.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// The status of each answer on a connection. No body here has anything like a status line in it.
pub(super) fn statuses(answers: &str) -> Vec<u16> {
    answers
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| answers[at + 9..at + 12].parse().unwrap())
        .collect()
}

pub(super) fn numbered(number: u64) -> String {
    let mut body = sample(&SubscriptionKind::CreateItem).unwrap();
    body["event"]["pulseId"] = number.into();
    body.to_string()
}

pub(super) const HEAD: &str =
    "POST /monday HTTP/1.1\r\nhost: example.com\r\ncontent-type: application/json\r\n";

pub(super) fn post(headers: &str, body: &str) -> String {
    format!(
        "{HEAD}content-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

pub(super) fn last(body: &str) -> String {
    post("connection: close\r\n", body)
}

pub(super) fn chunked(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

pub(super) type Seen = Arc<Mutex<Vec<u64>>>;

/// An endpoint that notes the items of what arrives.
pub(super) fn noting() -> (
    Seen,
    Receiver<Unsigned, impl receiver::Sink<Unverified<Delivery>>>,
) {
    let seen = Seen::default();
    let sink = Arc::clone(&seen);
    let receiver = Receiver::new(
        dangerous::unsigned(),
        move |delivery: Unverified<Delivery>| {
            let item = delivery.message().item_id().unwrap();
            sink.lock().unwrap().push(item.get());
            std::future::ready(Ok::<(), Infallible>(()))
        },
    );
    (seen, receiver)
}

pub(super) fn limits(set: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    set(&mut limits);
    limits
}
