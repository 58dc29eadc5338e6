//! One delivery: the body as it came, and what it says.

use std::{fmt, sync::Arc, time::SystemTime};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use crate::{
    id::{BoardId, ItemId, UserId, WebhookId},
    subscription::SubscriptionKind,
};

use super::{
    digest::BodyKey,
    error::DeliveryError,
    fields::{Field, FieldProblem, Fields, Reader},
    json,
    kind::EventKind,
    object::Name,
    read,
    time::Time,
    types::Event,
};

/// A delivery of a board webhook.
///
/// It is kept whole: whatever the body holds beyond the typed view, or holds in another shape, is
/// in [`body`](Self::body) and [`raw_event`](Self::raw_event), and serialising a delivery gives
/// its JSON back, to the digit and on one line. Clones share it.
///
/// ```
/// use monday_webhooks::{Delivery, Event};
///
/// let body = r#"{"event":{"app":"monday","type":"create_pulse","boardId":1771812698,"pulseId":1772099344,"pulseName":"Order 66"}}"#;
/// let delivery = Delivery::parse(body)?;
/// match delivery.event() {
///     Event::ItemCreated(created) => assert_eq!(created.name.as_deref(), Some("Order 66")),
///     other => panic!("{other:?}"),
/// }
/// assert_eq!(serde_json::to_string(&delivery)?, body);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Delivery(Arc<Parts>);

struct Parts {
    body: Bytes,
    /// A part of the body.
    raw_event: Bytes,
    /// Where the kind doesn't say it.
    unknown_type: Option<Box<str>>,
    kind: EventKind,
    event: Event,
    envelope: Envelope,
    is_subitem: bool,
    is_status: bool,
    problems: Vec<FieldProblem>,
}

/// What every delivery has, or should have.
struct Envelope {
    subscription_id: Option<WebhookId>,
    user_id: Option<UserId>,
    app: Option<Box<str>>,
    trigger_time: Option<SystemTime>,
    trigger_uuid: Option<Box<str>>,
    original_trigger_uuid: Option<Box<str>>,
    is_retry: Option<bool>,
    item_id: Option<ItemId>,
    board_id: Option<BoardId>,
}

impl Delivery {
    /// Reads the body of a request that monday sent.
    ///
    /// An event of an unknown type, with unknown fields, or with fields of unexpected types is a
    /// delivery like any other. Where a name stands twice the last one counts.
    ///
    /// # Errors
    ///
    /// [`DeliveryError`] where the body isn't JSON, isn't an object, or has no `event` object.
    pub fn parse(body: impl Into<Bytes>) -> Result<Self, DeliveryError> {
        let body = body.into();
        let mut fields = Fields::NONE;
        let mut raw_event = None;
        json::object(&body, |name, value| {
            if name != "event" {
                return value.value().map(drop);
            }
            raw_event = if value.token() == b'{' {
                Some(fields.read(value)?)
            } else {
                value.value()?;
                None
            };
            Ok(())
        })?;
        let raw_event = raw_event.ok_or(DeliveryError::NoEvent)?;

        let mut reader = Reader::new(fields);
        let wire_type = reader.required(Field::Type).map(|Name(text)| text);
        let kind = wire_type
            .as_deref()
            .map_or(EventKind::Unknown, EventKind::from_wire_type);
        let mut envelope = Envelope {
            subscription_id: reader.required(Field::SubscriptionId),
            user_id: reader.required(Field::UserId),
            app: reader.optional(Field::App),
            trigger_time: reader.required(Field::TriggerTime).map(|Time(time)| time),
            trigger_uuid: reader.required(Field::TriggerUuid),
            original_trigger_uuid: reader.optional(Field::OriginalTriggerUuid),
            is_retry: reader.optional(Field::IsRetry),
            item_id: None,
            board_id: None,
        };
        let event = read::event(kind, &mut reader);
        (envelope.board_id, envelope.item_id) = subject(&event, &reader.fields);
        let Reader { fields, problems } = reader;

        Ok(Self(Arc::new(Parts {
            is_subitem: kind == EventKind::SubitemMoved || fields.has(Field::ParentItemId),
            is_status: fields
                .raw(Field::ColumnType)
                .is_some_and(|column_type| column_type == "\"color\""),
            raw_event: body.slice_ref(raw_event.as_bytes()),
            unknown_type: wire_type
                .filter(|_| kind == EventKind::Unknown)
                .map(Into::into),
            kind,
            event,
            envelope,
            problems,
            body,
        })))
    }

    /// What happened.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.0.event
    }

    /// The kind of event, without its fields.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        self.0.kind
    }

    /// monday's `event.type`; `None` where it isn't a string.
    #[must_use]
    pub fn wire_type(&self) -> Option<&str> {
        self.0.kind.wire_type().or(self.0.unknown_type.as_deref())
    }

    /// The body to the byte.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The `event` object to the byte. It is read through anew, which takes its time where the body
    /// is large.
    ///
    /// ```
    /// use monday_webhooks::{Delivery, Event};
    /// use serde_json::Value;
    ///
    /// let delivery = Delivery::parse(r#"{"event":{"type":"a_new_type","size":3}}"#)?;
    /// assert_eq!(delivery.event(), &Event::Unknown);
    /// let event: Value = serde_json::from_str(delivery.raw_event().get())?;
    /// assert_eq!(event["size"], 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn raw_event(&self) -> &RawValue {
        // It was found to be JSON when the delivery was made.
        serde_json::from_slice(&self.0.raw_event).unwrap_or(RawValue::NULL)
    }

    /// The fields that the typed view lacks, since they are missing or of another type than
    /// known. An unknown kind of event has only the fields that every delivery has.
    #[must_use]
    pub fn problems(&self) -> &[FieldProblem] {
        &self.0.problems
    }

    /// The webhook that this delivery is for.
    #[must_use]
    pub fn subscription_id(&self) -> Option<WebhookId> {
        self.0.envelope.subscription_id
    }

    /// The user that acted; negative for some of monday's automations.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.0.envelope.user_id
    }

    /// monday's `app`, which is `monday` in every delivery that has been observed.
    #[must_use]
    pub fn app(&self) -> Option<&str> {
        self.0.envelope.app.as_deref()
    }

    /// When it happened, to the millisecond; `None` where it isn't an RFC 3339 time, which
    /// [`problems`](Self::problems) says then.
    #[must_use]
    pub fn trigger_time(&self) -> Option<SystemTime> {
        self.0.envelope.trigger_time
    }

    /// monday's id of what happened, 32 hexadecimal digits. Whether a retry has the same one is
    /// not documented.
    #[must_use]
    pub fn trigger_uuid(&self) -> Option<&str> {
        self.0.envelope.trigger_uuid.as_deref()
    }

    /// The id of the event that caused this one, where there is one.
    #[must_use]
    pub fn original_trigger_uuid(&self) -> Option<&str> {
        self.0.envelope.original_trigger_uuid.as_deref()
    }

    /// Whether monday says that this is a retry. `None` where it doesn't say: before 2025 it
    /// never did.
    #[must_use]
    pub fn is_retry(&self) -> Option<bool> {
        self.0.envelope.is_retry
    }

    /// The item that the event is about, for a subitem the subitem itself.
    #[must_use]
    pub fn item_id(&self) -> Option<ItemId> {
        self.0.envelope.item_id
    }

    /// The board of the item; for a subitem the hidden subitems board, and for a subitem that
    /// moved the board of its new parent.
    #[must_use]
    pub fn board_id(&self) -> Option<BoardId> {
        self.0.envelope.board_id
    }

    /// Whether the event is about a subitem.
    #[must_use]
    pub fn is_subitem(&self) -> bool {
        self.0.is_subitem
    }

    /// The subscriptions that such a delivery can come from. A delivery doesn't name its own;
    /// [`subscription_id`](Self::subscription_id) leads to the webhook.
    ///
    /// ```
    /// use monday_webhooks::{Delivery, SubscriptionKind};
    ///
    /// let body = r#"{"event":{"type":"create_pulse","pulseId":7,"boardId":8,"parentItemId":"6"}}"#;
    /// let delivery = Delivery::parse(body)?;
    /// assert_eq!(delivery.possible_subscriptions(), [SubscriptionKind::CreateSubitem]);
    /// # Ok::<(), monday_webhooks::DeliveryError>(())
    /// ```
    #[must_use]
    pub fn possible_subscriptions(&self) -> &'static [SubscriptionKind] {
        use SubscriptionKind as Kind;

        match (self.0.kind, self.0.is_subitem) {
            (EventKind::ItemCreated, false) => &[Kind::CreateItem],
            (EventKind::ItemCreated, true) => &[Kind::CreateSubitem],
            (EventKind::ColumnValueChanged, false) if self.0.is_status => &[
                Kind::ChangeColumnValue,
                Kind::ChangeSpecificColumnValue,
                Kind::ChangeStatusColumnValue,
            ],
            (EventKind::ColumnValueChanged, false) => {
                &[Kind::ChangeColumnValue, Kind::ChangeSpecificColumnValue]
            }
            (EventKind::ColumnValueChanged, true) => &[Kind::ChangeSubitemColumnValue],
            (EventKind::NameChanged, false) => &[Kind::ChangeName],
            (EventKind::NameChanged, true) => &[Kind::ChangeSubitemName],
            (EventKind::ItemArchived, false) => &[Kind::ItemArchived],
            (EventKind::ItemArchived, true) => &[Kind::SubitemArchived],
            (EventKind::ItemDeleted, false) => &[Kind::ItemDeleted],
            (EventKind::ItemDeleted, true) => &[Kind::SubitemDeleted],
            (EventKind::ItemRestored, _) => &[Kind::ItemRestored],
            (EventKind::ItemMovedToGroup, _) => {
                &[Kind::ItemMovedToAnyGroup, Kind::ItemMovedToSpecificGroup]
            }
            (EventKind::ItemMovedToBoard, _) => &[Kind::ItemMovedToAnyGroup],
            (EventKind::SubitemMoved, _) => &[Kind::MoveSubitem],
            (EventKind::ColumnCreated, _) => &[Kind::CreateColumn],
            (EventKind::UpdateCreated, false) => &[Kind::CreateUpdate],
            (EventKind::UpdateCreated, true) => &[Kind::CreateSubitemUpdate],
            (EventKind::UpdateEdited, _) => &[Kind::EditUpdate],
            (EventKind::UpdateDeleted, _) => &[Kind::DeleteUpdate],
            (EventKind::Unknown, _) => &[],
        }
    }

    /// What two deliveries of the same event to the same webhook have in common:
    /// `<subscriptionId>:<triggerUuid>`, or `sha256:<digest of the body>` where one of the two is
    /// missing or `triggerUuid` isn't made of at most 64 letters, digits and dashes. monday sends
    /// no event id, and doesn't document whether `triggerUuid` survives a retry.
    ///
    /// ```
    /// use monday_webhooks::Delivery;
    ///
    /// let delivery = Delivery::parse(r#"{"event":{"subscriptionId":7,"triggerUuid":"b5ed"}}"#)?;
    /// assert_eq!(delivery.dedupe_key(), "7:b5ed");
    /// # Ok::<(), monday_webhooks::DeliveryError>(())
    /// ```
    #[must_use]
    pub fn dedupe_key(&self) -> String {
        DedupeKey(self).to_string()
    }
}

/// [`Delivery::dedupe_key`], for whoever only reads it.
pub(crate) struct DedupeKey<'a>(pub(crate) &'a Delivery);

impl fmt::Display for DedupeKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uuid = self.0.trigger_uuid().filter(|uuid| is_plain(uuid));
        match (self.0.subscription_id(), uuid) {
            (Some(subscription), Some(uuid)) => write!(f, "{subscription}:{uuid}"),
            _ => BodyKey(self.0.body()).fmt(f),
        }
    }
}

/// Whether a text can stand in a key, a header and a file name, and says something at all. An
/// empty one would make a webhook's deliveries all the same.
fn is_plain(uuid: &str) -> bool {
    (1..=64).contains(&uuid.len())
        && uuid
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Shows what kind of delivery it is, and nothing of what customers wrote.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("kind", &self.kind())
            .field("subscription_id", &self.subscription_id())
            .field("trigger_uuid", &self.trigger_uuid())
            .finish_non_exhaustive()
    }
}

impl Serialize for Delivery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::serialize(self.body(), serializer)
    }
}

impl<'de> Deserialize<'de> for Delivery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(Box::<str>::from(raw).into_string()).map_err(de::Error::custom)
    }
}

/// The board and the item that the event is about, by the names of its wire type.
fn subject(event: &Event, fields: &Fields<'_>) -> (Option<BoardId>, Option<ItemId>) {
    match event {
        Event::ItemCreated(event) => (Some(event.board_id), Some(event.item_id)),
        Event::ColumnValueChanged(event) => (Some(event.board_id), Some(event.item_id)),
        Event::NameChanged(event) => (Some(event.board_id), Some(event.item_id)),
        Event::ItemArchived(event) | Event::ItemDeleted(event) => {
            (Some(event.board_id), Some(event.item_id))
        }
        Event::ItemRestored(event) => (Some(event.board_id), Some(event.item_id)),
        Event::ItemMovedToGroup(event) => (Some(event.board_id), Some(event.item_id)),
        Event::ItemMovedToBoard(event) => (event.board_id, event.item_id),
        Event::SubitemMoved(event) => (event.dest_board_id, Some(event.item_id)),
        Event::ColumnCreated(event) => (Some(event.board_id), None),
        Event::UpdateCreated(event) | Event::UpdateEdited(event) | Event::UpdateDeleted(event) => {
            (Some(event.board_id), Some(event.item_id))
        }
        Event::Incomplete(EventKind::SubitemMoved) => {
            (fields.id(Field::DestBoardId), fields.id(Field::Subitem))
        }
        Event::Incomplete(_) | Event::Unknown => (
            fields.id(Field::BoardId),
            fields
                .id(Field::PulseId)
                .or_else(|| fields.id(Field::ItemId)),
        ),
    }
}
