//! The webhooks that exist, board by board.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::tokens::TokenKind;

/// The longest URL that monday takes, in characters (monday's webhooks reference).
pub(crate) const MAX_URL_LENGTH: usize = 255;

/// A webhook as the emulator keeps it: what the API shows of it, and what only monday knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Webhook {
    /// Its id.
    pub id: u64,
    /// The board that it watches.
    pub board_id: u64,
    /// The event as the schema names it, e.g. `change_column_value`.
    pub event: String,
    /// The registered URL, which the API never shows again.
    pub url: String,
    /// The config as JSON text, as it was given.
    pub config: Option<String>,
    /// The kind of token that made it: an app's webhooks are delivered signed.
    pub created_by: TokenKind,
    /// The user whose token made it.
    pub user_id: u64,
}

/// All webhooks by id.
#[derive(Debug, Default)]
pub(crate) struct Webhooks(BTreeMap<u64, Webhook>);

impl Webhooks {
    pub(crate) fn insert(&mut self, webhook: Webhook) {
        self.0.insert(webhook.id, webhook);
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Webhook> {
        self.0.get(&id)
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<Webhook> {
        self.0.remove(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Webhook> {
        self.0.values()
    }

    /// A board's webhooks in the order of their creation.
    pub(crate) fn on_board(&self, board_id: u64) -> impl Iterator<Item = &Webhook> {
        self.0.values().filter(move |w| w.board_id == board_id)
    }
}

/// Why a config is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("config must be a JSON object or the text of one")]
    NotAnObject,
    #[error("config must have a columnId for event {0}")]
    NoColumn(&'static str),
    #[error("config must have a columnValue for event change_status_column_value")]
    NoColumnValue,
    #[error("config must have a groupId for event item_moved_to_specific_group")]
    NoGroup,
}

/// The config as JSON text, as it is kept and shown; refused where `event` needs what it lacks.
///
/// monday's own sample sends it as text; an object is taken too.
pub(crate) fn config_text(
    event: &str,
    config: Option<&Value>,
) -> Result<Option<String>, ConfigError> {
    let text = match config {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Object(object)) => Some(Value::from(object.clone()).to_string()),
        Some(_) => return Err(ConfigError::NotAnObject),
    };
    let parsed = text
        .as_deref()
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    let has_text = |key: &str| {
        parsed
            .as_ref()
            .and_then(|config| config[key].as_str())
            .is_some_and(|value| !value.is_empty())
    };
    match event {
        "change_specific_column_value" if !has_text("columnId") => {
            Err(ConfigError::NoColumn("change_specific_column_value"))
        }
        "change_status_column_value" if !has_text("columnId") => {
            Err(ConfigError::NoColumn("change_status_column_value"))
        }
        "change_status_column_value"
            if !parsed
                .as_ref()
                .is_some_and(|config| config["columnValue"].is_object()) =>
        {
            Err(ConfigError::NoColumnValue)
        }
        "item_moved_to_specific_group" if !has_text("groupId") => Err(ConfigError::NoGroup),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_config_is_kept_as_text_however_it_was_given() {
        let text = r#"{"columnId":"status"}"#;
        let event = "change_specific_column_value";
        for given in [json!(text), json!({"columnId": "status"})] {
            assert_eq!(
                config_text(event, Some(&given)),
                Ok(Some(text.to_owned())),
                "{given}"
            );
        }
        assert_eq!(config_text("create_item", None), Ok(None));
        assert_eq!(
            config_text("create_item", Some(&json!("not json"))),
            Ok(Some("not json".to_owned()))
        );
    }

    #[test]
    fn a_config_that_lacks_what_its_event_needs_is_refused() {
        for (event, config) in [
            ("change_specific_column_value", json!(null)),
            ("change_specific_column_value", json!({})),
            ("change_specific_column_value", json!({"columnId": 5})),
            ("change_specific_column_value", json!("not json")),
            ("change_status_column_value", json!({"columnId": "status"})),
            (
                "change_status_column_value",
                json!({"columnValue": {"index": 1}}),
            ),
            ("item_moved_to_specific_group", json!({"groupId": ""})),
            ("item_moved_to_specific_group", json!([])),
            ("create_item", json!(7)),
        ] {
            assert!(
                config_text(event, Some(&config)).is_err(),
                "{event} {config}"
            );
        }
    }

    #[test]
    fn a_complete_status_config_is_taken() {
        for value in [
            json!({"index": 1}),
            json!({"index": [1]}),
            json!({"$any$": true}),
        ] {
            let config = json!({"columnId": "status", "columnValue": value});
            assert!(config_text("change_status_column_value", Some(&config)).is_ok());
        }
    }

    proptest! {
        #[test]
        fn a_config_that_is_taken_is_kept_to_the_letter(
            event in proptest::sample::select(vec![
                "create_item", "change_specific_column_value", "item_moved_to_specific_group",
            ]),
            text in prop_oneof![".{0,30}", r#"\{ ?"(columnId|groupId)" ?: ?"[a-z]{0,4}"\}"#],
        ) {
            if let Ok(kept) = config_text(event, Some(&json!(text))) {
                prop_assert_eq!(kept, Some(text));
            } else {
                prop_assert_ne!(event, "create_item");
            }
        }
    }
}
