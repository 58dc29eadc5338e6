//! What an inspector stands in front of.

use std::{pin::Pin, sync::Arc};

use monday_webhooks::inbox::DeadLetterId;
use serde::Serialize;
use serde_json::Value;

use super::entry::Entry;

/// An answer that takes a while, or why there is none.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// What the page is about and what it can do.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct About {
    /// The command.
    pub(crate) command: &'static str,
    /// Where deliveries arrive, or calls.
    pub(crate) url: String,
    /// Where a replay goes, where there is one place for all.
    pub(crate) replays_to: Option<String>,
    /// Whether there are replays.
    pub(crate) replays: bool,
    /// The variable that holds the secret for tokens, where one is known.
    pub(crate) secret_env: Option<String>,
    /// Whether there are dead letters to look after.
    pub(crate) dead_letters: bool,
    /// Whether the webhooks are listed by board.
    pub(crate) by_board: bool,
}

/// The command that an inspector looks into.
pub(crate) trait Backend: Send + Sync + 'static {
    fn about(&self) -> About;

    /// The webhooks, on one board where there are many.
    fn webhooks(&self, board: Option<String>) -> Answer<'_, Value>;

    /// Hands a delivery over once more.
    fn replay(&self, entry: Arc<Entry>) -> Answer<'_, ()>;

    /// The dead letters, the first that died first.
    fn dead_letters(&self) -> Answer<'_, Value>;

    /// Hands a dead letter over again; `false` where there is no such letter.
    fn requeue(&self, letter: DeadLetterId) -> Answer<'_, bool>;
}
