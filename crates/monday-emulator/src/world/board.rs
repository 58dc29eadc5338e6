//! Boards with their groups and columns, as one declares them.

use serde::Serialize;
use serde_json::Value;

/// A board of the emulated account.
///
/// ```
/// use monday_emulator::Board;
///
/// let board = Board::new(42, "Orders")
///     .with_group("new", "New orders")
///     .with_column("status", "Status", "status")
///     .with_subitems_board(43);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Board {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// `public`, `private` or `share`.
    pub kind: String,
    /// `active`, `archived` or `deleted`.
    pub state: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its groups, topmost first.
    pub groups: Vec<Group>,
    /// Its columns in order, the name column first.
    pub columns: Vec<Column>,
    /// The board that holds its subitems, once there are any.
    pub subitems_board: Option<u64>,
    /// On a subitems board, the board whose items are the parents.
    pub parent_board: Option<u64>,
}

impl Board {
    /// A public board with one group, `topics`, and no column but the item's name.
    #[must_use]
    pub fn new(id: u64, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            kind: "public".to_owned(),
            state: "active".to_owned(),
            description: None,
            groups: vec![Group::new("topics", "Group Title")],
            columns: vec![Column::new("name", "Name", "name")],
            subitems_board: None,
            parent_board: None,
        }
    }

    /// Adds a group at the bottom.
    #[must_use]
    pub fn with_group(mut self, id: impl Into<String>, title: impl Into<String>) -> Self {
        self.groups.push(Group::new(id, title));
        self
    }

    /// Adds a column of a type of the schema's `ColumnType`, e.g. `status`.
    #[must_use]
    pub fn with_column(
        mut self,
        id: impl Into<String>,
        title: impl Into<String>,
        column_type: impl Into<String>,
    ) -> Self {
        self.columns.push(Column::new(id, title, column_type));
        self
    }

    /// Says that subitems live on the board `id`, which is made along with this one.
    #[must_use]
    pub fn with_subitems_board(mut self, id: u64) -> Self {
        self.subitems_board = Some(id);
        self
    }

    /// Whether it holds the subitems of another board's items.
    #[must_use]
    pub fn is_subitems_board(&self) -> bool {
        self.parent_board.is_some()
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// The column with this id.
    #[must_use]
    pub fn column(&self, id: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.id == id)
    }

    /// Whether `group` is the topmost.
    pub(crate) fn is_top_group(&self, group: &str) -> bool {
        self.groups.first().is_some_and(|top| top.id == group)
    }

    /// The column that links items with their subitems, made where there is none.
    pub(crate) fn subitems_column(&mut self) -> Column {
        if let Some(column) = self.columns.iter().find(|c| c.column_type == "subtasks") {
            return column.clone();
        }
        let column = Column::new("subitems", "Subitems", "subtasks");
        self.columns.push(column.clone());
        column
    }

    /// The board that holds this one's subitems, as monday makes it with the first subitem.
    pub(crate) fn subitems_board_of(&self, id: u64) -> Self {
        let mut board = Self::new(id, format!("Subitems of {}", self.name))
            .with_column("person", "Owner", "people")
            .with_column("status", "Status", "status")
            .with_column("date0", "Date", "date");
        board.groups = vec![Group::new("subitems_of", "Subitems")];
        board.parent_board = Some(self.id);
        board
    }
}

/// A group of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// Its id, unique on its board.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its colour as `#rrggbb`.
    pub color: String,
}

impl Group {
    /// A group in monday's default colour.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            color: "#037f4c".to_owned(),
        }
    }
}

/// A column of a board.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Column {
    /// Its id, unique on its board.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its type by the schema's `ColumnType`, e.g. `status`.
    pub column_type: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its settings, e.g. the labels of a status column.
    pub settings: Value,
}

impl Column {
    /// A column with the default settings of its type: for a status column, monday's three labels.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        column_type: impl Into<String>,
    ) -> Self {
        let column_type = column_type.into();
        let settings = if column_type == "status" {
            serde_json::json!({
                "labels": {"0": "Working on it", "1": "Done", "2": "Stuck", "5": ""},
                "done_colors": [1],
            })
        } else {
            serde_json::json!({})
        };
        Self {
            id: id.into(),
            title: title.into(),
            column_type,
            description: None,
            settings,
        }
    }
}
