//! The way out of a failure, for those that several commands can meet.

use std::{io, path::Path};

use monday_webhooks::{
    auth::AuthError,
    client::{Error, ErrorKind},
};

use crate::failure::{Failure, with_causes};

/// A call of monday's API that failed.
pub(crate) fn api(error: &Error) -> Failure {
    let text = error.to_string();
    if matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout)
        && text.contains(": check ")
    {
        // It names cause and way out already.
        return Failure::failed(text).advise("--endpoint names another one");
    }
    let advice = match error.kind() {
        ErrorKind::Transport | ErrorKind::Timeout => "check the connection, and --endpoint",
        ErrorKind::RateLimit | ErrorKind::Complexity | ErrorKind::Locked => "try again later",
        ErrorKind::Unauthorized => {
            "put a token that monday knows into MONDAY_API_TOKEN, or name another variable with --token-env"
        }
        ErrorKind::Forbidden => {
            "the token needs the scopes webhooks:read and webhooks:write, and its user access to the board"
        }
        ErrorKind::Configuration => "--endpoint has to be monday's API, or an emulator's",
        ErrorKind::Validation => {
            "--api-version may be too old or too new: leave it out for the one of the schema"
        }
        ErrorKind::InvalidArgument | ErrorKind::NotFound => "check the ids that were given",
        _ => "try again; -v says more, and monday's support asks for the request id",
    };
    Failure::failed(with_causes(error)).advise(advice)
}

/// A file that can't be read.
pub(crate) fn unread(file: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("{} can't be read: {error}", file.display()))
        .advise("check the path, and that it is a file that you may read")
}

/// A token that isn't good.
pub(crate) fn token(error: AuthError) -> Failure {
    let advice = match error {
        AuthError::Signature => {
            "--secret-env has to name the app's Signing Secret, or with --lifecycle its Client Secret"
        }
        AuthError::Expired | AuthError::NotYet(_) => {
            "--now checks as at another time, and --leeway lets clocks be apart"
        }
        AuthError::Audience => "--audience has to be the URL that the webhook was made with",
        AuthError::Profile => {
            "--lifecycle is for the tokens of app lifecycle events, and only those"
        }
        _ => {
            "give what stood in the Authorization header, as it was, or `-` to read it from standard input"
        }
    };
    Failure::failed(error).advise(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_follows_the_cause_on_the_same_line() {
        let failure = token(AuthError::Expired);
        assert!(
            matches!(&failure, Failure::Failed(text) if text.starts_with("the token is expired; --now")),
            "{failure:?}"
        );
    }
}
