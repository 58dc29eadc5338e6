//! The objects that the emulator has a model of, and their fields.

use apollo_compiler::Name;

use super::args::Args;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use crate::versions::Version;
use crate::webhooks::Webhook;

/// An object of the response, by its type in the schema.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Query,
    Mutation,
    Account,
    Complexity,
    User(u64),
    Version(Version),
    Webhook(Webhook),
    /// An object of a type without a model: each of its fields has its default.
    Unmodelled(Name),
}

impl Node {
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Query => "Query",
            Self::Mutation => "Mutation",
            Self::Account => "Account",
            Self::Complexity => "Complexity",
            Self::User(_) => "User",
            Self::Version(_) => "Version",
            Self::Webhook(_) => "Webhook",
            Self::Unmodelled(name) => name,
        }
    }

    /// The value of one of its fields.
    pub(crate) fn field(&self, call: &Call, name: &str, _args: Args<'_>) -> Result<Field, Refusal> {
        Ok(match self {
            Self::Account => account(call, name),
            Self::Complexity => complexity(call, name),
            Self::User(id) => user(call, *id, name),
            Self::Version(version) => version_field(version, name),
            Self::Webhook(webhook) => webhook_field(webhook, name),
            Self::Query | Self::Mutation | Self::Unmodelled(_) => Field::Default,
        })
    }
}

fn account(call: &Call, name: &str) -> Field {
    match name {
        "id" => Field::id(call.core.account_id),
        "name" => Field::leaf("Emulated account"),
        "slug" => Field::leaf("emulated"),
        "tier" => Field::leaf("pro"),
        _ => Field::Default,
    }
}

fn user(call: &Call, id: u64, name: &str) -> Field {
    match name {
        "id" => Field::id(id),
        "name" => Field::leaf(format!("User {id}")),
        "email" => Field::leaf(format!("user-{id}@example.com")),
        "account" => Field::Node(Node::Account),
        "account_id" => Field::id(call.core.account_id),
        _ => Field::Default,
    }
}

fn complexity(call: &Call, name: &str) -> Field {
    const BUDGET: u32 = 5_000_000;
    match name {
        "before" => Field::leaf(BUDGET),
        "query" => Field::leaf(call.cost),
        "after" => Field::leaf(BUDGET.saturating_sub(call.cost)),
        "reset_in_x_seconds" => Field::leaf(60),
        _ => Field::Default,
    }
}

fn version_field(version: &Version, name: &str) -> Field {
    match name {
        "value" => Field::leaf(version.value.as_str()),
        "kind" => Field::leaf(version.kind),
        "display_name" => Field::leaf(version.kind.replace('_', " ")),
        _ => Field::Default,
    }
}

fn webhook_field(webhook: &Webhook, name: &str) -> Field {
    match name {
        "id" => Field::id(webhook.id),
        "board_id" => Field::id(webhook.board_id),
        "event" => Field::leaf(webhook.event.as_str()),
        "config" => Field::leaf(webhook.config.clone()),
        _ => Field::Default,
    }
}
