//! One call: attempts and the waits between them.

use bytes::Bytes;
use http::HeaderValue;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Client, Operation, OperationKind,
    answer::{Answer, Facts},
    deadline::Deadline,
    error::{Details, Error, ErrorKind},
    exchange::{Received, exchange},
    redact::Secrets,
};

/// What is asked, as far as an answer is read by it.
pub(super) struct Asked<'a> {
    pub(super) operation: &'static str,
    pub(super) is_mutation: bool,
    pub(super) api_version: HeaderValue,
    pub(super) secrets: Secrets<'a>,
}

/// The data of an answer, with what else is known of it.
pub(super) struct Reply<T> {
    pub(super) data: T,
    asked: (&'static str, bool),
    facts: Facts,
    attempts: u32,
}

impl<T> Reply<T> {
    /// The error that this answer is one after all: of a null that stands for one.
    pub(super) fn into_error(self, kind: ErrorKind, message: &str) -> Error {
        let (operation, is_mutation) = self.asked;
        Error::new(Details {
            message: Some(message.to_owned()),
            status: Some(self.facts.status),
            request_id: self.facts.request_id,
            account_id: self.facts.account_id,
            may_have_been_applied: is_mutation && kind.may_have_run(),
            attempts: self.attempts,
            ..Details::new(kind, operation)
        })
    }

    /// This answer with another part of its data.
    pub(super) fn map<U>(self, part: impl FnOnce(T) -> U) -> Reply<U> {
        Reply {
            data: part(self.data),
            asked: self.asked,
            facts: self.facts,
            attempts: self.attempts,
        }
    }
}

/// Runs an operation. `secrets` are texts of the variables that must not show in an error.
pub(super) async fn execute<Q: Operation>(
    client: &Client,
    variables: Q::Variables,
    secrets: &[&str],
    deadline: Deadline,
) -> Result<Reply<Q::ResponseData>, Error> {
    let request = Q::build_query(variables);
    let document = Document {
        name: request.operation_name,
        kind: Q::KIND,
        api_version: Q::API_VERSION,
        request: &request,
    };
    run(client, document, secrets, deadline).await
}

/// An operation with its variables.
pub(super) struct Document<'a, R> {
    pub(super) name: &'static str,
    pub(super) kind: OperationKind,
    pub(super) api_version: &'static str,
    /// What is sent, as JSON.
    pub(super) request: &'a R,
}

/// Runs an operation that isn't known by its type.
pub(super) async fn run<R: Serialize, T: DeserializeOwned>(
    client: &Client,
    document: Document<'_, R>,
    secrets: &[&str],
    deadline: Deadline,
) -> Result<Reply<T>, Error> {
    let operation = document.name;
    let invalid = |source| {
        Error::new(Details {
            source: Some(source),
            ..Details::new(ErrorKind::InvalidArgument, operation)
        })
    };
    let body = serde_json::to_vec(document.request).map_err(|source| invalid(source.into()))?;
    let api_version = match &client.shared.api_version {
        Some(version) => version.clone(),
        None => {
            HeaderValue::from_str(document.api_version).map_err(|source| invalid(source.into()))?
        }
    };
    let asked = Asked {
        operation,
        is_mutation: document.kind == OperationKind::Mutation,
        api_version,
        secrets: Secrets::new(
            std::iter::once(client.authorization.token.expose()).chain(secrets.iter().copied()),
        ),
    };
    repeat(client, &asked, body.into(), deadline).await
}

async fn repeat<T: DeserializeOwned>(
    client: &Client,
    asked: &Asked<'_>,
    body: Bytes,
    mut deadline: Deadline,
) -> Result<Reply<T>, Error> {
    let mut schedule = client.shared.retry.schedule();
    let mut attempts = 1;
    loop {
        let mut error = match attempt(client, asked, body.clone(), deadline).await {
            Ok((data, facts)) => {
                return Ok(Reply {
                    data,
                    asked: (asked.operation, asked.is_mutation),
                    facts: Facts {
                        request_id: facts.request_id.map(|id| asked.secrets.clean(&id)),
                        ..facts
                    },
                    attempts,
                });
            }
            Err(error) => error,
        };
        error.details_mut().attempts = attempts;
        if !error.is_retryable() || error.may_have_been_applied() {
            return Err(error);
        }
        match schedule.next(error.retry_after()) {
            Some(wait) if wait < deadline.left() => {
                tracing::info!(
                    operation = asked.operation,
                    attempt = attempts,
                    wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                    kind = ?error.kind(),
                    code = error.code(),
                    request_id = error.request_id(),
                    "a call is repeated"
                );
                client.shared.pause.wait(wait, &mut deadline).await;
                attempts += 1;
            }
            _ => return Err(error),
        }
    }
}

async fn attempt<T: DeserializeOwned>(
    client: &Client,
    asked: &Asked<'_>,
    body: Bytes,
    deadline: Deadline,
) -> Result<(T, Facts), Error> {
    let received = exchange(client, asked, body, deadline).await;
    let Received {
        status,
        headers,
        body,
    } = received.map_err(|broken| broken.into_error(asked))?;
    let answer = Answer::read(status, &headers, &body);
    let facts = answer.facts.clone();
    Ok((answer.into_data(asked)?, facts))
}
