//! `Board`, `Group` and `Column`.

use super::args::Args;
use super::node::{Node, PlacedGroup};
use super::page::items_page;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use super::update::updates_page;
use crate::sync::lock;
use crate::world::{Board, Column, Group, ItemState};

pub(super) fn board(
    call: &Call,
    board: &Board,
    name: &str,
    args: &Args<'_>,
) -> Result<Field, Refusal> {
    let world = lock(&call.core.world);
    Ok(match name {
        "id" => Field::id(board.id),
        "name" => Field::leaf(board.name.as_str()),
        "description" => Field::leaf(board.description.clone()),
        "state" => Field::leaf(board.state.as_str()),
        "board_kind" => Field::leaf(board.kind.as_str()),
        "type" => Field::leaf(if board.is_subitems_board() {
            "sub_items_board"
        } else {
            "board"
        }),
        "url" => Field::leaf(format!("https://emulated.monday.com/boards/{}", board.id)),
        "items_count" => Field::leaf(world.items_on(board.id).count()),
        "columns" => columns(board, args),
        "groups" => groups(board, args),
        "top_group" => groups_where(board, |group| board.is_top_group(&group.id))
            .into_iter()
            .next()
            .map_or(Field::Default, Field::Node),
        "items_page" => items_page(call, args, world.items_on(board.id))?,
        "updates" => {
            call.require("updates:read")?;
            let on_board = |item: u64| {
                let item = world.item(item);
                item.is_some_and(|item| item.board_id == board.id)
            };
            updates_page(&world, args, |update| on_board(update.item_id))?
        }
        _ => Field::Default,
    })
}

fn columns(board: &Board, args: &Args<'_>) -> Field {
    let (ids, types) = (args.texts("ids"), args.texts("types"));
    let chosen = board.columns.iter().filter(|column| {
        let among = |texts: &Option<Vec<&str>>, text: &str| {
            texts.as_ref().is_none_or(|texts| texts.contains(&text))
        };
        among(&ids, &column.id) && among(&types, &column.column_type)
    });
    Field::Nodes(chosen.cloned().map(Node::from).collect())
}

fn groups(board: &Board, args: &Args<'_>) -> Field {
    let ids = args.texts("ids");
    Field::Nodes(groups_where(board, |group| {
        ids.as_ref()
            .is_none_or(|ids| ids.contains(&group.id.as_str()))
    }))
}

/// The groups of a board that fit.
pub(super) fn groups_where(board: &Board, fits: impl Fn(&Group) -> bool) -> Vec<Node> {
    board
        .groups
        .iter()
        .enumerate()
        .filter(|(_, group)| fits(group))
        .map(|(position, group)| {
            Node::Group(Box::new(PlacedGroup {
                board_id: board.id,
                group: group.clone(),
                position,
                state: ItemState::Active,
            }))
        })
        .collect()
}

pub(super) fn group(
    call: &Call,
    placed: &PlacedGroup,
    name: &str,
    args: &Args<'_>,
) -> Result<Field, Refusal> {
    let group = &placed.group;
    Ok(match name {
        "id" => Field::leaf(group.id.as_str()),
        "title" => Field::leaf(group.title.as_str()),
        "color" => Field::leaf(group.color.as_str()),
        "position" => Field::leaf(placed.position.to_string()),
        "archived" => Field::leaf(placed.state == ItemState::Archived),
        "deleted" => Field::leaf(placed.state == ItemState::Deleted),
        "items_page" => {
            let world = lock(&call.core.world);
            let items = world
                .items_on(placed.board_id)
                .filter(|item| item.group_id == group.id);
            items_page(call, args, items)?
        }
        _ => Field::Default,
    })
}

pub(super) fn column(column: &Column, name: &str) -> Field {
    match name {
        "id" => Field::leaf(column.id.as_str()),
        "title" => Field::leaf(column.title.as_str()),
        "type" => Field::leaf(column.column_type.as_str()),
        "description" => Field::leaf(column.description.clone()),
        "settings" => Field::leaf(column.settings.clone()),
        "settings_str" => Field::leaf(column.settings.to_string()),
        "archived" => Field::leaf(false),
        _ => Field::Default,
    }
}
