//! OAuth: an app gets its token by way of a code (monday's OAuth reference).

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use url::Url;

use crate::clock::Timestamp;
use crate::random::hex_id;
use crate::sync::lock;
use crate::tokens::{Scopes, Token, TokenKind};

/// How long a code can be exchanged (monday's OAuth reference).
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// An app that may ask for a token.
pub(crate) struct Oauth {
    client_id: String,
    client_secret: String,
    codes: Mutex<HashMap<String, Code>>,
}

impl fmt::Debug for Oauth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oauth")
            .field("client_id", &self.client_id)
            .field("client_secret", &"[redacted]")
            .finish_non_exhaustive()
    }
}

struct Code {
    redirect_uri: String,
    scope: Option<String>,
    expires: Timestamp,
}

/// What an access token is answered with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) token: Token,
    pub(crate) scope: String,
}

/// Why OAuth goes no further, by the names of RFC 6749.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OauthError {
    #[error("invalid_client")]
    Client,
    #[error("invalid_grant")]
    Grant,
    #[error("invalid_request")]
    Request,
}

impl Oauth {
    pub(crate) fn new(client_id: String, client_secret: String) -> Self {
        Self {
            client_id,
            client_secret,
            codes: Mutex::default(),
        }
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn client_secret(&self) -> &str {
        &self.client_secret
    }

    /// Where the user, who agrees to everything, is sent with a new code.
    pub(crate) fn authorize(
        &self,
        query: &HashMap<String, String>,
        now: Timestamp,
    ) -> Result<Url, OauthError> {
        if query.get("client_id") != Some(&self.client_id) {
            return Err(OauthError::Client);
        }
        let redirect_uri = query.get("redirect_uri").ok_or(OauthError::Request)?;
        let mut target = Url::parse(redirect_uri).map_err(|_| OauthError::Request)?;
        let code = hex_id();
        let mut codes = lock(&self.codes);
        codes.retain(|_, code| now < code.expires);
        codes.insert(
            code.clone(),
            Code {
                redirect_uri: redirect_uri.clone(),
                scope: query.get("scope").cloned(),
                expires: now + CODE_LIFETIME,
            },
        );
        let mut answer = target.query_pairs_mut();
        answer.append_pair("code", &code);
        if let Some(state) = query.get("state") {
            answer.append_pair("state", state);
        }
        drop(answer);
        Ok(target)
    }

    /// A new token of the user's for a code, which is used up.
    pub(crate) fn exchange(
        &self,
        form: &HashMap<String, String>,
        user_id: u64,
        now: Timestamp,
    ) -> Result<Granted, OauthError> {
        if form.get("client_id") != Some(&self.client_id)
            || form.get("client_secret") != Some(&self.client_secret)
        {
            return Err(OauthError::Client);
        }
        let code = form.get("code").ok_or(OauthError::Request)?;
        let code = lock(&self.codes).remove(code).ok_or(OauthError::Grant)?;
        let same_target = form
            .get("redirect_uri")
            .is_none_or(|redirect_uri| *redirect_uri == code.redirect_uri);
        if now >= code.expires || !same_target {
            return Err(OauthError::Grant);
        }
        let token = Token::new(TokenKind::App, user_id, hex_id());
        Ok(match code.scope {
            Some(scope) => Granted {
                token: token.with_scopes(Scopes::only(scope.split_whitespace())),
                scope,
            },
            None => Granted {
                token,
                scope: String::new(),
            },
        })
    }
}
