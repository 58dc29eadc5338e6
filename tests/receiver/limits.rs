//! How much a receiver takes on, and from whom.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body::{Body, Frame};
use http_body_util::Full;
use monday_webhooks::{
    Delivery, Receiver, SubscriptionKind,
    auth::{SigningSecret, Verifier},
    receiver::{DEFAULT_BODY_LIMIT, Limits, Refusal, Sink, Taken, Unverified, Verified, dangerous},
    testing::{BoardClaims, sample, sign_board_token, signed_request},
};
use tokio::sync::Semaphore;
use tower::{Service, ServiceExt};

use super::AUDIENCE;

fn created() -> String {
    sample(&SubscriptionKind::CreateItem).unwrap().to_string()
}

fn limits(body_size: usize, in_flight: usize) -> Limits {
    let mut limits = Limits::default();
    limits.body_size = body_size;
    limits.in_flight = in_flight;
    limits
}

#[test]
fn the_limits_are_those_of_the_docs_unless_others_are_set() {
    let limits = Limits::default();
    assert_eq!((limits.body_size, limits.in_flight), (1_048_576, 1_024));
    assert_eq!(limits.in_flight_bytes, 16_777_216);
    assert_eq!(DEFAULT_BODY_LIMIT, limits.body_size);
}

#[test]
fn a_receiver_shows_its_limits_and_no_secret() {
    let verifier = Verifier::new(SigningSecret::new("hidden").unwrap());
    let shown = format!(
        "{:?}",
        Receiver::with_limits(verifier, NoSink, limits(7, 8))
    );
    for part in ["SigningSecret(..)", "body_size: 7", "in_flight: 8"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(!shown.contains("hidden"), "{shown}");
}

/// A sink that is never asked.
struct NoSink;

impl<M: Send> Sink<M> for NoSink {
    async fn take(&self, _: M) -> Result<Taken, Refusal> {
        Err(Refusal::Unavailable)
    }
}

#[tokio::test]
async fn one_request_too_many_is_answered_503_until_another_one_is_done() {
    let secret = SigningSecret::new("one").unwrap();
    let open = Arc::new(Semaphore::new(0));
    let started = Arc::new(Semaphore::new(0));
    let (gate, begun) = (Arc::clone(&open), Arc::clone(&started));
    let receiver = Receiver::with_limits(
        Verifier::new(secret.clone()),
        move |_: Verified<Delivery>| {
            let (gate, begun) = (Arc::clone(&gate), Arc::clone(&begun));
            async move {
                begun.add_permits(1);
                gate.acquire()
                    .await
                    .map(tokio::sync::SemaphorePermit::forget)
            }
        },
        limits(1 << 20, 2),
    );
    let good = || {
        signed_request(&secret, AUDIENCE, created())
            .unwrap()
            .map(Full::new)
    };
    let held: Vec<_> = (0..2)
        .map(|_| tokio::spawn(receiver.clone().oneshot(good())))
        .collect();
    let both = started.acquire_many(2).await.unwrap();

    let shed = receiver.clone().oneshot(good()).await.unwrap();
    assert_eq!(shed.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(shed.headers()[header::RETRY_AFTER], "60");
    // Who has no token is told so, and takes nobody's place.
    let mut bad = good();
    bad.headers_mut().remove(header::AUTHORIZATION);
    let refused = receiver.clone().oneshot(bad).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);

    both.forget();
    open.add_permits(3);
    for held in held {
        assert_eq!(held.await.unwrap().unwrap().status(), StatusCode::OK);
    }
    let after = receiver.oneshot(good()).await.unwrap();
    assert_eq!(after.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_byte_too_many_is_answered_503_until_another_body_is_done() {
    let secret = SigningSecret::new("one").unwrap();
    let token = sign_board_token(&secret, &BoardClaims::new(AUDIENCE));
    let mut limits = limits(1000, 3);
    limits.in_flight_bytes = 1500;
    let receiver = Receiver::with_limits(
        Verifier::new(secret),
        async |_: Verified<Delivery>| Ok::<(), std::io::Error>(()),
        limits,
    );
    let signed = |frames: Frames| {
        let mut request = post(frames);
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, token.parse().unwrap());
        request
    };
    let mut hanging = receiver
        .clone()
        .call(signed(Frames::unfinished([" ".repeat(1000)])));
    let polled = hanging
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());

    let status = async |length: usize| {
        let frames = Frames::new([" ".repeat(length - 1), " ".to_owned()]);
        let answer = receiver.clone().oneshot(signed(frames)).await.unwrap();
        answer.status()
    };
    assert_eq!(status(500).await, StatusCode::BAD_REQUEST);
    assert_eq!(status(501).await, StatusCode::SERVICE_UNAVAILABLE);
    // Who has no token needs no room.
    let stranger = post(Frames::new([" ".repeat(1000)]));
    let refused = receiver.clone().oneshot(stranger).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    drop(hanging);
    assert_eq!(status(501).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_header_is_not_held_while_its_body_is_awaited() {
    struct Held;

    let held = Arc::new(Held);
    let receiver = Receiver::new(dangerous::unsigned(), async |_: Unverified<Delivery>| {
        Ok::<(), std::io::Error>(())
    });
    let mut request = post(Frames::unfinished(["{"]));
    request.extensions_mut().insert(Arc::clone(&held));
    let mut hanging = receiver.clone().call(request);
    let polled = hanging
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    assert_eq!(Arc::strong_count(&held), 1);
}

#[tokio::test]
async fn a_request_that_is_given_up_gives_its_place_back() {
    let receiver = Receiver::with_limits(
        dangerous::unsigned(),
        async |_: Unverified<Delivery>| Ok::<(), std::io::Error>(()),
        limits(1 << 20, 1),
    );
    let mut hanging = receiver.clone().call(post(Frames::unfinished(["{"])));
    let polled = hanging
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());

    let next = async || {
        let request = post(Frames::new([created()]));
        receiver.clone().oneshot(request).await.unwrap().status()
    };
    assert_eq!(next().await, StatusCode::SERVICE_UNAVAILABLE);
    drop(hanging);
    assert_eq!(next().await, StatusCode::OK);
}

#[tokio::test]
async fn a_body_of_an_announced_length_over_the_limit_is_refused_unread() {
    let receiver = Receiver::with_limits(
        dangerous::unsigned(),
        async |_: Unverified<Delivery>| Ok::<(), std::io::Error>(()),
        limits(100, 1),
    );
    for announced in ["101", "1073741824", "18446744073709551615"] {
        let body = Frames::new(["{}"]);
        let read = Arc::clone(&body.read);
        let mut request = post(body);
        request
            .headers_mut()
            .insert(header::CONTENT_LENGTH, announced.parse().unwrap());
        let response = receiver.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(read.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn a_body_of_an_announced_length_at_the_limit_is_read() {
    let body = created();
    let receiver = Receiver::with_limits(
        dangerous::unsigned(),
        async |_: Unverified<Delivery>| Ok::<(), std::io::Error>(()),
        limits(body.len(), 1),
    );
    let mut request = post(Frames::new([body.clone()]));
    request
        .headers_mut()
        .insert(header::CONTENT_LENGTH, body.len().into());
    let response = receiver.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_body_without_a_length_is_read_to_the_limit_and_no_further() {
    let secret = SigningSecret::new("one").unwrap();
    let receiver = Receiver::with_limits(
        Verifier::new(secret.clone()),
        async |_: Verified<Delivery>| Ok::<(), std::io::Error>(()),
        limits(32 * 1024, 1),
    );
    let token = sign_board_token(&secret, &BoardClaims::new(AUDIENCE));
    let kilobyte = " ".repeat(1024);
    for is_known in [true, false] {
        let send = async |frames: Vec<String>| {
            let body = Frames::new(frames);
            let read = Arc::clone(&body.read);
            let mut request = post(body);
            if is_known {
                request
                    .headers_mut()
                    .insert(header::AUTHORIZATION, token.parse().unwrap());
            }
            let response = receiver.clone().oneshot(request).await.unwrap();
            (response.status(), read.load(Ordering::Relaxed))
        };
        let otherwise = |status| {
            if is_known {
                status
            } else {
                StatusCode::UNAUTHORIZED
            }
        };

        assert_eq!(
            send(vec![kilobyte.clone(); 40]).await,
            (StatusCode::PAYLOAD_TOO_LARGE, 33)
        );
        assert_eq!(
            send(vec![kilobyte.clone(); 32]).await,
            (otherwise(StatusCode::BAD_REQUEST), 32)
        );
        let mut padded = vec![kilobyte.clone(); 20];
        padded.push(created());
        assert_eq!(send(padded).await, (otherwise(StatusCode::OK), 21));
        // A challenge is one in any number of frames, and too long to be one for somebody unknown.
        let challenge = r#"{"challenge":"abc"}"#.chars().map(String::from);
        assert_eq!(send(challenge.collect()).await, (StatusCode::OK, 19));
        let mut padded = vec![kilobyte.clone(); 20];
        padded.push(r#"{"challenge":"abc"}"#.into());
        let refused = otherwise(StatusCode::BAD_REQUEST);
        assert_eq!(send(padded).await, (refused, 21));
    }
}

fn post(body: Frames) -> Request<Frames> {
    Request::post("/")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .unwrap()
}

/// A body in these pieces, that counts how many were read.
struct Frames {
    frames: VecDeque<Bytes>,
    read: Arc<AtomicUsize>,
    ends: bool,
}

impl Frames {
    fn new<T: Into<Bytes>>(frames: impl IntoIterator<Item = T>) -> Self {
        Self {
            frames: frames.into_iter().map(Into::into).collect(),
            read: Arc::default(),
            ends: true,
        }
    }

    fn unfinished<T: Into<Bytes>>(frames: impl IntoIterator<Item = T>) -> Self {
        Self {
            ends: false,
            ..Self::new(frames)
        }
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.frames.pop_front() {
            Some(bytes) => {
                self.read.fetch_add(1, Ordering::Relaxed);
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            None if self.ends => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
