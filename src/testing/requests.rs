//! Requests as monday sends them.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, header, request};
use serde_json::json;

use crate::{
    auth::{ClientSecret, SigningSecret, Verifier},
    event::Delivery,
    receiver::{Outcome, Verified, receive},
    subscription::SubscriptionKind,
};

use super::{BoardClaims, LifecycleClaims, sample, sign_board_token, sign_lifecycle_token};

/// A request that brings this body to a board webhook's endpoint, with a token for this URL that
/// is good now.
///
/// # Errors
///
/// [`http::Error`] where the URL isn't one.
pub fn signed_request(
    secret: &SigningSecret,
    url: &str,
    body: impl Into<Bytes>,
) -> Result<Request<Bytes>, http::Error> {
    let token = sign_board_token(secret, &BoardClaims::new(url));
    post(url)
        .header(header::AUTHORIZATION, token)
        .body(body.into())
}

/// A request that brings this body to an app lifecycle endpoint, with a token for this URL that is
/// good now.
///
/// ```
/// use http_body_util::Full;
/// use monday_webhooks::{LifecycleEvent, LifecycleKind, Receiver, auth::{ClientSecret, Verifier}};
/// use monday_webhooks::{receiver::Verified, testing::{lifecycle_sample, signed_lifecycle_request}};
/// use tower::ServiceExt;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = ClientSecret::new("a secret of the test's")?;
/// let sink = async |_: Verified<LifecycleEvent>| Ok::<(), String>(());
/// let endpoint = Receiver::new(Verifier::new(secret.clone()), sink);
///
/// let body = lifecycle_sample(LifecycleKind::Installed).expect("a known kind").to_string();
/// let request = signed_lifecycle_request(&secret, "https://example.com/lifecycle", body)?;
/// assert_eq!(endpoint.oneshot(request.map(Full::new)).await?.status(), 200);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`http::Error`] where the URL isn't one.
pub fn signed_lifecycle_request(
    secret: &ClientSecret,
    url: &str,
    body: impl Into<Bytes>,
) -> Result<Request<Bytes>, http::Error> {
    let token = sign_lifecycle_token(secret, &LifecycleClaims::new(url));
    post(url)
        .header(header::AUTHORIZATION, token)
        .body(body.into())
}

/// The request by which monday asks for proof of a URL, without a token. The answer is 200 with
/// the same JSON.
///
/// # Errors
///
/// [`http::Error`] where the URL isn't one.
pub fn challenge_request(url: &str, challenge: &str) -> Result<Request<Bytes>, http::Error> {
    let body = json!({"challenge": challenge}).to_string();
    post(url).body(body.into())
}

fn post(url: &str) -> request::Builder {
    Request::post(url).header(header::CONTENT_TYPE, "application/json")
}

/// The sample delivery of a subscription as a handler gets it, through a real verification; `None`
/// for an event that the schema doesn't have. The sender is that of [`BoardClaims::new`].
#[must_use]
pub fn verified(subscription: &SubscriptionKind) -> Option<Verified<Delivery>> {
    let secret = SigningSecret::new("a secret of tests").ok()?;
    let body = sample(subscription)?.to_string();
    let request = signed_request(&secret, "https://example.com/monday", body).ok()?;
    match receive(&Verifier::new(secret), request, SystemTime::now()) {
        Outcome::Message(delivery) => Some(delivery),
        Outcome::Challenge(_) | Outcome::Refused(_) => None,
    }
}
