//! Notices: an event, and which webhooks are told of it.

use serde_json::Value;

use crate::webhooks::Webhook;

/// An event about a change, for those webhooks of a board that it concerns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notice {
    /// The board whose webhooks are told.
    pub(crate) board_id: u64,
    /// The events, by the schema's names, that it is a case of.
    pub(crate) events: &'static [&'static str],
    /// What a webhook's config is compared with.
    pub(crate) subject: Subject,
    pub(crate) event: Value,
}

/// What a webhook's config may name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subject {
    Any,
    Column { id: String, status: Option<u64> },
    Group(String),
}

impl Notice {
    /// Whether `webhook` is to be told: by its board, its event and its config.
    pub(crate) fn concerns(&self, webhook: &Webhook) -> bool {
        if webhook.board_id != self.board_id || !self.events.contains(&webhook.event.as_str()) {
            return false;
        }
        let config: Value = webhook
            .config
            .as_deref()
            .and_then(|config| serde_json::from_str(config).ok())
            .unwrap_or_default();
        match (webhook.event.as_str(), &self.subject) {
            ("change_specific_column_value", Subject::Column { id, .. }) => {
                config["columnId"] == id.as_str()
            }
            ("change_status_column_value", Subject::Column { id, status }) => {
                config["columnId"] == id.as_str() && wants_status(&config["columnValue"], *status)
            }
            ("item_moved_to_specific_group", Subject::Group(id)) => {
                config["groupId"] == id.as_str()
            }
            _ => true,
        }
    }
}

/// Whether a status is the one, or among those, that a config names.
fn wants_status(wanted: &Value, status: Option<u64>) -> bool {
    if wanted["$any$"] == true {
        return true;
    }
    let is = |wanted: &Value| status.is_some() && wanted.as_u64() == status;
    match &wanted["index"] {
        Value::Array(several) => several.iter().any(is),
        one => is(one),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::tokens::TokenKind;

    fn told(event: &str, config: Option<String>, subject: Subject) -> bool {
        let webhook = Webhook {
            id: 1,
            board_id: 1,
            event: event.to_owned(),
            url: String::new(),
            config,
            created_by: TokenKind::App,
            user_id: 1,
        };
        let notice = Notice {
            board_id: 1,
            events: &[
                "change_column_value",
                "change_specific_column_value",
                "change_status_column_value",
                "item_moved_to_specific_group",
            ],
            subject,
            event: Value::Null,
        };
        notice.concerns(&webhook)
    }

    fn column(id: &str, status: Option<u64>) -> Subject {
        Subject::Column {
            id: id.to_owned(),
            status,
        }
    }

    proptest! {
        #[test]
        fn a_status_webhook_is_told_of_the_statuses_of_its_column_that_it_names(
            named in proptest::collection::vec(0..5_u64, 0..4),
            status in proptest::option::of(0..5_u64),
            any in any::<bool>(),
            same_column in any::<bool>(),
        ) {
            let value = if any { json!({"$any$": true}) } else { json!({"index": named}) };
            let config = json!({"columnId": "status", "columnValue": value}).to_string();
            let id = if same_column { "status" } else { "status_1" };
            let is_named = any || status.is_some_and(|status| named.contains(&status));
            prop_assert_eq!(
                told("change_status_column_value", Some(config), column(id, status)),
                same_column && is_named
            );
        }

        #[test]
        fn a_config_narrows_only_the_events_that_take_one(config in proptest::option::of(".{0,30}")) {
            prop_assert!(told("change_column_value", config.clone(), column("a", None)));
            // And whatever it says, it names no column or group that it doesn't.
            prop_assert!(!told("change_specific_column_value", config.clone(), column("a b c", None)));
            prop_assert!(!told("item_moved_to_specific_group", config, Subject::Group("a b c".into())));
        }
    }
}
