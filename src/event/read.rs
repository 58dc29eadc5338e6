//! The reading of each wire type's fields into its typed view.

use crate::id::{BoardId, ItemId};

use super::{
    column_value::ColumnValue,
    fields::{Field, Reader},
    kind::EventKind,
    types::{
        ColumnCreated, ColumnValueChanged, Event, Group, ItemCreated, ItemMovedToBoard,
        ItemMovedToGroup, ItemRemoved, ItemRestored, NameChanged, Parent, SubitemMoved, Update,
    },
};

/// The typed view of an event, or `None` where it lacks a field that it can't be told without.
pub(super) fn event(kind: EventKind, reader: &mut Reader<'_>) -> Event {
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
    let column_values = reader.optional(Field::ColumnValues);
    let parent = parent(reader);
    Some(ItemCreated {
        board_id: board_id?,
        item_id: item_id?,
        name,
        group_id,
        group_name,
        group_color,
        is_top_group,
        column_values,
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
    let (board_id, item_id) = board_and_pulse(reader);
    let now = reader.object(Field::Value);
    let name = reader.inside(Field::Value, now.as_ref(), "name");
    let before = reader.object(Field::PreviousValue);
    let previous_name = reader.inside(Field::PreviousValue, before.as_ref(), "name");
    let group_id = reader.optional(Field::GroupId);
    let parent = parent(reader);
    Some(NameChanged {
        board_id: board_id?,
        item_id: item_id?,
        name,
        previous_name,
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
    let board_id = reader.required(Field::BoardId);
    let item_id = reader.either(Field::ItemId, Field::PulseId);
    let item_name = reader.optional(Field::ItemName);
    let now = reader.object(Field::Value);
    let state = reader.inside(Field::Value, now.as_ref(), "state");
    let is_undo = reader.inside(Field::Value, now.as_ref(), "is_undo");
    let before = reader.object(Field::PreviousValue);
    let previous_state = reader.inside(Field::PreviousValue, before.as_ref(), "state");
    Some(ItemRestored {
        board_id: board_id?,
        item_id: item_id?,
        item_name,
        state,
        previous_state,
        is_undo,
    })
}

fn item_moved_to_group(reader: &mut Reader<'_>) -> Option<ItemMovedToGroup> {
    let (board_id, item_id) = board_and_pulse(reader);
    let source_group_id = reader.optional(Field::SourceGroupId);
    let dest_group_id = reader.optional(Field::DestGroupId);
    let dest_group = dest_group(reader);
    Some(ItemMovedToGroup {
        board_id: board_id?,
        item_id: item_id?,
        source_group_id,
        dest_group_id,
        dest_group,
    })
}

fn dest_group(reader: &mut Reader<'_>) -> Option<Group> {
    let view = reader.object(Field::DestGroup)?;
    let id = reader.inside(Field::DestGroup, Some(&view), "id");
    let title = reader.inside(Field::DestGroup, Some(&view), "title");
    let color = reader.inside(Field::DestGroup, Some(&view), "color");
    let is_top_group = reader.inside(Field::DestGroup, Some(&view), "is_top_group");
    Some(Group {
        id: id?,
        title,
        color,
        is_top_group,
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
    let entity = reader.optional(Field::Entity);
    let account_id = reader.optional(Field::AccountId);
    let created_at = reader.optional(Field::CreatedAt);
    let retry_count = reader.optional(Field::RetryCount);
    Some(ColumnCreated {
        board_id: board_id?,
        column_id: column_id?,
        column_title,
        column_type,
        entity,
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
    reader.fields.has(field).then(|| ColumnValue::new(raw))
}
