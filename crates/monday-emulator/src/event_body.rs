//! From a change to the events that monday sends about it: which webhook events, on which board,
//! with which fields.

use serde_json::{Map, Value, json};

use crate::behaviour::{Behaviour, BoardMove, ClearedValue};
use crate::clock::{Timestamp, iso8601_millis};
use crate::notice::{Notice, Subject};
use crate::world::column_value::wire_type;
use crate::world::status::status_index;
use crate::world::{Board, Change, ChangeKind, Column, Group, Item, Update};

/// Who caused a change, and how the emulator is to act.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) account_id: u64,
    pub(crate) user_id: u64,
    pub(crate) now: Timestamp,
    pub(crate) behaviour: Behaviour,
}

/// The notices that a change causes.
pub(crate) fn notices(change: &Change, circumstances: &Circumstances) -> Vec<Notice> {
    let Change { board, kind } = change;
    let c = circumstances;
    match kind {
        ChangeKind::ItemCreated(item) => vec![item_created(board, item, c)],
        ChangeKind::ColumnValueChanged {
            item,
            column,
            value,
            previous,
        } => {
            if column.column_type == "subtasks" && !c.behaviour.subitem_changes_parent {
                return Vec::new();
            }
            vec![column_changed(board, item, column, value, previous, c)]
        }
        ChangeKind::NameChanged { item, previous } => vec![name_changed(board, item, previous, c)],
        ChangeKind::ItemRemoved(item) => vec![item_removed(board, item, c)],
        ChangeKind::ItemRestored(item) => restored(board, item, c),
        ChangeKind::ItemMovedToGroup { item, source_group } => {
            moved_to_group(board, item, source_group, c)
        }
        ChangeKind::ItemMovedToBoard {
            item,
            source_board,
            source_group,
        } => moved_to_board(board, item, *source_board, source_group, c),
        ChangeKind::SubitemMoved {
            item,
            source_parent,
            source_board,
            dest_board,
        } => subitem_moved(item, *source_parent, *source_board, *dest_board, c),
        ChangeKind::ColumnCreated(column) => column_created(board, column, c),
        ChangeKind::UpdateCreated(item, update) => {
            let events: &[&str] = if board.is_subitems_board() {
                &["create_subitem_update"]
            } else {
                &["create_update"]
            };
            vec![update_notice(
                board,
                item,
                update,
                "create_update",
                events,
                c,
            )]
        }
        ChangeKind::UpdateEdited(item, update) => {
            update_edit(board, item, update, "edit_update", &["edit_update"], c)
        }
        ChangeKind::UpdateDeleted(item, update) => {
            update_edit(board, item, update, "delete_update", &["delete_update"], c)
        }
    }
}

/// The board that webhooks about an item are on: for a subitem, the parent's.
fn watched(board: &Board) -> u64 {
    board.parent_board.unwrap_or(board.id)
}

/// What every event has, and `fields`.
fn event(wire_type: &str, c: &Circumstances, fields: Value) -> Value {
    let mut event = json!({
        "app": "monday",
        "type": wire_type,
        "triggerTime": iso8601_millis(c.now),
        "isRetry": false,
        "userId": c.user_id,
    });
    if !matches!(
        wire_type,
        "restore_pulse" | "move_subitem" | "create_column"
    ) {
        event["originalTriggerUuid"] = Value::Null;
    }
    merge(&mut event, fields);
    event
}

fn merge(event: &mut Value, fields: Value) {
    if let (Some(event), Value::Object(fields)) = (event.as_object_mut(), fields) {
        event.extend(fields);
    }
}

/// The parent's ids as most events have them: as strings.
fn parent_fields(board: &Board, item: &Item) -> Value {
    let mut fields = Map::new();
    if let (Some(parent), Some(parent_board)) = (item.parent, board.parent_board) {
        fields.insert("parentItemId".to_owned(), parent.to_string().into());
        fields.insert(
            "parentItemBoardId".to_owned(),
            parent_board.to_string().into(),
        );
    }
    fields.into()
}

fn group_of<'a>(board: &'a Board, item: &Item) -> Option<&'a Group> {
    board.group(&item.group_id)
}

fn item_created(board: &Board, item: &Item, c: &Circumstances) -> Notice {
    let group = group_of(board, item);
    let mut event = event(
        "create_pulse",
        c,
        json!({
            "boardId": board.id,
            "pulseId": item.id,
            "pulseName": item.name,
            "groupId": item.group_id,
            "groupName": group.map(|group| &group.title),
            "groupColor": group.map(|group| &group.color),
            "isTopGroup": board.is_top_group(&item.group_id),
            "columnValues": item.values,
        }),
    );
    let events: &[&str] = if item.parent.is_some() {
        event["itemId"] = item.id.into();
        &["create_subitem"]
    } else {
        &["create_item"]
    };
    merge(&mut event, parent_fields(board, item));
    Notice {
        board_id: watched(board),
        events,
        subject: Subject::Any,
        event,
    }
}

fn column_changed(
    board: &Board,
    item: &Item,
    column: &Column,
    value: &Value,
    previous: &Value,
    c: &Circumstances,
) -> Notice {
    let shown = |value: &Value| match (value, c.behaviour.cleared_value) {
        (Value::Null, ClearedValue::EmptyObject) => json!({}),
        _ => value.clone(),
    };
    let mut event = event(
        "update_column_value",
        c,
        json!({
            "boardId": board.id,
            "groupId": item.group_id,
            "pulseId": item.id,
            "pulseName": item.name,
            "columnId": column.id,
            "columnType": wire_type(&column.column_type),
            "columnTitle": column.title,
            "value": shown(value),
            "previousValue": shown(previous),
            "changedAt": c.now.as_secs_f64(),
            "isTopGroup": board.is_top_group(&item.group_id),
        }),
    );
    merge(&mut event, parent_fields(board, item));
    let events: &[&str] = if item.parent.is_some() {
        &["change_subitem_column_value"]
    } else if column.column_type == "status" {
        &[
            "change_column_value",
            "change_specific_column_value",
            "change_status_column_value",
        ]
    } else {
        &["change_column_value", "change_specific_column_value"]
    };
    Notice {
        board_id: watched(board),
        events,
        subject: Subject::Column {
            id: column.id.clone(),
            status: status_index(value),
        },
        event,
    }
}

fn name_changed(board: &Board, item: &Item, previous: &str, c: &Circumstances) -> Notice {
    let mut event = event(
        "update_name",
        c,
        json!({
            "boardId": board.id,
            "groupId": item.group_id,
            "pulseId": item.id,
            "value": { "name": item.name },
            "previousValue": { "name": previous },
        }),
    );
    merge(&mut event, parent_fields(board, item));
    Notice {
        board_id: watched(board),
        events: if item.parent.is_some() {
            &["change_subitem_name"]
        } else {
            &["change_name"]
        },
        subject: Subject::Any,
        event,
    }
}

fn item_removed(board: &Board, item: &Item, c: &Circumstances) -> Notice {
    let archived = item.state == crate::world::ItemState::Archived;
    let wire_type = if archived {
        "archive_pulse"
    } else {
        "delete_pulse"
    };
    let mut event = event(
        wire_type,
        c,
        json!({ "boardId": board.id, "itemId": item.id, "itemName": item.name }),
    );
    let events: &[&str] = match (item.parent, archived) {
        (None, true) => &["item_archived"],
        (None, false) => &["item_deleted"],
        (Some(_), true) => &["subitem_archived"],
        (Some(_), false) => &["subitem_deleted"],
    };
    if let Some(parent) = item.parent {
        // Here, and only here, the parent's ids are numbers and its board is `parentBoardId`.
        merge(
            &mut event,
            json!({
                "pulseId": item.id,
                "parentItemId": parent,
                "parentBoardId": board.parent_board,
            }),
        );
    }
    Notice {
        board_id: watched(board),
        events,
        subject: Subject::Any,
        event,
    }
}

/// There is no event for a subitem that is restored.
fn restored(board: &Board, item: &Item, c: &Circumstances) -> Vec<Notice> {
    if item.parent.is_some() {
        return Vec::new();
    }
    vec![Notice {
        board_id: board.id,
        events: &["item_restored"],
        subject: Subject::Any,
        event: event(
            "restore_pulse",
            c,
            json!({
                "boardId": board.id,
                "itemId": item.id,
                "itemName": item.name,
                "value": { "state": 1, "is_undo": true },
                "previousValue": { "state": 2 },
            }),
        ),
    }]
}

/// There is no event for a subitem that moves to another group.
fn moved_to_group(
    board: &Board,
    item: &Item,
    source_group: &str,
    c: &Circumstances,
) -> Vec<Notice> {
    if item.parent.is_some() {
        return Vec::new();
    }
    vec![Notice {
        board_id: board.id,
        events: &["item_moved_to_any_group", "item_moved_to_specific_group"],
        subject: Subject::Group(item.group_id.clone()),
        event: event(
            "move_pulse_into_group",
            c,
            json!({
                "boardId": board.id,
                "pulseId": item.id,
                "sourceGroupId": source_group,
                "destGroupId": item.group_id,
                "destGroup": dest_group(board, item),
            }),
        ),
    }]
}

fn dest_group(board: &Board, item: &Item) -> Value {
    group_of(board, item).map_or(Value::Null, |group| {
        json!({
            "id": group.id,
            "title": group.title,
            "color": group.color,
            "is_top_group": board.is_top_group(&group.id),
        })
    })
}

fn moved_to_board(
    board: &Board,
    item: &Item,
    source_board: u64,
    source_group: &str,
    c: &Circumstances,
) -> Vec<Notice> {
    let event = event(
        "move_pulse_into_board",
        c,
        json!({
            "boardId": board.id,
            "pulseId": item.id,
            "sourceBoardId": source_board,
            "destBoardId": board.id,
            "sourceGroupId": source_group,
            "destGroupId": item.group_id,
            "destGroup": dest_group(board, item),
        }),
    );
    let told: &[u64] = match c.behaviour.board_move {
        BoardMove::Source => &[source_board],
        BoardMove::Destination => &[board.id],
        BoardMove::Both => &[source_board, board.id],
    };
    told.iter()
        .map(|board_id| Notice {
            board_id: *board_id,
            events: &["item_moved_to_any_group"],
            subject: Subject::Any,
            event: event.clone(),
        })
        .collect()
}

fn subitem_moved(
    item: &Item,
    source_parent: u64,
    source_board: u64,
    dest_board: u64,
    c: &Circumstances,
) -> Vec<Notice> {
    vec![Notice {
        board_id: source_board,
        events: &["move_subitem"],
        subject: Subject::Any,
        event: event(
            "move_subitem",
            c,
            json!({
                "sourcePulseId": source_parent,
                "destPulseId": item.parent,
                "sourceBoardId": source_board,
                "destBoardId": dest_board,
                "subitem": item.id,
            }),
        ),
    }]
}

/// There is no event for a column of a subitems board.
fn column_created(board: &Board, column: &Column, c: &Circumstances) -> Vec<Notice> {
    if board.is_subitems_board() {
        return Vec::new();
    }
    vec![Notice {
        board_id: board.id,
        events: &["create_column"],
        subject: Subject::Any,
        event: event(
            "create_column",
            c,
            json!({
                "boardId": board.id,
                "columnId": column.id,
                "columnTitle": column.title,
                "columnType": wire_type(&column.column_type),
                "entity": "board",
                "accountId": c.account_id,
                "createdAt": c.now.as_secs_f64(),
                "retryCount": 0,
            }),
        ),
    }]
}

fn update_edit(
    board: &Board,
    item: &Item,
    update: &Update,
    wire_type: &str,
    events: &'static [&'static str],
    c: &Circumstances,
) -> Vec<Notice> {
    if board.is_subitems_board() && !c.behaviour.subitem_update_edits {
        return Vec::new();
    }
    vec![update_notice(board, item, update, wire_type, events, c)]
}

fn update_notice(
    board: &Board,
    item: &Item,
    update: &Update,
    wire_type: &str,
    events: &'static [&'static str],
    c: &Circumstances,
) -> Notice {
    // Of a reply, `updateId` is the update that it answers.
    let (update_id, reply_id) = match update.parent {
        Some(parent) => (parent, Some(update.id)),
        None => (update.id, None),
    };
    let mut event = event(
        wire_type,
        c,
        json!({
            "boardId": board.id,
            "pulseId": item.id,
            "updateId": update_id,
            "replyId": reply_id,
            "body": update.body,
            "textBody": update.text_body(),
        }),
    );
    merge(&mut event, parent_fields(board, item));
    Notice {
        board_id: watched(board),
        events,
        subject: Subject::Any,
        event,
    }
}
