//! The typed view of each wire type. A field without which an event can't be told is plain, any
//! other is an `Option`: monday may leave it out, and has done so.
//!
//! monday's deliveries call items "pulses"; here they are items, as in monday's API.

use serde_json::value::RawValue;

use crate::id::{AccountId, BoardId, ColumnId, GroupId, ItemId, UpdateId};

use super::{
    column_value::ColumnValue,
    fields::{Field, Reader},
    kind::EventKind,
};

/// What happened, with its fields.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct Group {
    /// The group.
    pub id: GroupId,
    /// Its title.
    #[serde(default)]
    pub title: Option<String>,
    /// Its colour, as `#rrggbb`.
    #[serde(default)]
    pub color: Option<String>,
    /// Whether it is the first group of the board.
    #[serde(default)]
    pub is_top_group: Option<bool>,
}

/// An item or a subitem was created.
#[derive(Debug, Clone)]
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
    /// The values it was created with, an object keyed by column id, often empty.
    pub column_values: Option<Box<RawValue>>,
    /// For a subitem its parent.
    pub parent: Option<Parent>,
}

/// A column of an item or a subitem changed.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ItemMovedToBoard {
    /// The board, where one is named.
    pub board_id: Option<BoardId>,
    /// The item, where one is named.
    pub item_id: Option<ItemId>,
}

/// A subitem moved to another parent item.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
    /// The account.
    pub account_id: Option<AccountId>,
    /// When it was created, in Unix seconds with a fraction.
    pub created_at: Option<f64>,
    /// How often monday says it has retried.
    pub retry_count: Option<u64>,
}

/// An update was posted, edited or deleted.
#[derive(Debug, Clone)]
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

/// The typed view of an event, or `None` where it lacks a field that it can't be told without.
pub(super) fn read(kind: EventKind, reader: &mut Reader<'_>) -> Event {
    let event = match kind {
        EventKind::ItemCreated => item_created(reader).map(Event::ItemCreated),
        EventKind::ColumnValueChanged => {
            column_value_changed(reader).map(Event::ColumnValueChanged)
        }
        EventKind::NameChanged => name_changed(reader).map(Event::NameChanged),
        EventKind::ItemArchived => item_removed(reader).map(Event::ItemArchived),
        EventKind::ItemDeleted => item_removed(reader).map(Event::ItemDeleted),
        EventKind::ItemRestored => item_restored(reader).map(Event::ItemRestored),
        EventKind::ItemMovedToGroup => item_moved_to_group(reader).map(Event::ItemMovedToGroup),
        EventKind::ItemMovedToBoard => Some(Event::ItemMovedToBoard(ItemMovedToBoard {
            board_id: reader.optional(Field::BoardId),
            item_id: item_id_if_any(reader),
        })),
        EventKind::SubitemMoved => subitem_moved(reader).map(Event::SubitemMoved),
        EventKind::ColumnCreated => column_created(reader).map(Event::ColumnCreated),
        EventKind::UpdateCreated => update(reader).map(Event::UpdateCreated),
        EventKind::UpdateEdited => update(reader).map(Event::UpdateEdited),
        EventKind::UpdateDeleted => update(reader).map(Event::UpdateDeleted),
        EventKind::Unknown => Some(Event::Unknown),
    };
    event.unwrap_or(Event::Incomplete(kind))
}

fn item_created(reader: &mut Reader<'_>) -> Option<ItemCreated> {
    let (board_id, item_id) = board_and_pulse(reader);
    let name = reader.optional(Field::PulseName);
    let group_id = reader.optional(Field::GroupId);
    let group_name = reader.optional(Field::GroupName);
    let group_color = reader.optional(Field::GroupColor);
    let is_top_group = reader.optional(Field::IsTopGroup);
    let parent = parent(reader);
    Some(ItemCreated {
        board_id: board_id?,
        item_id: item_id?,
        name,
        group_id,
        group_name,
        group_color,
        is_top_group,
        column_values: reader
            .fields
            .raw(Field::ColumnValues)
            .map(ToOwned::to_owned),
        parent,
    })
}

fn column_value_changed(reader: &mut Reader<'_>) -> Option<ColumnValueChanged> {
    let (board_id, item_id) = board_and_pulse(reader);
    let column_id = reader.required(Field::ColumnId);
    let column_type = reader.optional(Field::ColumnType);
    let column_title = reader.optional(Field::ColumnTitle);
    let changed_at = reader.optional(Field::ChangedAt);
    let item_name = reader.optional(Field::PulseName);
    let group_id = reader.optional(Field::GroupId);
    let is_top_group = reader.optional(Field::IsTopGroup);
    let parent = parent(reader);
    Some(ColumnValueChanged {
        board_id: board_id?,
        item_id: item_id?,
        column_id: column_id?,
        column_type,
        column_title,
        value: column_value(reader, Field::Value),
        previous_value: column_value(reader, Field::PreviousValue),
        changed_at,
        item_name,
        group_id,
        is_top_group,
        parent,
    })
}

fn name_changed(reader: &mut Reader<'_>) -> Option<NameChanged> {
    #[derive(serde::Deserialize)]
    struct Name {
        name: Option<String>,
    }

    let (board_id, item_id) = board_and_pulse(reader);
    let name = reader.optional::<Name>(Field::Value);
    let previous_name = reader.optional::<Name>(Field::PreviousValue);
    let group_id = reader.optional(Field::GroupId);
    let parent = parent(reader);
    Some(NameChanged {
        board_id: board_id?,
        item_id: item_id?,
        name: name.and_then(|value| value.name),
        previous_name: previous_name.and_then(|value| value.name),
        group_id,
        parent,
    })
}

fn item_removed(reader: &mut Reader<'_>) -> Option<ItemRemoved> {
    let board_id = reader.required(Field::BoardId);
    let item_id = reader.either(Field::ItemId, Field::PulseId);
    let item_name = reader.optional(Field::ItemName);
    let parent = parent(reader);
    Some(ItemRemoved {
        board_id: board_id?,
        item_id: item_id?,
        item_name,
        parent,
    })
}

fn item_restored(reader: &mut Reader<'_>) -> Option<ItemRestored> {
    #[derive(serde::Deserialize)]
    struct State {
        state: Option<i64>,
        is_undo: Option<bool>,
    }

    let board_id = reader.required(Field::BoardId);
    let item_id = reader.either(Field::ItemId, Field::PulseId);
    let item_name = reader.optional(Field::ItemName);
    let now = reader.optional::<State>(Field::Value);
    let before = reader.optional::<State>(Field::PreviousValue);
    Some(ItemRestored {
        board_id: board_id?,
        item_id: item_id?,
        item_name,
        state: now.as_ref().and_then(|value| value.state),
        previous_state: before.and_then(|value| value.state),
        is_undo: now.and_then(|value| value.is_undo),
    })
}

fn item_moved_to_group(reader: &mut Reader<'_>) -> Option<ItemMovedToGroup> {
    let (board_id, item_id) = board_and_pulse(reader);
    let source_group_id = reader.optional(Field::SourceGroupId);
    let dest_group_id = reader.optional(Field::DestGroupId);
    let dest_group = reader.optional(Field::DestGroup);
    Some(ItemMovedToGroup {
        board_id: board_id?,
        item_id: item_id?,
        source_group_id,
        dest_group_id,
        dest_group,
    })
}

fn subitem_moved(reader: &mut Reader<'_>) -> Option<SubitemMoved> {
    let item_id = reader.required(Field::Subitem);
    let source_item_id = reader.optional(Field::SourcePulseId);
    let dest_item_id = reader.optional(Field::DestPulseId);
    let source_board_id = reader.optional(Field::SourceBoardId);
    let dest_board_id = reader.optional(Field::DestBoardId);
    Some(SubitemMoved {
        item_id: item_id?,
        source_item_id,
        dest_item_id,
        source_board_id,
        dest_board_id,
    })
}

fn column_created(reader: &mut Reader<'_>) -> Option<ColumnCreated> {
    let board_id = reader.required(Field::BoardId);
    let column_id = reader.required(Field::ColumnId);
    let column_title = reader.optional(Field::ColumnTitle);
    let column_type = reader.optional(Field::ColumnType);
    let account_id = reader.optional(Field::AccountId);
    let created_at = reader.optional(Field::CreatedAt);
    let retry_count = reader.optional(Field::RetryCount);
    Some(ColumnCreated {
        board_id: board_id?,
        column_id: column_id?,
        column_title,
        column_type,
        account_id,
        created_at,
        retry_count,
    })
}

fn update(reader: &mut Reader<'_>) -> Option<Update> {
    let (board_id, item_id) = board_and_pulse(reader);
    let update_id = reader.required(Field::UpdateId);
    let reply_id = reader.optional(Field::ReplyId);
    let body = reader.optional(Field::Body);
    let text_body = reader.optional(Field::TextBody);
    let parent = parent(reader);
    Some(Update {
        board_id: board_id?,
        item_id: item_id?,
        update_id: update_id?,
        reply_id,
        body,
        text_body,
        parent,
    })
}

fn board_and_pulse(reader: &mut Reader<'_>) -> (Option<BoardId>, Option<ItemId>) {
    let board_id = reader.required(Field::BoardId);
    let item_id = reader.either(Field::PulseId, Field::ItemId);
    (board_id, item_id)
}

fn item_id_if_any(reader: &mut Reader<'_>) -> Option<ItemId> {
    let pulse_id = reader.optional(Field::PulseId);
    pulse_id.or_else(|| reader.optional(Field::ItemId))
}

/// monday calls the parent's board `parentBoardId` where something was archived or deleted, and
/// `parentItemBoardId` elsewhere.
fn parent(reader: &mut Reader<'_>) -> Option<Parent> {
    let item_id = reader.optional(Field::ParentItemId);
    let board_id = reader.optional(Field::ParentItemBoardId);
    let board_id = board_id.or_else(|| reader.optional(Field::ParentBoardId));
    Some(Parent {
        item_id: item_id?,
        board_id,
    })
}

fn column_value(reader: &Reader<'_>, field: Field) -> Option<ColumnValue> {
    let raw = reader.fields.raw(field)?;
    reader
        .fields
        .has(field)
        .then(|| ColumnValue::new(raw.to_owned()))
}
