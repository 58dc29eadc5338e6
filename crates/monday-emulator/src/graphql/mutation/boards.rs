//! Mutations of boards, groups and columns.

use serde_json::Value;

use crate::graphql::args::Args;
use crate::graphql::board::groups_where;
use crate::graphql::node::Node;
use crate::graphql::refusal::Refusal;
use crate::graphql::resolve::{Call, Field};
use crate::sync::lock;
use crate::world::NewColumn;

pub(super) fn create_board(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("boards:write")?;
    let name = args.text("board_name").unwrap_or_default();
    let kind = args.text("board_kind").unwrap_or("public");
    let mut world = lock(&call.core.world);
    let id = world.create_board(name, kind, args.text("description"))?;
    Ok(Field::optional(world.board(id).cloned().map(Node::from)))
}

pub(super) fn create_group(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("boards:write")?;
    let board_id = args.required_id("board_id")?;
    let title = args.text("group_name").unwrap_or_default();
    let mut world = lock(&call.core.world);
    let id = world.create_group(board_id, title, args.text("group_color"))?;
    Ok(Field::optional(world.board(board_id).and_then(|board| {
        groups_where(board, |group| group.id == id)
            .into_iter()
            .next()
    })))
}

pub(super) fn create_column(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("boards:write")?;
    let board_id = args.required_id("board_id")?;
    let owned = |text: &str| text.to_owned();
    let new = NewColumn {
        id: args.text("id").map(owned),
        title: args.text("title").map(owned).unwrap_or_default(),
        column_type: args.text("column_type").map(owned).unwrap_or_default(),
        description: args.text("description").map(owned),
        settings: args.json("defaults").map(|defaults| match &defaults {
            Value::String(text) => serde_json::from_str(text).unwrap_or(defaults),
            _ => defaults,
        }),
        after: args.name("after_column_id"),
    };
    let mut world = lock(&call.core.world);
    let (id, changes) = world.create_column(board_id, new)?;
    call.tell(&world, &changes);
    let column = world.board(board_id).and_then(|board| board.column(&id));
    Ok(Field::optional(column.cloned().map(Node::from)))
}
