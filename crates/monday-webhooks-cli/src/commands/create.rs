//! `create`: one webhook, its config checked before anything is sent.

use monday_webhooks::{StatusValue, Subscription, SubscriptionKind, WebhookUrl, client::Creation};
use serde_json::Value;

use crate::{
    args::{CreateArgs, Global, Settings},
    failure::{Failure, with_causes},
    output::{self, WEBHOOK_COLUMNS, WebhookRow},
    secrets,
};

pub(crate) fn run(global: &Global, settings: &Settings, args: CreateArgs) -> Result<(), Failure> {
    let url = if args.allow_http {
        WebhookUrl::dangerous_http(args.url.as_str())
    } else {
        WebhookUrl::new(args.url.as_str())
    };
    let url = url.map_err(Failure::usage)?;
    let board = args.board;
    let subscription = subscription(args)?;
    let client = secrets::client(global, settings)?;
    let creation = super::block_on(async {
        client
            .webhooks()
            .create_or_find(board, &url, subscription)
            .await
            .map_err(|error| {
                let mut message = with_causes(&error);
                if error.may_have_been_applied() {
                    message = format!(
                        "{message}. The webhook may have been created; list the board's webhooks (monday-webhooks list --board {board})"
                    );
                }
                Failure::failed(message)
            })
    })?;
    if let Creation::Found(webhook) = &creation {
        anstream::eprintln!(
            "monday's answer was lost; webhook {} is new on the board and has this event and config",
            webhook.id
        );
    }
    let webhook = creation.into_webhook();
    let row = WebhookRow::from(&webhook);
    if global.json {
        output::json(&row)
    } else {
        output::table(&WEBHOOK_COLUMNS, [row.cells()])
    }
}

fn subscription(args: CreateArgs) -> Result<Subscription, Failure> {
    let event = args.event;
    if let Some(config) = args.config {
        return custom(event, &config);
    }
    let options = [
        ("--column", args.column.is_some()),
        ("--status-index", args.status_index.is_some()),
        ("--any-status", args.any_status),
        ("--group", args.group.is_some()),
    ];
    let taken: &[&str] = match event {
        SubscriptionKind::ChangeSpecificColumnValue => &["--column"],
        SubscriptionKind::ChangeStatusColumnValue => {
            &["--column", "--status-index", "--any-status"]
        }
        SubscriptionKind::ItemMovedToSpecificGroup => &["--group"],
        _ => &[],
    };
    let surplus = options
        .iter()
        .find(|(name, given)| *given && !taken.contains(name));
    if let Some((name, _)) = surplus {
        return Err(Failure::usage(format!("{event} takes no {name}")));
    }
    let lacks = |what: &str| Failure::usage(format!("{event} needs {what}"));
    match event {
        SubscriptionKind::ChangeSpecificColumnValue => {
            let column = args.column.ok_or_else(|| lacks("--column"))?;
            Ok(Subscription::ChangeSpecificColumnValue { column })
        }
        SubscriptionKind::ChangeStatusColumnValue => {
            let column = args.column.ok_or_else(|| lacks("--column"))?;
            let value = match args.status_index {
                Some(index) => StatusValue::Index(index),
                None if args.any_status => StatusValue::Any,
                None => return Err(lacks("--status-index or --any-status")),
            };
            Ok(Subscription::ChangeStatusColumnValue { column, value })
        }
        SubscriptionKind::ItemMovedToSpecificGroup => {
            let group = args.group.ok_or_else(|| lacks("--group"))?;
            Ok(Subscription::ItemMovedToSpecificGroup { group })
        }
        event => Subscription::from_parts(&event, None).map_err(Failure::usage),
    }
}

/// A config given whole is checked like any other, and then sent as it stands.
fn custom(event: SubscriptionKind, config: &str) -> Result<Subscription, Failure> {
    let config: Value = serde_json::from_str(config)
        .map_err(|error| Failure::usage(format!("--config is not JSON: {error}")))?;
    if !config.is_object() {
        return Err(Failure::usage("--config is not a JSON object"));
    }
    Subscription::from_parts(&event, Some(&config))
        .map_err(|error| Failure::usage(with_causes(&error)))?;
    Ok(Subscription::Custom {
        event,
        config: Some(config),
    })
}
