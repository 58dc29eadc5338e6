//! What came with deliveries, for their attempts: in memory, bounded, and no longer than needed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use monday_webhooks::ApiToken;
use reqwest::header::{AUTHORIZATION, HeaderMap};

/// How much is kept, in bytes of headers. What is over it is handed on without them.
const MAX_KEPT: usize = 16 << 20;

/// About how much memory a header takes besides its text, in bytes.
const EACH_HEADER: usize = 100;

/// What came with a delivery.
pub(super) struct Arrived {
    pub(super) headers: HeaderMap,
    /// Of the token, where it was checked.
    pub(super) token: Option<CheckedToken>,
}

/// What a checked token says.
pub(super) struct CheckedToken {
    pub(super) audience: String,
    /// In Unix seconds.
    pub(super) expires_at: u64,
    pub(super) short_lived: Option<ApiToken>,
}

impl Arrived {
    fn size(&self) -> usize {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| EACH_HEADER + name.as_str().len() + value.len())
            .sum()
    }

    /// A text without the token, and without the credential in it, where somebody repeats them.
    pub(super) fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let token = self.headers.get(AUTHORIZATION);
        let token = token.and_then(|token| token.to_str().ok());
        let bare = token.and_then(|token| token.split_whitespace().last());
        let short_lived = self
            .token
            .as_ref()
            .and_then(|token| token.short_lived.as_ref());
        for secret in [bare, short_lived.map(ApiToken::expose)]
            .into_iter()
            .flatten()
        {
            text = text.replace(secret, "[redacted]");
        }
        text
    }
}

/// What is kept, by the delivery's key.
pub(super) struct Passed {
    state: Mutex<State>,
    /// In bytes.
    limit: usize,
}

impl Default for Passed {
    fn default() -> Self {
        Self::up_to(MAX_KEPT)
    }
}

#[derive(Default)]
struct State {
    /// The same delivery can be on its way in twice at the same time.
    arrived: HashMap<String, Vec<(u64, Arc<Arrived>)>>,
    size: usize,
    last: u64,
}

impl Passed {
    fn up_to(limit: usize) -> Self {
        Self {
            state: Mutex::default(),
            limit,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps it for as long as the ticket, and from then on only where the ticket says so.
    pub(super) fn keep(self: &Arc<Self>, key: String, arrived: Arrived) -> Ticket {
        let mut state = self.state();
        let size = arrived.size();
        state.last += 1;
        let number = state.last;
        if state.size + size <= self.limit {
            state.size += size;
            let same = state.arrived.entry(key.clone()).or_default();
            same.push((number, Arc::new(arrived)));
        } else {
            tracing::warn!("a delivery is handed on without its headers: too many wait already");
        }
        drop(state);
        Ticket {
            passed: Arc::clone(self),
            key,
            number,
            stays: false,
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Arc<Arrived>> {
        let state = self.state();
        let (_, arrived) = state.arrived.get(key)?.first()?;
        Some(Arc::clone(arrived))
    }

    /// The delivery is done with.
    pub(super) fn forget(&self, key: &str) {
        self.state().retain(key, |_| false);
    }
}

impl State {
    fn retain(&mut self, key: &str, stays: impl Fn(u64) -> bool) {
        let Some(same) = self.arrived.get_mut(key) else {
            return;
        };
        let mut gone = 0;
        same.retain(|(number, arrived)| {
            let stays = stays(*number);
            gone += if stays { 0 } else { arrived.size() };
            stays
        });
        self.size -= gone;
        if same.is_empty() {
            self.arrived.remove(key);
        }
    }
}

/// Holds what came with a delivery until it is known whether that is a new one.
pub(super) struct Ticket {
    passed: Arc<Passed>,
    key: String,
    number: u64,
    stays: bool,
}

impl Ticket {
    /// The delivery is new: it stays until it is [forgotten](Passed::forget).
    pub(super) fn stay(mut self) {
        self.stays = true;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.stays {
            self.passed
                .state()
                .retain(&self.key, |number| number != self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn arrived(length: usize) -> Arrived {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::try_from("a".repeat(length)).unwrap();
        headers.insert(HeaderName::from_static("x-long"), value);
        Arrived {
            headers,
            token: None,
        }
    }

    proptest! {
        #[test]
        fn no_more_is_kept_than_may_be_and_nothing_for_longer_than_needed(
            steps in prop::collection::vec((0_usize..6, 0_usize..4, 0_usize..600), 1..60)
        ) {
            let passed = Arc::new(Passed::up_to(1600));
            let mut tickets = Vec::new();
            for (what, key, length) in steps {
                let key = key.to_string();
                match what {
                    0..=2 => tickets.push(passed.keep(key, arrived(length))),
                    3 => passed.forget(&key),
                    4 => drop(tickets.pop()),
                    _ => if let Some(ticket) = tickets.pop() { ticket.stay() },
                }
                let state = passed.state();
                let kept = state.arrived.values().flatten();
                let size: usize = kept.map(|(_, arrived)| arrived.size()).sum();
                prop_assert_eq!(size, state.size);
                prop_assert!(size <= 1600);
            }
            drop(tickets);
            for key in 0..4 {
                passed.forget(&key.to_string());
            }
            prop_assert!(passed.state().arrived.is_empty());
            prop_assert_eq!(passed.state().size, 0);
        }
    }

    #[test]
    fn a_duplicate_takes_nothing_from_the_new_delivery() {
        let passed = Arc::new(Passed::default());
        let (first, second) = (
            passed.keep("a".into(), arrived(1)),
            passed.keep("a".into(), arrived(2)),
        );
        second.stay();
        drop(first);
        let kept = passed.get("a").unwrap();
        assert_eq!(kept.headers["x-long"], "aa");
    }

    #[test]
    fn a_token_and_the_credential_in_it_are_taken_out_of_a_text() {
        let mut arrived = arrived(1);
        let token = HeaderValue::from_static("Bearer one.two.three");
        arrived.headers.insert(AUTHORIZATION, token);
        arrived.token = Some(CheckedToken {
            audience: String::new(),
            expires_at: 0,
            short_lived: Some(ApiToken::app("short-lived").unwrap()),
        });
        assert_eq!(
            arrived.redact("got Bearer one.two.three, short-lived"),
            "got Bearer [redacted], [redacted]"
        );
    }
}
