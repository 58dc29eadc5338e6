//! The kinds of event that arrive, by their wire type.

use std::fmt;

macro_rules! event_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal from $wire:literal,)*) => {
        /// What happened, as the delivery's `type` says. The set is open: a type that isn't known
        /// is [`Unknown`](Self::Unknown), and its delivery is kept like any other.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[$doc])* #[doc = concat!("\n\nThe wire type is `", $wire, "`.")] $variant,)*
            /// A wire type that this version doesn't know, or none at all.
            Unknown,
        }

        impl EventKind {
            /// All known kinds.
            pub const ALL: [Self; 13] = [$(Self::$variant,)*];

            /// The kind of a wire type.
            #[must_use]
            pub fn from_wire_type(wire_type: &str) -> Self {
                match wire_type {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown,
                }
            }

            /// The wire type: monday's `event.type`.
            #[must_use]
            pub const fn wire_type(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($wire),)*
                    Self::Unknown => None,
                }
            }

            /// The name of the kind in this SDK's own output, such as `item_created`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown => "unknown",
                }
            }
        }
    };
}

event_kinds! {
    /// An item or a subitem was created.
    ItemCreated = "item_created" from "create_pulse",
    /// A column of an item or a subitem changed.
    ColumnValueChanged = "column_value_changed" from "update_column_value",
    /// The name of an item or a subitem changed.
    NameChanged = "name_changed" from "update_name",
    /// An item or a subitem was archived.
    ItemArchived = "item_archived" from "archive_pulse",
    /// An item or a subitem was deleted.
    ItemDeleted = "item_deleted" from "delete_pulse",
    /// An archived or deleted item was restored.
    ItemRestored = "item_restored" from "restore_pulse",
    /// An item moved to another group of its board.
    ItemMovedToGroup = "item_moved_to_group" from "move_pulse_into_group",
    /// An item moved to another board.
    ItemMovedToBoard = "item_moved_to_board" from "move_pulse_into_board",
    /// A subitem moved to another parent item.
    SubitemMoved = "subitem_moved" from "move_subitem",
    /// A column was added to a board.
    ColumnCreated = "column_created" from "create_column",
    /// An update was posted.
    UpdateCreated = "update_created" from "create_update",
    /// An update was edited.
    UpdateEdited = "update_edited" from "edit_update",
    /// An update was deleted.
    UpdateDeleted = "update_deleted" from "delete_update",
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_wire_type() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_wire_type(kind.wire_type().unwrap()), kind);
        }
        assert_eq!(EventKind::from_wire_type("create_item"), EventKind::Unknown);
    }

    #[test]
    fn every_kind_is_shown_by_a_name_of_its_own() {
        let mut names: Vec<_> = EventKind::ALL.iter().map(ToString::to_string).collect();
        names.push(EventKind::Unknown.to_string());
        assert_eq!(names.first().unwrap(), "item_created");
        assert_eq!(names.last().unwrap(), "unknown");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), EventKind::ALL.len() + 1);
    }
}
