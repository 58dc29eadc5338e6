//! One HTTP request to a receiver.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// A receiver's answers are read up to this size; a challenge's echo is far smaller.
const MAX_ANSWER: usize = 64 * 1024;

/// A receiver's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    #[error("connection failed")]
    Connection,
    #[error("the connection ended before the answer was complete")]
    Broken,
    #[error("the answer is larger than {MAX_ANSWER} bytes")]
    TooLarge,
    #[error("the URL can't be requested")]
    Url,
}

/// POSTs `body` to `url` and reads the answer, within `timeout` in real time.
pub(crate) async fn post_json(
    http: &reqwest::Client,
    url: &str,
    authorization: Option<&str>,
    body: &Value,
    timeout: Duration,
) -> Result<Answer, Refused> {
    let mut request = http
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_string());
    if let Some(token) = authorization {
        request = request.header("authorization", token);
    }
    let exchange = async {
        let mut response = request.send().await.map_err(|error| {
            if error.is_builder() {
                Refused::Url
            } else if error.is_connect() {
                Refused::Connection
            } else {
                Refused::Broken
            }
        })?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Refused::Broken)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(Refused::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            body: body.into(),
        })
    };
    tokio::time::timeout(timeout, exchange)
        .await
        .unwrap_or(Err(Refused::TimedOut(timeout)))
}
