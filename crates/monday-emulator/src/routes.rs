//! What is served under which path.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::core::Core;
use crate::graphql::{self, Reply, SDL, answer, introspection};
use crate::oauth::OauthError;
use crate::own_host::only_local_programs;
use crate::server::CutOff;
use crate::truncated::Truncated;

/// The largest body that a call may have.
const MAX_BODY: usize = 2 * 1024 * 1024;

const JSON: &str = "application/json; charset=utf-8";

/// monday's side of the wire. On loopback it is for programs of this machine alone: a page of a
/// stranger's in a browser there reaches it, too.
pub(crate) fn monday(core: Arc<Core>) -> Router {
    let addr = core.addr;
    let routes = routes(core);
    if addr.ip().is_loopback() {
        routes.layer(middleware::from_fn_with_state(addr, only_local_programs))
    } else {
        routes
    }
}

fn routes(core: Arc<Core>) -> Router {
    Router::new()
        .route("/v2", post(graphql))
        .route("/v2/get_schema", get(get_schema))
        .route("/oauth2/authorize", get(authorize))
        .route("/oauth2/token", post(token))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(core)
}

async fn graphql(
    State(core): State<Arc<Core>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    http_response(answer(&core, peer.ip(), &headers, &body).await)
}

fn http_response(reply: Reply) -> Response<Body> {
    let (content_type, body) = match reply.body {
        graphql::Body::Json(json) => (Some(JSON), Body::from(json.to_string())),
        graphql::Body::Html(html) => (Some("text/html; charset=utf-8"), Body::from(html)),
        graphql::Body::Empty => (None, Body::empty()),
        graphql::Body::Truncated(json) => (Some(JSON), Body::new(Truncated::of(json.to_string()))),
        graphql::Body::CutOff => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(CutOff);
            return response;
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Some(seconds) = reply.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The schema, for everyone, as SDL or by default as an introspection result.
async fn get_schema(State(core): State<Arc<Core>>, uri: Uri) -> Response<Body> {
    let query = pairs(uri.query().unwrap_or_default().as_bytes());
    let version = query.get("version").map(String::as_str);
    if core.versions.serve(version).is_none() {
        return error(StatusCode::BAD_REQUEST, "unknown version");
    }
    match query.get("format").map(String::as_str) {
        Some("sdl") => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], SDL).into_response(),
        None | Some("json") => match introspection() {
            Some(schema) => json_response(StatusCode::OK, &schema),
            None => error(StatusCode::INTERNAL_SERVER_ERROR, "no schema"),
        },
        Some(_) => error(StatusCode::BAD_REQUEST, "format must be json or sdl"),
    }
}

async fn authorize(State(core): State<Arc<Core>>, uri: Uri) -> Response<Body> {
    let query = pairs(uri.query().unwrap_or_default().as_bytes());
    match core.oauth.authorize(&query, core.clock.now()) {
        Ok(target) => Redirect::to(target.as_str()).into_response(),
        Err(refused) => oauth_error(refused),
    }
}

/// Takes a form, as OAuth has it, or JSON, as monday's samples do.
async fn token(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let is_json =
        content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let form = if is_json {
        serde_json::from_slice(&body).unwrap_or_default()
    } else {
        pairs(&body)
    };
    match core.oauth.exchange(&form, core.user_id, core.clock.now()) {
        Ok(granted) => {
            let answer = json!({
                "access_token": granted.token.expose(),
                "token_type": "Bearer",
                "scope": granted.scope,
            });
            core.tokens.insert(granted.token);
            json_response(StatusCode::OK, &answer)
        }
        Err(refused) => oauth_error(refused),
    }
}

fn oauth_error(refused: OauthError) -> Response<Body> {
    let status = match refused {
        OauthError::Client => StatusCode::UNAUTHORIZED,
        OauthError::Grant | OauthError::Request => StatusCode::BAD_REQUEST,
    };
    error(status, &refused.to_string())
}

/// `{"error": …}`.
pub(crate) fn error(status: StatusCode, what: &str) -> Response<Body> {
    json_response(status, &json!({ "error": what }))
}

/// JSON with a status.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    (status, [(header::CONTENT_TYPE, JSON)], body.to_string()).into_response()
}

fn pairs(encoded: &[u8]) -> HashMap<String, String> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}
