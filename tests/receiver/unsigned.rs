//! The door without a lock.

use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use monday_webhooks::{
    Delivery, Receiver, SubscriptionKind,
    receiver::{SecretSegment, Unverified, dangerous},
    testing::sample,
};

use super::answer;

const SEGMENT: &str = "q7Zk0mT4vX9cB2nL8sR1wA";

#[tokio::test]
async fn a_door_behind_a_secret_segment_is_not_there_for_anybody_else() {
    let segment = SecretSegment::new(SEGMENT).unwrap();
    let receiver = Receiver::new(
        dangerous::unsigned().behind(segment),
        async |_: Unverified<Delivery>| Ok::<(), std::io::Error>(()),
    );
    let status = async |method: Method, path: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body.to_owned()))
            .unwrap();
        answer(&receiver, request).await.0
    };
    let delivery = sample(&SubscriptionKind::CreateItem).unwrap().to_string();
    let challenge = r#"{"challenge":"abc"}"#;
    for path in [
        "/".to_owned(),
        "/monday".to_owned(),
        format!("/monday/{SEGMENT}/"),
        format!("/monday/{}", SEGMENT.to_lowercase()),
        format!("/monday/{SEGMENT}x"),
        format!("/monday?{SEGMENT}"),
        format!("/monday?a=/{SEGMENT}"),
        format!("/monday/%71{}", &SEGMENT[1..]),
    ] {
        for body in [delivery.as_str(), challenge, "{}"] {
            assert_eq!(
                status(Method::POST, &path, body).await,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        assert_eq!(
            status(Method::GET, &path, "").await,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    for path in [
        format!("/{SEGMENT}"),
        format!("/monday/{SEGMENT}"),
        format!("/monday/{SEGMENT}?a=b"),
        format!("https://example.com/monday/{SEGMENT}"),
    ] {
        assert_eq!(
            status(Method::POST, &path, &delivery).await,
            StatusCode::OK,
            "{path}"
        );
        assert_eq!(
            status(Method::POST, &path, challenge).await,
            StatusCode::OK,
            "{path}"
        );
    }
    let path = format!("/monday/{SEGMENT}");
    assert_eq!(
        status(Method::GET, &path, "").await,
        StatusCode::METHOD_NOT_ALLOWED
    );
}
