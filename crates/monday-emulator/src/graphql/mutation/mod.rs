//! The fields of `Mutation`.

mod boards;
mod items;
mod updates;
mod webhooks;

use super::args::Args;
use super::node::Node;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use crate::world::ItemState;

/// Carries out one field of a mutation.
pub(crate) async fn resolve(call: &Call, name: &str, args: &Args<'_>) -> Result<Field, Refusal> {
    Ok(match name {
        "complexity" => Field::Node(Node::Complexity),
        "create_webhook" => webhooks::create_webhook(call, args).await?,
        "delete_webhook" => webhooks::delete_webhook(call, args)?,
        "create_item" => items::create_item(call, args)?,
        "create_subitem" => items::create_subitem(call, args)?,
        "change_column_value" => items::change_column_value(call, args)?,
        "change_simple_column_value" => items::change_simple_column_value(call, args)?,
        "change_multiple_column_values" => items::change_multiple_column_values(call, args)?,
        "move_item_to_group" => items::move_item_to_group(call, args)?,
        "move_item_to_board" => items::move_item_to_board(call, args)?,
        "archive_item" => items::archive_item(call, args)?,
        "delete_item" => items::delete_item(call, args)?,
        "create_board" => boards::create_board(call, args)?,
        "create_group" => boards::create_group(call, args)?,
        "update_group" => boards::update_group(call, args)?,
        "archive_group" => boards::remove_group(call, args, ItemState::Archived)?,
        "delete_group" => boards::remove_group(call, args, ItemState::Deleted)?,
        "change_column_title" => boards::change_column_title(call, args)?,
        "change_column_metadata" => boards::change_column_metadata(call, args)?,
        "delete_column" => boards::delete_column(call, args)?,
        "create_column" => boards::create_column(call, args)?,
        "create_update" => updates::create_update(call, args)?,
        "edit_update" => updates::edit_update(call, args)?,
        "delete_update" => updates::delete_update(call, args)?,
        _ => Field::Default,
    })
}
