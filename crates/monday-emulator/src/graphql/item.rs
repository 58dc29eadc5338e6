//! `Item`.

use super::args::Args;
use super::board::groups_where;
use super::column_value::column_values;
use super::node::Node;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use super::update::updates_page;
use crate::sync::lock;
use crate::world::Item;

pub(super) fn item(
    call: &Call,
    item: &Item,
    name: &str,
    args: &Args<'_>,
) -> Result<Field, Refusal> {
    let world = lock(&call.core.world);
    let board = world.board(item.board_id);
    Ok(match name {
        "id" => Field::id(item.id),
        "name" => Field::leaf(item.name.as_str()),
        "state" => Field::leaf(item.state.as_str()),
        "url" => Field::leaf(format!(
            "https://emulated.monday.com/boards/{}/pulses/{}",
            item.board_id, item.id
        )),
        "relative_link" => Field::leaf(format!("/boards/{}/pulses/{}", item.board_id, item.id)),
        "created_at" => Field::time(item.created_at),
        "updated_at" => Field::time(item.updated_at),
        "creator" => Field::Node(Node::User(item.creator)),
        "creator_id" => Field::id(item.creator),
        "board" => Field::optional(board.cloned().map(Node::from)),
        "group" => Field::optional(board.and_then(|board| {
            groups_where(board, |group| group.id == item.group_id)
                .into_iter()
                .next()
        })),
        "parent_item" => {
            let parent = item.parent.and_then(|parent| world.item(parent));
            Field::optional(parent.cloned().map(Node::from))
        }
        "subitems" => Field::Nodes(
            world
                .subitems_of(item.id)
                .cloned()
                .map(Node::from)
                .collect(),
        ),
        "column_values" => board.map_or(Field::Default, |board| column_values(board, item, args)),
        "updates" => {
            call.require("updates:read")?;
            updates_page(&world, args, |update| update.item_id == item.id)?
        }
        _ => Field::Default,
    })
}
