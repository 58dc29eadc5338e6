//! Removing what was handled once nobody can ask for it any more.
//!
//! A stream that keeps its limits drops nothing of itself, since it would drop what isn't handled
//! as well. So the beginning of the stream goes that is older than the window and below the first
//! delivery that isn't handled.

use std::{
    sync::Weak,
    time::{Duration, SystemTime},
};

use serde_json::json;

use crate::inbox::InboxError;

use super::{core::Core, ledger, record};

/// How often.
const PERIOD: Duration = Duration::from_mins(1);

/// Prunes until the inbox is gone.
pub(super) async fn run(core: Weak<Core>) {
    loop {
        tokio::time::sleep(PERIOD).await;
        let Some(core) = core.upgrade() else {
            return;
        };
        if let Err(error) = past_window(&core).await {
            tracing::debug!("handled deliveries could not be removed: {error}");
        }
    }
}

/// Removes what is past the window, which is the longest that anybody has asked for.
async fn past_window(core: &Core) -> Result<u64, InboxError> {
    let found = ledger::stream(&core.api, core.options.stream.as_str()).await?;
    let found = Duration::from_nanos(found.config.duplicate_window);
    let horizon = SystemTime::now().checked_sub(found.max(core.options.duplicate_window()));
    prune(core, horizon.unwrap_or(SystemTime::UNIX_EPOCH)).await
}

/// Removes what was handled and stored before `horizon`, and returns how much.
pub(super) async fn prune(core: &Core, horizon: SystemTime) -> Result<u64, InboxError> {
    let stream = core.options.stream.as_str();
    let api = &core.api;
    let floor = ledger::consumer(api, stream).await?.ack_floor.stream_seq;
    let first = ledger::stream(api, stream).await?.state.first_seq;
    let mut search = Search::new(first, floor + 1);
    while let Some(sequence) = search.probe() {
        let message = ledger::message(api, stream, sequence).await?;
        search.tell(message.is_some_and(|message| record::stored_at(&message) < horizon));
    }
    let end = search.low;
    if end <= first {
        return Ok(0);
    }
    let what = format!("STREAM.PURGE.{stream}");
    let purged: Purged = api.call(&what, &json!({"seq": end})).await?;
    Ok(purged.purged)
}

#[derive(serde::Deserialize)]
struct Purged {
    purged: u64,
}

/// Looks for the first number, from one on and up to another, that isn't old. Numbers that are old
/// come before those that aren't.
struct Search {
    low: u64,
    high: u64,
    /// What is usually so, that the very first is still needed, is asked first.
    is_first: bool,
}

impl Search {
    fn new(first: u64, end: u64) -> Self {
        Self {
            low: first,
            high: end.max(first),
            is_first: true,
        }
    }

    /// The number to look at; `None` when `low` is it.
    const fn probe(&self) -> Option<u64> {
        if self.low >= self.high {
            None
        } else if self.is_first {
            Some(self.low)
        } else {
            Some(self.low + (self.high - self.low) / 2)
        }
    }

    /// Whether the number that was to be looked at is old.
    const fn tell(&mut self, is_old: bool) {
        if let Some(probe) = self.probe() {
            if is_old {
                self.low = probe + 1;
            } else {
                self.high = probe;
            }
            self.is_first = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_search_ends_at_the_first_that_is_not_old(
            first in 1u64..20, old in 0u64..1_000, end in 0u64..1_500,
        ) {
            let mut search = Search::new(first, end);
            let mut steps = 0;
            while let Some(probe) = search.probe() {
                prop_assert!((first..end).contains(&probe));
                search.tell(probe < first + old);
                steps += 1;
            }
            prop_assert_eq!(search.low, (first + old).min(end.max(first)));
            prop_assert!(steps <= 13);
        }
    }
}
