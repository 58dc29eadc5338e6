//! `Update` and `Reply`.

use super::args::Args;
use super::node::Node;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use crate::sync::lock;
use crate::world::{Update, World};

/// The page that is asked for of those updates that fit, newest first; replies aren't among them.
pub(super) fn updates_page(
    world: &World,
    args: &Args<'_>,
    fits: impl Fn(&Update) -> bool,
) -> Result<Field, Refusal> {
    let ids = args.ids("ids")?;
    let mut updates: Vec<&Update> = world
        .updates()
        .filter(|update| update.parent.is_none() && fits(update))
        .filter(|update| ids.as_ref().is_none_or(|ids| ids.contains(&update.id)))
        .collect();
    updates.reverse();
    let page = args.page_of(updates.into_iter());
    Ok(Field::Nodes(
        page.into_iter().cloned().map(Node::from).collect(),
    ))
}

pub(super) fn update(call: &Call, update: &Update, name: &str) -> Field {
    let world = lock(&call.core.world);
    match name {
        "item" => Field::optional(world.item(update.item_id).cloned().map(Node::from)),
        "item_id" => Field::id(update.item_id),
        "replies" => Field::Nodes(
            world
                .updates()
                .filter(|reply| reply.parent == Some(update.id))
                .map(|reply| Node::Reply(Box::new(reply.clone())))
                .collect(),
        ),
        _ => written(update, name),
    }
}

pub(super) fn reply(reply: &Update, name: &str) -> Field {
    written(reply, name)
}

/// What updates and replies have in common.
fn written(update: &Update, name: &str) -> Field {
    match name {
        "id" => Field::id(update.id),
        "body" => Field::leaf(update.body.as_str()),
        "text_body" => Field::leaf(update.text_body()),
        "created_at" => Field::time(update.created_at),
        "edited_at" | "updated_at" => Field::time(update.edited_at),
        "creator" => Field::Node(Node::User(update.creator)),
        "creator_id" => Field::id(update.creator),
        _ => Field::Default,
    }
}
