//! The fields of `Query`.

use super::args::Args;
use super::node::Node;
use super::page::next_items_page;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use super::update::updates_page;
use crate::sync::lock;
use crate::tokens::TokenKind;
use crate::world::ItemState;

/// Answers one field of a query.
pub(crate) fn resolve(call: &Call, name: &str, args: &Args<'_>) -> Result<Field, Refusal> {
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
        "users" => users(call, args)?,
        "version" => Field::Node(Node::Version(call.version.clone())),
        "versions" => {
            let versions = call.core.versions.all();
            Field::Nodes(versions.into_iter().map(Node::Version).collect())
        }
        "boards" => boards(call, args)?,
        "items" => items(call, args)?,
        "next_items_page" => {
            call.require("boards:read")?;
            next_items_page(call, args)?
        }
        "updates" => {
            call.require("updates:read")?;
            updates_page(&lock(&call.core.world), args, |_| true)?
        }
        "webhooks" => webhooks(call, args)?,
        _ => Field::Default,
    })
}

/// The users who hold a token.
fn users(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("users:read")?;
    let ids = args.ids("ids")?;
    let users = call.core.tokens.users().into_iter();
    let chosen = users.filter(|user| ids.as_ref().is_none_or(|ids| ids.contains(user)));
    Ok(Field::Nodes(
        args.page_of(chosen).into_iter().map(Node::User).collect(),
    ))
}

/// Boards, the subitems boards among them only where they are asked for by id.
fn boards(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("boards:read")?;
    let ids = args.ids("ids")?;
    let state = args.text("state").unwrap_or("active");
    let kind = args.text("board_kind");
    let world = lock(&call.core.world);
    let chosen = world
        .boards()
        .filter(|board| match &ids {
            Some(ids) => ids.contains(&board.id),
            None => !board.is_subitems_board(),
        })
        .filter(|board| state == "all" || board.state == state)
        .filter(|board| kind.is_none_or(|kind| board.kind == kind));
    Ok(Field::Nodes(
        args.page_of(chosen)
            .into_iter()
            .cloned()
            .map(Node::from)
            .collect(),
    ))
}

/// Items by id. Without ids there are none: monday wants them, too.
fn items(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("boards:read")?;
    let ids = args.ids("ids")?.unwrap_or_default();
    let only_active = args.flag("exclude_nonactive").unwrap_or(false);
    let newest_first = args.flag("newest_first").unwrap_or(false);
    let world = lock(&call.core.world);
    let mut chosen: Vec<_> = world
        .items()
        .filter(|item| ids.contains(&item.id))
        .filter(|item| !only_active || item.state == ItemState::Active)
        .filter(|item| item.state != ItemState::Deleted)
        .collect();
    if newest_first {
        chosen.reverse();
    }
    Ok(Field::Nodes(
        args.page_of(chosen.into_iter())
            .into_iter()
            .cloned()
            .map(Node::from)
            .collect(),
    ))
}

fn webhooks(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
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
