//! The account that the emulator pretends to be: its boards and what is on them.

mod board;
mod change;
pub(crate) mod column_value;
mod edit;
mod error;
mod item;
pub(crate) mod status;

use std::collections::BTreeMap;

pub use board::{Board, Column, Group};
pub(crate) use change::{Change, ChangeKind};
pub(crate) use edit::{Act, ColumnProperty, GroupAttribute, NewColumn, NewValue};
pub use error::WorldError;
pub use item::{Item, ItemState, Update};

/// The id of the board that exists where none is declared; beyond 32 bits, as monday's ids are.
pub const DEFAULT_BOARD_ID: u64 = 9_876_543_210;

/// The id of the default board's subitems board.
pub const DEFAULT_SUBITEMS_BOARD_ID: u64 = 9_876_543_211;

/// Everything that exists. What is archived or deleted is kept, and marked as such.
#[derive(Debug)]
pub(crate) struct World {
    boards: BTreeMap<u64, Board>,
    items: BTreeMap<u64, Item>,
    updates: BTreeMap<u64, Update>,
    next_id: u64,
}

impl World {
    /// A world with these boards and their subitems boards.
    pub(crate) fn new(declared: Vec<Board>) -> Self {
        let mut world = Self {
            boards: BTreeMap::new(),
            items: BTreeMap::new(),
            updates: BTreeMap::new(),
            next_id: 10_000_000_000,
        };
        for board in declared {
            world.insert_board(board);
        }
        world
    }

    /// Adds or replaces a board, along with the subitems board that it names.
    pub(crate) fn insert_board(&mut self, board: Board) {
        self.next_id = self.next_id.max(board.id.saturating_add(1));
        if let Some(id) = board.subitems_board {
            self.next_id = self.next_id.max(id.saturating_add(1));
            self.boards
                .entry(id)
                .or_insert_with(|| board.subitems_board_of(id));
        }
        self.boards.insert(board.id, board);
    }

    pub(crate) fn boards(&self) -> impl Iterator<Item = &Board> {
        self.boards.values()
    }

    pub(crate) fn board(&self, id: u64) -> Option<&Board> {
        self.boards.get(&id)
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    pub(crate) fn item(&self, id: u64) -> Option<&Item> {
        self.items.get(&id)
    }

    /// The items that are active on a board, oldest first.
    pub(crate) fn items_on(&self, board_id: u64) -> impl Iterator<Item = &Item> {
        self.items()
            .filter(move |item| item.board_id == board_id && item.state == ItemState::Active)
    }

    /// The active subitems of an item, oldest first.
    pub(crate) fn subitems_of(&self, item_id: u64) -> impl Iterator<Item = &Item> {
        self.items()
            .filter(move |item| item.parent == Some(item_id) && item.state == ItemState::Active)
    }

    pub(crate) fn updates(&self) -> impl Iterator<Item = &Update> {
        self.updates.values()
    }

    pub(crate) fn update(&self, id: u64) -> Option<&Update> {
        self.updates.get(&id)
    }

    /// An id that nothing has yet.
    pub(crate) fn new_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }
}

/// The board that exists where none is declared.
pub(crate) fn default_board() -> Board {
    Board::new(DEFAULT_BOARD_ID, "Emulated board")
        .with_group("new_group", "Second group")
        .with_column("subitems", "Subitems", "subtasks")
        .with_column("person", "Owner", "people")
        .with_column("status", "Status", "status")
        .with_column("date4", "Date", "date")
        .with_column("text", "Text", "text")
        .with_column("numbers", "Numbers", "numbers")
        .with_subitems_board(DEFAULT_SUBITEMS_BOARD_ID)
}
