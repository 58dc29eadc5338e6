//! The streams and the consumer: made where they are missing, and refused where they are wrong.

use std::time::Duration;

use async_nats::jetstream::{
    ErrorCode,
    consumer::{self, AckPolicy, DeliverPolicy},
    stream::{Config, DiscardPolicy, PersistenceMode, RetentionPolicy, StorageType},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::inbox::InboxError;

use super::{
    NatsOptions,
    api::{self, Api, ApiError},
    generation::Generation,
};

/// The consumer that every worker shares.
pub(super) const CONSUMER: &str = "handler";

/// What a killed process held is handed out again within this time.
const LONGEST_LEASE: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
struct StreamInfo {
    created: String,
    config: Config,
    state: StreamState,
}

#[derive(Deserialize)]
struct StreamState {
    messages: u64,
}

#[derive(Deserialize)]
struct ConsumerInfo {
    created: String,
    /// Not of the client library's type, which skips what it doesn't know.
    config: Value,
    /// Whether nothing is handed out at present.
    #[serde(default)]
    paused: bool,
}

/// What there is.
pub(super) struct Found {
    /// The lease time that is in force, where it was looked at.
    pub(super) lease_time: Option<Duration>,
    /// Whether somebody has paused the consumer.
    pub(super) is_paused: bool,
    pub(super) generation: Generation,
}

/// What is known of a stream or a consumer that somebody else sees to.
#[derive(Deserialize)]
struct Made {
    created: String,
}

/// Sees to both streams and the consumer.
pub(super) async fn set_up(api: &Api, options: &NatsOptions) -> Result<Found, InboxError> {
    let name = options.stream.as_str();
    let deliveries = stream(api, &wanted(options, name, options.max_bytes)).await?;
    stream(api, &wanted(options, &options.stream.dead(), None)).await?;
    consumer(api, name, options.lease_time, deliveries).await
}

/// Whether both streams and the consumer are there.
pub(super) async fn find(api: &Api, options: &NatsOptions) -> Result<Found, InboxError> {
    let name = options.stream.as_str();
    let look = async |what: String| match api.call::<Made>(&what, &json!({})).await {
        Ok(made) => Ok(made.created),
        Err(error) if error.is_not_found() => Err(InboxError::NotAnInbox {
            what: format!("the stream {name}, or what belongs to it and isn't there,"),
        }),
        Err(error) => Err(error.into()),
    };
    let stream = look(format!("STREAM.INFO.{name}")).await?;
    look(format!("STREAM.INFO.{}", options.stream.dead())).await?;
    let consumer = look(format!("CONSUMER.INFO.{name}.{CONSUMER}")).await?;
    Ok(Found {
        lease_time: None,
        is_paused: false,
        generation: Generation::new(stream, consumer),
    })
}

/// A stream as the contract needs it. Nothing goes out of it by age or to make room: deliveries
/// that are handled are removed once the window is over.
fn wanted(options: &NatsOptions, name: &str, max_bytes: Option<u64>) -> Config {
    Config {
        name: name.to_owned(),
        subjects: vec![format!("{name}.>")],
        // A work queue would forget the message ids of what was handled when it restarts.
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        num_replicas: options.replicas,
        duplicate_window: options.duplicate_window(),
        max_bytes: max_bytes.map_or(-1, |max| i64::try_from(max).unwrap_or(i64::MAX)),
        max_messages: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        max_message_size: -1,
        description: Some("An inbox of monday-webhooks".to_owned()),
        ..Config::default()
    }
}

/// Sees to a stream.
async fn stream(api: &Api, wanted: &Config) -> Result<StreamInfo, InboxError> {
    let name = &wanted.name;
    let info = format!("STREAM.INFO.{name}");
    let found = match api.call::<StreamInfo>(&info, &json!({})).await {
        Err(error) if error.is_not_found() => {
            match api.call(&format!("STREAM.CREATE.{name}"), wanted).await {
                // Another process was faster, with other settings.
                Err(ApiError::Refused(error))
                    if error.error_code() == ErrorCode::STREAM_NAME_EXIST =>
                {
                    api.call(&info, &json!({})).await
                }
                created => created,
            }
        }
        found => found,
    };
    let found: StreamInfo = found?;
    match wrong_with_stream(&found.config, wanted) {
        None => Ok(found),
        Some(wrong) => Err(InboxError::Unsafe(format!("the stream {name} {wrong}"))),
    }
}

/// What is wrong with a stream, after its name.
fn wrong_with_stream(found: &Config, wanted: &Config) -> Option<String> {
    let text = |text: &str| Some(text.to_owned());
    if found.retention != RetentionPolicy::Limits {
        return text(
            "has another retention than limits: it would forget what was received, or drop what isn't handled",
        );
    }
    if found.storage != StorageType::File {
        return text("is stored in memory; file storage is needed");
    }
    if found.discard != DiscardPolicy::New {
        return text("discards old messages when it is full; it has to discard new ones");
    }
    if !found.max_age.is_zero() {
        return text(
            "has a maximum age, at which it would drop what isn't handled; none may be set",
        );
    }
    if found.max_messages_per_subject > 0 {
        return text(
            "has a maximum of messages for each subject, beyond which it would drop or refuse; none may be set",
        );
    }
    if found.duplicate_window < wanted.duplicate_window {
        return Some(format!(
            "has a duplicate window of {} s, where {} s are needed",
            found.duplicate_window.as_secs(),
            wanted.duplicate_window.as_secs()
        ));
    }
    if found.num_replicas < wanted.num_replicas {
        return Some(format!(
            "has {} replicas, where {} are needed",
            found.num_replicas, wanted.num_replicas
        ));
    }
    if matches!(found.persist_mode, Some(PersistenceMode::Async)) {
        return text("persists asynchronously, so it acknowledges what isn't on disk");
    }
    if found.no_ack {
        return text("doesn't acknowledge what it receives (no_ack)");
    }
    if found.sealed || found.mirror.is_some() {
        return text("is sealed or a mirror, and takes nothing");
    }
    if found.deny_purge || found.deny_delete {
        return text("denies purging or deleting, by which handled deliveries are removed");
    }
    if found
        .sources
        .as_ref()
        .is_some_and(|sources| !sources.is_empty())
    {
        return text("takes messages from other streams; an inbox is a stream of its own");
    }
    if found.subjects != wanted.subjects {
        return Some(format!(
            "has other subjects than {}",
            wanted.subjects.join(", ")
        ));
    }
    None
}

/// Sees to the consumer of the stream of deliveries.
async fn consumer(
    api: &Api,
    stream: &str,
    lease_time: Duration,
    deliveries: StreamInfo,
) -> Result<Found, InboxError> {
    let wanted = consumer::Config {
        durable_name: Some(CONSUMER.to_owned()),
        description: Some("The handlers of monday-webhooks".to_owned()),
        ack_wait: lease_time,
        // Without an end, since the worker counts, and buries what is hopeless.
        max_deliver: -1,
        // What waits for another attempt counts as pending, and mustn't hold up the rest.
        max_ack_pending: -1,
        ..consumer::Config::default()
    };
    let info = format!("CONSUMER.INFO.{stream}.{CONSUMER}");
    let found = match api.call::<ConsumerInfo>(&info, &json!({})).await {
        Err(error) if error.is_not_found() => {
            let request = json!({"stream_name": stream, "config": wanted, "action": "create"});
            let create = format!("CONSUMER.CREATE.{stream}.{CONSUMER}");
            match api.call(&create, &request).await {
                Err(ApiError::Refused(error))
                    if error.error_code() == ErrorCode::CONSUMER_ALREADY_EXISTS =>
                {
                    api.call(&info, &json!({})).await
                }
                created => {
                    let messages = deliveries.state.messages;
                    if messages > 0 && created.is_ok() {
                        // Only the consumer knew what was handled.
                        tracing::error!(
                            messages,
                            "the consumer of the inbox was missing and is made anew: everything in the stream is handed out again, what was handled too"
                        );
                    }
                    created
                }
            }
        }
        found => found,
    };
    let ConsumerInfo {
        created,
        config,
        paused,
    } = found?;
    let refuse = |wrong: String| {
        InboxError::Unsafe(format!(
            "the consumer {CONSUMER} of the stream {stream} {wrong}"
        ))
    };
    if let Some(wrong) = unknown_to_the_library(&config) {
        return Err(refuse(wrong.to_owned()));
    }
    let config = consumer::Config::deserialize(config).map_err(|_| api::unreadable())?;
    match wrong_with_consumer(&config) {
        None => Ok(Found {
            lease_time: Some(config.ack_wait),
            is_paused: paused,
            generation: Generation::new(deliveries.created, created),
        }),
        Some(wrong) => Err(refuse(wrong)),
    }
}

/// What is wrong with a consumer by settings that newer servers have, and that the client
/// library's type leaves out so that it fits older ones.
fn unknown_to_the_library(found: &Value) -> Option<&'static str> {
    let is_set = |name: &str| match found.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Array(several)) => !several.is_empty(),
        Some(_) => true,
    };
    if is_set("filter_subjects") {
        return Some("doesn't deliver all messages (filter_subjects)");
    }
    if is_set("priority_groups") {
        return Some("delivers to a priority group alone (priority_groups)");
    }
    None
}

/// What is wrong with a consumer, after its name.
fn wrong_with_consumer(found: &consumer::Config) -> Option<String> {
    let text = |text: &str| Some(text.to_owned());
    if found.deliver_subject.is_some() {
        return text("pushes; it has to be one that is pulled from");
    }
    if found.ack_policy != AckPolicy::Explicit {
        return text("doesn't want an acknowledgement of each message");
    }
    if found.max_deliver > 0 {
        return text("gives a message up after some deliveries; it mustn't");
    }
    if found.ack_wait.is_zero() || found.ack_wait > LONGEST_LEASE || !found.backoff.is_empty() {
        return Some(format!(
            "waits for an acknowledgement for longer than {} s, or by a back-off",
            LONGEST_LEASE.as_secs()
        ));
    }
    if found.deliver_policy != DeliverPolicy::All
        || !found.filter_subject.is_empty()
        || found.headers_only
    {
        return text("doesn't deliver all messages, or not the whole of them");
    }
    if !found.inactive_threshold.is_zero() || found.memory_storage {
        return text("ends while nobody works, or keeps what was handled in memory alone");
    }
    if found.max_ack_pending > 0 {
        return text(
            "has a limit of pending messages: what waits for another attempt would hold up the rest",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let options = NatsOptions::from_address("nats://a/M").unwrap();
        wanted(&options, "M", None)
    }

    #[test]
    fn what_is_made_is_what_is_wanted() {
        assert_eq!(wrong_with_stream(&config(), &config()), None);
        let consumer = consumer::Config {
            ack_wait: Duration::from_secs(30),
            max_deliver: -1,
            max_ack_pending: -1,
            ..consumer::Config::default()
        };
        assert_eq!(wrong_with_consumer(&consumer), None);
    }

    #[test]
    fn settings_that_the_client_library_does_not_know_are_checked() {
        let none = json!({"ack_wait": 1, "metadata": {}, "filter_subjects": null});
        assert_eq!(unknown_to_the_library(&none), None);
        assert_eq!(
            unknown_to_the_library(&json!({"priority_groups": []})),
            None
        );
        for name in ["filter_subjects", "priority_groups"] {
            let wrong = unknown_to_the_library(&json!({name: ["one"]})).unwrap();
            assert!(wrong.contains(name), "{wrong}");
        }
    }

    #[test]
    fn each_setting_on_which_the_contract_rests_is_checked() {
        type Change = fn(&mut Config);
        let changes: [(Change, &str); 13] = [
            (|c| c.retention = RetentionPolicy::WorkQueue, "retention"),
            (|c| c.retention = RetentionPolicy::Interest, "retention"),
            (|c| c.storage = StorageType::Memory, "memory"),
            (|c| c.discard = DiscardPolicy::Old, "discards old"),
            (|c| c.max_age = Duration::from_hours(48), "maximum age"),
            (|c| c.max_messages_per_subject = 1, "each subject"),
            (
                |c| c.duplicate_window = Duration::from_mins(2),
                "120 s, where 86400 s",
            ),
            (|c| c.num_replicas = 0, "0 replicas, where 1"),
            (
                |c| c.persist_mode = Some(PersistenceMode::Async),
                "asynchronously",
            ),
            (|c| c.no_ack = true, "no_ack"),
            (|c| c.sealed = true, "sealed"),
            (|c| c.deny_purge = true, "denies"),
            (|c| c.subjects.push("other".to_owned()), "M.>"),
        ];
        for (change, says) in changes {
            let mut found = config();
            change(&mut found);
            let wrong = wrong_with_stream(&found, &config()).unwrap();
            assert!(wrong.contains(says), "{wrong}");
        }
        let mut more = config();
        more.duplicate_window = Duration::from_hours(48);
        more.num_replicas = 3;
        assert_eq!(wrong_with_stream(&more, &config()), None, "more is fine");
    }
}
