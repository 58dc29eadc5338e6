//! What the server does around the service: the path, the times, and the end of a connection.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::Sleep;
use tower_service::Service;

use crate::{
    receiver::{HiddenText, Refusal},
    within::within,
};

use super::{Limits, connections::Place};

/// Looks at the path, and puts time limits on the body and on the whole. A refusal ends the
/// connection.
#[derive(Clone)]
pub(super) struct Endpoint<S> {
    pub(super) service: S,
    pub(super) path: HiddenText,
    pub(super) limits: Limits,
    pub(super) place: Arc<Place>,
}

impl<S> Service<Request<Incoming>> for Endpoint<S>
where
    S: Service<Request<TimedBody>, Response = Response<Full<Bytes>>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        if !self.path.is(request.uri().path()) {
            return Box::pin(std::future::ready(Ok(refuse(Refusal::NotFound))));
        }
        let Limits {
            body_time,
            request_time,
            ..
        } = self.limits;
        let place = Arc::clone(&self.place);
        place.waits();
        let answer = self
            .service
            .call(request.map(|body| TimedBody::new(body, body_time, Arc::clone(&place))));
        Box::pin(async move {
            let mut answer = within(request_time, answer).await.unwrap_or_else(|| {
                tracing::warn!("a request was not answered in time");
                Ok(refuse(Refusal::Unavailable))
            });
            if let Ok(answer) = &mut answer
                && !answer.status().is_success()
            {
                close_after(answer);
            }
            place.waits();
            answer
        })
    }
}

fn refuse(refusal: Refusal) -> Response<Full<Bytes>> {
    let mut answer = refusal.response().map(Full::new);
    close_after(&mut answer);
    answer
}

/// Whoever was refused has to come again, so that no connection is held with nothing to say.
fn close_after(answer: &mut Response<Full<Bytes>>) {
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(header::CONNECTION, close);
}

/// A request's body with a limit for the time that all of it may take, once one has to wait for it.
pub struct TimedBody {
    body: Incoming,
    limit: Duration,
    /// Most bodies come with their head, and need none.
    deadline: Option<Pin<Box<Sleep>>>,
    reading: Reading,
}

/// Until this is dropped, the client keeps the server waiting for its body.
struct Reading(Option<Arc<Place>>);

impl Reading {
    fn ends(&mut self) {
        if let Some(place) = self.0.take() {
            place.is_served();
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.ends();
    }
}

impl TimedBody {
    fn new(body: Incoming, limit: Duration, place: Arc<Place>) -> Self {
        let mut reading = Reading(Some(place));
        if body.is_end_stream() {
            reading.ends();
        }
        Self {
            body,
            limit,
            deadline: None,
            reading,
        }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            if self.body.is_end_stream() || !matches!(frame, Some(Ok(_))) {
                self.reading.ends();
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let limit = self.limit;
        let new = || Box::pin(tokio::time::sleep(limit));
        ready!(self.deadline.get_or_insert_with(new).as_mut().poll(context));
        Poll::Ready(Some(Err("the body took too long".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Debug for TimedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TimedBody(..)")
    }
}
