//! `delete`: one webhook.

use monday_webhooks::client::ErrorKind;
use serde_json::json;

use crate::{
    advice,
    args::{DeleteArgs, Global, Settings},
    failure::{Failure, with_causes},
    output::{self, WEBHOOK_COLUMNS, WebhookRow},
    progress::Progress,
    secrets,
};

pub(crate) fn run(global: &Global, settings: &Settings, args: &DeleteArgs) -> Result<(), Failure> {
    let client = secrets::client(global, settings)?;
    let meaning = "the webhook may have been deleted, and can be deleted again with --missing-ok";
    let deleted = super::interruptible(meaning, async {
        let _waiting = Progress::saying("waiting for monday");
        match client.webhooks().delete(args.id).await {
            Ok(webhook) => Ok(Some(webhook)),
            Err(error) if error.kind() == ErrorKind::NotFound && args.missing_ok => Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::failed(format!(
                "{}: there is no webhook {}; --missing-ok lets that pass",
                with_causes(&error),
                args.id
            ))),
            Err(error) => Err(advice::api(&error)),
        }
    })?;
    match deleted {
        Some(webhook) => {
            let row = WebhookRow::from(&webhook);
            if global.json {
                output::json(&row)
            } else {
                output::table(&WEBHOOK_COLUMNS, [row.cells()])
            }
        }
        None if global.json => output::json(&json!({"id": args.id.to_string(), "missing": true})),
        None => output::line(&format!("there was no webhook {}", args.id)),
    }
}
