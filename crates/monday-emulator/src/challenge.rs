//! The challenge: before a webhook exists, its URL must echo a text.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::core::Core;
use crate::delivery::post_json;
use crate::log::LogEvent;
use crate::random::hex_id;

/// Why a URL didn't pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChallengeError {
    #[error("{0}")]
    NoAnswer(#[from] crate::delivery::Refused),
    #[error("answered with status {0} in place of 200")]
    Status(u16),
    #[error("did not answer with the JSON of the challenge")]
    NotEchoed,
    #[error("the emulator stopped")]
    Stopped,
}

/// POSTs a challenge to `url` and checks that it comes back with status 200 as the same JSON
/// (monday's webhooks reference).
pub(crate) async fn challenge(
    core: &Arc<Core>,
    url: &str,
    authorization: Option<String>,
) -> Result<(), ChallengeError> {
    // As a task of its own it ends with the runtime, which the thread that waits for it would
    // otherwise outlast.
    let task = core.runtime.spawn({
        let (core, url) = (core.clone(), url.to_owned());
        async move {
            let mut stopped = core.stop.subscribe();
            tokio::select! {
                result = ask(&core, &url, authorization.as_deref()) => result,
                _ = stopped.wait_for(|stop| *stop) => Err(ChallengeError::Stopped),
            }
        }
    });
    let result = task.await.unwrap_or(Err(ChallengeError::Stopped));
    core.log.push(LogEvent::Challenge {
        url: url.to_owned(),
        echoed: result.is_ok(),
        reason: result.as_ref().err().map(ToString::to_string),
    });
    result
}

async fn ask(core: &Core, url: &str, authorization: Option<&str>) -> Result<(), ChallengeError> {
    let body = json!({ "challenge": hex_id() });
    let behaviour = core.behaviour();
    let mut last = Err(ChallengeError::NotEchoed);
    for _ in 0..behaviour.challenge_attempts.max(1) {
        last = ask_once(core, url, authorization, &body, behaviour.answer_timeout).await;
        if last.is_ok() {
            break;
        }
    }
    last
}

async fn ask_once(
    core: &Core,
    url: &str,
    authorization: Option<&str>,
    body: &Value,
    timeout: Duration,
) -> Result<(), ChallengeError> {
    let answer = post_json(&core.http, url, authorization, body, timeout).await?;
    if answer.status != 200 {
        return Err(ChallengeError::Status(answer.status));
    }
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(echo) if echo == *body => Ok(()),
        _ => Err(ChallengeError::NotEchoed),
    }
}
