//! The axum extractors, by way of the example.

#[path = "../../examples/axum.rs"]
#[allow(dead_code, unreachable_pub)]
mod example;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::FromRef,
    http::{Method, Request, StatusCode, header},
    routing::{any, post},
};
use bytes::Bytes;
use monday_webhooks::{
    Delivery, LifecycleEvent, LifecycleKind, SubscriptionKind,
    auth::{ClientSecret, SigningSecret, Verifier},
    axum::Rejection,
    inbox::{Ledger, SqliteInbox, SqliteOptions},
    receiver::{
        DEFAULT_BODY_LIMIT, Refusal, SecretSegment, Unsigned, Unverified, Verified, dangerous,
    },
    testing::{
        challenge_request, lifecycle_sample, sample, signed_lifecycle_request, signed_request,
    },
};
use tower::ServiceExt;

const BOARD: &str = "https://example.com/monday";
const LIFECYCLE: &str = "https://example.com/monday/app";

fn signing() -> SigningSecret {
    SigningSecret::new("signing").unwrap()
}

fn client() -> ClientSecret {
    ClientSecret::new("client").unwrap()
}

fn created() -> String {
    sample(&SubscriptionKind::CreateItem).unwrap().to_string()
}

fn installed() -> String {
    lifecycle_sample(LifecycleKind::Installed)
        .unwrap()
        .to_string()
}

async fn answer(router: &Router, request: Request<Bytes>) -> (StatusCode, Bytes) {
    let response = router
        .clone()
        .oneshot(request.map(Body::from))
        .await
        .unwrap();
    let (head, body) = response.into_parts();
    (head.status, axum::body::to_bytes(body, 1024).await.unwrap())
}

#[tokio::test]
async fn the_example_keeps_what_is_signed_and_answers_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = inbox(&folder, SqliteOptions::default());
    let router = example::router(example::App {
        board: Verifier::new(signing()).audience(BOARD),
        lifecycle: Verifier::new(client()).audience(LIFECYCLE),
        inbox: Arc::clone(&inbox),
    });
    let status = async |request| answer(&router, request).await.0;
    let depth = async || inbox.status().await.unwrap().depth();

    let good = || signed_request(&signing(), BOARD, created()).unwrap();
    assert_eq!(status(good()).await, StatusCode::OK);
    assert_eq!(depth().await, 1);
    // Again: kept once, acknowledged twice.
    assert_eq!(status(good()).await, StatusCode::OK);
    assert_eq!(depth().await, 1);

    let lifecycle = signed_lifecycle_request(&client(), LIFECYCLE, installed()).unwrap();
    assert_eq!(status(lifecycle).await, StatusCode::OK);

    for url in [BOARD, LIFECYCLE] {
        let challenge = challenge_request(url, "abc").unwrap();
        assert_eq!(
            answer(&router, challenge).await,
            (StatusCode::OK, Bytes::from(r#"{"challenge":"abc"}"#))
        );
    }

    let mut unsigned = good();
    unsigned.headers_mut().remove(header::AUTHORIZATION);
    let by_other = SigningSecret::new("other").unwrap();
    let lost = signed_lifecycle_request(&client(), BOARD, created()).unwrap();
    for bad in [
        unsigned,
        signed_request(&by_other, BOARD, created()).unwrap(),
        signed_request(&signing(), LIFECYCLE, installed()).unwrap(),
        lost,
    ] {
        assert_eq!(
            answer(&router, bad).await,
            (
                StatusCode::UNAUTHORIZED,
                Bytes::from(r#"{"error":"unauthorized"}"#)
            )
        );
    }
    assert_eq!(depth().await, 1);
}

#[tokio::test]
async fn a_delivery_that_the_example_cannot_keep_is_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = SqliteOptions::default();
    options.remembered = 1;
    let router = example::router(example::App {
        board: Verifier::new(signing()),
        lifecycle: Verifier::new(client()),
        inbox: inbox(&folder, options),
    });
    for (uuid, expected) in [
        ("a", StatusCode::OK),
        ("b", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let mut body = sample(&SubscriptionKind::CreateItem).unwrap();
        body["event"]["triggerUuid"] = uuid.into();
        let request = signed_request(&signing(), BOARD, body.to_string()).unwrap();
        let response = router.clone().oneshot(request.map(Body::from));
        let response = response.await.unwrap();
        assert_eq!(response.status(), expected);
        let waits = response.headers().contains_key(header::RETRY_AFTER);
        assert_eq!(waits, expected == StatusCode::SERVICE_UNAVAILABLE);
    }
}

fn inbox(folder: &tempfile::TempDir, options: SqliteOptions) -> Arc<SqliteInbox> {
    Arc::new(SqliteInbox::open(folder.path().join("inbox"), options).unwrap())
}

/// A state with every door.
#[derive(Clone)]
struct Doors;

impl FromRef<Doors> for Verifier {
    fn from_ref(_: &Doors) -> Self {
        Self::new(signing())
    }
}

impl FromRef<Doors> for Verifier<ClientSecret> {
    fn from_ref(_: &Doors) -> Self {
        Self::new(client())
    }
}

impl FromRef<Doors> for Unsigned {
    fn from_ref(_: &Doors) -> Self {
        dangerous::unsigned().behind(SecretSegment::new("a".repeat(30)).unwrap())
    }
}

fn doors() -> Router {
    let board = async |delivery: Result<Verified<Delivery>, Rejection>| outcome(delivery);
    let lifecycle = async |event: Result<Verified<LifecycleEvent>, Rejection>| outcome(event);
    let unsigned = async |delivery: Result<Unverified<Delivery>, Rejection>| outcome(delivery);
    Router::new()
        .route("/monday", any(board))
        .route("/monday/app", any(lifecycle))
        .route("/open/{segment}", any(unsigned))
        .with_state(Doors)
}

/// Holds a rejection to its documented status.
fn outcome<M>(extracted: Result<M, Rejection>) -> Result<StatusCode, Rejection> {
    let Err(rejection) = extracted else {
        return Ok(StatusCode::ACCEPTED);
    };
    if let Rejection::Refused(refusal) = &rejection {
        assert_eq!(rejection.status(), refusal.status());
    } else {
        assert_eq!(rejection.status(), StatusCode::OK);
    }
    Err(rejection)
}

#[tokio::test]
async fn each_rejection_has_its_documented_status() {
    let router = doors();
    let status = async |request| answer(&router, request).await.0;
    for (url, body) in [(BOARD, created()), (LIFECYCLE, installed())] {
        let signed = |body: String| {
            if url == BOARD {
                signed_request(&signing(), url, body).unwrap()
            } else {
                signed_lifecycle_request(&client(), url, body).unwrap()
            }
        };
        let changed = |change: fn(&mut Request<Bytes>)| {
            let mut request = signed(body.clone());
            change(&mut request);
            request
        };
        assert_eq!(status(signed(body.clone())).await, StatusCode::ACCEPTED);
        assert_eq!(status(signed("{}".into())).await, StatusCode::BAD_REQUEST);
        let get = changed(|request| *request.method_mut() = Method::GET);
        assert_eq!(status(get).await, StatusCode::METHOD_NOT_ALLOWED);
        let untyped = changed(|request| drop(request.headers_mut().remove(header::CONTENT_TYPE)));
        assert_eq!(status(untyped).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let twice = changed(|request| {
            let token = request.headers()[header::AUTHORIZATION].clone();
            request.headers_mut().append(header::AUTHORIZATION, token);
        });
        assert_eq!(status(twice).await, StatusCode::UNAUTHORIZED);
        let padding = " ".repeat(DEFAULT_BODY_LIMIT - body.len());
        assert_eq!(
            status(signed(body.clone() + &padding)).await,
            StatusCode::ACCEPTED
        );
        let large = signed(body.clone() + &padding + " ");
        assert_eq!(status(large).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn an_unsigned_door_of_axum_is_behind_its_segment() {
    let router = doors();
    for (segment, expected) in [
        ("a".repeat(30), StatusCode::ACCEPTED),
        ("a".repeat(29), StatusCode::NOT_FOUND),
        ("b".repeat(30), StatusCode::NOT_FOUND),
    ] {
        let request = Request::post(format!("/open/{segment}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(created()))
            .unwrap();
        assert_eq!(answer(&router, request).await.0, expected);
    }
}

#[tokio::test]
async fn a_verifier_can_be_the_whole_state_and_a_refusal_an_answer() {
    let router = Router::new()
        .route(
            "/monday",
            post(async |_: Verified<Delivery>| Refusal::Unavailable),
        )
        .with_state(Verifier::new(signing()));
    let request = signed_request(&signing(), BOARD, created()).unwrap();
    let (status, body) = answer(&router, request).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body, r#"{"error":"unavailable"}"#);
}
