//! The fields of an event by name, each still unread, and their reading into types.

use std::fmt;

use serde::Deserialize;

use super::{
    json,
    scan::{Flaw, Scanner},
    view::View,
};

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

/// The texts of the known fields of one event. Where a name stands twice the last one counts, as in
/// most readers of JSON.
pub(super) struct Fields<'a>([Option<&'a str>; Field::COUNT]);

impl<'a> Fields<'a> {
    pub(super) const NONE: Self = Self([None; Field::COUNT]);

    /// Reads an event's fields in place of those that were read before, and hands out its text.
    pub(super) fn read(&mut self, event: &mut Scanner<'a>) -> Result<&'a str, Flaw> {
        *self = Self::NONE;
        event.object(|name, value| {
            let value = value.value()?;
            if let Some(field) = Field::from_name(&name) {
                *self.place(field) = Some(value);
            }
            Ok(())
        })
    }

    /// Whether the field is there and isn't null.
    pub(super) fn has(&self, field: Field) -> bool {
        self.raw(field).is_some_and(|raw| raw != "null")
    }

    /// The field as an identifier, where it is one.
    pub(super) fn id<T: Deserialize<'a>>(&self, field: Field) -> Option<T> {
        json::read(self.raw(field)?).ok()
    }

    #[expect(clippy::indexing_slicing, reason = "there is a place for each field")]
    pub(super) const fn raw(&self, field: Field) -> Option<&'a str> {
        self.0[field as usize]
    }

    #[expect(clippy::indexing_slicing, reason = "there is a place for each field")]
    const fn place(&mut self, field: Field) -> &mut Option<&'a str> {
        &mut self.0[field as usize]
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
        if !self.fields.has(field) {
            return None;
        }
        let value = json::read(self.fields.raw(field)?).ok();
        if value.is_none() {
            self.report(field, ProblemKind::WrongType);
        }
        value
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
        let view = View::of(self.fields.raw(field)?);
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
