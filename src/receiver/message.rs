//! The rules for one request, as a plain function.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header, request};

use crate::{
    auth::{AuthError, Sender, Verifier},
    event::{Delivery, DeliveryError},
};

use super::{challenge, refusal::Refusal};

/// What became of a request. There is nothing else that can become of one, so it is a closed set.
#[derive(Debug)]
pub enum Outcome<T> {
    /// monday asked for proof of the URL. Send this response.
    Challenge(Response<Bytes>),
    /// A message. Answer 200 once it is safe, and 503 where it can't be kept.
    Message(T),
    /// Not taken. Send [`Refusal::response`].
    Refused(Refusal),
}

/// Who may call, and what they get to say: a [`Verifier`], or
/// [`dangerous::unsigned`](dangerous::unsigned()). Sealed, so that nothing else makes a
/// [`Verified`].
#[diagnostic::on_unimplemented(
    message = "a receiver needs a secret, or the explicit word that it has none",
    label = "neither a `Verifier` nor `dangerous::unsigned()`",
    note = "`Verifier::new(SigningSecret::new(…)?)` lets in what monday signed for this app; `receiver::dangerous::unsigned()` lets in anybody"
)]
pub trait Door: sealed::Sealed + Send + Sync + 'static {
    /// What comes through this door.
    type Message: Send + 'static;

    #[doc(hidden)]
    type Pass: Send;

    #[doc(hidden)]
    fn authenticate(&self, headers: &HeaderMap, now: SystemTime) -> Result<Self::Pass, AuthError>;

    #[doc(hidden)]
    fn read(&self, pass: Self::Pass, body: Bytes) -> Result<Self::Message, DeliveryError>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::auth::Verifier {}
    impl Sealed for super::Unsigned {}
}

/// A delivery whose token was found good. Nothing but verification makes one.
///
/// It says that the sender holds a token that monday minted for this endpoint. The token doesn't
/// sign the body.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Verified<T> {
    /// The message.
    pub message: T,
    /// What the token says of the sender.
    pub sender: Sender,
}

/// A delivery of which nobody knows who sent it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Unverified<T> {
    /// The message.
    pub message: T,
}

/// A door without a lock. See [`dangerous::unsigned`](dangerous::unsigned()).
#[derive(Debug, Clone, Copy)]
pub struct Unsigned(());

/// What is not safe by itself.
pub mod dangerous {
    use super::Unsigned;

    /// Takes deliveries from anybody who knows the URL.
    ///
    /// Webhooks that were made with a personal token, or in monday's own pages, are delivered
    /// without a token, and there is nothing to check. Keep the URL secret, with a long random
    /// segment in its path, and ask monday's API before acting on what a delivery says.
    #[must_use]
    pub const fn unsigned() -> Unsigned {
        Unsigned(())
    }
}

impl Door for Verifier {
    type Message = Verified<Delivery>;
    type Pass = Sender;

    fn authenticate(&self, headers: &HeaderMap, now: SystemTime) -> Result<Sender, AuthError> {
        let mut values = headers.get_all(header::AUTHORIZATION).into_iter();
        let value = values.next().ok_or(AuthError::Missing)?;
        if values.next().is_some() {
            return Err(AuthError::Several);
        }
        let value = value.to_str().map_err(|_| AuthError::Malformed)?;
        self.verify(value, now)
    }

    fn read(&self, sender: Sender, body: Bytes) -> Result<Verified<Delivery>, DeliveryError> {
        let message = Delivery::parse(body)?;
        Ok(Verified { message, sender })
    }
}

impl Door for Unsigned {
    type Message = Unverified<Delivery>;
    type Pass = ();

    fn authenticate(&self, _: &HeaderMap, _: SystemTime) -> Result<(), AuthError> {
        Ok(())
    }

    fn read(&self, (): (), body: Bytes) -> Result<Unverified<Delivery>, DeliveryError> {
        let message = Delivery::parse(body)?;
        Ok(Unverified { message })
    }
}

/// Applies the rules of an endpoint to one request whose body was read already: with a limit, one
/// hopes.
///
/// The challenge comes before authentication, since whether monday signs it is not documented.
///
/// ```
/// use std::time::SystemTime;
/// use http::Request;
/// use monday_webhooks::{auth::{SigningSecret, Verifier}, receiver::{Outcome, receive}};
///
/// let verifier = Verifier::new(SigningSecret::new("the app's Signing Secret")?);
/// let request = Request::post("/monday")
///     .header("content-type", "application/json")
///     .body(r#"{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#.into())?;
/// let mut kept = Vec::new();
/// let answer = match receive(&verifier, request, SystemTime::now()) {
///     Outcome::Challenge(answer) => answer,
///     Outcome::Message(delivery) => {
///         kept.push(delivery); // somewhere safe, before the answer
///         http::Response::new("{}".into())
///     }
///     Outcome::Refused(refusal) => refusal.response(),
/// };
/// assert_eq!(answer.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn receive<D: Door>(door: &D, request: Request<Bytes>, now: SystemTime) -> Outcome<D::Message> {
    let (head, body) = request.into_parts();
    if let Err(refusal) = check_head(&head) {
        return Outcome::Refused(refusal);
    }
    receive_body(door, &head.headers, body, now)
}

pub(super) fn check_head(head: &request::Parts) -> Result<(), Refusal> {
    if head.method != Method::POST {
        return Err(Refusal::Method);
    }
    let plain = head
        .headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if plain && is_json(&head.headers) {
        Ok(())
    } else {
        Err(Refusal::ContentType)
    }
}

pub(super) fn receive_body<D: Door>(
    door: &D,
    headers: &HeaderMap,
    body: Bytes,
    now: SystemTime,
) -> Outcome<D::Message> {
    if let Some(answer) = challenge::answer(&body) {
        return Outcome::Challenge(answer);
    }
    let pass = match door.authenticate(headers, now) {
        Ok(pass) => pass,
        Err(error) => return Outcome::Refused(Refusal::Unauthorized(error)),
    };
    match door.read(pass, body) {
        Ok(message) => Outcome::Message(message),
        Err(error) => Outcome::Refused(Refusal::BadDelivery(error)),
    }
}

/// `application/json`, in any case and with any parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else {
        return false;
    };
    let essence = value.as_bytes().split(|byte| *byte == b';').next();
    essence.is_some_and(|essence| {
        essence
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/json")
    })
}
