//! What monday's documentation leaves open, as switches.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How the emulator acts where monday's documentation is silent or where sources disagree.
///
/// The default is the friendliest reading. A receiver that passes its tests under every setting
/// relies on nothing that monday hasn't promised.
///
/// ```
/// use monday_emulator::{Behaviour, RetryToken};
///
/// let mut behaviour = Behaviour::default();
/// behaviour.retry_token = RetryToken::Same;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Behaviour {
    /// Whether the challenge of a webhook made with an app token carries a JWT.
    pub signed_challenge: bool,
    /// How many times a URL is challenged before it has failed; at least once.
    pub challenge_attempts: u32,
    /// What `create_webhook` answers when the challenge isn't echoed.
    pub failed_challenge: FailedChallenge,
    /// What `delete_webhook` answers for an id that it doesn't know.
    pub missing_webhook: MissingWebhook,
    /// How long a receiver may take to answer a challenge or a delivery, in real time.
    #[serde(with = "as_seconds")]
    pub answer_timeout: Duration,
    /// Which answers count as acknowledged.
    pub acknowledgement: Acknowledgement,
    /// Whether a delivery that was answered with a 4xx is retried.
    pub retry_client_errors: bool,
    /// Time between two attempts. monday's reference: one minute. Where it is read, as from the
    /// control API, it has to be a millisecond or more: without any the retries would never rest.
    #[serde(
        serialize_with = "as_seconds::serialize",
        deserialize_with = "as_seconds::interval"
    )]
    pub retry_interval: Duration,
    /// Time from the first attempt to the last. monday's reference: 30 minutes.
    #[serde(with = "as_seconds")]
    pub retry_window: Duration,
    /// Whether a retry carries a new token or that of the first attempt.
    pub retry_token: RetryToken,
    /// Whether a retry keeps the delivery's `triggerUuid`.
    pub retry_trigger_uuid: RetryTriggerUuid,
    /// Whether one change has the same `triggerUuid` for each webhook it is delivered to.
    pub shared_trigger_uuid: bool,
    /// In which order a webhook's deliveries arrive.
    pub ordering: Ordering,
    /// How many more times an acknowledged delivery is sent.
    pub duplicates: u32,
    /// Which clock a token's `iat` and `exp` are taken from.
    pub token_time: TokenTime,
    /// Whether the token's `aud` keeps the query string of the registered URL.
    pub audience_keeps_query: bool,
    /// Whether a new subitem is also a change of its parent's subitems column, as has been seen
    /// on the wire.
    pub subitem_changes_parent: bool,
    /// Whether a webhook for subitems is refused on a board that never had one, as third parties
    /// report.
    pub subitem_events_need_subitems: bool,
    /// Whether editing or deleting an update of a subitem reaches the parent board's `edit_update`
    /// and `delete_update` webhooks.
    pub subitem_update_edits: bool,
    /// Whether archiving or deleting a group is told as archiving or deleting each of its items.
    pub group_removal_tells_items: bool,
    /// Which board's webhooks learn that an item moved to another board.
    pub board_move: BoardMove,
    /// How a delivery shows the value of a column that is empty.
    pub cleared_value: ClearedValue,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            signed_challenge: false,
            challenge_attempts: 1,
            failed_challenge: FailedChallenge::Error,
            missing_webhook: MissingWebhook::NotFound,
            answer_timeout: Duration::from_secs(10),
            acknowledgement: Acknowledgement::AnySuccess,
            retry_client_errors: true,
            retry_interval: Duration::from_secs(60),
            retry_window: Duration::from_secs(30 * 60),
            retry_token: RetryToken::Fresh,
            retry_trigger_uuid: RetryTriggerUuid::Same,
            shared_trigger_uuid: false,
            ordering: Ordering::FirstAttempts,
            duplicates: 0,
            token_time: TokenTime::System,
            audience_keeps_query: true,
            subitem_changes_parent: true,
            subitem_events_need_subitems: false,
            subitem_update_edits: false,
            group_removal_tells_items: true,
            board_move: BoardMove::Destination,
            cleared_value: ClearedValue::Null,
        }
    }
}

/// What `create_webhook` answers when the challenge isn't echoed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailedChallenge {
    /// An `InvalidArgumentException`.
    Error,
    /// `null` without an error.
    Null,
}

/// What `delete_webhook` answers for an id that it doesn't know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingWebhook {
    /// A `ResourceNotFoundException`.
    NotFound,
    /// `null` without an error.
    Null,
}

/// Which answers count as acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Acknowledgement {
    /// Every 2xx.
    AnySuccess,
    /// 200 alone.
    OnlyOk,
}

/// The token that a retry carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RetryToken {
    /// A new one for each attempt.
    Fresh,
    /// That of the first attempt, which expires after five minutes.
    Same,
}

/// The `triggerUuid` that a retry carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RetryTriggerUuid {
    /// That of the first attempt.
    Same,
    /// A new one; `originalTriggerUuid` names the first where the body has that field.
    Fresh,
}

/// The order in which a webhook's deliveries arrive. One is under way at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ordering {
    /// First attempts in the order of the changes; a failed one doesn't hold up the rest.
    FirstAttempts,
    /// The next delivery waits until the one before is acknowledged or given up.
    Strict,
    /// Of those that wait, the newest first.
    NewestFirst,
}

/// The clock that a token's `iat` and `exp` are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenTime {
    /// The system's, so that a receiver that goes by it accepts the token however fast the
    /// emulator's clock runs.
    System,
    /// The emulator's, for a receiver under test whose clock is set too.
    Emulator,
}

/// The board whose webhooks learn that an item moved to another board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BoardMove {
    /// The board that the item left.
    Source,
    /// The board that the item is on now.
    Destination,
    /// Both.
    Both,
}

/// How a delivery shows the value of a column that is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClearedValue {
    /// As `null`.
    Null,
    /// As `{}`.
    EmptyObject,
}

/// Durations as seconds.
mod as_seconds {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
    }

    /// A time between attempts.
    pub(super) fn interval<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let interval = deserialize(deserializer)?;
        if interval < Duration::from_millis(1) {
            return Err(D::Error::custom("retry_interval has to be 0.001 or more"));
        }
        Ok(interval)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    #[test]
    fn a_behaviour_reads_back_as_it_was_written_and_what_is_left_out_is_usual() {
        let behaviour = Behaviour {
            retry_token: RetryToken::Same,
            answer_timeout: Duration::from_millis(1500),
            ..Behaviour::default()
        };
        let text = serde_json::to_string(&behaviour).unwrap();
        assert_eq!(serde_json::from_str::<Behaviour>(&text).unwrap(), behaviour);
        let usual: Behaviour = serde_json::from_str("{}").unwrap();
        assert_eq!(usual, Behaviour::default());
        assert!(serde_json::from_str::<Behaviour>(r#"{"no_such_switch":1}"#).is_err());
    }

    proptest! {
        #[test]
        fn any_behaviour_reads_back_as_it_was_written(
            flags in proptest::array::uniform7(any::<bool>()),
            // Up to a fortnight.
            millis in proptest::array::uniform3(1..1_200_000_000_u64),
            duplicates in any::<u32>(),
            retry_token in select(vec![RetryToken::Fresh, RetryToken::Same]),
            ordering in select(vec![
                Ordering::FirstAttempts, Ordering::Strict, Ordering::NewestFirst,
            ]),
            board_move in select(vec![
                BoardMove::Source, BoardMove::Destination, BoardMove::Both,
            ]),
        ) {
            let [answer_timeout, retry_interval, retry_window] = millis.map(Duration::from_millis);
            let [signed_challenge, retry_client_errors, shared_trigger_uuid, audience_keeps_query,
                subitem_changes_parent, subitem_update_edits, group_removal_tells_items] = flags;
            let behaviour = Behaviour {
                signed_challenge, retry_client_errors, shared_trigger_uuid, audience_keeps_query,
                subitem_changes_parent, subitem_update_edits, group_removal_tells_items, duplicates, retry_token, ordering,
                board_move, answer_timeout, retry_interval, retry_window,
                ..Behaviour::default()
            };
            let text = serde_json::to_string(&behaviour).unwrap();
            prop_assert_eq!(serde_json::from_str::<Behaviour>(&text).unwrap(), behaviour);
        }
    }
}
