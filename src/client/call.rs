//! One call: headers, attempts, waits.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tokio::time::Instant;

use graphql_client::QueryBody;

use super::{
    Client, Operation, OperationKind, answer,
    error::{Details, Error, ErrorKind},
};

const API_VERSION_HEADER: HeaderName = HeaderName::from_static("api-version");

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Runs an operation. `secrets` are texts of the variables that must not show in an error.
pub(super) async fn execute<Q: Operation>(
    client: &Client,
    variables: Q::Variables,
    secrets: &[&str],
) -> Result<Q::ResponseData, Error> {
    let request = Q::build_query(variables);
    let call = Call::new::<Q>(client, &request, secrets)?;
    let mut schedule = client.shared.retry.schedule();
    let deadline = after(client.shared.retry.max_elapsed);
    let mut attempts = 1;
    loop {
        let mut error = match call.attempt(deadline).await {
            Ok(data) => return Ok(data),
            Err(error) => error,
        };
        error.details_mut().attempts = attempts;
        if !error.is_retryable() || error.may_have_been_applied() {
            return Err(error);
        }
        match schedule.next(error.retry_after()) {
            Some(wait) if wait < deadline.saturating_duration_since(Instant::now()) => {
                tracing::info!(
                    operation = request.operation_name,
                    attempt = attempts,
                    wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                    kind = ?error.kind(),
                    code = error.code(),
                    request_id = error.request_id(),
                    "a call is repeated"
                );
                tokio::time::sleep(wait).await;
                attempts += 1;
            }
            _ => return Err(error),
        }
    }
}

struct Call<'a> {
    client: &'a Client,
    operation: &'static str,
    is_mutation: bool,
    api_version: HeaderValue,
    body: bytes::Bytes,
    secrets: Vec<&'a str>,
}

impl<'a> Call<'a> {
    fn new<Q: Operation>(
        client: &'a Client,
        request: &QueryBody<Q::Variables>,
        secrets: &[&'a str],
    ) -> Result<Self, Error> {
        let operation = request.operation_name;
        let invalid = |source| {
            Error::new(Details {
                source: Some(source),
                ..Details::new(ErrorKind::InvalidArgument, operation)
            })
        };
        let body = serde_json::to_vec(request).map_err(|source| invalid(source.into()))?;
        let api_version = match &client.shared.api_version {
            Some(version) => version.clone(),
            None => {
                HeaderValue::from_str(Q::API_VERSION).map_err(|source| invalid(source.into()))?
            }
        };
        Ok(Self {
            client,
            operation,
            is_mutation: Q::KIND == OperationKind::Mutation,
            api_version,
            body: body.into(),
            secrets: std::iter::once(client.authorization.token.expose())
                .chain(secrets.iter().copied())
                .collect(),
        })
    }

    async fn attempt<T: serde::de::DeserializeOwned>(&self, deadline: Instant) -> Result<T, Error> {
        let (status, headers, body) = self
            .send(deadline)
            .await
            .map_err(|error| self.transport_error(error))?;
        let answer = answer::Answer::read(status, &headers, &body);
        answer.into_data(self.operation, &self.secrets, self.is_mutation)
    }

    async fn send(&self, deadline: Instant) -> Result<(StatusCode, HeaderMap, Vec<u8>), Broken> {
        let shared = &self.client.shared;
        let request = shared
            .http
            .post(shared.endpoint.clone())
            .header(
                header::AUTHORIZATION,
                self.client.authorization.header.clone(),
            )
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(API_VERSION_HEADER, self.api_version.clone())
            .body(self.body.clone());
        let exchange = async {
            let mut response = request.send().await?;
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                if body.len() + chunk.len() > MAX_ANSWER {
                    return Err(Broken::TooLong);
                }
                body.extend_from_slice(&chunk);
            }
            Ok((
                response.status(),
                std::mem::take(response.headers_mut()),
                body,
            ))
        };
        tokio::time::timeout_at(deadline, exchange)
            .await
            .unwrap_or(Err(Broken::Deadline))
    }

    /// Where the connection was never made, monday can't have seen the request. In any other case
    /// it may have.
    fn transport_error(&self, error: Broken) -> Error {
        let (kind, seen, source): (_, _, Option<Box<dyn std::error::Error + Send + Sync>>) =
            match error {
                Broken::Http(error) => {
                    let kind = if error.is_timeout() {
                        ErrorKind::Timeout
                    } else {
                        ErrorKind::Transport
                    };
                    let seen = !error.is_connect();
                    (kind, seen, Some(error.without_url().into()))
                }
                Broken::Deadline => (ErrorKind::Timeout, true, None),
                Broken::TooLong => (ErrorKind::Decode, true, None),
            };
        Error::new(Details {
            retryable: kind != ErrorKind::Decode,
            may_have_been_applied: self.is_mutation && seen,
            source,
            ..Details::new(kind, self.operation)
        })
    }
}

/// Why an exchange gave no answer.
enum Broken {
    Http(reqwest::Error),
    Deadline,
    TooLong,
}

impl From<reqwest::Error> for Broken {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

/// The moment after this wait. One that no clock holds counts as 30 years.
fn after(wait: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

    let now = Instant::now();
    now.checked_add(wait).unwrap_or_else(|| now + FAR)
}

/// The longest of several waits.
pub(super) fn longest(waits: impl IntoIterator<Item = Option<Duration>>) -> Option<Duration> {
    waits.into_iter().flatten().max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_wait_has_a_deadline_too() {
        assert!(after(Duration::MAX) > Instant::now());
    }
}
