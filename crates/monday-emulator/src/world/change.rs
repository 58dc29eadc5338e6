//! What changed, with all that a delivery about it says.

use serde_json::Value;

use super::{Board, Column, Item, Update};

/// A change, as it is told to webhooks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// The board that the item or column is on; of a subitem, the subitems board.
    pub(crate) board: Board,
    pub(crate) kind: ChangeKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ChangeKind {
    ItemCreated(Item),
    ColumnValueChanged {
        item: Item,
        column: Column,
        value: Value,
        previous: Value,
    },
    NameChanged {
        item: Item,
        previous: String,
    },
    /// Archived or deleted, as its state says.
    ItemRemoved(Item),
    ItemRestored(Item),
    ItemMovedToGroup {
        item: Item,
        source_group: String,
    },
    ItemMovedToBoard {
        item: Item,
        source_board: u64,
        source_group: String,
    },
    SubitemMoved {
        item: Item,
        source_parent: u64,
        source_board: u64,
        dest_board: u64,
    },
    ColumnCreated(Column),
    UpdateCreated(Item, Update),
    UpdateEdited(Item, Update),
    UpdateDeleted(Item, Update),
}
