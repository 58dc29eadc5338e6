//! Mutations of boards, groups and columns.

use serde_json::Value;

use crate::graphql::args::Args;
use crate::graphql::board::groups_where;
use crate::graphql::node::{Node, PlacedGroup};
use crate::graphql::refusal::Refusal;
use crate::graphql::resolve::{Call, Field};
use crate::sync::lock;
use crate::world::{ColumnProperty, GroupAttribute, ItemState, NewColumn, World};

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
    Ok(group(&world, board_id, &id))
}

fn group(world: &World, board_id: u64, id: &str) -> Field {
    Field::optional(world.board(board_id).and_then(|board| {
        groups_where(board, |group| group.id == id)
            .into_iter()
            .next()
    }))
}

pub(super) fn update_group(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("boards:write")?;
    let board_id = args.required_id("board_id")?;
    let id = args.text("group_id").unwrap_or_default();
    let attribute = match args.text("group_attribute") {
        Some("title") => GroupAttribute::Title,
        Some("color") => GroupAttribute::Color,
        _ => {
            return Err(Refusal::unsupported(
                "The emulator changes a group's title and color alone",
            ));
        }
    };
    let value = args.text("new_value").unwrap_or_default();
    let mut world = lock(&call.core.world);
    world.change_group(board_id, id, attribute, value)?;
    Ok(group(&world, board_id, id))
}

/// Answers with the group as it was; it says that it is gone.
pub(super) fn remove_group(
    call: &Call,
    args: &Args<'_>,
    state: ItemState,
) -> Result<Field, Refusal> {
    call.require("boards:write")?;
    let board_id = args.required_id("board_id")?;
    let id = args.text("group_id").unwrap_or_default();
    let mut world = lock(&call.core.world);
    let removed = world.board(board_id).and_then(|board| {
        let position = board.groups.iter().position(|group| group.id == id)?;
        Some(Node::Group(Box::new(PlacedGroup {
            board_id,
            group: board.groups[position].clone(),
            position,
            state,
        })))
    });
    let changes = world.remove_group(call.act(args), board_id, id, state)?;
    if call.core.behaviour().group_removal_tells_items {
        call.tell(&world, &changes);
    }
    Ok(Field::optional(removed))
}

pub(super) fn change_column_title(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let title = args.text("title").unwrap_or_default();
    change_column(call, args, ColumnProperty::Title, title)
}

pub(super) fn change_column_metadata(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let property = match args.text("column_property") {
        Some("title") => ColumnProperty::Title,
        Some("description") => ColumnProperty::Description,
        _ => return Err(Refusal::invalid_argument("column_property is missing")),
    };
    let value = args.text("value").unwrap_or_default();
    change_column(call, args, property, value)
}

fn change_column(
    call: &Call,
    args: &Args<'_>,
    property: ColumnProperty,
    value: &str,
) -> Result<Field, Refusal> {
    call.require("boards:write")?;
    let board_id = args.required_id("board_id")?;
    let id = args.text("column_id").unwrap_or_default();
    let changed = lock(&call.core.world).change_column(board_id, id, property, value)?;
    Ok(Field::Node(changed.into()))
}

pub(super) fn delete_column(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("boards:write")?;
    let board_id = args.required_id("board_id")?;
    let id = args.text("column_id").unwrap_or_default();
    let deleted = lock(&call.core.world).delete_column(board_id, id)?;
    Ok(Field::Node(deleted.into()))
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
