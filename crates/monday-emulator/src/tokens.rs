//! Access tokens: who calls, with which scopes, and for how long.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Mutex;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::sync::lock;

/// Whether a call comes from a person's token or from an app's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenKind {
    /// A personal token. Webhooks made with it are delivered unsigned.
    Personal,
    /// An app's OAuth token. Webhooks made with it are delivered with a JWT.
    App,
}

/// The scopes that a token has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Option<BTreeSet<String>>);

impl Scopes {
    /// Every scope there is.
    #[must_use]
    pub fn all() -> Self {
        Self(None)
    }

    /// Just these, e.g. `webhooks:read`.
    #[must_use]
    pub fn only<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Self(Some(scopes.into_iter().map(Into::into).collect()))
    }

    /// Whether `scope` is among them.
    #[must_use]
    pub fn allow(&self, scope: &str) -> bool {
        self.0.as_ref().is_none_or(|scopes| scopes.contains(scope))
    }
}

/// A token that the emulator accepts in `Authorization`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use monday_emulator::{Emulator, Scopes, Token, TokenKind};
///
/// let monday = Emulator::start().await?;
/// let reader = Token::new(TokenKind::App, 60_000_002, "may-read");
/// monday.accept_token(reader.with_scopes(Scopes::only(["webhooks:read"])));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    kind: TokenKind,
    user_id: u64,
    scopes: Scopes,
}

impl Token {
    /// The token of the user `user_id`, with all scopes.
    #[must_use]
    pub fn new(kind: TokenKind, user_id: u64, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind,
            user_id,
            scopes: Scopes::all(),
        }
    }

    /// The same token with these scopes alone.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// The text that goes into `Authorization`.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whose it is.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The user who is said to act.
    #[must_use]
    pub fn user_id(&self) -> u64 {
        self.user_id
    }

    /// What it may do.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("text", &"[redacted]")
            .field("kind", &self.kind)
            .field("user_id", &self.user_id)
            .field("scopes", &self.scopes)
            .finish()
    }
}

/// The tokens that are known now.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    entries: HashMap<Secret, Entry>,
    /// With so many, those that have expired are looked for before there is one more.
    prune_at: usize,
}

impl Known {
    fn prune(&mut self, now: Timestamp) {
        let entries = &mut self.entries;
        entries.retain(|_, entry| entry.expires.is_none_or(|expires| now < expires));
        // Twice as many before the next look: each insertion pays for few.
        self.prune_at = 2 * entries.len().max(32);
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[derive(Debug)]
struct Entry {
    token: Token,
    expires: Option<Timestamp>,
}

impl Tokens {
    /// Accepts `token` from now on.
    pub(crate) fn insert(&self, token: Token) {
        self.put(token, None);
    }

    /// Accepts `token` until the emulator's clock, which shows `now`, shows `expires`.
    pub(crate) fn insert_until(&self, token: Token, expires: Timestamp, now: Timestamp) {
        let mut known = lock(&self.0);
        if known.entries.len() >= known.prune_at {
            known.prune(now);
        }
        drop(known);
        self.put(token, Some(expires));
    }

    fn put(&self, token: Token, expires: Option<Timestamp>) {
        let secret = Secret(token.text.clone());
        lock(&self.0)
            .entries
            .insert(secret, Entry { token, expires });
    }

    /// Refuses the token from now on; says whether it was known.
    pub(crate) fn remove(&self, text: &str) -> bool {
        let secret = Secret(text.to_owned());
        lock(&self.0).entries.remove(&secret).is_some()
    }

    /// The users who hold one, in order.
    pub(crate) fn users(&self) -> BTreeSet<u64> {
        let known = lock(&self.0);
        known
            .entries
            .values()
            .map(|entry| entry.token.user_id)
            .collect()
    }

    /// The token with this text, where it is known and hasn't expired.
    pub(crate) fn find(&self, text: &str, now: Timestamp) -> Option<Token> {
        let mut known = lock(&self.0);
        known.prune(now);
        let entries = &known.entries;
        entries
            .get(&Secret(text.to_owned()))
            .map(|entry| entry.token.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_debug_output_shows_a_token() {
        let token = Token::new(TokenKind::App, 1, "very-secret");
        assert!(!format!("{token:?}").contains("very-secret"));
        let tokens = Tokens::default();
        tokens.insert(token);
        assert!(!format!("{tokens:?}").contains("very-secret"));
    }

    #[test]
    fn a_short_lived_token_is_unknown_once_it_has_expired() {
        let tokens = Tokens::default();
        let expires = Duration::from_secs(300);
        let token = Token::new(TokenKind::App, 1, "short");
        tokens.insert_until(token, expires, Duration::ZERO);
        assert!(tokens.find("short", Duration::from_secs(299)).is_some());
        assert!(tokens.find("short", expires).is_none());
    }

    #[test]
    fn tokens_that_nobody_asks_for_are_forgotten_once_they_have_expired() {
        let tokens = Tokens::default();
        tokens.insert(Token::new(TokenKind::App, 1, "stays"));
        for second in 0..10_000 {
            let now = Duration::from_secs(second);
            let token = Token::new(TokenKind::App, 1, second.to_string());
            tokens.insert_until(token, now + Duration::from_secs(10), now);
            assert!(lock(&tokens.0).entries.len() <= 65);
        }
        let last = Duration::from_secs(9_999);
        assert!(tokens.find("9990", last).is_some());
        assert!(tokens.find("stays", last).is_some());
    }

    #[test]
    fn limited_scopes_allow_just_what_they_name() {
        let scopes = Scopes::only(["webhooks:read"]);
        assert!(scopes.allow("webhooks:read"));
        assert!(!scopes.allow("webhooks:write"));
        assert!(Scopes::all().allow("webhooks:write"));
    }
}
