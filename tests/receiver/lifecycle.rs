//! The endpoint of app lifecycle webhooks.

use std::sync::{Arc, Mutex};

use http::{Request, StatusCode};
use http_body_util::Full;
use monday_webhooks::{
    Delivery, Receiver, SubscriptionKind,
    auth::{ClientSecret, SigningSecret, Verifier},
    event::{LifecycleEvent, LifecycleKind},
    receiver::Verified,
    testing::{
        BoardClaims, LifecycleClaims, challenge_request, lifecycle_sample, sample,
        signed_lifecycle_request, signed_request,
    },
};

use super::{AUDIENCE, answer};

/// The same text as both secrets of an app, so that nothing but the profile tells them apart.
const SECRET: &str = "one";

fn client_secret() -> ClientSecret {
    ClientSecret::new(SECRET).unwrap()
}

fn signing_secret() -> SigningSecret {
    SigningSecret::new(SECRET).unwrap()
}

fn installed() -> String {
    lifecycle_sample(LifecycleKind::Installed)
        .unwrap()
        .to_string()
}

fn created() -> String {
    sample(&SubscriptionKind::CreateItem).unwrap().to_string()
}

fn lifecycle(body: String) -> Request<Full<bytes::Bytes>> {
    signed_lifecycle_request(&client_secret(), AUDIENCE, body)
        .unwrap()
        .map(Full::new)
}

fn board(body: String) -> Request<Full<bytes::Bytes>> {
    signed_request(&signing_secret(), AUDIENCE, body)
        .unwrap()
        .map(Full::new)
}

#[tokio::test]
async fn a_lifecycle_event_reaches_its_handler_with_its_sender() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&kept);
    let receiver = Receiver::new(
        Verifier::new(client_secret()).audience(AUDIENCE),
        move |event: Verified<LifecycleEvent>| {
            let seen = (
                event.message().kind(),
                event.sender().app_id,
                event.sender().account_id,
            );
            sink.lock().unwrap().push(seen);
            async { Ok::<(), std::io::Error>(()) }
        },
    );
    for kind in LifecycleKind::ALL {
        let body = lifecycle_sample(kind).unwrap().to_string();
        assert_eq!(answer(&receiver, lifecycle(body)).await.0, StatusCode::OK);
    }
    let expected = LifecycleKind::ALL.map(|kind| {
        (
            kind,
            Some(LifecycleClaims::SAMPLE_APP),
            Some(BoardClaims::SAMPLE_ACCOUNT),
        )
    });
    assert_eq!(*kept.lock().unwrap(), expected);

    let challenge = challenge_request(AUDIENCE, "abc").unwrap().map(Full::new);
    let (status, body) = answer(&receiver, challenge).await;
    assert_eq!(
        (status, &body[..]),
        (StatusCode::OK, &br#"{"challenge":"abc"}"#[..])
    );
    assert_eq!(kept.lock().unwrap().len(), LifecycleKind::ALL.len());
}

#[tokio::test]
async fn neither_endpoint_takes_the_tokens_or_the_bodies_of_the_other() {
    let lifecycle_receiver = Receiver::new(
        Verifier::new(client_secret()),
        async |_: Verified<LifecycleEvent>| Ok::<(), std::io::Error>(()),
    );
    let board_receiver = Receiver::new(
        Verifier::new(signing_secret()),
        async |_: Verified<Delivery>| Ok::<(), std::io::Error>(()),
    );
    let at_lifecycle = async |request| answer(&lifecycle_receiver, request).await.0;
    let at_board = async |request| answer(&board_receiver, request).await.0;

    assert_eq!(at_lifecycle(lifecycle(installed())).await, StatusCode::OK);
    assert_eq!(at_board(board(created())).await, StatusCode::OK);
    // Rightly signed, since both secrets have one text: the profile alone is wrong.
    assert_eq!(
        at_lifecycle(board(installed())).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        at_board(lifecycle(created())).await,
        StatusCode::UNAUTHORIZED
    );
    // The right token with the other's body.
    assert_eq!(
        at_lifecycle(lifecycle(created())).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(at_board(board(installed())).await, StatusCode::BAD_REQUEST);
}
