//! monday's deliveries at an AWS Lambda function, behind a function URL or an HTTP API.
//!
//! A [`Receiver`] is a tower service, and so is what Lambda runs: there is nothing in between.

use lambda_http::Error;
use monday_webhooks::{
    Delivery, Receiver,
    auth::{SigningSecret, Verifier},
    receiver::{Door, Sink, Verified},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    let secret = SigningSecret::new(std::env::var("MONDAY_SIGNING_SECRET")?)?;
    // The URL that monday calls: a token for another endpoint is not taken.
    let verifier = Verifier::new(secret).audience(std::env::var("MONDAY_WEBHOOK_URL")?);
    lambda_http::run(endpoint(verifier, keep)).await
}

/// The endpoint, with a sink for what arrives.
fn endpoint<S: Sink<Verified<Delivery>>>(
    verifier: Verifier<SigningSecret>,
    sink: S,
) -> Receiver<impl Door<Message = Verified<Delivery>>, S> {
    Receiver::new(verifier, sink)
}

/// A function has no disk: put the delivery into a queue here, such as SQS, and return `Ok` once
/// the queue has it. With an error monday is answered 503, and tries again for 30 minutes.
async fn keep(delivery: Verified<Delivery>) -> Result<(), Error> {
    let delivery = delivery.into_message();
    eprintln!("{}: {}", delivery.dedupe_key(), delivery.kind());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use lambda_http::{Adapter, Context, LambdaEvent, request::LambdaRequest, tower::ServiceExt};
    use monday_webhooks::{
        EventKind, SubscriptionKind,
        testing::{BoardClaims, sample, sign_board_token},
    };
    use serde_json::{Value, json};

    use super::*;

    const URL: &str = "https://abc.lambda-url.eu-west-1.on.aws/monday";

    /// What AWS hands over for a request to a function URL: its payload format 2.0.
    fn event(headers: &Value, body: &str) -> LambdaEvent<LambdaRequest> {
        let payload = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/monday", "rawQueryString": "",
            "headers": headers, "isBase64Encoded": false, "body": body,
            "requestContext": {
                "accountId": "anonymous", "apiId": "abc", "domainName": "abc.lambda-url.eu-west-1.on.aws",
                "http": {
                    "method": "POST", "path": "/monday", "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1", "userAgent": "monday",
                },
                "requestId": "1", "routeKey": "$default", "stage": "$default",
                "time": "12/Oct/2026:08:15:42 +0000", "timeEpoch": 1_791_792_942_318_u64,
            },
        });
        LambdaEvent::new(serde_json::from_value(payload).unwrap(), Context::default())
    }

    #[tokio::test]
    async fn a_function_takes_what_is_signed_and_echoes_the_challenge() {
        let secret = SigningSecret::new("one").unwrap();
        let token = sign_board_token(&secret, &BoardClaims::new(URL));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let verifier = Verifier::new(secret).audience(URL);
        let endpoint = endpoint(verifier, move |delivery: Verified<Delivery>| {
            sink.lock().unwrap().push(delivery.message().kind());
            std::future::ready(Ok::<(), Error>(()))
        });
        let body = sample(&SubscriptionKind::CreateItem).unwrap().to_string();
        let json = "application/json";
        let signed = json!({"content-type": json, "authorization": token});
        let unsigned = json!({"content-type": json});
        for (headers, body, status) in [
            (&signed, body.as_str(), 200),
            (&unsigned, &body, 401),
            (&unsigned, r#"{"challenge":"abc"}"#, 200),
            (&json!({"authorization": token}), &body, 415),
        ] {
            let service = Adapter::from(endpoint.clone());
            let answer = service.oneshot(event(headers, body)).await.unwrap();
            let answer = serde_json::to_value(answer).unwrap();
            assert_eq!(answer["statusCode"], status, "{answer}");
            if body.contains("challenge") {
                assert_eq!(answer["body"], body);
            }
        }
        assert_eq!(*seen.lock().unwrap(), [EventKind::ItemCreated]);
    }
}
