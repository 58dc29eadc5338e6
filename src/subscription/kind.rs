//! The events of webhooks, by monday's names.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::generated::WebhookEventType;

macro_rules! subscription_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The event of a webhook, without its config.
        ///
        /// It is read and written as monday's own name. A name that isn't among the 21 of the
        /// schema is kept as [`Other`](Self::Other): boards can still have webhooks from older
        /// versions of the API, such as `when_date_arrived`.
        ///
        /// ```
        /// use monday_webhooks::SubscriptionKind;
        ///
        /// let event: SubscriptionKind = "create_item".parse()?;
        /// assert_eq!(event, SubscriptionKind::CreateItem);
        /// assert_eq!(event.to_string(), "create_item");
        /// assert!("when_date_arrived".parse::<SubscriptionKind>().is_err());
        /// # Ok::<(), monday_webhooks::subscription::UnknownEvent>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum SubscriptionKind {
            $($(#[$doc])* $variant,)*
            /// An event that the schema doesn't have, by monday's name. One of the 21 is never read so.
            Other(String),
        }

        impl SubscriptionKind {
            /// All events of the schema, in the order of their names.
            pub const ALL: [Self; 21] = [$(Self::$variant,)*];

            /// monday's name of the event.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        /// Exhaustive on purpose, without a wildcard: a schema with one event more or less than
        /// the facade doesn't compile.
        impl From<WebhookEventType> for SubscriptionKind {
            fn from(event: WebhookEventType) -> Self {
                match event {
                    $(WebhookEventType::$variant => Self::$variant,)*
                }
            }
        }
    };
}

subscription_kinds! {
    /// Any column of an item changes.
    ChangeColumnValue = "change_column_value",
    /// The name of an item changes.
    ChangeName = "change_name",
    /// One column of an item changes. Takes a config: the column.
    ChangeSpecificColumnValue = "change_specific_column_value",
    /// A status column changes. Takes a config: the column, and the label or any label.
    ChangeStatusColumnValue = "change_status_column_value",
    /// Any column of a subitem changes. Subscribe on the parent board.
    ChangeSubitemColumnValue = "change_subitem_column_value",
    /// The name of a subitem changes. Subscribe on the parent board.
    ChangeSubitemName = "change_subitem_name",
    /// A column is added to the board.
    CreateColumn = "create_column",
    /// An item is created.
    CreateItem = "create_item",
    /// A subitem is created. Subscribe on the parent board.
    CreateSubitem = "create_subitem",
    /// An update is posted on a subitem. Subscribe on the parent board.
    CreateSubitemUpdate = "create_subitem_update",
    /// An update is posted on an item.
    CreateUpdate = "create_update",
    /// An update is deleted.
    DeleteUpdate = "delete_update",
    /// An update is edited.
    EditUpdate = "edit_update",
    /// An item is archived.
    ItemArchived = "item_archived",
    /// An item is deleted.
    ItemDeleted = "item_deleted",
    /// An item moves to another group.
    ItemMovedToAnyGroup = "item_moved_to_any_group",
    /// An item moves to one group. Takes a config: the group.
    ItemMovedToSpecificGroup = "item_moved_to_specific_group",
    /// An archived or deleted item is restored.
    ItemRestored = "item_restored",
    /// A subitem moves to another parent item. Subscribe on the parent board.
    MoveSubitem = "move_subitem",
    /// A subitem is archived. Subscribe on the parent board.
    SubitemArchived = "subitem_archived",
    /// A subitem is deleted. Subscribe on the parent board.
    SubitemDeleted = "subitem_deleted",
}

impl SubscriptionKind {
    /// Whether a webhook for this event can't be made without a config. For an
    /// [`Other`](Self::Other) event nothing is known, and the answer is no.
    #[must_use]
    pub const fn needs_config(&self) -> bool {
        matches!(
            self,
            Self::ChangeSpecificColumnValue
                | Self::ChangeStatusColumnValue
                | Self::ItemMovedToSpecificGroup
        )
    }
}

/// The name isn't one of the 21 events of monday's schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an event of monday's WebhookEventType; the names are those of the schema, such as create_item"
)]
pub struct UnknownEvent;

impl FromStr for SubscriptionKind {
    type Err = UnknownEvent;

    /// Takes the 21 names of the schema only. For any other name write
    /// [`SubscriptionKind::Other`].
    fn from_str(name: &str) -> Result<Self, UnknownEvent> {
        Self::from_name(name).ok_or(UnknownEvent)
    }
}

impl fmt::Display for SubscriptionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for SubscriptionKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SubscriptionKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Ok(Self::from_name(&name).unwrap_or(Self::Other(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facade_and_the_schema_name_the_same_events() {
        let schema: Vec<_> = WebhookEventType::ALL
            .iter()
            .map(|event| (event.as_str(), SubscriptionKind::from(*event)))
            .collect();
        let facade: Vec<_> = SubscriptionKind::ALL
            .into_iter()
            .map(|kind| (WebhookEventType::ALL, kind))
            .map(|(all, kind)| {
                let name = all.iter().find(|event| event.as_str() == kind.as_str());
                (name.map_or("", |event| event.as_str()), kind)
            })
            .collect();
        assert_eq!(schema, facade);
    }

    #[test]
    fn an_event_of_an_older_schema_round_trips() {
        let kind: SubscriptionKind = serde_json::from_str("\"when_date_arrived\"").unwrap();
        assert_eq!(kind, SubscriptionKind::Other("when_date_arrived".into()));
        assert_eq!(
            serde_json::to_string(&kind).unwrap(),
            "\"when_date_arrived\""
        );
        assert_eq!(
            "when_date_arrived".parse::<SubscriptionKind>(),
            Err(UnknownEvent)
        );
    }
}
