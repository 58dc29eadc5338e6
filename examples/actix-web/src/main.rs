//! monday's deliveries at an actix-web application, kept in SQLite before they are answered.
//!
//! actix-web is on another version of `http`, so a request is translated for the plain function
//! [`receive`], and its answer back. actix-web's feature for compressed bodies is off, so that
//! nothing is unpacked before the sender is known.

use std::{sync::Arc, time::SystemTime};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer,
    http::StatusCode,
    web::{self, Bytes, Data},
};
use monday_webhooks::{
    auth::{SigningSecret, Verifier},
    inbox::{self, Failure, Job, SqliteInbox, SqliteOptions, WorkerOptions},
    receiver::{DEFAULT_BODY_LIMIT, Outcome, Sink, receive},
};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Why a request was refused: RUST_LOG=monday_webhooks=debug says it.
    tracing_subscriber::fmt().with_env_filter(log()).init();
    let secret = SigningSecret::new(std::env::var("MONDAY_SIGNING_SECRET")?)?;
    let endpoint = Data::new(Endpoint {
        // The URL that monday calls: a token for another endpoint is not taken.
        verifier: Verifier::new(secret).audience(std::env::var("MONDAY_WEBHOOK_URL")?),
        inbox: Arc::new(SqliteInbox::open("inbox.sqlite", SqliteOptions::default())?),
    });
    let worker = inbox::run(
        Arc::clone(&endpoint.inbox),
        handle,
        WorkerOptions::default(),
        std::future::pending(),
    );
    let server = HttpServer::new(move || App::new().configure(|config| routes(config, &endpoint)))
        .bind(("127.0.0.1", 8080))?
        .run();
    // Where the worker ends the server does, too: nothing is answered 200 that nobody handles.
    tokio::select! {
        served = server => Ok(served?),
        worked = worker => Ok(worked?),
    }
}

fn log() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into())
}

struct Endpoint {
    verifier: Verifier,
    inbox: Arc<SqliteInbox>,
}

fn routes(config: &mut web::ServiceConfig, endpoint: &Data<Endpoint>) {
    config
        .app_data(Data::clone(endpoint))
        .app_data(web::PayloadConfig::new(DEFAULT_BODY_LIMIT))
        .route("/monday", web::to(monday));
}

async fn monday(endpoint: Data<Endpoint>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let Ok(request) = translate(&request, body) else {
        return HttpResponse::BadRequest().finish();
    };
    let answer = match receive(&endpoint.verifier, request, SystemTime::now()) {
        Outcome::Challenge(answer) => answer,
        Outcome::Message(delivery) => match endpoint.inbox.take(delivery).await {
            Ok(_) => taken(),
            Err(refusal) => refusal.response(),
        },
        Outcome::Refused(refusal) => refusal.response(),
    };
    let status = StatusCode::from_u16(answer.status().as_u16());
    let mut builder = HttpResponseBuilder::new(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in answer.headers() {
        builder.append_header((name.as_str(), value.as_bytes()));
    }
    builder.body(answer.into_body())
}

/// The answer to what was kept, with the headers that the other answers have.
fn taken() -> http::Response<Bytes> {
    let mut answer = http::Response::new(Bytes::from_static(b"{}"));
    for (name, value) in [
        (http::header::CONTENT_TYPE, "application/json"),
        (http::header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        let value = http::HeaderValue::from_static(value);
        answer.headers_mut().insert(name, value);
    }
    answer
}

fn translate(request: &HttpRequest, body: Bytes) -> http::Result<http::Request<Bytes>> {
    let mut builder = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.uri().to_string());
    for (name, value) in request.headers() {
        builder = builder.header(name.as_str(), value.as_bytes());
    }
    builder.body(body)
}

async fn handle(job: Job) -> Result<(), Failure> {
    let delivery = &job.received.delivery;
    eprintln!("{} (attempt {})", delivery.kind(), job.attempt);
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use monday_webhooks::{
        SubscriptionKind,
        inbox::Ledger,
        testing::{BoardClaims, sample, sign_board_token},
    };

    use super::*;

    #[actix_web::test]
    async fn an_application_keeps_what_is_signed_and_echoes_the_challenge() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inbox");
        let inbox = Arc::new(SqliteInbox::open(path, SqliteOptions::default()).unwrap());
        let secret = SigningSecret::new("one").unwrap();
        let endpoint = Data::new(Endpoint {
            verifier: Verifier::new(secret.clone()),
            inbox: Arc::clone(&inbox),
        });
        let app = init_service(App::new().configure(|config| routes(config, &endpoint))).await;

        let token = sign_board_token(&secret, &BoardClaims::new("https://example.com/monday"));
        let body = sample(&SubscriptionKind::CreateItem).unwrap().to_string();
        let post = |body: &str| {
            TestRequest::post()
                .uri("/monday")
                .insert_header(("content-type", "application/json"))
                .set_payload(body.to_owned())
        };
        let signed = post(&body).insert_header(("authorization", token.clone()));
        let large = post(&" ".repeat(DEFAULT_BODY_LIMIT + 1));
        let twice = post(&body)
            .append_header(("authorization", token.clone()))
            .append_header(("authorization", token));
        for (request, status) in [
            (signed, 200),
            (post(&body), 401),
            (twice, 401),
            (large, 413),
            (TestRequest::get().uri("/monday"), 405),
        ] {
            let answer = call_service(&app, request.to_request()).await;
            assert_eq!(answer.status(), status);
            let header = |name: &str| answer.headers().get(name).cloned();
            // What is too large never reaches the endpoint.
            if status != 413 {
                assert_eq!(header("content-type").unwrap(), "application/json");
                assert_eq!(header("x-content-type-options").unwrap(), "nosniff");
            }
        }
        let challenge = r#"{"challenge":"abc"}"#;
        let answer = call_service(&app, post(challenge).to_request()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers().get("content-type").unwrap(),
            "application/json"
        );
        assert_eq!(read_body(answer).await, challenge);
        assert_eq!(inbox.status().await.unwrap().depth(), 1);
    }
}
