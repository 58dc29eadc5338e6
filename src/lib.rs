#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// With those of the workspace: nothing that comes in can make this crate panic.
#![warn(clippy::indexing_slicing, clippy::string_slice, clippy::unreachable)]

#[cfg(feature = "receiver")]
pub mod auth;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "client")]
pub mod client;
pub mod cloudevent;
#[cfg(feature = "cynic")]
pub mod code_first;
pub mod event;
mod generated;
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod id;
#[cfg(feature = "inbox")]
pub mod inbox;
#[cfg(feature = "receiver")]
pub mod receiver;
#[cfg(feature = "server")]
pub mod server;
pub mod subscription;
#[cfg(feature = "testing")]
pub mod testing;
pub mod token;
#[cfg(feature = "client")]
pub mod url;
#[cfg(any(feature = "inbox", feature = "server"))]
mod within;

#[cfg(feature = "client")]
pub use client::{Client, Webhook};
pub use event::{Delivery, DeliveryError, Event, EventKind, LifecycleEvent, LifecycleKind};
pub use generated::{API_VERSION, SCHEMA_SHA256};
pub use id::{AccountId, AppId, BoardId, ColumnId, GroupId, ItemId, UpdateId, UserId, WebhookId};
#[cfg(feature = "receiver")]
pub use receiver::Receiver;
pub use subscription::{StatusValue, Subscription, SubscriptionKind};
pub use token::ApiToken;
#[cfg(feature = "client")]
pub use url::WebhookUrl;

/// monday's GraphQL schema that this version was built with, as canonical SDL. Its API version is
/// [`API_VERSION`].
pub const SCHEMA: &str = include_str!("../schema/monday.graphql");

/// Includes the modules that `monday_codegen::compile` made of this crate's own operations. Takes
/// the file's name where `Compile::output` names one.
///
/// ```ignore
/// // There is nothing to include in this crate's docs: see `examples/downstream`.
/// mod monday {
///     monday_webhooks::include_operations!();
/// }
/// ```
#[cfg(feature = "client")]
#[macro_export]
macro_rules! include_operations {
    () => {
        $crate::include_operations!("monday.rs");
    };
    ($file:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $file));
    };
}

/// What generated code needs. Not a part of the API.
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod __private {
    pub use graphql_client;
    pub use serde;
    pub use serde_json;
}
