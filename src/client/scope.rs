//! What a token may do.

use std::{borrow::Cow, fmt, str::FromStr};

/// A permission that an app asks a user for, such as `webhooks:write` (monday's OAuth reference).
/// One that isn't among the constants is made with [`new`](Self::new).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(Cow<'static, str>);

/// A scope has the form `what:may`, in lower-case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scope has the form webhooks:read, in lower-case letters, digits, _ and -")]
pub struct ScopeError;

macro_rules! scopes {
    ($($name:ident = $text:literal, $doc:literal;)*) => {
        impl Scope {
            $(#[doc = $doc] pub const $name: Self = Self(Cow::Borrowed($text));)*
        }
    };
}

scopes! {
    ME_READ = "me:read", "To read the user's own profile.";
    ACCOUNT_READ = "account:read", "To read about the account.";
    BOARDS_READ = "boards:read", "To read boards and their items.";
    BOARDS_WRITE = "boards:write", "To change boards and their items.";
    UPDATES_READ = "updates:read", "To read updates.";
    UPDATES_WRITE = "updates:write", "To post and change updates.";
    USERS_READ = "users:read", "To read about users.";
    WEBHOOKS_READ = "webhooks:read", "To list webhooks.";
    WEBHOOKS_WRITE = "webhooks:write", "To create and delete webhooks.";
    WORKSPACES_READ = "workspaces:read", "To read about workspaces.";
}

impl Scope {
    /// Any scope by its name.
    ///
    /// # Errors
    ///
    /// [`ScopeError`] where the text doesn't have the form of one.
    pub fn new(text: impl Into<String>) -> Result<Self, ScopeError> {
        let text = text.into();
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
        };
        match text.split_once(':') {
            Some((what, may)) if is_word(what) && is_word(may) => Ok(Self(text.into())),
            _ => Err(ScopeError),
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_names_a_thing_and_what_may_be_done_with_it() {
        assert_eq!(Scope::new("webhooks:read").unwrap(), Scope::WEBHOOKS_READ);
        for bad in [
            "webhooks",
            ":read",
            "webhooks:",
            "a:b c",
            "a:b:c",
            "A:read",
            "a:b&c=d",
            "",
        ] {
            assert_eq!(Scope::new(bad), Err(ScopeError), "{bad}");
        }
    }
}
