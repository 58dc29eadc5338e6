//! `create`: one webhook, its config checked before anything is sent.

use monday_webhooks::{
    StatusValue, Subscription, SubscriptionKind, WebhookUrl,
    client::{Creation, Error, ErrorKind},
};
use serde_json::Value;

use crate::{
    advice,
    args::{CreateArgs, Global, Settings},
    failure::{Failure, with_causes},
    output::{self, WEBHOOK_COLUMNS, WebhookRow},
    progress::Progress,
    secrets,
};

pub(crate) fn run(global: &Global, settings: &Settings, args: CreateArgs) -> Result<(), Failure> {
    let url = if args.allow_http {
        WebhookUrl::dangerous_http(args.url.as_str())
    } else {
        WebhookUrl::new(args.url.as_str())
    };
    let url = url.map_err(|error| {
        let is_http = args.url.starts_with("http://");
        let refused = Failure::usage(error);
        if is_http && !args.allow_http {
            refused.advise("--allow-http takes http, for an emulator on this machine")
        } else {
            refused
        }
    })?;
    let board = args.board;
    let subscription = subscription(args)?;
    let client = secrets::client(global, settings)?;
    let doubt = format!(
        "the webhook may have been created; list the board's webhooks (monday-webhooks list --board {board})"
    );
    let creation = super::interruptible(&doubt, async {
        let _waiting = Progress::saying("waiting for monday");
        client
            .webhooks()
            .create_or_find(board, &url, subscription)
            .await
            .map_err(|error| refused(&error, &doubt))
    })?;
    if let Creation::Found(webhook) = &creation {
        output::say(&format!(
            "monday's answer was lost; webhook {} is new on the board and has this event and config",
            webhook.id
        ));
    }
    let webhook = creation.into_webhook();
    let row = WebhookRow::from(&webhook);
    if global.json {
        output::json(&row)
    } else {
        output::table(&WEBHOOK_COLUMNS, [row.cells()])
    }
}

/// What a creation that failed means.
fn refused(error: &Error, doubt: &str) -> Failure {
    if error.may_have_been_applied() {
        return Failure::failed(with_causes(error)).advise(doubt);
    }
    if error.kind() != ErrorKind::InvalidArgument {
        return advice::api(error);
    }
    let failure = Failure::failed(with_causes(error));
    // monday documents the messages about boards, and none about a challenge that failed.
    if error.to_string().to_lowercase().contains("board") {
        failure.advise("check --board: events of subitems are for the parent board too")
    } else {
        failure.advise(
            "if monday refused the URL: it must answer the challenge; try `monday-webhooks listen --addr 127.0.0.1:8080 --unsigned`, with the URL leading there",
        )
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
