//! Mutations of items and subitems.

use serde_json::{Map, Value};

use crate::graphql::args::Args;
use crate::graphql::node::Node;
use crate::graphql::refusal::Refusal;
use crate::graphql::resolve::{Call, Field};
use crate::sync::lock;
use crate::world::column_value::read_values;
use crate::world::{Act, Change, ItemState, NewValue, World, WorldError};

pub(super) fn create_item(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let board_id = args.required_id("board_id")?;
    let group_id = args.text("group_id");
    let name = args.text("item_name").unwrap_or_default();
    let values = column_values(args)?;
    edit(call, args, |world, act| {
        world.create_item(act, board_id, group_id, name, &values)
    })
}

pub(super) fn create_subitem(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let parent_id = args.required_id("parent_item_id")?;
    let name = args.text("item_name").unwrap_or_default();
    let values = column_values(args)?;
    edit(call, args, |world, act| {
        world.create_subitem(act, parent_id, name, &values)
    })
}

pub(super) fn change_column_value(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let value = match args.json("value").unwrap_or_default() {
        // The type JSON is sent as the text of some JSON.
        Value::String(text) => serde_json::from_str(&text)
            .map_err(|_| Refusal::column_value("value must be the text of JSON"))?,
        other => other,
    };
    change_one(call, args, NewValue::Json(value))
}

pub(super) fn change_simple_column_value(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let text = args.text("value").unwrap_or_default().to_owned();
    change_one(call, args, NewValue::Text(text))
}

pub(super) fn change_multiple_column_values(
    call: &Call,
    args: &Args<'_>,
) -> Result<Field, Refusal> {
    let item_id = args.required_id("item_id")?;
    let board_id = args.required_id("board_id")?;
    let values: Vec<(String, NewValue)> = column_values(args)?
        .into_iter()
        .map(|(id, value)| (id, NewValue::Json(value)))
        .collect();
    edit(call, args, |world, act| {
        let changes = world.change_values(act, item_id, board_id, &values)?;
        Ok((item_id, changes))
    })
}

fn change_one(call: &Call, args: &Args<'_>, value: NewValue) -> Result<Field, Refusal> {
    let item_id = args.required_id("item_id")?;
    let board_id = args.required_id("board_id")?;
    let column_id = args.text("column_id").unwrap_or_default().to_owned();
    edit(call, args, |world, act| {
        let changes = world.change_values(act, item_id, board_id, &[(column_id, value)])?;
        Ok((item_id, changes))
    })
}

pub(super) fn move_item_to_group(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let item_id = args.required_id("item_id")?;
    let group_id = args.text("group_id").unwrap_or_default();
    edit(call, args, |world, act| {
        Ok((item_id, world.move_to_group(act, item_id, group_id)?))
    })
}

pub(super) fn move_item_to_board(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let item_id = args.required_id("item_id")?;
    let board_id = args.required_id("board_id")?;
    let group_id = args.name("group_id").unwrap_or_default();
    edit(call, args, |world, act| {
        let changes = world.move_to_board(act, item_id, board_id, &group_id)?;
        Ok((item_id, changes))
    })
}

pub(super) fn archive_item(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    remove(call, args, ItemState::Archived)
}

pub(super) fn delete_item(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    remove(call, args, ItemState::Deleted)
}

fn remove(call: &Call, args: &Args<'_>, state: ItemState) -> Result<Field, Refusal> {
    let item_id = args.required_id("item_id")?;
    edit(call, args, |world, act| {
        Ok((item_id, world.remove_item(act, item_id, state)?))
    })
}

/// Does something to an item, tells the webhooks, and answers with the item.
fn edit(
    call: &Call,
    args: &Args<'_>,
    act: impl FnOnce(&mut World, Act) -> Result<(u64, Vec<Change>), WorldError>,
) -> Result<Field, Refusal> {
    call.require("boards:write")?;
    let mut world = lock(&call.core.world);
    let (item_id, changes) = act(&mut world, call.act(args))?;
    call.tell(&world, &changes);
    Ok(Field::optional(
        world.item(item_id).cloned().map(Node::from),
    ))
}

fn column_values(args: &Args<'_>) -> Result<Map<String, Value>, Refusal> {
    match args.json("column_values") {
        None => Ok(Map::new()),
        Some(values) => read_values(&values).ok_or_else(|| {
            Refusal::column_value("column_values must be a JSON object or the text of one")
        }),
    }
}
