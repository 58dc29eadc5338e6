//! The fields of `Query`.

use super::args::Args;
use super::node::Node;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use crate::sync::lock;
use crate::tokens::TokenKind;

/// Answers one field of a query.
pub(crate) fn resolve(call: &Call, name: &str, args: Args<'_>) -> Result<Field, Refusal> {
    Ok(match name {
        "complexity" => Field::Node(Node::Complexity),
        "me" => {
            call.require("me:read")?;
            Field::Node(Node::User(call.token.user_id()))
        }
        "account" => {
            call.require("account:read")?;
            Field::Node(Node::Account)
        }
        "version" => Field::Node(Node::Version(call.version.clone())),
        "versions" => Field::Nodes(
            call.core
                .versions
                .all()
                .into_iter()
                .map(Node::Version)
                .collect(),
        ),
        "webhooks" => webhooks(call, args)?,
        _ => Field::Default,
    })
}

fn webhooks(call: &Call, args: Args<'_>) -> Result<Field, Refusal> {
    call.require("webhooks:read")?;
    let board_id = args.required_id("board_id")?;
    let app_only = args.flag("app_webhooks_only").unwrap_or(false);
    if lock(&call.core.world).board(board_id).is_none() {
        return Err(Refusal::invalid_argument("Board not found").with_data("board_id", board_id));
    }
    Ok(Field::Nodes(
        lock(&call.core.webhooks)
            .on_board(board_id)
            .filter(|webhook| !app_only || webhook.created_by == TokenKind::App)
            .cloned()
            .map(Node::Webhook)
            .collect(),
    ))
}
