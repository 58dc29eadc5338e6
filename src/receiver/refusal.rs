//! The answers to what isn't taken.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::{auth::AuthError, event::DeliveryError};

use super::challenge;

/// Why a request was not taken. The answer to the caller names the rule in one word and reveals
/// nothing else; the source is for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// 401.
    #[error("the request is not authenticated")]
    Unauthorized(#[source] AuthError),
    /// 400.
    #[error("the body is not a delivery")]
    BadDelivery(#[source] DeliveryError),
    /// 404. The last segment of the path is not the secret one.
    #[error("there is no endpoint at this path")]
    NotFound,
    /// 405. monday sends `POST` only.
    #[error("the method is not POST")]
    Method,
    /// 415. monday sends `application/json` only, and nothing compressed.
    #[error("the content is not plain JSON")]
    ContentType,
    /// 413.
    #[error("the body is longer than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// 400. The body broke off.
    #[error("the body could not be read to its end")]
    Incomplete,
    /// 503, with `Retry-After`. As many requests are in flight as may be.
    #[error("too many requests are in flight")]
    Busy,
    /// 503, with `Retry-After`. monday is to try again.
    #[error("the delivery could not be kept")]
    Unavailable,
}

impl Refusal {
    /// The status that it is answered with.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::BadDelivery(_) | Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The answer. The refusal is among its [extensions](Response::extensions), for a layer that
    /// logs or counts.
    #[must_use]
    pub fn response(&self) -> Response<Bytes> {
        let reason = match self {
            Self::Unauthorized(_) => r#"{"error":"unauthorized"}"#,
            Self::BadDelivery(_) => r#"{"error":"not_a_delivery"}"#,
            Self::NotFound => r#"{"error":"not_found"}"#,
            Self::Method => r#"{"error":"method_not_allowed"}"#,
            Self::ContentType => r#"{"error":"unsupported_media_type"}"#,
            Self::TooLarge { .. } => r#"{"error":"too_large"}"#,
            Self::Incomplete => r#"{"error":"incomplete"}"#,
            Self::Busy => r#"{"error":"busy"}"#,
            Self::Unavailable => r#"{"error":"unavailable"}"#,
        };
        let mut response = challenge::json(Response::new(Bytes::from_static(reason.as_bytes())));
        *response.status_mut() = self.status();
        response.extensions_mut().insert(*self);
        let extra = match self {
            Self::Unauthorized(_) => Some((header::WWW_AUTHENTICATE, "Bearer")),
            Self::Method => Some((header::ALLOW, "POST")),
            Self::Busy | Self::Unavailable => Some((header::RETRY_AFTER, "60")),
            _ => None,
        };
        if let Some((name, value)) = extra {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
