//! `list`: the webhooks of a board.

use crate::{
    advice,
    args::{Global, ListArgs, Settings},
    failure::Failure,
    output::{self, WEBHOOK_COLUMNS, WebhookRow},
    progress::Progress,
    secrets,
};

pub(crate) fn run(global: &Global, settings: &Settings, args: &ListArgs) -> Result<(), Failure> {
    let client = secrets::client(global, settings)?;
    let webhooks = super::interruptible(super::NOTHING_CHANGED, async {
        let _waiting = Progress::saying("waiting for monday");
        let webhooks = client.webhooks();
        let listed = if args.app_only {
            webhooks.list_app_only(args.board).await
        } else {
            webhooks.list(args.board).await
        };
        listed.map_err(|error| advice::api(&error))
    })?;
    let rows: Vec<_> = webhooks.iter().map(WebhookRow::from).collect();
    if global.json {
        output::json(&rows)
    } else {
        output::table(&WEBHOOK_COLUMNS, rows.iter().map(WebhookRow::cells))
    }
}
