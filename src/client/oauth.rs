//! How an integration app gets a user's token: OAuth, as far as an app needs it (monday's OAuth
//! reference).
//!
//! ```no_run
//! use monday_webhooks::{Client, client::oauth::{OAuthApp, OAuthState}, client::Scope};
//!
//! # async fn run(callback: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let secret = std::env::var("MONDAY_CLIENT_SECRET")?;
//! let app = OAuthApp::new("the app's client id", secret, "https://example.com/oauth")?;
//! // A fresh text that nobody can guess, kept in the user's session.
//! let state = OAuthState::new("3q2-7wEjRVl5bFa1Z9kD")?;
//! let url = app.authorization_url(&[Scope::WEBHOOKS_READ, Scope::WEBHOOKS_WRITE], &state);
//! // … the user is sent to `url`, agrees, and comes back to `callback`.
//! let code = OAuthApp::code(callback, &state)?;
//! let grant = app.exchange(code).await?;
//! let client = Client::new(grant.token)?;
//! # Ok(())
//! # }
//! ```

use std::{fmt, time::Duration};

use http::header;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::token::ApiToken;

use super::{
    build_error::BuildError, builder::parse_endpoint, http::HttpSettings, scope::Scope,
    transport::TransportCause,
};

/// Where a user is asked.
pub const AUTHORIZATION_ENDPOINT: &str = "https://auth.monday.com/oauth2/authorize";

/// Where a code is exchanged for a token.
pub const TOKEN_ENDPOINT: &str = "https://auth.monday.com/oauth2/token";

const TIMEOUT: Duration = Duration::from_secs(30);

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// An app that users give access to.
#[derive(Clone)]
pub struct OAuthApp {
    client_id: String,
    client_secret: SecretString,
    /// As it was given: OAuth servers compare it with the registered one to the letter.
    redirect_uri: String,
    authorization: Url,
    token: Url,
    http: reqwest::Client,
}

/// A text that ties the user's answer to the question: whoever sends the user back without it
/// isn't monday. Fresh for each question, and not to be guessed.
#[derive(Clone)]
pub struct OAuthState(SecretString);

/// A code that a token can be had for, once and within ten minutes.
#[derive(Clone)]
pub struct AuthorizationCode(SecretString);

/// What a user has granted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Grant {
    /// The token. It doesn't expire by itself (monday's OAuth reference). Webhooks made with it
    /// are delivered signed.
    pub token: ApiToken,
    /// What it may do, as far as monday said.
    pub scopes: Vec<Scope>,
}

/// Why there is no token. Neither a secret nor a code is part of a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OAuthError {
    /// A state that can be guessed, or isn't text.
    #[error("a state has at least 16 characters, all of them visible ASCII")]
    WeakState,
    /// What came back isn't the answer to this question.
    #[error("the state that came back isn't the one that was sent: nobody answered this question")]
    State,
    /// The user, or monday, said no.
    #[error("access was not granted ({0})")]
    Denied(String),
    /// What came back has no code in it.
    #[error("there is no code in what came back")]
    NoCode,
    /// monday refused to exchange the code.
    #[error("monday refused the exchange: {error} (HTTP {status})")]
    Refused {
        /// By the names of RFC 6749, such as `invalid_grant` for a code that was used before.
        error: String,
        /// The HTTP status.
        status: u16,
    },
    /// monday's answer has no token in it.
    #[error("monday's answer to the exchange could not be read (HTTP {status})")]
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
    /// monday could not be reached. A code works once, and may be used up: ask the user again.
    #[error("the exchange got no answer: {}", cause.sentence())]
    Transport {
        /// Why not.
        cause: TransportCause,
    },
}

impl OAuthApp {
    /// An app by the Client ID and the Client Secret of its page in monday, and the URL that users
    /// come back to, which has to be one that the app has registered.
    ///
    /// # Errors
    ///
    /// [`BuildError`], which names what is wrong.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        redirect_uri: &str,
    ) -> Result<Self, BuildError> {
        let endpoints = (AUTHORIZATION_ENDPOINT, TOKEN_ENDPOINT);
        Self::at(endpoints, client_id, client_secret, redirect_uri)
    }

    /// The same at other endpoints: those for authorization and for tokens of an emulator, for
    /// instance.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn at(
        (authorization, token): (&str, &str),
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        redirect_uri: &str,
    ) -> Result<Self, BuildError> {
        let client_id = client_id.into();
        let client_secret = SecretString::from(client_secret.into());
        if client_id.is_empty() {
            return Err(BuildError::setting("client_id", "it is not empty"));
        }
        if client_secret.expose_secret().is_empty() {
            return Err(BuildError::setting("client_secret", "it is not empty"));
        }
        if !is_redirect_uri(redirect_uri) {
            return Err(BuildError::setting(
                "redirect_uri",
                "it is an https URL, or http on loopback, without credentials, spaces and a #fragment",
            ));
        }
        let token = parse_endpoint(token)?;
        Ok(Self {
            client_id,
            client_secret,
            redirect_uri: redirect_uri.to_owned(),
            authorization: parse_endpoint(authorization)?,
            http: HttpSettings::default().build(&token)?,
            token,
        })
    }

    /// The URL to send a user to, who is asked for these scopes there: without any, for those that
    /// the app has in monday.
    #[must_use]
    pub fn authorization_url(&self, scopes: &[Scope], state: &OAuthState) -> String {
        let scopes: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
        let mut url = self.authorization.clone();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.redirect_uri);
        if !scopes.is_empty() {
            query.append_pair("scope", &scopes.join(" "));
        }
        query.append_pair("state", state.0.expose_secret());
        drop(query);
        url.into()
    }

    /// The code in what a user comes back with: the URL, or its query alone.
    ///
    /// # Errors
    ///
    /// [`OAuthError::State`] where it isn't the answer to the question with this state,
    /// [`OAuthError::Denied`] where the answer is no, [`OAuthError::NoCode`] where there is none.
    pub fn code(callback: &str, state: &OAuthState) -> Result<AuthorizationCode, OAuthError> {
        let query = callback
            .split_once('?')
            .map_or(callback, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let value = |name: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let returned = value("state").unwrap_or_default();
        if !same(returned.as_bytes(), state.0.expose_secret().as_bytes()) {
            return Err(OAuthError::State);
        }
        if let Some(error) = value("error") {
            return Err(OAuthError::Denied(name(&error)));
        }
        match value("code") {
            Some(code) if !code.is_empty() => Ok(AuthorizationCode(code.into())),
            _ => Err(OAuthError::NoCode),
        }
    }

    /// Exchanges a code for a token. It is sent once: a code works once.
    ///
    /// # Errors
    ///
    /// [`OAuthError`].
    pub async fn exchange(&self, code: AuthorizationCode) -> Result<Grant, OAuthError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.client_secret.expose_secret())
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("code", code.0.expose_secret())
            .finish();
        let broken = |error: reqwest::Error| OAuthError::Transport {
            cause: TransportCause::of(&error),
        };
        let request = self
            .http
            .post(self.token.clone())
            .timeout(TIMEOUT)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form);
        let mut response = request.send().await.map_err(broken)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err(OAuthError::Unreadable {
                    status: status.as_u16(),
                });
            }
        }
        Answer::read(&body).into_grant(status.as_u16())
    }
}

/// What the token endpoint answers.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    access_token: Option<String>,
    scope: Option<String>,
    error: Option<String>,
}

impl Answer {
    fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    fn into_grant(self, status: u16) -> Result<Grant, OAuthError> {
        if let Some(error) = self.error {
            let error = name(&error);
            return Err(OAuthError::Refused { error, status });
        }
        let token = self
            .access_token
            .filter(|_| (200..300).contains(&status))
            .and_then(|token| ApiToken::app(token).ok());
        let scope = self.scope.unwrap_or_default();
        Ok(Grant {
            token: token.ok_or(OAuthError::Unreadable { status })?,
            scopes: scope
                .split([' ', ','])
                .filter_map(|scope| Scope::new(scope).ok())
                .collect(),
        })
    }
}

impl OAuthState {
    /// A state, of at least 16 characters.
    ///
    /// # Errors
    ///
    /// [`OAuthError::WeakState`] where it is shorter or not visible ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, OAuthError> {
        let text = text.into();
        if text.len() < 16 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(OAuthError::WeakState);
        }
        Ok(Self(text.into()))
    }
}

/// Whether users can come back to this URL. It is sent as it is given, so that what a parser would
/// drop from it is refused.
fn is_redirect_uri(text: &str) -> bool {
    let is_clean = !text.contains(|character: char| {
        character.is_whitespace() || character.is_control() || character == '\\'
    });
    is_clean && parse_endpoint(text).is_ok_and(|url| url.fragment().is_none())
}

/// Compares without telling by the time it takes how far two texts agree.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0, |differences, (left, right)| differences | (left ^ right))
            == 0
}

/// An error's name as RFC 6749 has it; whatever else is in it isn't shown.
fn name(error: &str) -> String {
    let is_name = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
    error.chars().take_while(is_name).take(64).collect()
}

impl fmt::Debug for OAuthApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthApp")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OAuthState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OAuthState(..)")
    }
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizationCode(..)")
    }
}
