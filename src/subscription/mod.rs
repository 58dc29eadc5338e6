//! What one subscribes to: the 21 events of monday's `WebhookEventType`, each with just the config that it takes.
//!
//! The event that arrives has another name than the one subscribed to: see
//! [`EventKind`](crate::EventKind) for what is delivered.

mod kind;

use serde_json::{Value, json};

use crate::id::{ColumnId, GroupId, IdError};

pub use kind::{SubscriptionKind, UnknownEvent};

/// Which values of a status column a webhook is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusValue {
    /// Every change of the column.
    Any,
    /// Changes to the label with this index in the column's settings.
    Index(u32),
}

/// An event to subscribe to, with its config where it takes one.
///
/// Three events need a config, and the rest take none (monday's webhooks reference), so a wrong
/// pair can't be written:
///
/// ```compile_fail
/// # use monday_webhooks::Subscription;
/// let subscription = Subscription::CreateItem { column: "status".parse()? };
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// For the events of subitems subscribe on the **parent** board; monday refuses webhooks on the
/// hidden subitems board.
///
/// ```
/// use monday_webhooks::{ColumnId, StatusValue, Subscription};
/// use serde_json::json;
///
/// let done = Subscription::ChangeStatusColumnValue {
///     column: ColumnId::new("status")?,
///     value: StatusValue::Index(1),
/// };
/// let config = json!({"columnId": "status", "columnValue": {"index": 1}});
/// assert_eq!(done.config(), Some(config));
/// assert_eq!(Subscription::CreateItem.config(), None);
/// # Ok::<(), monday_webhooks::id::IdError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Subscription {
    /// Any column of an item changes.
    ChangeColumnValue,
    /// The name of an item changes.
    ChangeName,
    /// One column of an item changes.
    ChangeSpecificColumnValue {
        /// The column. Columns of subitems are not supported by monday.
        column: ColumnId,
    },
    /// A status column of an item changes.
    ChangeStatusColumnValue {
        /// The status column.
        column: ColumnId,
        /// The label that it has to change to, or any.
        value: StatusValue,
    },
    /// Any column of a subitem changes.
    ChangeSubitemColumnValue,
    /// The name of a subitem changes.
    ChangeSubitemName,
    /// A column is added to the board.
    CreateColumn,
    /// An item is created.
    CreateItem,
    /// A subitem is created.
    CreateSubitem,
    /// An update is posted on a subitem.
    CreateSubitemUpdate,
    /// An update is posted on an item.
    CreateUpdate,
    /// An update is deleted.
    DeleteUpdate,
    /// An update is edited.
    EditUpdate,
    /// An item is archived.
    ItemArchived,
    /// An item is deleted.
    ItemDeleted,
    /// An item moves to another group.
    ItemMovedToAnyGroup,
    /// An item moves to one group.
    ItemMovedToSpecificGroup {
        /// The group that it has to move to.
        group: GroupId,
    },
    /// An archived or deleted item is restored.
    ItemRestored,
    /// A subitem moves to another parent item.
    MoveSubitem,
    /// A subitem is archived.
    SubitemArchived,
    /// A subitem is deleted.
    SubitemDeleted,
    /// The way out: any event with any config, sent as it stands. For an event that monday has
    /// and this version of the schema hasn't, or a config that the facade doesn't model.
    Custom {
        /// The event.
        event: SubscriptionKind,
        /// The config.
        config: Option<Value>,
    },
}

/// Why an event and a config don't make a [`Subscription`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The event takes no config, and there is one.
    #[error("{event} takes no config")]
    NotTaken {
        /// The event.
        event: SubscriptionKind,
    },
    /// The event needs a config, and there is none.
    #[error("{event} needs a config with {expected}")]
    Missing {
        /// The event.
        event: SubscriptionKind,
        /// What the config holds.
        expected: &'static str,
    },
    /// The config isn't the one that the event needs.
    #[error("the config of {event} has to hold {expected}")]
    Mismatch {
        /// The event.
        event: SubscriptionKind,
        /// What the config holds.
        expected: &'static str,
        /// What is wrong with an identifier in it.
        source: Option<IdError>,
    },
}

const COLUMN_CONFIG: &str = r#""columnId""#;
const STATUS_CONFIG: &str =
    r#""columnId" and "columnValue" ({"index":<number>} or {"$any$":true})"#;
const GROUP_CONFIG: &str = r#""groupId""#;

impl Subscription {
    /// The event.
    #[must_use]
    pub fn kind(&self) -> SubscriptionKind {
        match self {
            Self::ChangeColumnValue => SubscriptionKind::ChangeColumnValue,
            Self::ChangeName => SubscriptionKind::ChangeName,
            Self::ChangeSpecificColumnValue { .. } => SubscriptionKind::ChangeSpecificColumnValue,
            Self::ChangeStatusColumnValue { .. } => SubscriptionKind::ChangeStatusColumnValue,
            Self::ChangeSubitemColumnValue => SubscriptionKind::ChangeSubitemColumnValue,
            Self::ChangeSubitemName => SubscriptionKind::ChangeSubitemName,
            Self::CreateColumn => SubscriptionKind::CreateColumn,
            Self::CreateItem => SubscriptionKind::CreateItem,
            Self::CreateSubitem => SubscriptionKind::CreateSubitem,
            Self::CreateSubitemUpdate => SubscriptionKind::CreateSubitemUpdate,
            Self::CreateUpdate => SubscriptionKind::CreateUpdate,
            Self::DeleteUpdate => SubscriptionKind::DeleteUpdate,
            Self::EditUpdate => SubscriptionKind::EditUpdate,
            Self::ItemArchived => SubscriptionKind::ItemArchived,
            Self::ItemDeleted => SubscriptionKind::ItemDeleted,
            Self::ItemMovedToAnyGroup => SubscriptionKind::ItemMovedToAnyGroup,
            Self::ItemMovedToSpecificGroup { .. } => SubscriptionKind::ItemMovedToSpecificGroup,
            Self::ItemRestored => SubscriptionKind::ItemRestored,
            Self::MoveSubitem => SubscriptionKind::MoveSubitem,
            Self::SubitemArchived => SubscriptionKind::SubitemArchived,
            Self::SubitemDeleted => SubscriptionKind::SubitemDeleted,
            Self::Custom { event, .. } => event.clone(),
        }
    }

    /// The config as monday takes it, where the subscription has one.
    #[must_use]
    pub fn config(&self) -> Option<Value> {
        match self {
            Self::ChangeSpecificColumnValue { column } => Some(json!({"columnId": column})),
            Self::ChangeStatusColumnValue { column, value } => {
                let value = match value {
                    StatusValue::Any => json!({"$any$": true}),
                    StatusValue::Index(index) => json!({"index": index}),
                };
                Some(json!({"columnId": column, "columnValue": value}))
            }
            Self::ItemMovedToSpecificGroup { group } => Some(json!({"groupId": group})),
            Self::Custom { config, .. } => config.clone(),
            _ => None,
        }
    }

    /// Puts together what monday keeps apart.
    ///
    /// A status index is taken as a number or as a list of one number, since both are in use.
    /// Further keys in a config don't disturb. An event that the schema doesn't have becomes
    /// [`Custom`](Self::Custom).
    ///
    /// ```
    /// use monday_webhooks::{GroupId, Subscription, SubscriptionKind};
    /// use serde_json::json;
    ///
    /// let config = json!({"groupId": "topics"});
    /// let event = SubscriptionKind::ItemMovedToSpecificGroup;
    /// let moved = Subscription::from_parts(&event, Some(&config))?;
    /// assert_eq!(moved, Subscription::ItemMovedToSpecificGroup { group: GroupId::new("topics")? });
    /// assert!(Subscription::from_parts(&SubscriptionKind::CreateItem, Some(&config)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where the config is missing, isn't taken, or is another event's.
    pub fn from_parts(
        event: &SubscriptionKind,
        config: Option<&Value>,
    ) -> Result<Self, ConfigError> {
        use SubscriptionKind as Kind;

        match event {
            Kind::ChangeSpecificColumnValue => Ok(Self::ChangeSpecificColumnValue {
                column: Config::new(event, config, COLUMN_CONFIG)?.id("columnId", ColumnId::new)?,
            }),
            Kind::ChangeStatusColumnValue => {
                let config = Config::new(event, config, STATUS_CONFIG)?;
                Ok(Self::ChangeStatusColumnValue {
                    column: config.id("columnId", ColumnId::new)?,
                    value: status_value(&config.value["columnValue"])
                        .ok_or_else(|| config.mismatch(None))?,
                })
            }
            Kind::ItemMovedToSpecificGroup => Ok(Self::ItemMovedToSpecificGroup {
                group: Config::new(event, config, GROUP_CONFIG)?.id("groupId", GroupId::new)?,
            }),
            Kind::Other(_) => Ok(Self::Custom {
                event: event.clone(),
                config: config.cloned(),
            }),
            _ if config.is_some() => Err(ConfigError::NotTaken {
                event: event.clone(),
            }),
            Kind::ChangeColumnValue => Ok(Self::ChangeColumnValue),
            Kind::ChangeName => Ok(Self::ChangeName),
            Kind::ChangeSubitemColumnValue => Ok(Self::ChangeSubitemColumnValue),
            Kind::ChangeSubitemName => Ok(Self::ChangeSubitemName),
            Kind::CreateColumn => Ok(Self::CreateColumn),
            Kind::CreateItem => Ok(Self::CreateItem),
            Kind::CreateSubitem => Ok(Self::CreateSubitem),
            Kind::CreateSubitemUpdate => Ok(Self::CreateSubitemUpdate),
            Kind::CreateUpdate => Ok(Self::CreateUpdate),
            Kind::DeleteUpdate => Ok(Self::DeleteUpdate),
            Kind::EditUpdate => Ok(Self::EditUpdate),
            Kind::ItemArchived => Ok(Self::ItemArchived),
            Kind::ItemDeleted => Ok(Self::ItemDeleted),
            Kind::ItemMovedToAnyGroup => Ok(Self::ItemMovedToAnyGroup),
            Kind::ItemRestored => Ok(Self::ItemRestored),
            Kind::MoveSubitem => Ok(Self::MoveSubitem),
            Kind::SubitemArchived => Ok(Self::SubitemArchived),
            Kind::SubitemDeleted => Ok(Self::SubitemDeleted),
        }
    }
}

/// A config on its way to a subscription, with what its errors have to name.
struct Config<'a> {
    event: &'a SubscriptionKind,
    value: &'a Value,
    expected: &'static str,
}

impl<'a> Config<'a> {
    fn new(
        event: &'a SubscriptionKind,
        value: Option<&'a Value>,
        expected: &'static str,
    ) -> Result<Self, ConfigError> {
        let value = value.ok_or_else(|| ConfigError::Missing {
            event: event.clone(),
            expected,
        })?;
        Ok(Self {
            event,
            value,
            expected,
        })
    }

    fn id<T>(&self, key: &str, new: fn(String) -> Result<T, IdError>) -> Result<T, ConfigError> {
        let text = self.value[key]
            .as_str()
            .ok_or_else(|| self.mismatch(None))?;
        new(text.to_owned()).map_err(|source| self.mismatch(Some(source)))
    }

    fn mismatch(&self, source: Option<IdError>) -> ConfigError {
        ConfigError::Mismatch {
            event: self.event.clone(),
            expected: self.expected,
            source,
        }
    }
}

fn status_value(value: &Value) -> Option<StatusValue> {
    if value["$any$"] == Value::Bool(true) {
        return Some(StatusValue::Any);
    }
    let index = match &value["index"] {
        Value::Array(list) => match list.as_slice() {
            [one] => one,
            _ => return None,
        },
        one => one,
    };
    index
        .as_u64()
        .and_then(|index| u32::try_from(index).ok())
        .map(StatusValue::Index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_config_is_refused_where_none_is_taken_and_missed_where_one_is_needed() {
        for kind in SubscriptionKind::ALL {
            let without = Subscription::from_parts(&kind, None);
            let with_other = Subscription::from_parts(&kind, Some(&json!({"unrelated": 1})));
            assert_eq!(without.is_err(), kind.needs_config(), "{kind}");
            assert!(with_other.is_err(), "{kind}");
            if let Ok(subscription) = without {
                assert_eq!(subscription.kind(), kind);
                assert_eq!(subscription.config(), None);
            }
        }
    }

    #[test]
    fn a_status_index_is_read_from_a_list_of_one_too() {
        let read = |value| {
            let config = json!({"columnId": "status", "columnValue": value});
            Subscription::from_parts(&SubscriptionKind::ChangeStatusColumnValue, Some(&config))
        };
        assert_eq!(read(json!({"index": [3]})), read(json!({"index": 3})));
        for odd in [
            json!({"index": []}),
            json!({"index": [1, 2]}),
            json!({"index": -1}),
            json!({}),
        ] {
            assert!(read(odd.clone()).is_err(), "{odd}");
        }
    }

    fn configured() -> impl Strategy<Value = Subscription> {
        let column = "[a-z0-9_]{1,20}".prop_map(|id| ColumnId::new(id).unwrap());
        let group = "[a-z0-9_]{1,20}".prop_map(|id| GroupId::new(id).unwrap());
        let value = prop_oneof![
            Just(StatusValue::Any),
            any::<u32>().prop_map(StatusValue::Index)
        ];
        prop_oneof![
            column
                .clone()
                .prop_map(|column| Subscription::ChangeSpecificColumnValue { column }),
            (column, value).prop_map(|(column, value)| Subscription::ChangeStatusColumnValue {
                column,
                value
            }),
            group.prop_map(|group| Subscription::ItemMovedToSpecificGroup { group }),
        ]
    }

    proptest! {
        #[test]
        fn a_subscription_is_read_back_from_its_parts(subscription in configured()) {
            let config = subscription.config();
            prop_assert_eq!(
                Subscription::from_parts(&subscription.kind(), config.as_ref()).unwrap(),
                subscription
            );
        }
    }
}
