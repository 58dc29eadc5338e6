//! What is done to boards, their groups and columns.

use serde_json::Value;

use super::{Act, check_name};
use crate::world::{Board, Change, ChangeKind, Column, Group, ItemState, World, WorldError};

/// A column to make.
#[derive(Clone, Debug)]
pub(crate) struct NewColumn {
    pub(crate) id: Option<String>,
    pub(crate) title: String,
    pub(crate) column_type: String,
    pub(crate) description: Option<String>,
    pub(crate) settings: Option<Value>,
    pub(crate) after: Option<String>,
}

/// What can be changed of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ColumnProperty {
    Title,
    Description,
}

/// What can be changed of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) enum GroupAttribute {
    Title,
    Color,
}

impl World {
    /// Makes a board with one group.
    pub(crate) fn create_board(
        &mut self,
        name: &str,
        kind: &str,
        description: Option<&str>,
    ) -> Result<u64, WorldError> {
        check_name(name)?;
        let id = self.new_id();
        let mut board = Board::new(id, name);
        kind.clone_into(&mut board.kind);
        board.description = description.map(str::to_owned);
        self.insert_board(board);
        Ok(id)
    }

    /// Makes a group at the top of a board and returns its id.
    pub(crate) fn create_group(
        &mut self,
        board_id: u64,
        title: &str,
        color: Option<&str>,
    ) -> Result<String, WorldError> {
        check_name(title)?;
        let id = format!("group_{}", self.new_id());
        let board = self.board_mut(board_id)?;
        let mut group = Group::new(id.as_str(), title);
        if let Some(color) = color {
            color.clone_into(&mut group.color);
        }
        board.groups.insert(0, group);
        Ok(id)
    }

    /// Makes a column and returns its id.
    pub(crate) fn create_column(
        &mut self,
        board_id: u64,
        new: NewColumn,
    ) -> Result<(String, Vec<Change>), WorldError> {
        check_name(&new.title)?;
        let id = match new.id {
            Some(id) => id,
            None => format!("{}_{}", new.column_type, self.new_id()),
        };
        let board = self.board_mut(board_id)?;
        if board.column(&id).is_some() {
            return Err(WorldError::ColumnExists(id));
        }
        let place = match &new.after {
            Some(after) => {
                let position = board.columns.iter().position(|column| column.id == *after);
                position.ok_or_else(|| WorldError::NoColumn(after.clone()))? + 1
            }
            None => board.columns.len(),
        };
        let mut column = Column::new(id.as_str(), new.title, new.column_type);
        column.description = new.description;
        if let Some(settings) = new.settings {
            column.settings = settings;
        }
        board.columns.insert(place, column.clone());
        let change = self.change(board_id, ChangeKind::ColumnCreated(column))?;
        Ok((id, vec![change]))
    }

    /// Gives a column another title, or another description.
    pub(crate) fn change_column(
        &mut self,
        board_id: u64,
        column_id: &str,
        property: ColumnProperty,
        value: &str,
    ) -> Result<Column, WorldError> {
        let columns = &mut self.board_mut(board_id)?.columns;
        let column = columns
            .iter_mut()
            .find(|column| column.id == column_id)
            .ok_or_else(|| WorldError::NoColumn(column_id.to_owned()))?;
        match property {
            ColumnProperty::Title => {
                check_name(value)?;
                value.clone_into(&mut column.title);
            }
            ColumnProperty::Description => column.description = Some(value.to_owned()),
        }
        Ok(column.clone())
    }

    /// Deletes a column, and the items' values in it.
    pub(crate) fn delete_column(
        &mut self,
        board_id: u64,
        column_id: &str,
    ) -> Result<Column, WorldError> {
        let columns = &mut self.board_mut(board_id)?.columns;
        let place = columns
            .iter()
            .position(|column| column.id == column_id)
            .ok_or_else(|| WorldError::NoColumn(column_id.to_owned()))?;
        if columns[place].column_type == "name" {
            return Err(WorldError::FixedColumn(column_id.to_owned()));
        }
        let column = columns.remove(place);
        let items = self.items.values_mut();
        for item in items.filter(|item| item.board_id == board_id) {
            item.values.remove(column_id);
        }
        Ok(column)
    }

    /// Gives a group another title, or another colour.
    pub(crate) fn change_group(
        &mut self,
        board_id: u64,
        group_id: &str,
        attribute: GroupAttribute,
        value: &str,
    ) -> Result<(), WorldError> {
        let groups = &mut self.board_mut(board_id)?.groups;
        let group = groups
            .iter_mut()
            .find(|group| group.id == group_id)
            .ok_or_else(|| WorldError::NoGroup(group_id.to_owned()))?;
        match attribute {
            GroupAttribute::Title => {
                check_name(value)?;
                value.clone_into(&mut group.title);
            }
            GroupAttribute::Color => value.clone_into(&mut group.color),
        }
        Ok(())
    }

    /// Archives or deletes a group with its items. A board keeps its last group.
    pub(crate) fn remove_group(
        &mut self,
        act: Act,
        board_id: u64,
        group_id: &str,
        state: ItemState,
    ) -> Result<Vec<Change>, WorldError> {
        let board = self.board_mut(board_id)?;
        if board.group(group_id).is_none() {
            return Err(WorldError::NoGroup(group_id.to_owned()));
        }
        if board.groups.len() == 1 {
            return Err(WorldError::LastGroup(group_id.to_owned()));
        }
        let items: Vec<u64> = self
            .items_on(board_id)
            .filter(|item| item.group_id == group_id)
            .map(|item| item.id)
            .collect();
        let mut changes = Vec::new();
        for item in items {
            changes.extend(self.remove_item(act, item, state)?);
        }
        let groups = &mut self.board_mut(board_id)?.groups;
        groups.retain(|group| group.id != group_id);
        Ok(changes)
    }
}
