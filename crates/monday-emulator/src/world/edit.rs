//! What can be done to the world, and what each act changes.

use serde_json::{Map, Value, json};

use super::column_value::{ColumnValueError, read_json, read_text};
use super::{Board, Change, ChangeKind, Column, Group, Item, ItemState, Update, World};
use crate::clock::Timestamp;

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

/// Who acts, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    pub(crate) user: u64,
    pub(crate) now: Timestamp,
    /// Whether a label that a status column doesn't have is added to it.
    pub(crate) create_labels: bool,
}

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

const MAX_NAME: usize = 255;

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
        let board = self.board_mut(board_id)?;
        let group = match group_id {
            Some(id) => board.group(id),
            None => board.groups.first(),
        };
        let group_id = match group {
            Some(group) => group.id.clone(),
            None => return Err(WorldError::NoGroup(group_id.unwrap_or_default().to_owned())),
        };
        let values = read_all(board, values, act.create_labels)?;
        let item = self.insert_item(act, board_id, group_id, name, values, None);
        let id = item.id;
        Ok((
            id,
            vec![self.change(board_id, ChangeKind::ItemCreated(item))?],
        ))
    }

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
        let board_id = self.subitems_board_of(parent.board_id)?;
        let board = self.board_mut(board_id)?;
        let group_id = board
            .groups
            .first()
            .map_or_else(String::new, |g| g.id.clone());
        let values = read_all(board, values, act.create_labels)?;
        let before = self.linked_subitems(parent_id);
        let item = self.insert_item(act, board_id, group_id, name, values, Some(parent_id));
        let id = item.id;
        let mut changes = vec![self.change(board_id, ChangeKind::ItemCreated(item))?];
        changes.push(self.link_subitems(act, parent_id, before)?);
        Ok((id, changes))
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
        self.any_item(item_id).cloned()
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
        let item = self.item_mut(item_id)?;
        item.parent = Some(parent_id);
        item.board_id = board_id;
        item.updated_at = act.now;
        let item = item.clone();
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

    /// Writes an update, or a reply to one.
    pub(crate) fn create_update(
        &mut self,
        act: Act,
        item_id: Option<u64>,
        parent: Option<u64>,
        body: &str,
    ) -> Result<(u64, Vec<Change>), WorldError> {
        let item_id = match (item_id, parent) {
            (_, Some(parent)) => {
                let update = self.update(parent).ok_or(WorldError::NoUpdate(parent))?;
                update.item_id
            }
            (Some(item_id), None) => item_id,
            (None, None) => return Err(WorldError::NoItem(0)),
        };
        let item = self.active_item(item_id)?.clone();
        let update = Update {
            id: self.new_id(),
            item_id,
            parent,
            body: body.to_owned(),
            creator: act.user,
            created_at: act.now,
            edited_at: act.now,
        };
        self.updates.insert(update.id, update.clone());
        let id = update.id;
        let change = self.change(item.board_id, ChangeKind::UpdateCreated(item, update))?;
        Ok((id, vec![change]))
    }

    /// Changes what an update says.
    pub(crate) fn edit_update(
        &mut self,
        act: Act,
        id: u64,
        body: &str,
    ) -> Result<Vec<Change>, WorldError> {
        let update = self.updates.get_mut(&id).ok_or(WorldError::NoUpdate(id))?;
        body.clone_into(&mut update.body);
        update.edited_at = act.now;
        let update = update.clone();
        let item = self.any_item(update.item_id)?.clone();
        Ok(vec![self.change(
            item.board_id,
            ChangeKind::UpdateEdited(item, update),
        )?])
    }

    /// Deletes an update and its replies, and returns it.
    pub(crate) fn delete_update(&mut self, id: u64) -> Result<(Update, Vec<Change>), WorldError> {
        let update = self.updates.remove(&id).ok_or(WorldError::NoUpdate(id))?;
        self.updates.retain(|_, reply| reply.parent != Some(id));
        let item = self.any_item(update.item_id)?.clone();
        let kind = ChangeKind::UpdateDeleted(item.clone(), update.clone());
        Ok((update, vec![self.change(item.board_id, kind)?]))
    }

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

    fn insert_item(
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

    /// Puts an item's subitems into its subitems column.
    fn link_subitems(
        &mut self,
        act: Act,
        item_id: u64,
        previous: Value,
    ) -> Result<Change, WorldError> {
        let value = self.linked_subitems(item_id);
        let board_id = self.any_item(item_id)?.board_id;
        let column = self.board_mut(board_id)?.subitems_column();
        let item = self.item_mut(item_id)?;
        item.values.insert(column.id.clone(), value.clone());
        item.updated_at = act.now;
        let item = item.clone();
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

fn check_name(name: &str) -> Result<(), WorldError> {
    if name.trim().is_empty() {
        return Err(WorldError::EmptyName);
    }
    if name.chars().count() > MAX_NAME {
        return Err(WorldError::NameTooLong);
    }
    Ok(())
}

fn read_all(
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
