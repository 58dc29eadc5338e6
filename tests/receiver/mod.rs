//! The endpoint as a tower service.

mod authorization;
mod framing;
mod lifecycle;
mod limits;
mod running;
mod server;
mod testing;
mod unsigned;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use monday_webhooks::{
    Delivery, EventKind, Receiver, SubscriptionKind,
    auth::{AuthError, SigningSecret, Verifier},
    receiver::{Limits, Refusal, Unverified, Verified, dangerous},
    testing::{BoardClaims, sample, sign_board_token},
};
use tower::{Service, ServiceExt};

const AUDIENCE: &str = "https://example.com/monday";

fn request(token: Option<&str>, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let mut request = Request::post("/")
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .body(Full::new(body.into()))
        .unwrap();
    if let Some(token) = token {
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, token.parse().unwrap());
    }
    request
}

async fn answer<S>(service: &S, request: Request<Full<Bytes>>) -> (StatusCode, Bytes)
where
    S: Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>> + Clone,
    S::Error: std::fmt::Debug,
{
    let response = service.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    assert_eq!(head.headers[header::CONTENT_TYPE], "application/json");
    (head.status, body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn a_signed_delivery_reaches_the_handler_and_nothing_else_does() {
    let secret = SigningSecret::new("one").unwrap();
    let kept = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&kept);
    let receiver = Receiver::new(
        Verifier::new(secret.clone()).audience(AUDIENCE),
        move |delivery: Verified<Delivery>| {
            sink.lock().unwrap().push(delivery.message().kind());
            async { Ok::<(), std::io::Error>(()) }
        },
    );
    let body = sample(&SubscriptionKind::CreateItem).unwrap().to_string();
    let good = sign_board_token(&secret, &BoardClaims::new(AUDIENCE));
    let bad = sign_board_token(
        &SigningSecret::new("two").unwrap(),
        &BoardClaims::new(AUDIENCE),
    );

    let unauthorized = (
        StatusCode::UNAUTHORIZED,
        Bytes::from(r#"{"error":"unauthorized"}"#),
    );
    assert_eq!(
        answer(&receiver, request(None, body.clone())).await,
        unauthorized
    );
    assert_eq!(
        answer(&receiver, request(Some(&bad), body.clone())).await,
        unauthorized
    );
    let mut twice = request(Some(&good), body.clone());
    twice
        .headers_mut()
        .append(header::AUTHORIZATION, good.parse().unwrap());
    assert_eq!(answer(&receiver, twice).await, unauthorized);
    assert!(kept.lock().unwrap().is_empty());

    assert_eq!(
        answer(&receiver, request(Some(&good), body)).await.0,
        StatusCode::OK
    );
    assert_eq!(*kept.lock().unwrap(), [EventKind::ItemCreated]);
}

#[tokio::test]
async fn the_challenge_comes_before_authentication() {
    let verifier = Verifier::new(SigningSecret::new("one").unwrap());
    let receiver = Receiver::new(verifier, async |_: Verified<Delivery>| {
        Ok::<(), std::io::Error>(())
    });
    let (status, body) = answer(&receiver, request(None, r#"{ "challenge": "abc" }"#)).await;
    assert_eq!(
        (status, &body[..]),
        (StatusCode::OK, &br#"{"challenge":"abc"}"#[..])
    );
}

#[tokio::test]
async fn a_delivery_that_was_not_kept_is_asked_for_again() {
    let receiver = Receiver::new(dangerous::unsigned(), async |_: Unverified<Delivery>| {
        Err(std::io::Error::other("the disk is full"))
    });
    let body = sample(&SubscriptionKind::CreateItem).unwrap().to_string();
    let response = receiver.oneshot(request(None, body)).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
}

#[test]
fn a_refusal_says_in_its_headers_what_would_help() {
    for (refusal, name, value) in [
        (
            Refusal::Unauthorized(AuthError::Missing),
            header::WWW_AUTHENTICATE,
            "Bearer",
        ),
        (Refusal::Method, header::ALLOW, "POST"),
        (Refusal::Busy, header::RETRY_AFTER, "60"),
        (Refusal::Unavailable, header::RETRY_AFTER, "60"),
    ] {
        let answer = refusal.response();
        assert_eq!(answer.status(), refusal.status());
        assert_eq!(answer.headers()[name], value);
    }
}

#[tokio::test]
async fn what_is_no_delivery_is_refused_by_its_form() {
    let mut limits = Limits::default();
    limits.body_size = 100;
    let receiver = Receiver::with_limits(
        dangerous::unsigned(),
        async |_: Unverified<Delivery>| Ok::<(), std::io::Error>(()),
        limits,
    );
    let status = async |request| answer(&receiver, request).await.0;

    let mut get = request(None, "");
    *get.method_mut() = http::Method::GET;
    assert_eq!(status(get).await, StatusCode::METHOD_NOT_ALLOWED);
    let mut text = request(None, "{}");
    text.headers_mut()
        .insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    assert_eq!(status(text).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let mut packed = request(None, "{}");
    packed
        .headers_mut()
        .insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
    assert_eq!(status(packed).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        status(request(None, "a".repeat(101))).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(
        status(request(None, "a".repeat(100))).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(status(request(None, "{}")).await, StatusCode::BAD_REQUEST);
}
