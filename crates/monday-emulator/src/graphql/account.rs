//! `Account`, `User`, `Complexity` and `Version`.

use super::node::Node;
use super::resolve::{Call, Field};
use crate::versions::Version;

pub(super) fn account(call: &Call, name: &str) -> Field {
    match name {
        "id" => Field::id(call.core.account_id),
        "name" => Field::leaf("Emulated account"),
        "slug" => Field::leaf("emulated"),
        "tier" => Field::leaf("pro"),
        _ => Field::Default,
    }
}

pub(super) fn user(call: &Call, id: u64, name: &str) -> Field {
    match name {
        "id" => Field::id(id),
        "name" => Field::leaf(format!("User {id}")),
        "email" => Field::leaf(format!("user-{id}@example.com")),
        "account" => Field::Node(Node::Account),
        "account_id" => Field::id(call.core.account_id),
        _ => Field::Default,
    }
}

pub(super) fn complexity(call: &Call, name: &str) -> Field {
    match name {
        "before" => Field::leaf(call.budget.before),
        "query" => Field::leaf(call.budget.query),
        "after" => Field::leaf(call.budget.before.saturating_sub(call.budget.query)),
        "reset_in_x_seconds" => Field::leaf(call.budget.reset_in_seconds),
        _ => Field::Default,
    }
}

pub(super) fn version(version: &Version, name: &str) -> Field {
    match name {
        "value" => Field::leaf(version.value.as_str()),
        "kind" => Field::leaf(version.kind),
        "display_name" => Field::leaf(version.kind.replace('_', " ")),
        _ => Field::Default,
    }
}
