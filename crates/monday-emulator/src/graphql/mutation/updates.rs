//! Mutations of updates.

use crate::graphql::args::Args;
use crate::graphql::node::Node;
use crate::graphql::refusal::Refusal;
use crate::graphql::resolve::{Call, Field};
use crate::sync::lock;

pub(super) fn create_update(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("updates:write")?;
    let (item_id, parent) = (args.id("item_id")?, args.id("parent_id")?);
    let body = args.text("body").unwrap_or_default();
    let mut world = lock(&call.core.world);
    let (id, changes) = world.create_update(call.act(args), item_id, parent, body)?;
    call.tell(&world, &changes);
    Ok(Field::optional(world.update(id).cloned().map(Node::from)))
}

pub(super) fn edit_update(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("updates:write")?;
    let id = args.required_id("id")?;
    let body = args.text("body").unwrap_or_default();
    let mut world = lock(&call.core.world);
    let changes = world.edit_update(call.act(args), id, body)?;
    call.tell(&world, &changes);
    Ok(Field::optional(world.update(id).cloned().map(Node::from)))
}

pub(super) fn delete_update(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("updates:write")?;
    let mut world = lock(&call.core.world);
    let (update, changes) = world.delete_update(args.required_id("id")?)?;
    call.tell(&world, &changes);
    Ok(Field::Node(update.into()))
}
