//! What is done to boards, their groups and columns.

use serde_json::Value;

use super::check_name;
use crate::world::{Board, Change, ChangeKind, Column, Group, World, WorldError};

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
}
