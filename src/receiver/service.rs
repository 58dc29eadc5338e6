//! The tower service.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::{
    body::{BodyError, announced_length, collect},
    challenge,
    door::Door,
    limits::{InFlight, Limits},
    receive::{Outcome, check_head, receive_body},
    refusal::Refusal,
};

/// Where deliveries go. The answer to monday waits for it.
///
/// Any `Fn(message) -> impl Future<Output = Result<(), E>>` is a sink, and takes each message as a
/// new one.
///
/// A sink of one's own says more than a closure can: what is a duplicate, and that there is no room.
///
/// ```
/// use monday_webhooks::{Delivery, receiver::{Refusal, Sink, Taken, Verified}};
///
/// struct Queue(tokio::sync::mpsc::Sender<Delivery>);
///
/// impl Sink<Verified<Delivery>> for Queue {
///     async fn take(&self, message: Verified<Delivery>) -> Result<Taken, Refusal> {
///         match self.0.try_send(message.into_message()) {
///             Ok(()) => Ok(Taken::New),
///             Err(_) => Err(Refusal::Busy),
///         }
///     }
/// }
/// ```
pub trait Sink<M>: Send + Sync + 'static {
    /// Keeps a message. `Ok` means that it is safe, and monday is answered 200; with an error
    /// monday is answered 503 and tries again, once a minute for 30 minutes.
    ///
    /// The future may be dropped at any `await`: where the request takes longer than the server
    /// lets it, at the end of a shutdown, and with some servers where the client goes away. What
    /// must happen as a whole belongs in an inbox (feature `inbox`), or in a task of its own.
    ///
    /// # Errors
    ///
    /// [`Refusal`], most often [`Refusal::Unavailable`].
    fn take(&self, message: M) -> impl Future<Output = Result<Taken, Refusal>> + Send;
}

/// How a message was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Taken {
    /// For the first time.
    New,
    /// It was kept before; nothing was done.
    Duplicate,
}

impl<M, F, R, E> Sink<M> for F
where
    M: Send,
    F: Fn(M) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), E>> + Send,
    E: fmt::Display,
{
    async fn take(&self, message: M) -> Result<Taken, Refusal> {
        match self(message).await {
            Ok(()) => Ok(Taken::New),
            Err(error) => {
                tracing::warn!(%error, "a delivery was not kept");
                Err(Refusal::Unavailable)
            }
        }
    }
}

/// An endpoint for monday's webhooks, as a tower service.
///
/// It never fails and answers every request: the challenge, 200 for what its [`Sink`] took, and a
/// [`Refusal`] for anything else. Cloning is cheap. For a layer that logs or counts, the answer's
/// extensions have the [`Refusal`], or what the sink said: [`Taken`].
///
/// ```
/// use monday_webhooks::{Delivery, Receiver, auth::{SigningSecret, Verifier}, receiver::Verified};
///
/// let verifier = Verifier::new(SigningSecret::new("the app's Signing Secret")?);
/// let receiver = Receiver::new(verifier, async |delivery: Verified<Delivery>| {
///     println!("{} in account {:?}", delivery.message().kind(), delivery.sender().account_id);
///     Ok::<(), std::io::Error>(())
/// });
/// # fn check<S: tower_service::Service<http::Request<http_body_util::Full<bytes::Bytes>>>>(_: S) {}
/// # check(receiver);
/// # Ok::<(), monday_webhooks::auth::SecretError>(())
/// ```
///
/// There is no receiver without a secret, unless one goes through
/// [`dangerous::unsigned`](super::dangerous::unsigned()):
///
/// ```compile_fail
/// use monday_webhooks::{Delivery, Receiver, receiver::Verified};
///
/// let receiver = Receiver::new((), async |_: Verified<Delivery>| Ok::<(), std::io::Error>(()));
/// ```
pub struct Receiver<D, S> {
    inner: Arc<Inner<D, S>>,
}

struct Inner<D, S> {
    door: D,
    sink: S,
    limits: Limits,
    in_flight: InFlight,
}

impl<D: Door, S: Sink<D::Message>> Receiver<D, S> {
    /// An endpoint with this door, that hands over to this sink.
    #[must_use]
    pub fn new(door: D, sink: S) -> Self {
        Self::with_limits(door, sink, Limits::default())
    }

    /// The same with other limits. Clones share them.
    ///
    /// ```
    /// use monday_webhooks::{Delivery, Receiver, auth::{SigningSecret, Verifier}};
    /// use monday_webhooks::receiver::{Limits, Verified};
    ///
    /// let mut limits = Limits::default();
    /// limits.body_size = 256 * 1024;
    /// limits.in_flight = 100;
    /// let verifier = Verifier::new(SigningSecret::new("the app's Signing Secret")?);
    /// let sink = async |_: Verified<Delivery>| Ok::<(), std::io::Error>(());
    /// let receiver = Receiver::with_limits(verifier, sink, limits);
    /// # fn check<S: tower_service::Service<http::Request<http_body_util::Full<bytes::Bytes>>>>(_: S) {}
    /// # check(receiver);
    /// # Ok::<(), monday_webhooks::auth::SecretError>(())
    /// ```
    #[must_use]
    pub fn with_limits(door: D, sink: S, limits: Limits) -> Self {
        Self {
            inner: Arc::new(Inner {
                door,
                sink,
                limits,
                in_flight: InFlight::new(&limits),
            }),
        }
    }
}

impl<D: Door, S: Sink<D::Message>> Inner<D, S> {
    async fn respond<B>(&self, request: Request<B>) -> Response<Bytes>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<BodyError>,
    {
        match self.handle(request).await {
            Ok(response) => response,
            Err(refusal) => refusal.logged().response(),
        }
    }

    async fn handle<B>(&self, request: Request<B>) -> Result<Response<Bytes>, Refusal>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<BodyError>,
    {
        let (head, body) = request.into_parts();
        check_head(&self.door, &head)?;
        let pass = self.door.authenticate(&head.headers, SystemTime::now());
        // Whoever has no token can't take a place from those who have one.
        let mut place = match &pass {
            Ok(_) => Some(self.in_flight.enter().ok_or(Refusal::Busy)?),
            Err(_) => None,
        };
        let announced = announced_length(&head.headers);
        // All of a header would stay in memory for as long as its body takes.
        drop(head);
        let limit = self.limits.body_size;
        let room = |length| place.as_mut().is_none_or(|place| place.grow(length));
        let body = collect(announced, body, limit, pass.is_ok(), room).await?;
        match receive_body(&self.door, pass, body.unwrap_or_default()) {
            Outcome::Challenge(answer) => Ok(answer),
            Outcome::Message(message) => match self.sink.take(message).await? {
                taken @ (Taken::New | Taken::Duplicate) => {
                    let mut answer = challenge::json(Response::new(Bytes::from_static(b"{}")));
                    answer.extensions_mut().insert(taken);
                    Ok(answer)
                }
            },
            Outcome::Refused(refusal) => Err(refusal),
        }
    }
}

impl<D, S, B> Service<Request<B>> for Receiver<D, S>
where
    D: Door,
    S: Sink<D::Message>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BodyError>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move { Ok(inner.respond(request).await.map(Full::new)) })
    }
}

impl<D, S> Clone for Receiver<D, S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<D: fmt::Debug, S> fmt::Debug for Receiver<D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("door", &self.inner.door)
            .field("limits", &self.inner.limits)
            .finish_non_exhaustive()
    }
}
