//! A sample event that fits a webhook and its board.

use monday_webhooks::SubscriptionKind;
use monday_webhooks::testing::sample;
use serde_json::Value;

use crate::webhooks::Webhook;

/// The SDK's sample of `kind`, addressed to `webhook`: its id, its board, its user, and no
/// `triggerUuid` or `triggerTime`, which each delivery gets anew. `None`
/// for an event that the schema doesn't have.
pub(crate) fn sample_for(
    kind: &SubscriptionKind,
    webhook: &Webhook,
    subitems_board: Option<u64>,
) -> Option<Value> {
    let mut event = sample(kind)?["event"].take();
    if let Some(fields) = event.as_object_mut() {
        fields.remove("triggerUuid");
        fields.remove("triggerTime");
        fields.insert("subscriptionId".to_owned(), webhook.id.into());
        fields.insert("userId".to_owned(), webhook.user_id.into());
        let mut of_subitem = false;
        for parent_board in ["parentItemBoardId", "parentBoardId"] {
            if let Some(id) = fields.get_mut(parent_board) {
                of_subitem = true;
                *id = like(id, webhook.board_id);
            }
        }
        if let Some(id) = fields.get_mut("boardId") {
            let board = if of_subitem {
                subitems_board.unwrap_or(webhook.board_id)
            } else {
                webhook.board_id
            };
            *id = like(id, board);
        }
    }
    Some(event)
}

/// An id in the form of `model`: some events have numbers, some have strings.
fn like(model: &Value, id: u64) -> Value {
    if model.is_string() {
        id.to_string().into()
    } else {
        id.into()
    }
}
