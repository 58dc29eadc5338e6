//! `listen`: an endpoint that prints what it receives.

use std::{net::IpAddr, sync::Arc, time::Duration};

use monday_webhooks::{
    AccountId, Receiver,
    auth::Verifier,
    inbox::{
        self, Inbox, Job, MemoryInbox, MemoryOptions, SqliteInbox, SqliteOptions, Status,
        WorkerOptions,
    },
    receiver::dangerous,
    server::Server,
};
use serde::Serialize;
use serde_json::{json, value::RawValue};
use tokio::sync::{mpsc, oneshot};

use crate::{
    args::{Global, InboxName, ListenArgs},
    failure::{Failure, with_causes},
    output, secrets,
};

/// How long the end waits for what was accepted to be printed.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// A delivery as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    received_at: String,
    verified: bool,
    account_id: Option<AccountId>,
    duplicate: bool,
    attempt: u32,
    delivery: &'a RawValue,
}

#[derive(Clone, Copy)]
enum Style {
    Quiet,
    Json,
    Text,
}

pub(crate) fn run(global: &Global, args: &ListenArgs) -> Result<(), Failure> {
    let style = match (args.quiet, output::json_lines(global)) {
        (true, _) => Style::Quiet,
        (false, true) => Style::Json,
        (false, false) => Style::Text,
    };
    let verifier = verifier(args)?;
    let whole = |status: Status| status.depth();
    super::block_on(async {
        match &args.inbox {
            InboxName::Memory => {
                let inbox = MemoryInbox::new(MemoryOptions::default());
                // One at a time, so that lines come in the order of the deliveries. Memory makes
                // nobody wait for that.
                let mut options = WorkerOptions::default();
                options.concurrency = 1;
                listen(args, verifier, inbox, options, style, whole).await
            }
            InboxName::Sqlite(path) => {
                let inbox = SqliteInbox::open(path, SqliteOptions::default())
                    .map_err(|error| Failure::failed(with_causes(&error)))?;
                // Several at once share their commits; no order is promised.
                let options = WorkerOptions::default();
                listen(args, verifier, inbox, options, style, whole).await
            }
            InboxName::Nats(options) => {
                let inbox = super::nats::connect(options, &args.nats).await?;
                let options = WorkerOptions::default();
                // What another process has is its own to finish, and what nobody has is safe.
                let rest = |status: Status| status.waiting;
                listen(args, verifier, inbox, options, style, rest).await
            }
        }
    })
}

async fn listen<I: Inbox>(
    args: &ListenArgs,
    verifier: Option<Verifier>,
    inbox: I,
    options: WorkerOptions,
    style: Style,
    rest: impl Fn(Status) -> u64,
) -> Result<(), Failure> {
    let server = Server::bind(args.addr, &args.path)
        .await
        .map_err(|error| Failure::failed(format!("{} can't be listened on: {error}", args.addr)))?;
    let address = server.local_addr().map_err(Failure::failed)?;
    output::json(&json!({"listening": format!("http://{address}{}", args.path)}))?;

    let inbox = Arc::new(inbox);
    let (unprintable, mut stop_printing) = mpsc::channel(1);
    let (stop_worker, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(inbox::run(
        Arc::clone(&inbox),
        move |job: Job| std::future::ready(print(style, &job, &unprintable)),
        options,
        async { drop(stopped.await) },
    ));
    let mut failure = None;
    let stop = async {
        tokio::select! {
            () = super::stop_signal() => {}
            reason = stop_printing.recv() => failure = reason,
        }
    };
    match verifier {
        Some(verifier) => {
            let receiver = Receiver::new(verifier, Arc::clone(&inbox));
            server.serve(receiver, stop).await;
        }
        None => {
            let receiver = Receiver::new(dangerous::unsigned(), Arc::clone(&inbox));
            server.serve(receiver, stop).await;
        }
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    let drained = tokio::time::timeout(DRAIN_TIME, async {
        drain(inbox.as_ref(), rest).await?;
        drop(stop_worker);
        // It has nothing to say that wasn't said when it happened.
        drop(worker.await);
        Ok(())
    });
    drained.await.unwrap_or_else(|_| {
        Err(Failure::failed(
            "not all of what was accepted could be printed before the end",
        ))
    })
}

/// Waits until nothing is left to be printed.
async fn drain<I: Inbox>(inbox: &I, rest: impl Fn(Status) -> u64) -> Result<(), Failure> {
    loop {
        let status = inbox.status().await;
        let status = status.map_err(|error| Failure::failed(with_causes(&error)))?;
        if rest(status) == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The verifier of the options; none for unsigned deliveries.
fn verifier(args: &ListenArgs) -> Result<Option<Verifier>, Failure> {
    let mut verifier: Option<Verifier> = None;
    for variable in &args.signing_secret_env {
        let secret = secrets::signing_secret(variable)?;
        verifier = Some(match verifier {
            None => Verifier::new(secret),
            Some(verifier) => verifier.or_secret(secret),
        });
    }
    for audience in &args.audience {
        if !args.allow_http && is_remote_http(audience) {
            return Err(Failure::usage(
                "an --audience is an https URL, or an http URL on loopback; --allow-http takes any",
            ));
        }
        verifier = verifier.map(|verifier| verifier.audience(audience));
    }
    Ok(verifier)
}

fn is_remote_http(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return true;
    };
    let local = url.host_str().is_some_and(|host| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost"
            || host
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback())
    });
    url.scheme() != "https" && !(url.scheme() == "http" && local)
}

/// A delivery counts as handled once its line is written. Where nothing can be written any more,
/// the command ends.
fn print(
    style: Style,
    job: &Job,
    unprintable: &mpsc::Sender<Failure>,
) -> Result<(), inbox::Failure> {
    print_line(style, job).map_err(|failure| {
        // One reason is enough.
        let _ = unprintable.try_send(failure);
        inbox::Failure::retry("the delivery could not be written to standard output")
    })
}

fn print_line(style: Style, job: &Job) -> Result<(), Failure> {
    let received = &job.received;
    let delivery = &received.delivery;
    let received_at = humantime::format_rfc3339_millis(received.received_at).to_string();
    match style {
        Style::Quiet => Ok(()),
        Style::Json => {
            let body = std::str::from_utf8(delivery.body()).map_err(Failure::failed)?;
            output::json(&Line {
                received_at,
                verified: received.verified,
                account_id: received.account_id,
                duplicate: false,
                attempt: job.attempt,
                delivery: &output::compact(body)?,
            })
        }
        Style::Text => output::line(&format!(
            "{received_at}  {:<22} board {:<12} item {:<12} webhook {}{}",
            delivery.kind(),
            or_dash(delivery.board_id()),
            or_dash(delivery.item_id()),
            or_dash(delivery.subscription_id()),
            if received.verified {
                ""
            } else {
                "  (unverified)"
            },
        )),
    }
}

fn or_dash(id: Option<impl ToString>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}
