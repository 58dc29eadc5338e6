//! Whether the servers sync each write.

use std::{collections::BTreeSet, pin::Pin, time::Duration};

use futures_core::Stream;
use serde::Deserialize;
use tokio::time::Instant;

use crate::inbox::InboxError;

use super::{NatsOptions, SyncCheck, api, connect::connect};

/// After the answers that are needed, how long to wait for another server's.
const QUIET: Duration = Duration::from_millis(500);

/// What a server says of its JetStream.
#[derive(Deserialize)]
struct Answer {
    server: Server,
    data: Option<Jetstream>,
}

#[derive(Deserialize)]
struct Server {
    id: String,
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
    let mut heard = Heard::new(options.replicas);
    let end = Instant::now() + options.answer_time;
    while heard.trouble.is_none() {
        let until = if heard.is_enough() {
            Instant::now() + QUIET
        } else {
            end
        };
        match tokio::time::timeout_at(until, next(&mut answers)).await {
            // With a status it is the own server's word that nobody answers.
            Ok(Some(message)) if message.status.is_none() => heard.hear(&message.payload),
            _ => break,
        }
    }
    Ok(heard.trouble())
}

/// What the servers have said. A stream is kept by as many as it has replicas, and by which of
/// them can change: so at least so many have to say that they sync, and none that it doesn't.
struct Heard {
    needed: usize,
    diligent: BTreeSet<String>,
    trouble: Option<String>,
}

impl Heard {
    fn new(replicas: usize) -> Self {
        Self {
            needed: replicas.max(1),
            diligent: BTreeSet::new(),
            trouble: None,
        }
    }

    /// Takes note of an answer.
    fn hear(&mut self, answer: &[u8]) {
        let Ok(Answer { server, data }) = serde_json::from_slice(answer) else {
            self.trouble =
                Some("a NATS server's answer about its sync interval can't be read".to_owned());
            return;
        };
        let Some(jetstream) = data else {
            self.trouble = Some(format!(
                "the NATS server {} didn't tell its sync interval",
                server.name
            ));
            return;
        };
        if jetstream.disabled {
            // It keeps nothing.
            return;
        }
        if jetstream.config.is_some_and(|config| config.sync_always) {
            self.diligent.insert(server.id);
        } else {
            self.trouble = Some(format!(
                "the NATS server {} doesn't sync each write",
                server.name
            ));
        }
    }

    fn is_enough(&self) -> bool {
        self.diligent.len() >= self.needed
    }

    /// Why it isn't known that every server syncs each write.
    fn trouble(self) -> Option<String> {
        if self.trouble.is_some() || self.is_enough() {
            return self.trouble;
        }
        Some(match self.diligent.len() {
            0 => "no NATS server told its sync interval: is it a user of the system account?"
                .to_owned(),
            told => format!(
                "{told} of the {} NATS servers that keep each delivery told their sync interval",
                self.needed
            ),
        })
    }
}

/// The next message; `None` at the end.
pub(super) async fn next<S: Stream + Unpin>(messages: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| Pin::new(&mut *messages).poll_next(context)).await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn answer(server: &str, data: &Value) -> Vec<u8> {
        let answer = json!({"server": {"name": server, "id": format!("N{server}")}, "data": data});
        answer.to_string().into_bytes()
    }

    fn diligent() -> Value {
        json!({"config": {"max_memory": 1, "sync_interval": 120, "sync_always": true}})
    }

    fn trouble(replicas: usize, answers: &[Vec<u8>]) -> Option<String> {
        let mut heard = Heard::new(replicas);
        answers.iter().for_each(|answer| heard.hear(answer));
        heard.trouble()
    }

    #[test]
    fn as_many_servers_as_there_are_replicas_have_to_say_that_they_sync() {
        let told: Vec<_> = ["a", "b", "c"]
            .map(|server| answer(server, &diligent()))
            .into();
        assert_eq!(trouble(3, &told), None);
        assert_eq!(trouble(0, &told[..1]), None);
        let says = trouble(3, &told[..2]).unwrap();
        assert!(says.starts_with("2 of the 3 NATS servers"), "{says}");
        let says = trouble(1, &[]).unwrap();
        assert!(says.contains("no NATS server told"), "{says}");
        // Twice the same one is one.
        let twice = [told[0].clone(), told[0].clone()];
        assert!(trouble(2, &twice).unwrap().starts_with("1 of the 2"));
        // One without JetStream keeps nothing, and is no word about those that do.
        let idle = answer("idle", &json!({"disabled": true}));
        assert!(trouble(1, std::slice::from_ref(&idle)).is_some());
        assert_eq!(trouble(1, &[idle, told[0].clone()]), None);
    }

    #[test]
    fn an_answer_that_does_not_say_it_is_trouble_however_many_others_do() {
        let lazy = answer("lazy", &json!({"config": {"sync_interval": 120}}));
        let silent = answer("silent", &Value::Null);
        for (bad, says) in [
            (lazy, "server lazy doesn't sync"),
            (silent, "server silent didn't tell"),
            (b"{}".to_vec(), "can't be read"),
            (b"no".to_vec(), "can't be read"),
        ] {
            for answers in [
                [bad.clone(), answer("a", &diligent())],
                [answer("a", &diligent()), bad.clone()],
            ] {
                let trouble = trouble(1, &answers).unwrap();
                assert!(trouble.contains(says), "{trouble}");
            }
        }
    }
}
