//! What is served under which path.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::post;

use crate::core::Core;
use crate::graphql::{Reply, answer};

/// The largest body that a call may have.
const MAX_BODY: usize = 2 * 1024 * 1024;

/// monday's side of the wire.
pub(crate) fn monday(core: Arc<Core>) -> Router {
    Router::new()
        .route("/v2", post(graphql))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(core)
}

async fn graphql(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    json_response(&answer(&core, &headers, &body).await)
}

fn json_response(reply: &Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body.to_string()));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}
