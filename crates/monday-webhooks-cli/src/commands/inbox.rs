//! `inbox`: what an inbox holds, and its dead letters.

use std::path::Path;

use monday_webhooks::{
    AccountId,
    inbox::{
        DeadLetter, DeadLetterId, InboxError, Ledger, SqliteInbox, SqliteOptions, SqliteView,
        Status,
    },
};
use serde::Serialize;
use serde_json::{json, value::RawValue};

use crate::{
    args::{DeadArgs, Global, InboxArgs, InboxName, LettersArgs},
    failure::{Failure, with_causes},
    output,
    progress::Progress,
};

/// How many dead letters are read at once.
const PAGE: usize = 100;

/// A dead letter as it is printed.
#[derive(Serialize)]
struct Letter<'a> {
    id: u64,
    /// Null, as the other time, outside of the years 1970 to 9999.
    received_at: Option<String>,
    died_at: Option<String>,
    attempts: u32,
    reason: &'a str,
    verified: bool,
    account_id: Option<AccountId>,
    /// Null where the stored body can't be read any more.
    delivery: Option<&'a RawValue>,
}

pub(crate) fn status(global: &Global, args: &InboxArgs) -> Result<(), Failure> {
    let status = match &args.inbox {
        InboxName::Nats(options) => super::block_on(async {
            let inbox = super::nats::open(options, &args.nats).await?;
            inbox.status().await.map_err(failed)
        })?,
        inbox => view(inbox)?.status().map_err(failed)?,
    };
    let unhandled = status.depth();
    let Status { dead, oldest, .. } = status;
    let oldest = oldest.and_then(output::time);
    if global.json {
        return output::json(&json!({"unhandled": unhandled, "dead": dead, "oldest": oldest}));
    }
    output::table(
        &["UNHANDLED", "DEAD", "OLDEST"],
        [vec![
            unhandled.to_string(),
            dead.to_string(),
            oldest.unwrap_or_else(|| "-".to_owned()),
        ]],
    )
}

pub(crate) fn dead(global: &Global, args: &DeadArgs) -> Result<(), Failure> {
    let letters = match &args.inbox.inbox {
        InboxName::Nats(options) => super::block_on(async {
            let inbox = super::nats::open(options, &args.inbox.nats).await?;
            let letters = inbox.dead_letters(args.after, args.limit).await;
            letters.map_err(failed)
        })?,
        inbox => view(inbox)?
            .dead_letters(args.after, args.limit)
            .map_err(failed)?,
    };
    if global.json {
        return letters.iter().try_for_each(print);
    }
    output::table(
        &["ID", "DIED", "ATTEMPTS", "EVENT", "REASON"],
        letters.iter().map(|letter| {
            let event = letter
                .delivery()
                .map(|delivery| delivery.kind().to_string());
            vec![
                letter.id.to_string(),
                output::time(letter.died_at).unwrap_or_else(|| "-".to_owned()),
                letter.attempts.to_string(),
                event.unwrap_or_else(|_| "-".to_owned()),
                letter.reason.clone(),
            ]
        }),
    )
}

fn print(letter: &DeadLetter) -> Result<(), Failure> {
    let body = std::str::from_utf8(&letter.body).ok();
    let delivery = body.and_then(|body| output::compact(body).ok());
    output::json(&Letter {
        id: letter.id.get(),
        received_at: output::time(letter.received_at),
        died_at: output::time(letter.died_at),
        attempts: letter.attempts,
        reason: &letter.reason,
        verified: letter.verified,
        account_id: letter.account_id,
        delivery: delivery.as_deref(),
    })
}

/// What is done with dead letters.
#[derive(Clone, Copy)]
enum Act {
    Requeue,
    Purge,
}

impl Act {
    const fn done(self) -> &'static str {
        match self {
            Self::Requeue => "requeued",
            Self::Purge => "purged",
        }
    }

    async fn on(self, inbox: &impl Ledger, letter: DeadLetterId) -> Result<bool, InboxError> {
        match self {
            Self::Requeue => inbox.requeue(letter).await,
            Self::Purge => inbox.discard(letter).await,
        }
    }
}

/// Hands dead letters over again.
pub(crate) fn requeue(global: &Global, args: &LettersArgs) -> Result<(), Failure> {
    act(global, args, Act::Requeue)
}

/// Deletes dead letters.
pub(crate) fn purge(global: &Global, args: &LettersArgs) -> Result<(), Failure> {
    act(global, args, Act::Purge)
}

fn act(global: &Global, args: &LettersArgs, act: Act) -> Result<(), Failure> {
    if let InboxName::Nats(options) = &args.inbox.inbox {
        return super::block_on(async {
            let inbox = super::nats::open(options, &args.inbox.nats).await?;
            each_letter(global, args, &inbox, act).await
        });
    }
    // There has to be one already, which opening would make.
    view(&args.inbox.inbox)?;
    let inbox = SqliteInbox::open(path(&args.inbox.inbox)?, SqliteOptions::default());
    let inbox = inbox.map_err(|error| match error {
        InboxError::InUse { .. } => Failure::failed(format!(
            "{}; stop the `listen` that uses it, and try again",
            with_causes(&error)
        )),
        error => failed(error),
    })?;
    super::block_on(each_letter(global, args, &inbox, act))
}

/// Does something with each letter that is named, says whether it was there, and fails where one
/// wasn't.
async fn each_letter(
    global: &Global,
    args: &LettersArgs,
    inbox: &impl Ledger,
    act: Act,
) -> Result<(), Failure> {
    let letters = if args.all {
        all_letters(inbox).await?
    } else {
        args.letters.clone()
    };
    let mut missing = Vec::new();
    let mut progress = Progress::beside_lines();
    let all = letters.len();
    for (number, letter) in (1..).zip(letters) {
        progress.say(&format!("letter {number} of {all}"));
        let was_there = act.on(inbox, letter).await.map_err(failed)?;
        if global.json {
            output::json(&json!({"id": letter.get(), act.done(): was_there}))?;
        } else if was_there {
            output::line(&format!("{letter} {}", act.done()))?;
        }
        if !was_there {
            missing.push(letter.to_string());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(", ");
    Err(Failure::failed(format!(
        "there is no dead letter {missing}; `inbox dead` lists them"
    )))
}

async fn all_letters(inbox: &impl Ledger) -> Result<Vec<DeadLetterId>, Failure> {
    let mut all = Vec::new();
    loop {
        let page = inbox
            .dead_letters(all.last().copied(), PAGE)
            .await
            .map_err(failed)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page.iter().map(|letter| letter.id));
    }
}

fn view(inbox: &InboxName) -> Result<SqliteView, Failure> {
    SqliteView::open(path(inbox)?).map_err(failed)
}

fn path(inbox: &InboxName) -> Result<&Path, Failure> {
    match inbox {
        InboxName::Sqlite(path) => Ok(path),
        InboxName::Memory | InboxName::Nats(_) => Err(Failure::usage(
            "an inbox in memory ends with its process; name another one, such as sqlite:PATH",
        )),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is mapped over errors")]
fn failed(error: InboxError) -> Failure {
    Failure::failed(with_causes(&error))
}
