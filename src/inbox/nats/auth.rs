//! Who the inbox is to its server.

use std::{fmt, path::PathBuf};

use async_nats::ConnectOptions;
use secrecy::{ExposeSecret, SecretString};

/// How a connection to NATS proves who it is. `Debug` shows which way, and no secret.
#[derive(Clone, Default)]
pub struct NatsAuth(Way);

#[derive(Clone, Default)]
enum Way {
    #[default]
    None,
    Token(SecretString),
    Password {
        user: String,
        password: SecretString,
    },
    NKey(SecretString),
    Credentials(SecretString),
    CredentialsFile(PathBuf),
}

impl NatsAuth {
    /// Not at all.
    #[must_use]
    pub const fn none() -> Self {
        Self(Way::None)
    }

    /// By a token.
    #[must_use]
    pub fn token(token: impl Into<String>) -> Self {
        Self(Way::Token(SecretString::from(token.into())))
    }

    /// By a user's name and password.
    #[must_use]
    pub fn password(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self(Way::Password {
            user: user.into(),
            password: SecretString::from(password.into()),
        })
    }

    /// By the seed of an nkey, which begins with `SU`.
    #[must_use]
    pub fn nkey(seed: impl Into<String>) -> Self {
        Self(Way::NKey(SecretString::from(seed.into())))
    }

    /// By the text of a credentials file: a user's JWT and the seed of its nkey.
    #[must_use]
    pub fn credentials(text: impl Into<String>) -> Self {
        Self(Way::Credentials(SecretString::from(text.into())))
    }

    /// By a credentials file (`.creds`), which is read at the connection.
    #[must_use]
    pub fn credentials_file(path: impl Into<PathBuf>) -> Self {
        Self(Way::CredentialsFile(path.into()))
    }

    /// The error doesn't quote what was read.
    pub(super) async fn apply(&self, options: ConnectOptions) -> Result<ConnectOptions, AuthError> {
        Ok(match &self.0 {
            Way::None => options,
            Way::Token(token) => options.token(token.expose_secret().to_owned()),
            Way::Password { user, password } => {
                options.user_and_password(user.clone(), password.expose_secret().to_owned())
            }
            Way::NKey(seed) => options.nkey(seed.expose_secret().trim().to_owned()),
            Way::Credentials(text) => options
                .credentials(text.expose_secret())
                .map_err(|_| AuthError::Credentials)?,
            Way::CredentialsFile(path) => {
                let text = tokio::task::spawn_blocking({
                    let path = path.clone();
                    move || std::fs::read_to_string(path)
                });
                let text = match text.await {
                    Ok(Ok(text)) => SecretString::from(text),
                    _ => return Err(AuthError::File(path.clone())),
                };
                options
                    .credentials(text.expose_secret())
                    .map_err(|_| AuthError::Credentials)?
            }
        })
    }
}

/// Why credentials can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum AuthError {
    #[error(
        "the credentials are not those of a .creds file: a user's JWT and the seed of its nkey"
    )]
    Credentials,
    #[error("the credentials file {} can't be read", .0.display())]
    File(PathBuf),
}

impl fmt::Debug for NatsAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Way::None => "none",
            Way::Token(_) => "token(..)",
            Way::Password { .. } => "password(..)",
            Way::NKey(_) => "nkey(..)",
            Way::Credentials(_) => "credentials(..)",
            Way::CredentialsFile(path) => return write!(f, "credentials_file({})", path.display()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_the_way_and_no_secret() {
        for auth in [
            NatsAuth::none(),
            NatsAuth::token("hidden"),
            NatsAuth::password("me", "hidden"),
            NatsAuth::nkey("hidden"),
            NatsAuth::credentials("hidden"),
            NatsAuth::credentials_file("/etc/monday.creds"),
        ] {
            assert!(!format!("{auth:?}").contains("hidden"));
        }
    }

    #[tokio::test]
    async fn credentials_that_are_none_are_refused_unseen() {
        let options = ConnectOptions::new;
        let error = NatsAuth::credentials("hidden").apply(options()).await;
        assert!(!error.unwrap_err().to_string().contains("hidden"));
        let error = NatsAuth::credentials_file("/no/such.creds")
            .apply(options())
            .await;
        assert!(error.unwrap_err().to_string().contains("/no/such.creds"));
    }
}
