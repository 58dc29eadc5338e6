//! Asking the server, and what its answers mean.
//!
//! By the client's plain requests: the library's own ones log answers, which may have a delivery
//! in them.

use std::{fmt, io, sync::Arc, time::Duration};

use async_nats::{
    Client, ConnectErrorKind, HeaderMap, Message, Request, RequestErrorKind, Subscriber,
    client::RequestError,
    connection::State,
    jetstream::{self, ErrorCode, publish::PublishAck, response::Response},
};
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use crate::inbox::InboxError;

/// Asks, and waits so long for an answer.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) answer_time: Duration,
}

/// Why there is no answer, or not the one that was asked for.
#[derive(Debug)]
pub(super) enum ApiError {
    /// The server said so.
    Refused(jetstream::Error),
    /// There was none.
    Inbox(InboxError),
}

impl ApiError {
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(error) if error.code() == 404)
    }
}

impl From<ApiError> for InboxError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Inbox(error) => error,
            ApiError::Refused(error) => refused(error),
        }
    }
}

impl Api {
    /// Sends a request, and waits for the answer.
    pub(super) async fn request(
        &self,
        subject: impl Into<String>,
        headers: Option<HeaderMap>,
        payload: Bytes,
    ) -> Result<Message, InboxError> {
        // What is sent while there is no connection waits for one, and may arrive long after.
        if self.client.connection_state() != State::Connected {
            return Err(unreachable("there is no connection"));
        }
        let mut request = Request::new()
            .payload(payload)
            .timeout(Some(self.answer_time));
        if let Some(headers) = headers {
            request = request.headers(headers);
        }
        let answer = self.client.send_request(subject.into(), request).await;
        answer.map_err(|error| self.no_answer(error))
    }

    fn no_answer(&self, error: RequestError) -> InboxError {
        match error.kind() {
            RequestErrorKind::MaxPayloadExceeded => InboxError::TooLarge {
                limit: self.client.max_payload(),
            },
            RequestErrorKind::NoResponders => {
                unreachable("nothing there answers for the stream: is JetStream on?")
            }
            RequestErrorKind::InvalidSubject => InboxError::Failed(Arc::new(error)),
            _ => InboxError::Unreachable(Arc::new(error)),
        }
    }

    /// A call of JetStream's API, such as `STREAM.INFO.name`.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        what: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        let body = serde_json::to_vec(body).map_err(|error| ApiError::Inbox(failed(error)))?;
        let answer = self
            .request(format!("$JS.API.{what}"), None, body.into())
            .await
            .map_err(ApiError::Inbox)?;
        response(&answer.payload)
    }

    pub(super) async fn subscribe(&self, subject: String) -> Result<Subscriber, InboxError> {
        self.client.subscribe(subject).await.map_err(failed)
    }

    /// Publishes into this stream, and waits until the server says that the message is kept.
    pub(super) async fn publish(
        &self,
        stream: &str,
        subject: String,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<PublishAck, InboxError> {
        let answer = self.request(subject, Some(headers), body).await?;
        let ack: PublishAck = response(&answer.payload)?;
        if ack.stream == stream {
            Ok(ack)
        } else {
            Err(InboxError::Unsafe(format!(
                "the stream {} takes what is published for {stream}",
                ack.stream
            )))
        }
    }
}

fn response<T: DeserializeOwned>(payload: &[u8]) -> Result<T, ApiError> {
    match serde_json::from_slice(payload) {
        Ok(Response::Ok(answer)) => Ok(answer),
        Ok(Response::Err { error }) => Err(ApiError::Refused(error)),
        // The error itself could quote the answer.
        Err(_) => Err(ApiError::Inbox(unreadable())),
    }
}

pub(super) fn unreadable() -> InboxError {
    failed(io::Error::other("the server's answer can't be read"))
}

fn refused(error: jetstream::Error) -> InboxError {
    // The server has one code for limits and for failures of its storage.
    let limit = || error.to_string().contains("maximum");
    match error.error_code() {
        ErrorCode::STREAM_STORE_FAILED if limit() => InboxError::Full,
        ErrorCode::STORAGE_RESOURCES_EXCEEDED
        | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED
        | ErrorCode::INSUFFICIENT_RESOURCES => InboxError::DiskFull(Arc::new(error)),
        _ if error.code() == 503 => InboxError::Unreachable(Arc::new(error)),
        _ => InboxError::Failed(Arc::new(error)),
    }
}

/// The error of a connection that can't be made.
pub(super) fn unconnected(error: async_nats::ConnectError) -> InboxError {
    match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            InboxError::Unauthorized(Arc::new(error))
        }
        _ => InboxError::Unreachable(Arc::new(error)),
    }
}

pub(super) fn unreachable(why: impl fmt::Display) -> InboxError {
    InboxError::Unreachable(Arc::new(io::Error::other(why.to_string())))
}

pub(super) fn failed(error: impl std::error::Error + Send + Sync + 'static) -> InboxError {
    InboxError::Failed(Arc::new(error))
}
