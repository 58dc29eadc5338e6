//! Whether the servers sync each write.

use std::{pin::Pin, time::Duration};

use futures_core::Stream;
use serde::Deserialize;

use crate::inbox::InboxError;

use super::{NatsOptions, SyncCheck, api, connect::connect};

/// After the first answer, how long to wait for another server's.
const QUIET: Duration = Duration::from_millis(500);

/// What a server says of its JetStream.
#[derive(Deserialize)]
struct Answer {
    server: Server,
    data: Option<Jetstream>,
}

#[derive(Deserialize)]
struct Server {
    name: String,
}

#[derive(Deserialize)]
struct Jetstream {
    #[serde(default)]
    disabled: bool,
    config: Option<Config>,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    sync_always: bool,
}

/// Does what [`NatsOptions::sync`] says, and returns what there is to warn of.
pub(super) async fn check(options: &NatsOptions) -> Result<Option<String>, InboxError> {
    if options.sync == SyncCheck::Declared {
        return Ok(None);
    }
    match trouble(options).await? {
        Some(trouble) if options.sync == SyncCheck::Require => Err(InboxError::Unsafe(trouble)),
        trouble => Ok(trouble),
    }
}

pub(super) fn warn(trouble: &str) {
    tracing::warn!(
        "{trouble}: where all servers lose power at once, deliveries that were answered 200 can be lost; set `sync_interval: always` in the jetstream block of each server"
    );
}

/// Why it isn't known that every server syncs each write; `None` where it is.
async fn trouble(options: &NatsOptions) -> Result<Option<String>, InboxError> {
    let Some(system) = &options.system else {
        return Ok(Some(
            "a NATS server tells its sync interval to a user of the system account only, and none was given"
                .to_owned(),
        ));
    };
    let client = connect(options, system, || ()).await?;
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await.map_err(api::failed)?;
    client
        .publish_with_reply(
            "$SYS.REQ.SERVER.PING.JSZ",
            inbox,
            r#"{"config":true}"#.into(),
        )
        .await
        .map_err(api::failed)?;
    let mut servers = 0;
    let mut wait = options.answer_time;
    while let Ok(Some(message)) = tokio::time::timeout(wait, next(&mut answers)).await {
        let Ok(Answer { server, data }) = serde_json::from_slice(&message.payload) else {
            break;
        };
        wait = QUIET;
        let Some(jetstream) = data.filter(|jetstream| !jetstream.disabled) else {
            continue;
        };
        if !jetstream.config.is_some_and(|config| config.sync_always) {
            return Ok(Some(format!(
                "the NATS server {} doesn't sync each write",
                server.name
            )));
        }
        servers += 1;
    }
    if servers == 0 {
        return Ok(Some(
            "no NATS server told its sync interval: is it a user of the system account?".to_owned(),
        ));
    }
    Ok(None)
}

/// The next message; `None` at the end.
pub(super) async fn next<S: Stream + Unpin>(messages: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| Pin::new(&mut *messages).poll_next(context)).await
}
