//! What is done to items.

use serde_json::{Map, Value};

use super::{Act, check_name};
use crate::world::column_value::{read_json, read_text};
use crate::world::{Board, Change, ChangeKind, Column, Item, ItemState, World, WorldError};

/// A value to give to a column.
#[derive(Clone, Debug)]
pub(crate) enum NewValue {
    /// JSON by the column's type.
    Json(Value),
    /// Text, as `change_simple_column_value` takes it.
    Text(String),
}

impl NewValue {
    fn read(&self, column: &mut Column, create_labels: bool) -> Result<Option<Value>, WorldError> {
        Ok(match self {
            Self::Json(value) => read_json(column, value, create_labels)?,
            Self::Text(text) => read_text(column, text, create_labels)?,
        })
    }

    fn as_text(&self) -> Option<&str> {
        match self {
            Self::Json(value) => value.as_str(),
            Self::Text(text) => Some(text),
        }
    }
}

impl World {
    /// Makes an item, in the topmost group where none is named.
    pub(crate) fn create_item(
        &mut self,
        act: Act,
        board_id: u64,
        group_id: Option<&str>,
        name: &str,
        values: &Map<String, Value>,
    ) -> Result<(u64, Vec<Change>), WorldError> {
        check_name(name)?;
        // What is refused leaves no label behind.
        let mut board = self.board_mut(board_id)?.clone();
        let group = match group_id {
            Some(id) => board.group(id),
            None => board.groups.first(),
        };
        let group_id = match group {
            Some(group) => group.id.clone(),
            None => return Err(WorldError::NoGroup(group_id.unwrap_or_default().to_owned())),
        };
        let values = read_all(&mut board, values, act.create_labels)?;
        self.boards.insert(board_id, board);
        let item = self.insert_item(act, board_id, group_id, name, values, None);
        let id = item.id;
        Ok((
            id,
            vec![self.change(board_id, ChangeKind::ItemCreated(item))?],
        ))
    }

    /// Changes columns of an item. An unchanged value is no change; `name` changes the name.
    pub(crate) fn change_values(
        &mut self,
        act: Act,
        item_id: u64,
        board_id: u64,
        values: &[(String, NewValue)],
    ) -> Result<Vec<Change>, WorldError> {
        let mut item = self.active_item(item_id)?.clone();
        if item.board_id != board_id {
            return Err(WorldError::OtherBoard(board_id));
        }
        let mut board = self.board_mut(board_id)?.clone();
        let mut kinds = Vec::new();
        for (column_id, new) in values {
            let column = board
                .columns
                .iter_mut()
                .find(|column| column.id == *column_id)
                .ok_or_else(|| WorldError::NoColumn(column_id.clone()))?;
            if column.column_type == "name" {
                let name = new.as_text().ok_or(WorldError::EmptyName)?;
                check_name(name)?;
                let previous = std::mem::replace(&mut item.name, name.to_owned());
                if previous != item.name {
                    kinds.push(ChangeKind::NameChanged {
                        item: item.clone(),
                        previous,
                    });
                }
                continue;
            }
            let value = new.read(column, act.create_labels)?;
            let previous = match &value {
                Some(value) => item.values.insert(column_id.clone(), value.clone()),
                None => item.values.remove(column_id),
            };
            if previous != value {
                kinds.push(ChangeKind::ColumnValueChanged {
                    item: item.clone(),
                    column: column.clone(),
                    value: value.unwrap_or_default(),
                    previous: previous.unwrap_or_default(),
                });
            }
        }
        item.updated_at = act.now;
        self.items.insert(item_id, item);
        self.boards.insert(board_id, board);
        kinds
            .into_iter()
            .map(|kind| self.change(board_id, kind))
            .collect()
    }

    /// Archives or deletes an item, and its subitems with it.
    pub(crate) fn remove_item(
        &mut self,
        act: Act,
        item_id: u64,
        state: ItemState,
    ) -> Result<Vec<Change>, WorldError> {
        let item = self.item(item_id).ok_or(WorldError::NoItem(item_id))?;
        if item.state == ItemState::Deleted || item.state == state {
            return Err(WorldError::NoItem(item_id));
        }
        let item = self.set_state(act, item_id, item.state, state)?;
        Ok(vec![
            self.change(item.board_id, ChangeKind::ItemRemoved(item))?,
        ])
    }

    /// Brings an archived or deleted item back.
    pub(crate) fn restore_item(
        &mut self,
        act: Act,
        item_id: u64,
    ) -> Result<Vec<Change>, WorldError> {
        let state = self.any_item(item_id)?.state;
        if state == ItemState::Active {
            return Err(WorldError::NoItem(item_id));
        }
        let item = self.set_state(act, item_id, state, ItemState::Active)?;
        Ok(vec![
            self.change(item.board_id, ChangeKind::ItemRestored(item))?,
        ])
    }

    /// Gives an item, and those of its subitems that are in its state, another state.
    fn set_state(
        &mut self,
        act: Act,
        item_id: u64,
        from: ItemState,
        to: ItemState,
    ) -> Result<Item, WorldError> {
        for item in self.items.values_mut() {
            if item.state == from && (item.id == item_id || item.parent == Some(item_id)) {
                item.state = to;
                item.updated_at = act.now;
            }
        }
        let item = self.any_item(item_id)?.clone();
        if let Some(parent) = item.parent {
            self.refresh_links(parent)?;
        }
        Ok(item)
    }

    /// Moves an item to another group of its board.
    pub(crate) fn move_to_group(
        &mut self,
        act: Act,
        item_id: u64,
        group_id: &str,
    ) -> Result<Vec<Change>, WorldError> {
        let board_id = self.active_item(item_id)?.board_id;
        if self.board_mut(board_id)?.group(group_id).is_none() {
            return Err(WorldError::NoGroup(group_id.to_owned()));
        }
        let item = self.item_mut(item_id)?;
        let source_group = std::mem::replace(&mut item.group_id, group_id.to_owned());
        if source_group == item.group_id {
            return Ok(Vec::new());
        }
        item.updated_at = act.now;
        let item = item.clone();
        Ok(vec![self.change(
            board_id,
            ChangeKind::ItemMovedToGroup { item, source_group },
        )?])
    }

    /// Moves an item to a group of another board. Values stay where the boards share the column.
    pub(crate) fn move_to_board(
        &mut self,
        act: Act,
        item_id: u64,
        board_id: u64,
        group_id: &str,
    ) -> Result<Vec<Change>, WorldError> {
        let source_board = self.active_item(item_id)?.board_id;
        let board = self.board_mut(board_id)?.clone();
        if board.group(group_id).is_none() {
            return Err(WorldError::NoGroup(group_id.to_owned()));
        }
        let item = self.item_mut(item_id)?;
        item.board_id = board_id;
        let source_group = std::mem::replace(&mut item.group_id, group_id.to_owned());
        item.values.retain(|id, _| board.column(id).is_some());
        item.updated_at = act.now;
        let item = item.clone();
        Ok(vec![self.change(
            board_id,
            ChangeKind::ItemMovedToBoard {
                item,
                source_board,
                source_group,
            },
        )?])
    }

    pub(super) fn insert_item(
        &mut self,
        act: Act,
        board_id: u64,
        group_id: String,
        name: &str,
        values: Vec<(String, Value)>,
        parent: Option<u64>,
    ) -> Item {
        let item = Item {
            id: self.new_id(),
            name: name.to_owned(),
            board_id,
            group_id,
            state: ItemState::Active,
            parent,
            values: values.into_iter().collect(),
            creator: act.user,
            created_at: act.now,
            updated_at: act.now,
        };
        self.items.insert(item.id, item.clone());
        item
    }
}

/// Values for a new item, by column.
pub(super) fn read_all(
    board: &mut Board,
    values: &Map<String, Value>,
    create_labels: bool,
) -> Result<Vec<(String, Value)>, WorldError> {
    let mut read = Vec::new();
    for (id, value) in values {
        let column = board
            .columns
            .iter_mut()
            .find(|column| column.id == *id && column.column_type != "name")
            .ok_or_else(|| WorldError::NoColumn(id.clone()))?;
        if let Some(value) = read_json(column, value, create_labels)? {
            read.push((id.clone(), value));
        }
    }
    Ok(read)
}
