//! One call: attempts and the waits between them.

use ::http::HeaderValue;
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;
use tracing::{Instrument, Span};

use super::{
    Client, Operation, OperationKind,
    answer::{Answer, Facts},
    deadline::Effort,
    document::with_complexity,
    error::{Details, Error, ErrorKind},
    exchange::{Received, exchange},
    headers, observe,
    quota::Permit,
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
    effort: Effort,
) -> Result<Reply<Q::ResponseData>, Error> {
    let built = Q::build_query(variables);
    let document = Document {
        operation: built.operation_name,
        kind: Q::KIND,
        api_version: Q::API_VERSION,
        request: Request {
            variables: built.variables,
            query: built.query,
            operation_name: Some(built.operation_name),
        },
    };
    run(client, document, secrets, effort).await
}

/// An operation with its variables.
pub(super) struct Document<'a, V> {
    /// What errors and traces call it.
    pub(super) operation: &'static str,
    pub(super) kind: OperationKind,
    pub(super) api_version: &'static str,
    pub(super) request: Request<'a, V>,
}

/// What is sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a, V> {
    pub(super) variables: V,
    pub(super) query: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) operation_name: Option<&'a str>,
}

/// Room for what stands in a request beside its query, in bytes. More grows.
const VARIABLES: usize = 256;

/// Runs an operation that isn't known by its type.
pub(super) async fn run<V: Serialize, T: DeserializeOwned>(
    client: &Client,
    document: Document<'_, V>,
    secrets: &[&str],
    effort: Effort,
) -> Result<Reply<T>, Error> {
    let Document {
        operation,
        kind,
        api_version,
        request,
    } = document;
    let extended = client
        .shared
        .quotas
        .asks_for_complexity()
        .then(|| with_complexity(request.query))
        .flatten();
    let request = Request {
        query: extended.as_deref().unwrap_or(request.query),
        ..request
    };
    let mut body = Vec::with_capacity(request.query.len() + VARIABLES);
    serde_json::to_writer(&mut body, &request).map_err(|source| invalid(operation, source))?;
    let api_version = match &client.shared.api_version {
        Some(version) => version.clone(),
        None => HeaderValue::from_maybe_shared(Bytes::from_static(api_version.as_bytes()))
            .map_err(|source| invalid(operation, source))?,
    };
    let asked = Asked {
        operation,
        is_mutation: kind == OperationKind::Mutation,
        api_version,
        secrets: Secrets::new(
            std::iter::once(client.authorization.token.expose())
                .chain(secrets.iter().copied())
                .chain(endpoint_secret(&client.shared.endpoint))
                .chain(headers::secrets(&client.headers)),
        ),
    };
    let span = observe::span(client, &asked);
    let reply = repeat(client, &asked, body.into(), effort, &span)
        .instrument(span.clone())
        .await;
    match &reply {
        Ok(reply) => observe::answered(&span, &reply.facts, reply.attempts),
        Err(error) => observe::failed(&span, error),
    }
    reply
}

/// The endpoint, unless it looks as monday's own does: a gateway's may have a key in its path or
/// its query, and the gateway may echo it.
fn endpoint_secret(endpoint: &url::Url) -> Option<&str> {
    let is_usual = endpoint.path() == "/v2" && endpoint.query().is_none();
    (!is_usual).then_some(endpoint.as_str())
}

/// The error of an operation that can't even be sent.
pub(super) fn invalid(
    operation: &'static str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> Error {
    Error::new(Details {
        source: Some(source.into()),
        ..Details::new(ErrorKind::InvalidArgument, operation)
    })
}

async fn repeat<T: DeserializeOwned>(
    client: &Client,
    asked: &Asked<'_>,
    body: Bytes,
    effort: Effort,
    span: &Span,
) -> Result<Reply<T>, Error> {
    let mut schedule = effort.retries.schedule();
    let mut deadline = effort.deadline;
    let mut attempts = 0;
    loop {
        let mut permit = match &client.authorization.quota {
            Some(quota) => {
                let asked_at = Instant::now();
                let permit = quota.permit(asked, deadline).await.map_err(|mut error| {
                    error.details_mut().attempts = attempts;
                    error
                })?;
                observe::let_go(span, attempts + 1, asked_at.elapsed());
                Some(permit)
            }
            None => None,
        };
        attempts += 1;
        let now = Effort { deadline, ..effort };
        let sent = attempt(client, asked, body.clone(), permit.as_mut(), now).await;
        drop(permit);
        let mut error = match sent {
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
                observe::repeated(span, &error, wait);
                client.shared.pause.wait(wait, &mut deadline).await;
            }
            _ => return Err(error),
        }
    }
}

async fn attempt<T: DeserializeOwned>(
    client: &Client,
    asked: &Asked<'_>,
    body: Bytes,
    mut permit: Option<&mut Permit>,
    effort: Effort,
) -> Result<(T, Facts), Error> {
    if let Some(permit) = &mut permit {
        permit.send();
    }
    let received = exchange(client, asked, body, effort).await;
    if let (Some(permit), Err(broken)) = (&mut permit, &received)
        && broken.never_reached_monday()
    {
        permit.take_back();
    }
    let Received {
        status,
        headers,
        body,
    } = received.map_err(|broken| broken.into_error(asked))?;
    let answer = Answer::read(status, &headers, &body);
    let complexity = permit.as_ref().and_then(|_| answer.complexity());
    let data = answer.read_data(asked);
    let facts = answer.facts;
    if let (Some(permit), Some(quota)) = (permit, &client.authorization.quota) {
        let quotas = &client.shared.quotas;
        quotas.learn(quota, permit, facts.account_id, complexity);
        if let Err(error) = &data {
            permit.refused(error);
        }
    }
    Ok((data?, facts))
}
