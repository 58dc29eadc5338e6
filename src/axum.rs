//! Extractors for axum (feature `axum`): a handler asks for a [`Verified<Delivery>`](Verified), and
//! runs only where there is one.
//!
//! ```
//! use axum::{Router, extract::FromRef, http::StatusCode, routing::post};
//! use monday_webhooks::{Delivery, auth::{SigningSecret, Verifier}, receiver::Verified};
//!
//! #[derive(Clone)]
//! struct App {
//!     verifier: Verifier,
//! }
//!
//! impl FromRef<App> for Verifier {
//!     fn from_ref(app: &App) -> Self {
//!         app.verifier.clone()
//!     }
//! }
//!
//! async fn handle(delivery: Verified<Delivery>) -> StatusCode {
//!     println!("{} in account {:?}", delivery.message().kind(), delivery.sender().account_id);
//!     StatusCode::OK // 503 where it couldn't be kept: monday tries again
//! }
//!
//! let verifier = Verifier::new(SigningSecret::new("the app's Signing Secret")?);
//! let app: Router = Router::new().route("/monday", post(handle)).with_state(App { verifier });
//! # Ok::<(), monday_webhooks::auth::SecretError>(())
//! ```
//!
//! | extractor | what the state has to have |
//! |---|---|
//! | [`Verified<Delivery>`](Verified) | [`Verifier`] |
//! | [`Verified<LifecycleEvent>`](Verified) | [`Verifier<ClientSecret>`](Verifier) |
//! | [`Unverified<Delivery>`](Unverified) | [`Unsigned`] |
//!
//! What isn't such a message is answered by the [`Rejection`], monday's challenge included. A body
//! may have [`DEFAULT_BODY_LIMIT`] bytes; axum's `DefaultBodyLimit` doesn't count here. For other
//! limits, and for one on what is in flight, mount the [`Receiver`](crate::Receiver), which is a
//! service: `Router::route_service`.
//!
//! The state is the door itself where there is nothing else in it. Without a token:
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use monday_webhooks::{Delivery, receiver::{SecretSegment, Unverified, dangerous}};
//!
//! async fn handle(delivery: Unverified<Delivery>) -> StatusCode {
//!     println!("somebody says: {}", delivery.message().kind());
//!     StatusCode::OK
//! }
//!
//! let door = dangerous::unsigned().behind(SecretSegment::new("Zm9vYmFyYmF6cXV4MTIzNDU")?);
//! let app: Router = Router::new().route("/monday/{segment}", post(handle)).with_state(door);
//! # Ok::<(), monday_webhooks::receiver::SegmentError>(())
//! ```
//!
//! A handler that keeps deliveries in an [`inbox`](crate::inbox) hands them to
//! [`Sink::take`](crate::receiver::Sink::take), and answers with the [`Refusal`] where that fails:
//! a refusal is a response. `examples/axum.rs` does.

use std::time::SystemTime;

use axum_core::{
    body::Body,
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::StatusCode;

use crate::{
    auth::{ClientSecret, Verifier},
    event::{Delivery, LifecycleEvent},
    receiver::{
        DEFAULT_BODY_LIMIT, Door, Outcome, Refusal, Unsigned, Unverified, Verified,
        announced_length, check_head, collect, receive_body,
    },
};

/// Why a handler wasn't called.
///
/// | status | when |
/// |---|---|
/// | 200 | monday's challenge: the answer echoes it |
/// | 400 | the body is no message of monday's, or broke off |
/// | 401 | there is no token, there are several, or it isn't good |
/// | 404 | the path doesn't end in the secret segment of an unsigned door |
/// | 405 | the method isn't `POST` |
/// | 413 | the body is longer than [`DEFAULT_BODY_LIMIT`] |
/// | 415 | the content isn't plain JSON |
#[derive(Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// 200. monday asked for proof of the URL, and this is it.
    Challenge(Box<http::Response<Bytes>>),
    /// Any other status: that of the refusal.
    Refused(Refusal),
}

impl Rejection {
    /// The status that it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Challenge(answer) => answer.status(),
            Self::Refused(refusal) => refusal.status(),
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self {
            Self::Challenge(answer) => (*answer).map(Body::from),
            Self::Refused(refusal) => refusal.into_response(),
        }
    }
}

/// The answer that [`Refusal::response`] gives.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.response().map(Body::from)
    }
}

impl<S> FromRequest<S> for Verified<Delivery>
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        extract(&Verifier::from_ref(state), request).await
    }
}

impl<S> FromRequest<S> for Verified<LifecycleEvent>
where
    S: Send + Sync,
    Verifier<ClientSecret>: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        extract(&Verifier::<ClientSecret>::from_ref(state), request).await
    }
}

impl<S> FromRequest<S> for Unverified<Delivery>
where
    S: Send + Sync,
    Unsigned: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        extract(&Unsigned::from_ref(state), request).await
    }
}

async fn extract<D: Door>(door: &D, request: Request) -> Result<D::Message, Rejection> {
    read(door, request)
        .await
        .map_err(|rejection| match rejection {
            Rejection::Refused(refusal) => Rejection::Refused(refusal.logged()),
            challenge @ Rejection::Challenge(_) => challenge,
        })
}

async fn read<D: Door>(door: &D, request: Request) -> Result<D::Message, Rejection> {
    let (head, body) = request.into_parts();
    check_head(door, &head).map_err(Rejection::Refused)?;
    let pass = door.authenticate(&head.headers, SystemTime::now());
    let announced = announced_length(&head.headers);
    drop(head);
    let body = collect(announced, body, DEFAULT_BODY_LIMIT, pass.is_ok(), |_| true)
        .await
        .map_err(Rejection::Refused)?;
    match receive_body(door, pass, body.unwrap_or_default()) {
        Outcome::Message(message) => Ok(message),
        Outcome::Challenge(answer) => Err(Rejection::Challenge(answer.into())),
        Outcome::Refused(refusal) => Err(Rejection::Refused(refusal)),
    }
}
