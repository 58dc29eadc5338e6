//! Why something can't be done to the world.

use super::column_value::ColumnValueError;

/// Why something can't be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// There is no such board.
    #[error("Board not found")]
    NoBoard(u64),
    /// There is no such item, or it isn't active.
    #[error("Item not found")]
    NoItem(u64),
    /// There is no such group on the board.
    #[error("Group not found")]
    NoGroup(String),
    /// There is no such column on the board.
    #[error("Column not found")]
    NoColumn(String),
    /// There is no such update.
    #[error("Update not found")]
    NoUpdate(u64),
    /// The board already has a column with this id.
    #[error("The board already has a column {0}")]
    ColumnExists(String),
    /// The column is part of every board.
    #[error("The column {0} can't be deleted")]
    FixedColumn(String),
    /// A board has at least one group.
    #[error("The board's last group can't be deleted")]
    LastGroup(String),
    /// The item isn't on the board that was named.
    #[error("The item is not on this board")]
    OtherBoard(u64),
    /// A name must not be empty.
    #[error("The name is empty")]
    EmptyName,
    /// A name has at most 255 characters.
    #[error("The name has more than 255 characters")]
    NameTooLong,
    /// The item is no subitem, or would be below itself.
    #[error("The item can't be below this parent")]
    Parent(u64),
    /// The value doesn't fit the column.
    #[error("{0}")]
    Value(String),
}

impl From<ColumnValueError> for WorldError {
    fn from(error: ColumnValueError) -> Self {
        Self::Value(error.to_string())
    }
}
