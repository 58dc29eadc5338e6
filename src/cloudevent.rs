//! A delivery as a CloudEvent, for people who forward.

use serde::Serialize;

use crate::event::Delivery;

/// A delivery as a [CloudEvent](https://cloudevents.io) of version 1.0 in the JSON format.
/// Serialise it, and send it as `application/cloudevents+json`. Made by
/// [`Delivery::to_cloudevent`].
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CloudEvent<'a> {
    /// The version of the specification: `1.0`.
    pub specversion: &'static str,
    /// The delivery's [dedupe key](Delivery::dedupe_key). Together with the source it is the same
    /// for two deliveries of one event to one webhook.
    pub id: String,
    /// Names the webhook, such as `https://monday.com/webhooks/73759690`. It is a name: there is
    /// nothing at that address.
    pub source: String,
    /// `com.monday.` and the wire type, such as `com.monday.create_pulse`;
    /// `com.monday.unknown` where the delivery has no wire type that could stand in a name.
    pub r#type: String,
    /// What it is about, such as `boards/3495876/items/9771848`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it happened, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// `application/json`.
    pub datacontenttype: &'static str,
    /// The delivery's JSON, to the digit.
    pub data: &'a Delivery,
}

impl Delivery {
    /// The delivery as a CloudEvent (JSON format, version 1.0).
    ///
    /// ```
    /// use monday_webhooks::Delivery;
    ///
    /// let delivery = Delivery::parse(r#"{"event":{"type":"create_pulse","subscriptionId":7,"triggerUuid":"b5ed"}}"#)?;
    /// let event = serde_json::to_value(delivery.to_cloudevent())?;
    /// assert_eq!(event["id"], "7:b5ed");
    /// assert_eq!(event["type"], "com.monday.create_pulse");
    /// assert_eq!(event["data"]["event"]["subscriptionId"], 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_cloudevent(&self) -> CloudEvent<'_> {
        let source = String::from("https://monday.com/webhooks");
        let board = self.board_id().map(|id| format!("boards/{id}"));
        let item = self.item_id().map(|id| format!("items/{id}"));
        let subject = match (board, item) {
            (Some(board), Some(item)) => Some(format!("{board}/{item}")),
            (board, item) => board.or(item),
        };
        // The wire type is whatever the body says, and a type is a name.
        let wire_type = self
            .wire_type()
            .filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()))
            .unwrap_or("unknown");
        CloudEvent {
            specversion: "1.0",
            id: self.dedupe_key(),
            source: match self.subscription_id() {
                Some(id) => format!("{source}/{id}"),
                None => source,
            },
            r#type: format!("com.monday.{wire_type}"),
            subject,
            time: self
                .trigger_time()
                .map(|time| humantime::format_rfc3339_millis(time).to_string()),
            datacontenttype: "application/json",
            data: self,
        }
    }
}
