//! What can be done to the world, and what each act changes.

mod boards;
mod items;
mod subitems;
mod updates;

pub(crate) use boards::{ColumnProperty, GroupAttribute, NewColumn};
pub(crate) use items::NewValue;

use super::{Board, Change, ChangeKind, Item, ItemState, World, WorldError};
use crate::clock::Timestamp;

/// Who acts, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    pub(crate) user: u64,
    pub(crate) now: Timestamp,
    /// Whether a label that a status column doesn't have is added to it.
    pub(crate) create_labels: bool,
}

const MAX_NAME: usize = 255;

impl World {
    fn change(&self, board_id: u64, kind: ChangeKind) -> Result<Change, WorldError> {
        let board = self.board(board_id).ok_or(WorldError::NoBoard(board_id))?;
        Ok(Change {
            board: board.clone(),
            kind,
        })
    }

    fn board_mut(&mut self, id: u64) -> Result<&mut Board, WorldError> {
        self.boards.get_mut(&id).ok_or(WorldError::NoBoard(id))
    }

    fn any_item(&self, id: u64) -> Result<&Item, WorldError> {
        self.items.get(&id).ok_or(WorldError::NoItem(id))
    }

    fn active_item(&self, id: u64) -> Result<&Item, WorldError> {
        self.items
            .get(&id)
            .filter(|item| item.state == ItemState::Active)
            .ok_or(WorldError::NoItem(id))
    }

    fn item_mut(&mut self, id: u64) -> Result<&mut Item, WorldError> {
        self.items.get_mut(&id).ok_or(WorldError::NoItem(id))
    }
}

fn check_name(name: &str) -> Result<(), WorldError> {
    if name.trim().is_empty() {
        return Err(WorldError::EmptyName);
    }
    if name.chars().count() > MAX_NAME {
        return Err(WorldError::NameTooLong);
    }
    Ok(())
}
