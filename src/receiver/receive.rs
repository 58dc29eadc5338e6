//! The rules for one request, as a plain function.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header, request};

use crate::auth::AuthError;

use super::{challenge, door::Door, refusal::Refusal};

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
    if let Err(refusal) = check_head(door, &head) {
        return Outcome::Refused(refusal);
    }
    let pass = door.authenticate(&head.headers, now);
    receive_body(door, pass, body)
}

/// Path, method and content type.
pub(crate) fn check_head<D: Door>(door: &D, head: &request::Parts) -> Result<(), Refusal> {
    if !door.is_at(&head.uri) {
        return Err(Refusal::NotFound);
    }
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

/// What becomes of a body, given what the door said of the head. The challenge comes first.
pub(crate) fn receive_body<D: Door>(
    door: &D,
    pass: Result<D::Pass, AuthError>,
    body: Bytes,
) -> Outcome<D::Message> {
    if let Some(answer) = challenge::answer(&body) {
        return Outcome::Challenge(answer);
    }
    let pass = match pass {
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
