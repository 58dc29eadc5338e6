//! The objects that the emulator has a model of.

use apollo_compiler::Name;
use serde_json::Value;

use super::args::Args;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use super::{account, board, column_value, item, update};
use crate::sync::lock;
use crate::versions::Version;
use crate::webhooks::Webhook;
use crate::world::{Board, Column, Group, Item, ItemState, Update};

/// An object of the response, by its type in the schema.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Query,
    Mutation,
    Account,
    Board(Box<Board>),
    Column(Box<Column>),
    ColumnValue(Box<ColumnValue>),
    Complexity,
    Group(Box<PlacedGroup>),
    Item(Box<Item>),
    ItemsPage {
        items: Vec<u64>,
        cursor: Option<String>,
    },
    Reply(Box<Update>),
    Update(Box<Update>),
    User(u64),
    Version(Version),
    Webhook(Webhook),
    /// An object of a type without a model: each of its fields has its default.
    Unmodelled(Name),
}

/// A group and where it is.
#[derive(Clone, Debug)]
pub(crate) struct PlacedGroup {
    pub(crate) board_id: u64,
    pub(crate) group: Group,
    /// Counted from the board's top.
    pub(crate) position: usize,
    pub(crate) state: ItemState,
}

/// The value of one column of one item.
#[derive(Clone, Debug)]
pub(crate) struct ColumnValue {
    /// The type in the schema that implements `ColumnValue` for the column's type.
    pub(crate) type_name: String,
    pub(crate) item: Item,
    pub(crate) column: Column,
    pub(crate) value: Value,
}

impl Node {
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Query => "Query",
            Self::Mutation => "Mutation",
            Self::Account => "Account",
            Self::Board(_) => "Board",
            Self::Column(_) => "Column",
            Self::ColumnValue(value) => &value.type_name,
            Self::Complexity => "Complexity",
            Self::Group(_) => "Group",
            Self::Item(_) => "Item",
            Self::ItemsPage { .. } => "ItemsResponse",
            Self::Reply(_) => "Reply",
            Self::Update(_) => "Update",
            Self::User(_) => "User",
            Self::Version(_) => "Version",
            Self::Webhook(_) => "Webhook",
            Self::Unmodelled(name) => name,
        }
    }

    /// The value of one of its fields.
    pub(crate) fn field(&self, call: &Call, name: &str, args: &Args<'_>) -> Result<Field, Refusal> {
        Ok(match self {
            Self::Account => account::account(call, name),
            Self::Board(board) => board::board(call, board, name, args)?,
            Self::Column(column) => board::column(column, name),
            Self::ColumnValue(value) => column_value::column_value(call, value, name),
            Self::Complexity => account::complexity(call, name),
            Self::Group(placed) => board::group(call, placed, name, args)?,
            Self::Item(item) => item::item(call, item, name, args)?,
            Self::ItemsPage { items, cursor } => match name {
                "cursor" => Field::leaf(cursor.clone()),
                "items" => {
                    let world = lock(&call.core.world);
                    let items = items.iter().filter_map(|id| world.item(*id));
                    Field::Nodes(items.cloned().map(Self::from).collect())
                }
                _ => Field::Default,
            },
            Self::Reply(reply) => update::reply(reply, name),
            Self::Update(update) => update::update(call, update, name),
            Self::User(id) => account::user(call, *id, name),
            Self::Version(version) => account::version(version, name),
            Self::Webhook(webhook) => webhook_field(webhook, name),
            Self::Query | Self::Mutation | Self::Unmodelled(_) => Field::Default,
        })
    }
}

impl From<Board> for Node {
    fn from(board: Board) -> Self {
        Self::Board(Box::new(board))
    }
}

impl From<Item> for Node {
    fn from(item: Item) -> Self {
        Self::Item(Box::new(item))
    }
}

impl From<Column> for Node {
    fn from(column: Column) -> Self {
        Self::Column(Box::new(column))
    }
}

impl From<Update> for Node {
    fn from(update: Update) -> Self {
        Self::Update(Box::new(update))
    }
}

fn webhook_field(webhook: &Webhook, name: &str) -> Field {
    match name {
        "id" => Field::id(webhook.id),
        "board_id" => Field::id(webhook.board_id),
        "event" => Field::leaf(webhook.event.as_str()),
        "config" => Field::leaf(webhook.config.clone()),
        _ => Field::Default,
    }
}
