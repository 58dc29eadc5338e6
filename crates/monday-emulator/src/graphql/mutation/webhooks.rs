//! `create_webhook` and `delete_webhook`.

use url::Url;

use crate::behaviour::{FailedChallenge, MissingWebhook};
use crate::challenge::challenge;
use crate::delivery::Engine;
use crate::graphql::args::Args;
use crate::graphql::node::Node;
use crate::graphql::refusal::Refusal;
use crate::graphql::resolve::{Call, Field};
use crate::log::LogEvent;
use crate::sync::lock;
use crate::tokens::TokenKind;
use crate::webhooks::{MAX_URL_LENGTH, Webhook, config_text};

/// Challenges the URL and makes the webhook.
pub(super) async fn create_webhook(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("webhooks:write")?;
    let core = &call.core;
    let board_id = args.required_id("board_id")?;
    let event = args.text("event").unwrap_or_default().to_owned();
    let url = args.text("url").unwrap_or_default().to_owned();
    check_board(call, board_id, &event)?;
    check_url(&url)?;
    let config = config_text(&event, args.json("config").as_ref())
        .map_err(|error| Refusal::invalid_argument(error.to_string()))?;
    let webhook = Webhook {
        id: lock(&core.world).new_id(),
        board_id,
        event,
        url,
        config,
        created_by: call.token.kind(),
        user_id: call.token.user_id(),
    };
    let behaviour = core.behaviour();
    let signed = behaviour.signed_challenge && webhook.created_by == TokenKind::App;
    let token = signed.then(|| core.sign(&webhook));
    if let Err(error) = challenge(core, &webhook.url, token).await {
        return match behaviour.failed_challenge {
            FailedChallenge::Null => Ok(Field::NULL),
            FailedChallenge::Error => Err(Refusal::invalid_argument(format!(
                "The URL did not pass the challenge: {error}"
            ))
            .with_data("board_id", board_id)),
        };
    }
    core.log.push(LogEvent::WebhookCreated {
        webhook: webhook.id,
        board: board_id,
        event: webhook.event.clone(),
        url: webhook.url.clone(),
    });
    lock(&core.webhooks).insert(webhook.clone());
    Ok(Field::Node(Node::Webhook(webhook)))
}

/// The two failures that monday's webhooks reference documents, and one that third parties report.
fn check_board(call: &Call, board_id: u64, event: &str) -> Result<(), Refusal> {
    let world = lock(&call.core.world);
    let refuse =
        |message: &str| Err(Refusal::invalid_argument(message).with_data("board_id", board_id));
    match world.board(board_id) {
        None => refuse("Board not found"),
        Some(board) if board.is_subitems_board() => {
            refuse("Creating webhook on subitems board isn't allowed")
        }
        Some(board)
            if call.core.behaviour().subitem_events_need_subitems
                && event.contains("subitem")
                && board.subitems_board.is_none() =>
        {
            refuse("The board has no subitems")
        }
        Some(_) => Ok(()),
    }
}

fn check_url(url: &str) -> Result<(), Refusal> {
    let length = url.chars().count();
    if length > MAX_URL_LENGTH {
        return Err(Refusal::invalid_argument(format!(
            "url has {length} characters, at most {MAX_URL_LENGTH} are allowed"
        )));
    }
    match Url::parse(url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => Ok(()),
        _ => Err(Refusal::invalid_argument(
            "url must be an http or https URL",
        )),
    }
}

/// Deletes a webhook; what it was still to get is dropped.
pub(super) fn delete_webhook(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    call.require("webhooks:write")?;
    let core = &call.core;
    let id = args.required_id("id")?;
    let Some(webhook) = lock(&core.webhooks).remove(id) else {
        return match core.behaviour().missing_webhook {
            MissingWebhook::Null => Ok(Field::NULL),
            MissingWebhook::NotFound => Err(Refusal::not_found("Webhook not found")
                .with_data("resource_id", id)
                .with_data("resource_type", "webhook")),
        };
    };
    Engine::drop_webhook(core, id);
    core.log.push(LogEvent::WebhookDeleted {
        webhook: id,
        board: webhook.board_id,
        event: webhook.event.clone(),
    });
    Ok(Field::Node(Node::Webhook(webhook)))
}
