//! The typed view of each wire type. A field without which an event can't be told is plain, any
//! other is an `Option`: monday may leave it out, and has done so. `Debug` shows the ids, and nothing
//! that customers wrote.
//!
//! monday's deliveries call items "pulses"; here they are items, as in monday's API.

use crate::id::{AccountId, BoardId, ColumnId, GroupId, ItemId, UpdateId};

use super::{column_value::ColumnValue, column_values::ColumnValues, kind::EventKind};

/// What happened, with its fields. `Debug` shows what it is about, and nothing that customers wrote.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// An item or a subitem was created.
    ItemCreated(ItemCreated),
    /// A column of an item or a subitem changed.
    ColumnValueChanged(ColumnValueChanged),
    /// The name of an item or a subitem changed.
    NameChanged(NameChanged),
    /// An item or a subitem was archived.
    ItemArchived(ItemRemoved),
    /// An item or a subitem was deleted.
    ItemDeleted(ItemRemoved),
    /// An archived or deleted item was restored.
    ItemRestored(ItemRestored),
    /// An item moved to another group of its board.
    ItemMovedToGroup(ItemMovedToGroup),
    /// An item moved to another board.
    ItemMovedToBoard(ItemMovedToBoard),
    /// A subitem moved to another parent item.
    SubitemMoved(SubitemMoved),
    /// A column was added to a board.
    ColumnCreated(ColumnCreated),
    /// An update was posted.
    UpdateCreated(Update),
    /// An update was edited.
    UpdateEdited(Update),
    /// An update was deleted. The delivery still has its text.
    UpdateDeleted(Update),
    /// An event of a known kind without a field that identifies what it is about.
    /// [`Delivery::problems`](super::Delivery::problems) says what it lacks, and
    /// [`Delivery::raw_event`](super::Delivery::raw_event) has all of it.
    Incomplete(EventKind),
    /// An event of a type that this version doesn't know.
    /// [`Delivery::raw_event`](super::Delivery::raw_event) has all of it.
    Unknown,
}

/// The item that a subitem belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Parent {
    /// The parent item.
    pub item_id: ItemId,
    /// The board of the parent item.
    pub board_id: Option<BoardId>,
}

/// A group of a board.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// The group.
    pub id: GroupId,
    /// Its title.
    pub title: Option<String>,
    /// Its colour, as `#rrggbb`.
    pub color: Option<String>,
    /// Whether it is the first group of the board.
    pub is_top_group: Option<bool>,
}

/// An item or a subitem was created.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ItemCreated {
    /// The board; for a subitem the hidden subitems board.
    pub board_id: BoardId,
    /// The new item.
    pub item_id: ItemId,
    /// Its name.
    pub name: Option<String>,
    /// Its group.
    pub group_id: Option<GroupId>,
    /// The title of its group.
    pub group_name: Option<String>,
    /// The colour of its group, as `#rrggbb`.
    pub group_color: Option<String>,
    /// Whether its group is the first of the board.
    pub is_top_group: Option<bool>,
    /// The values it was created with, often none.
    pub column_values: Option<ColumnValues>,
    /// For a subitem its parent.
    pub parent: Option<Parent>,
}

/// A column of an item or a subitem changed.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ColumnValueChanged {
    /// The board; for a subitem the hidden subitems board.
    pub board_id: BoardId,
    /// The item.
    pub item_id: ItemId,
    /// The column.
    pub column_id: ColumnId,
    /// The column's type by monday's internal name: `color` is a status, `multiple-person` is
    /// people, `numeric` is numbers, `timerange` is a timeline, `boolean` is a checkbox.
    pub column_type: Option<String>,
    /// The column's title.
    pub column_title: Option<String>,
    /// The new value; `None` where it is absent or null. A cleared column also arrives as `{}`.
    pub value: Option<ColumnValue>,
    /// The value before, in the same way.
    pub previous_value: Option<ColumnValue>,
    /// When it changed, in Unix seconds with a fraction.
    pub changed_at: Option<f64>,
    /// The item's name.
    pub item_name: Option<String>,
    /// The item's group.
    pub group_id: Option<GroupId>,
    /// Whether that group is the first of the board.
    pub is_top_group: Option<bool>,
    /// For a subitem its parent.
    pub parent: Option<Parent>,
}

/// The name of an item or a subitem changed.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct NameChanged {
    /// The board; for a subitem the hidden subitems board.
    pub board_id: BoardId,
    /// The item.
    pub item_id: ItemId,
    /// The new name.
    pub name: Option<String>,
    /// The name before.
    pub previous_name: Option<String>,
    /// The item's group.
    pub group_id: Option<GroupId>,
    /// For a subitem its parent.
    pub parent: Option<Parent>,
}

/// An item or a subitem was archived or deleted.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ItemRemoved {
    /// The board; for a subitem the hidden subitems board.
    pub board_id: BoardId,
    /// The item.
    pub item_id: ItemId,
    /// Its name.
    pub item_name: Option<String>,
    /// For a subitem its parent.
    pub parent: Option<Parent>,
}

/// An archived or deleted item was restored.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ItemRestored {
    /// The board.
    pub board_id: BoardId,
    /// The item.
    pub item_id: ItemId,
    /// Its name.
    pub item_name: Option<String>,
    /// monday's number of the state it is in now; 1 in monday's sample.
    pub state: Option<i64>,
    /// monday's number of the state it was in; 2 in monday's sample.
    pub previous_state: Option<i64>,
    /// Whether it was restored by an undo.
    pub is_undo: Option<bool>,
}

/// An item moved to another group of its board.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ItemMovedToGroup {
    /// The board.
    pub board_id: BoardId,
    /// The item.
    pub item_id: ItemId,
    /// The group it was in.
    pub source_group_id: Option<GroupId>,
    /// The group it is in now.
    pub dest_group_id: Option<GroupId>,
    /// The group it is in now, with its title and colour.
    pub dest_group: Option<Group>,
}

/// An item moved to another board. monday doesn't document this event; what its fields are called
/// is known from third parties only, so none is required.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ItemMovedToBoard {
    /// The board, where one is named.
    pub board_id: Option<BoardId>,
    /// The item, where one is named.
    pub item_id: Option<ItemId>,
}

/// A subitem moved to another parent item.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct SubitemMoved {
    /// The subitem.
    pub item_id: ItemId,
    /// The parent item it was under.
    pub source_item_id: Option<ItemId>,
    /// The parent item it is under now.
    pub dest_item_id: Option<ItemId>,
    /// The board of the parent item it was under.
    pub source_board_id: Option<BoardId>,
    /// The board of the parent item it is under now.
    pub dest_board_id: Option<BoardId>,
}

/// A column was added to a board.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ColumnCreated {
    /// The board.
    pub board_id: BoardId,
    /// The new column.
    pub column_id: ColumnId,
    /// Its title.
    pub column_title: Option<String>,
    /// Its type by monday's internal name, as in [`ColumnValueChanged::column_type`].
    pub column_type: Option<String>,
    /// What the column is of, monday's `entity`: `board` in monday's sample.
    pub entity: Option<String>,
    /// The account.
    pub account_id: Option<AccountId>,
    /// When it was created, in Unix seconds with a fraction.
    pub created_at: Option<f64>,
    /// How often monday says it has retried.
    pub retry_count: Option<u64>,
}

/// An update was posted, edited or deleted.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Update {
    /// The board; for a subitem the hidden subitems board.
    pub board_id: BoardId,
    /// The item.
    pub item_id: ItemId,
    /// The update.
    pub update_id: UpdateId,
    /// For a reply the reply itself.
    pub reply_id: Option<UpdateId>,
    /// The text as monday shows it; may be HTML. Not safe to put into a page as it is.
    pub body: Option<String>,
    /// The text without markup.
    pub text_body: Option<String>,
    /// For a subitem its parent.
    pub parent: Option<Parent>,
}
