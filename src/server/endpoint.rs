//! What the server does around the service: the path, and the times.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::Sleep;
use tower_service::Service;

use crate::receiver::{HiddenText, Refusal};

use super::Limits;

/// Looks at the path, and puts time limits on the body and on the whole.
#[derive(Clone)]
pub(super) struct Endpoint<S> {
    pub(super) service: S,
    pub(super) path: HiddenText,
    pub(super) limits: Limits,
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
        let answer = self
            .service
            .call(request.map(|body| TimedBody::new(body, body_time)));
        Box::pin(async move {
            tokio::time::timeout(request_time, answer)
                .await
                .unwrap_or_else(|_| {
                    tracing::warn!("a request was not answered in time");
                    Ok(refuse(Refusal::Unavailable))
                })
        })
    }
}

fn refuse(refusal: Refusal) -> Response<Full<Bytes>> {
    refusal.response().map(Full::new)
}

/// A request's body with a limit for the time that all of it may take.
pub struct TimedBody {
    body: Incoming,
    deadline: Pin<Box<Sleep>>,
}

impl TimedBody {
    fn new(body: Incoming, limit: Duration) -> Self {
        Self {
            body,
            deadline: Box::pin(tokio::time::sleep(limit)),
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
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        ready!(self.deadline.as_mut().poll(context));
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
