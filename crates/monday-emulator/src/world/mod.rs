//! The account that the emulator pretends to be: its boards and what is on them.

mod board;

use std::collections::BTreeMap;

pub use board::{Board, Column, Group};

/// The id of the board that exists where none is declared; beyond 32 bits, as monday's ids are.
pub const DEFAULT_BOARD_ID: u64 = 9_876_543_210;

/// The id of the default board's subitems board.
pub const DEFAULT_SUBITEMS_BOARD_ID: u64 = 9_876_543_211;

/// Everything that exists.
#[derive(Debug)]
pub(crate) struct World {
    boards: BTreeMap<u64, Board>,
    next_id: u64,
}

impl World {
    /// A world with these boards and their subitems boards.
    pub(crate) fn new(declared: Vec<Board>) -> Self {
        let mut world = Self {
            boards: BTreeMap::new(),
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

    pub(crate) fn board(&self, id: u64) -> Option<&Board> {
        self.boards.get(&id)
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
