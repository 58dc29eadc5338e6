//! What is done to subitems, and their parents by that.

use serde_json::{Map, Value, json};

use super::items::read_all;
use super::{Act, check_name};
use crate::world::{Change, ChangeKind, Column, World, WorldError};

impl World {
    /// Makes a subitem below an item, and the board for it where there is none yet.
    pub(crate) fn create_subitem(
        &mut self,
        act: Act,
        parent_id: u64,
        name: &str,
        values: &Map<String, Value>,
    ) -> Result<(u64, Vec<Change>), WorldError> {
        check_name(name)?;
        let parent = self.active_item(parent_id)?.clone();
        if parent.parent.is_some() {
            return Err(WorldError::Parent(parent_id));
        }
        // What is refused leaves neither a label nor a new board behind.
        let parents = self.board_mut(parent.board_id)?;
        let made = parents.subitems_board_of(0);
        let existing = parents.subitems_board.and_then(|id| self.board(id));
        let mut board = existing.cloned().unwrap_or(made);
        let group_id = board
            .groups
            .first()
            .map_or_else(String::new, |g| g.id.clone());
        let values = read_all(&mut board, values, act.create_labels)?;
        let board_id = self.subitems_board_of(parent.board_id)?;
        board.id = board_id;
        self.boards.insert(board_id, board);
        let before = self.linked_subitems(parent_id);
        let item = self.insert_item(act, board_id, group_id, name, values, Some(parent_id));
        let id = item.id;
        let mut changes = vec![self.change(board_id, ChangeKind::ItemCreated(item))?];
        changes.push(self.link_subitems(act, parent_id, before)?);
        Ok((id, changes))
    }

    /// Moves a subitem below another item.
    pub(crate) fn move_subitem(
        &mut self,
        act: Act,
        item_id: u64,
        parent_id: u64,
    ) -> Result<Vec<Change>, WorldError> {
        let source_parent = self
            .active_item(item_id)?
            .parent
            .ok_or(WorldError::Parent(parent_id))?;
        let source_board = self.item_mut(source_parent)?.board_id;
        let parent = self.active_item(parent_id)?.clone();
        if parent.parent.is_some() {
            return Err(WorldError::Parent(parent_id));
        }
        let board_id = self.subitems_board_of(parent.board_id)?;
        let group = self.board_mut(board_id)?.groups.first().cloned();
        let item = self.item_mut(item_id)?;
        item.parent = Some(parent_id);
        if item.board_id != board_id {
            item.board_id = board_id;
            item.group_id = group.map(|group| group.id).unwrap_or_default();
        }
        item.updated_at = act.now;
        let item = item.clone();
        self.refresh_links(source_parent)?;
        self.refresh_links(parent_id)?;
        Ok(vec![self.change(
            board_id,
            ChangeKind::SubitemMoved {
                item,
                source_parent,
                source_board,
                dest_board: parent.board_id,
            },
        )?])
    }

    /// The board of a board's subitems, made where there is none yet.
    fn subitems_board_of(&mut self, board_id: u64) -> Result<u64, WorldError> {
        let existing = self.board_mut(board_id)?.subitems_board;
        if let Some(id) = existing.filter(|id| self.boards.contains_key(id)) {
            return Ok(id);
        }
        let id = self.new_id();
        let board = self.board_mut(board_id)?;
        board.subitems_board = Some(id);
        let subitems = board.subitems_board_of(id);
        self.insert_board(subitems);
        Ok(id)
    }

    fn linked_subitems(&self, item_id: u64) -> Value {
        let linked: Vec<Value> = self
            .subitems_of(item_id)
            .map(|item| json!({ "linkedPulseId": item.id }))
            .collect();
        if linked.is_empty() {
            Value::Null
        } else {
            json!({ "linkedPulseIds": linked })
        }
    }

    /// Puts an item's subitems into its subitems column, and tells nobody.
    pub(super) fn refresh_links(&mut self, item_id: u64) -> Result<(Column, Value), WorldError> {
        let value = self.linked_subitems(item_id);
        let board_id = self.any_item(item_id)?.board_id;
        let column = self.board_mut(board_id)?.subitems_column();
        let item = self.item_mut(item_id)?;
        if value.is_null() {
            item.values.remove(&column.id);
        } else {
            item.values.insert(column.id.clone(), value.clone());
        }
        Ok((column, value))
    }

    /// Puts an item's subitems into its subitems column.
    fn link_subitems(
        &mut self,
        act: Act,
        item_id: u64,
        previous: Value,
    ) -> Result<Change, WorldError> {
        let (column, value) = self.refresh_links(item_id)?;
        let item = self.item_mut(item_id)?;
        item.updated_at = act.now;
        let (item, board_id) = (item.clone(), item.board_id);
        self.change(
            board_id,
            ChangeKind::ColumnValueChanged {
                item,
                column,
                value,
                previous,
            },
        )
    }
}
