//! One request and its answer, over HTTP.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use url::{Position, Url};

use super::{
    Client,
    call::Asked,
    deadline::Effort,
    error::{Details, Error, ErrorKind},
    transport::TransportCause,
};

pub(super) const API_VERSION_HEADER: HeaderName = HeaderName::from_static("api-version");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

const REDIRECTED: &str = "the HTTP client of one's own followed a redirect, so that this is not the endpoint's answer: make it with redirect::Policy::none()";

/// An answer as it came.
pub(super) struct Received {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Sends a request, and reads the whole answer.
pub(super) async fn exchange(
    client: &Client,
    asked: &Asked<'_>,
    body: Bytes,
    effort: Effort,
) -> Result<Received, Broken> {
    let shared = &client.shared;
    let timeout = effort.request_timeout.unwrap_or(Duration::MAX);
    let request = shared
        .http
        .post(shared.endpoint.clone())
        .timeout(shared.request_timeout.min(timeout))
        .headers(HeaderMap::clone(&client.headers))
        .header(header::AUTHORIZATION, client.authorization.header.clone())
        .header(header::CONTENT_TYPE, JSON)
        .header(header::ACCEPT, JSON)
        .header(API_VERSION_HEADER, asked.api_version.clone())
        .body(body);
    let exchange = async {
        let mut response = request.send().await?;
        if !is_at(response.url(), &shared.endpoint) {
            return Err(Broken::Redirected);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(Broken::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Received {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    };
    tokio::time::timeout_at(effort.deadline.at(), exchange)
        .await
        .unwrap_or(Err(Broken::Deadline))
}

/// Whether an answer comes from the endpoint itself.
fn is_at(url: &Url, endpoint: &Url) -> bool {
    url[..Position::AfterQuery] == endpoint[..Position::AfterQuery]
}

/// Why an exchange gave no answer.
pub(super) enum Broken {
    Http(reqwest::Error),
    Deadline,
    TooLong,
    /// An HTTP client of one's own went elsewhere.
    Redirected,
}

impl From<reqwest::Error> for Broken {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

impl Broken {
    /// Whether the connection was never made.
    pub(super) fn never_reached_monday(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_connect())
    }

    /// Where the connection was never made, monday can't have seen the request. In any other case
    /// it may have.
    pub(super) fn into_error(self, asked: &Asked<'_>) -> Error {
        let never_sent = self.never_reached_monday();
        let details = match self {
            Self::TooLong => Details {
                may_have_been_applied: asked.is_mutation,
                ..Details::new(ErrorKind::Decode, asked.operation)
            },
            Self::Redirected => Details {
                message: Some(REDIRECTED.to_owned()),
                may_have_been_applied: asked.is_mutation,
                ..Details::new(ErrorKind::Configuration, asked.operation)
            },
            Self::Deadline => Details {
                cause: Some(TransportCause::Deadline),
                retryable: true,
                may_have_been_applied: asked.is_mutation,
                ..Details::new(ErrorKind::Timeout, asked.operation)
            },
            Self::Http(error) => {
                let kind = if error.is_timeout() {
                    ErrorKind::Timeout
                } else {
                    ErrorKind::Transport
                };
                Details {
                    cause: Some(TransportCause::of(&error)),
                    retryable: true,
                    may_have_been_applied: asked.is_mutation && !never_sent,
                    source: Some(error.without_url().into()),
                    ..Details::new(kind, asked.operation)
                }
            }
        };
        Error::new(details)
    }
}
