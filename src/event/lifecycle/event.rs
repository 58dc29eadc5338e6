//! One app lifecycle event: the body as it came, and what it says.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use crate::event::{DeliveryError, FieldProblem, digest::BodyKey, json};

use super::{LifecycleData, LifecycleKind};

/// An event in the life of an app: it was installed, paid for, cancelled.
///
/// Like a [`Delivery`](crate::Delivery) it is kept whole, with types and fields that nobody has
/// seen yet, and serialises to exactly what came. The requests are signed with the app's
/// [`ClientSecret`](crate::auth::ClientSecret).
///
/// ```
/// use monday_webhooks::event::{LifecycleEvent, LifecycleKind};
///
/// let body = r#"{"type":"install","data":{"app_id":10000001,"account_slug":"acme","timestamp":"2026-10-12T08:15:42.318+00:00"}}"#;
/// let event = LifecycleEvent::parse(body)?;
/// assert_eq!(event.kind(), LifecycleKind::Installed);
/// assert_eq!(event.data().account_slug.as_deref(), Some("acme"));
/// assert_eq!(serde_json::to_string(&event)?, body);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct LifecycleEvent {
    body: Bytes,
    wire_type: Box<str>,
    kind: LifecycleKind,
    raw_data: Option<Box<RawValue>>,
    data: LifecycleData,
    problems: Vec<FieldProblem>,
}

impl LifecycleEvent {
    /// Reads the body of a request that monday sent.
    ///
    /// An event of an unknown type, with unknown fields, with fields of unexpected types or
    /// without any `data` is an event like any other. Where a name stands twice the last one
    /// counts.
    ///
    /// # Errors
    ///
    /// [`DeliveryError`] where the body isn't JSON, isn't an object, or has no `type` text.
    pub fn parse(body: impl Into<Bytes>) -> Result<Self, DeliveryError> {
        let body = body.into();
        let (mut wire_type, mut data) = (None, None);
        json::object(&body, |name, value| {
            let value = value.value()?;
            match &*name {
                "type" => wire_type = Some(value),
                "data" => data = Some(value),
                _ => {}
            }
            Ok(())
        })?;
        let wire_type: Box<str> = wire_type
            .and_then(|raw| serde_json::from_str(raw).ok())
            .ok_or(DeliveryError::NoType)?;
        let raw_data: Option<Box<RawValue>> = data.and_then(|raw| serde_json::from_str(raw).ok());
        let mut problems = Vec::new();
        let data = LifecycleData::read(raw_data.as_deref(), &mut problems);
        Ok(Self {
            kind: LifecycleKind::from_wire_type(&wire_type),
            wire_type,
            raw_data,
            data,
            problems,
            body,
        })
    }

    /// What happened.
    #[must_use]
    pub const fn kind(&self) -> LifecycleKind {
        self.kind
    }

    /// monday's `type`.
    #[must_use]
    pub fn wire_type(&self) -> &str {
        &self.wire_type
    }

    /// To which app, by whom, in which account.
    #[must_use]
    pub const fn data(&self) -> &LifecycleData {
        &self.data
    }

    /// The `data` to the byte, where there is any.
    #[must_use]
    pub fn raw_data(&self) -> Option<&RawValue> {
        self.raw_data.as_deref()
    }

    /// The body to the byte.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// What two requests with the same event have in common: `sha256:<digest of the body>`. `None`
    /// where the event has no time, since two events could be alike then. monday sends no id of an
    /// event, and doesn't document whether a retry has the same body; one that hasn't has another
    /// key.
    #[must_use]
    pub fn dedupe_key(&self) -> Option<String> {
        self.data.timestamp.map(|_| BodyKey(&self.body).to_string())
    }

    /// The fields of `data` that the typed view lacks, since they have another type than known.
    #[must_use]
    pub fn problems(&self) -> &[FieldProblem] {
        &self.problems
    }
}

/// Shows what happened to which app, and nothing of who the customer is beyond their ids.
impl fmt::Debug for LifecycleEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LifecycleEvent")
            .field("kind", &self.kind)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl Serialize for LifecycleEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::serialize(&self.body, serializer)
    }
}

impl<'de> Deserialize<'de> for LifecycleEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(Box::<str>::from(raw).into_string()).map_err(de::Error::custom)
    }
}
