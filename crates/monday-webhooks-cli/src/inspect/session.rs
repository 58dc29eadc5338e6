//! The token in front of an inspector that others could reach.

use std::{fmt, time::Duration};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sha2::{
    Sha256,
    digest::{CtOutput, Digest as _},
};

/// Where the token is given.
pub(super) const PATH: &str = "/login";

/// A token that is shorter could be guessed.
const MIN_TOKEN: usize = 16;

/// The beginning of the cookie's name. The port is the rest: cookies don't know ports, and two
/// inspectors on a host would log each other out.
const COOKIE: &str = "monday-webhooks-inspector-";

/// The longest body of a login, in bytes, and how long it may take.
const MAX_LOGIN: usize = 4096;
const LOGIN_TIME: Duration = Duration::from_secs(10);

/// What a browser has to show: a random word that it gets for the token.
#[derive(Clone)]
pub(crate) struct Session {
    token: CtOutput<Sha256>,
    cookie: String,
    word: String,
}

/// The token could be guessed.
#[derive(Debug, thiserror::Error)]
#[error("the inspector's token has to have {MIN_TOKEN} characters or more")]
pub(crate) struct ShortToken;

impl Session {
    /// For the inspector at this port.
    pub(crate) fn new(token: &str, port: u16) -> Result<Self, ShortToken> {
        if token.chars().count() < MIN_TOKEN {
            return Err(ShortToken);
        }
        let word = [(); 2].map(|()| uuid::Uuid::new_v4().simple().to_string());
        Ok(Self {
            token: digest(token),
            cookie: format!("{COOKIE}{port}"),
            word: word.concat(),
        })
    }

    /// Whether one of the cookies is the word.
    pub(super) fn is_open(&self, headers: &HeaderMap) -> bool {
        let wanted = digest(&self.word);
        let cookies = headers.get_all(header::COOKIE).iter();
        cookies
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().strip_prefix(&self.cookie)?.strip_prefix('='))
            .any(|word| digest(word) == wanted)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(..)")
    }
}

/// By their digests and in constant time: how long it takes tells nothing of the token.
fn digest(text: &str) -> CtOutput<Sha256> {
    CtOutput::new(Sha256::digest(text))
}

#[derive(Deserialize)]
struct Login {
    token: String,
}

/// Gives the cookie for the token.
pub(super) async fn log_in(State(session): State<Option<Session>>, body: Body) -> Response {
    let Some(session) = session else {
        return StatusCode::NO_CONTENT.into_response();
    };
    // Anybody can begin one, and there are only so many connections.
    let body = tokio::time::timeout(LOGIN_TIME, axum::body::to_bytes(body, MAX_LOGIN));
    let Ok(Ok(body)) = body.await else {
        let close = [(header::CONNECTION, "close")];
        return (StatusCode::BAD_REQUEST, close, "the login is incomplete").into_response();
    };
    let login: Result<Login, _> = serde_json::from_slice(&body);
    if login.is_ok_and(|login| digest(&login.token) == session.token) {
        // The cookie is a session's: it goes when the browser is closed.
    } else {
        return (StatusCode::UNAUTHORIZED, "that is not the token").into_response();
    }
    let cookie = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Strict",
        session.cookie, session.word
    );
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, cookie.parse().unwrap());
        headers
    }

    #[test]
    fn only_the_word_opens_and_it_is_another_one_each_time() {
        let session = Session::new("a-long-enough-token", 9000).unwrap();
        let word = &session.word;
        assert!(session.is_open(&headers(&format!("{COOKIE}9000={word}"))));
        assert!(session.is_open(&headers(&format!("a=b; {COOKIE}9000={word}"))));
        for other in [
            format!("{COOKIE}9000={word}x"),
            format!("{COOKIE}9000="),
            format!("x{COOKIE}9000={word}"),
            format!("{COOKIE}9001={word}"),
            "a=a-long-enough-token".to_owned(),
            format!("{COOKIE}9000=a-long-enough-token"),
        ] {
            assert!(!session.is_open(&headers(&other)), "{other}");
        }
        assert!(!session.is_open(&HeaderMap::new()));
        assert_ne!(
            Session::new("a-long-enough-token", 9000).unwrap().word,
            *word
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_that_does_not_go_on_is_ended() {
        let session = Session::new("a-long-enough-token", 9000).unwrap();
        let never = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, String>>());
        let start = tokio::time::Instant::now();
        let answer = log_in(State(Some(session)), never).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert_eq!(answer.headers()[header::CONNECTION], "close");
        assert_eq!(start.elapsed(), LOGIN_TIME);
    }

    #[test]
    fn a_token_that_could_be_guessed_is_refused_and_none_is_shown() {
        assert!(Session::new("fifteen letters", 9000).is_err());
        let session = Session::new("sixteen letters.", 9000).unwrap();
        assert_eq!(format!("{session:?}"), "Session(..)");
    }
}
