//! The fields of an event by name, each still raw, and their reading into types.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::{error::DeliveryError, object::Name, view::View};

/// A field that the typed view of a delivery lacks. The delivery itself is whole all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FieldProblem {
    /// monday's name of the field in `event`; of a lifecycle event its path in `data`.
    pub field: &'static str,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// It isn't there, or null.
    Missing,
    /// It has another type than monday's deliveries are known to have.
    WrongType,
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.kind {
            ProblemKind::Missing => "is missing",
            ProblemKind::WrongType => "has an unexpected type",
        };
        write!(f, "\"{}\" {problem}", self.field)
    }
}

macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        /// A field of `event` that some wire type is known to have.
        #[derive(Clone, Copy)]
        pub(super) enum Field {
            $($field,)*
        }

        impl Field {
            const COUNT: usize = [$($name),*].len();

            const fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)*
                }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$field),)*
                    _ => None,
                }
            }
        }
    };
}

fields! {
    AccountId = "accountId",
    App = "app",
    BoardId = "boardId",
    Body = "body",
    ChangedAt = "changedAt",
    ColumnId = "columnId",
    ColumnTitle = "columnTitle",
    ColumnType = "columnType",
    ColumnValues = "columnValues",
    CreatedAt = "createdAt",
    DestBoardId = "destBoardId",
    DestGroup = "destGroup",
    DestGroupId = "destGroupId",
    DestPulseId = "destPulseId",
    Entity = "entity",
    GroupColor = "groupColor",
    GroupId = "groupId",
    GroupName = "groupName",
    IsRetry = "isRetry",
    IsTopGroup = "isTopGroup",
    ItemId = "itemId",
    ItemName = "itemName",
    OriginalTriggerUuid = "originalTriggerUuid",
    ParentBoardId = "parentBoardId",
    ParentItemBoardId = "parentItemBoardId",
    ParentItemId = "parentItemId",
    PreviousValue = "previousValue",
    PulseId = "pulseId",
    PulseName = "pulseName",
    ReplyId = "replyId",
    RetryCount = "retryCount",
    SourceBoardId = "sourceBoardId",
    SourceGroupId = "sourceGroupId",
    SourcePulseId = "sourcePulseId",
    Subitem = "subitem",
    SubscriptionId = "subscriptionId",
    TextBody = "textBody",
    TriggerTime = "triggerTime",
    TriggerUuid = "triggerUuid",
    Type = "type",
    UpdateId = "updateId",
    UserId = "userId",
    Value = "value",
}

/// The known fields of one event. Where a name stands twice the last one counts, as in most
/// readers of JSON.
pub(super) struct Fields<'a>([Option<&'a RawValue>; Field::COUNT]);

impl<'a> Fields<'a> {
    pub(super) fn read(event: &'a RawValue) -> Result<Self, DeliveryError> {
        serde_json::from_str(event.get()).map_err(|error| DeliveryError::not_json(&error))
    }

    /// Whether the field is there and isn't null.
    pub(super) fn has(&self, field: Field) -> bool {
        self.raw(field).is_some_and(|raw| raw.get() != "null")
    }

    /// The field as an identifier, where it is one.
    pub(super) fn id<T: Deserialize<'a>>(&self, field: Field) -> Option<T> {
        serde_json::from_str(self.raw(field)?.get()).ok()
    }

    pub(super) fn raw(&self, field: Field) -> Option<&'a RawValue> {
        self.0[field as usize]
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = [None; Field::COUNT];
                while let Some(Name(name)) = map.next_key()? {
                    let value: &RawValue = map.next_value()?;
                    if let Some(field) = Field::from_name(&name) {
                        fields[field as usize] = Some(value);
                    }
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

/// Reads fields into types and keeps account of those that it couldn't.
pub(super) struct Reader<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) problems: Vec<FieldProblem>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(fields: Fields<'a>) -> Self {
        Self {
            fields,
            problems: Vec::new(),
        }
    }

    /// A field that may be absent or null.
    pub(super) fn optional<T: Deserialize<'a>>(&mut self, field: Field) -> Option<T> {
        let raw = self.fields.raw(field)?;
        if let Ok(value) = serde_json::from_str(raw.get()) {
            value
        } else {
            self.report(field, ProblemKind::WrongType);
            None
        }
    }

    /// A field without which the event can't be told.
    pub(super) fn required<T: Deserialize<'a>>(&mut self, field: Field) -> Option<T> {
        if !self.fields.has(field) {
            self.report(field, ProblemKind::Missing);
            return None;
        }
        self.optional(field)
    }

    /// The first of two fields that is there, as a required one. Reported by the first's name.
    pub(super) fn either<T: Deserialize<'a>>(&mut self, first: Field, second: Field) -> Option<T> {
        if self.fields.has(first) || !self.fields.has(second) {
            self.required(first)
        } else {
            self.required(second)
        }
    }

    /// An object that may be absent or null.
    pub(super) fn object(&mut self, field: Field) -> Option<View<'a>> {
        if !self.fields.has(field) {
            return None;
        }
        let view = View::of(self.fields.raw(field)?.get());
        if view.is_none() {
            self.report(field, ProblemKind::WrongType);
        }
        view
    }

    /// A field of such an object, that may be absent or null. Reported by the object's name.
    pub(super) fn inside<T: Deserialize<'a>>(
        &mut self,
        field: Field,
        view: Option<&View<'a>>,
        name: &str,
    ) -> Option<T> {
        view?.read(name).unwrap_or_else(|_| {
            self.report(field, ProblemKind::WrongType);
            None
        })
    }

    fn report(&mut self, field: Field, kind: ProblemKind) {
        self.problems.push(FieldProblem {
            field: field.name(),
            kind,
        });
    }
}
