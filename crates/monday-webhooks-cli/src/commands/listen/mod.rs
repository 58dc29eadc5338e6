//! `listen`: an endpoint that prints what it receives, hands it on and shows it.

mod forward;
mod inspected;
mod kept;
mod passed;
mod print;
mod watch;

use std::{
    future::Future,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use monday_webhooks::{
    Receiver,
    auth::{SigningSecret, Verifier},
    inbox::{
        self, Inbox, InboxError, Job, MemoryInbox, MemoryOptions, SqliteInbox, SqliteOptions,
        WorkerOptions,
    },
    receiver::dangerous,
    server::Server,
};
use serde::Serialize;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinError,
};

use self::{
    forward::{Forwarder, is_taken},
    inspected::Inspected,
    kept::Kept,
    print::{Style, print, print_failed},
    watch::{Answering, Watch, Watched},
};
use crate::{
    args::{Global, InboxName, ListenArgs, Settings},
    failure::{Failure, with_causes},
    inspect::Inspector,
    net, output,
    printer::Printer,
    secrets::{self, Variable},
    signals,
};

/// How long the end waits for what was accepted to be printed, and taken by the endpoint.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// How long it waits after that for the inbox to hear what became of the rest.
const SETTLE_TIME: Duration = Duration::from_secs(1);

/// A delivery is handled for as long as its line waits for a reader that pauses: a year is for ever.
/// The endpoint has a time limit of its own.
const HANDLER_TIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(crate) fn run(global: &Global, settings: &Settings, args: &ListenArgs) -> Result<(), Failure> {
    if settings.file.is_some() {
        // A file that was named isn't passed over, whoever needs it.
        secrets::config(global, settings)?;
    }
    let style = match (args.quiet, output::json_lines(global)) {
        (true, _) => Style::Quiet,
        (false, true) => Style::Json,
        (false, false) => Style::Text,
    };
    let verifier = verifier(args)?;
    let forwarder = forwarder(args)?;
    let listener = Listener {
        global,
        settings,
        args,
        verifier,
        forwarder,
        style,
    };
    super::block_on(async {
        match &args.inbox {
            InboxName::Memory => {
                let inbox = MemoryInbox::new(MemoryOptions::default());
                // One at a time, so that lines come in the order of the deliveries. Memory makes
                // nobody wait for that, an endpoint could.
                let mut options = WorkerOptions::default();
                if listener.forwarder.is_none() {
                    options.concurrency = 1;
                }
                listener.listen(inbox, options).await
            }
            InboxName::Sqlite(path) => {
                let inbox = SqliteInbox::open(path, SqliteOptions::default());
                let inbox = inbox.map_err(|error| {
                    let error = with_causes(&error);
                    Failure::failed(format!("--inbox sqlite:{}: {error}", path.display()))
                })?;
                // Several at once share their commits; no order is promised.
                listener.listen(inbox, WorkerOptions::default()).await
            }
            InboxName::Nats(options) => {
                let inbox = super::nats::connect(options, &args.nats).await?;
                listener.listen(inbox, WorkerOptions::default()).await
            }
        }
    })
}

/// How often the end looks whether all is printed.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// After so many looks without anything being handled the rest isn't due.
const IDLE_LOOKS: u32 = 40;

/// The options, read.
struct Listener<'a> {
    global: &'a Global,
    settings: &'a Settings,
    args: &'a ListenArgs,
    /// None for unsigned deliveries.
    verifier: Option<Verifier>,
    forwarder: Option<Arc<Forwarder>>,
    style: Style,
}

impl Listener<'_> {
    async fn listen<I: Inbox>(self, inbox: I, mut options: WorkerOptions) -> Result<(), Failure> {
        let args = self.args;
        let inspector = Inspector::bind(&args.inspect).await?;
        let server = bind(args).await?;
        let address = server.local_addr().map_err(Failure::failed)?;
        let url = format!("http://{address}{}", args.path);
        let inspect = inspector.as_ref().map(Inspector::url).transpose()?;
        // Whoever reads the line may stop it at once.
        let stop_signal = signals::first();
        let printer = Arc::new(Printer::start()?);
        let first_line = printer.print(output::json_line(&FirstLine {
            listening: &url,
            inspect,
        })?);

        let inbox = Arc::new(inbox);
        let watch = Arc::new(Watch {
            record: inspector.as_ref().map(Inspector::record),
            forwarder: self.forwarder.clone(),
        });
        options.handler_time = HANDLER_TIME;
        if let Some(forwarder) = &self.forwarder {
            forwarder.schedule(&mut options);
        }
        let last_attempt = options.max_attempts;
        let (unprintable, mut stop_printing) = mpsc::channel(1);
        let (stop_worker, stopped) = oneshot::channel::<()>();
        let first_line = tokio::spawn(report_unprinted(first_line, unprintable.clone()));
        let handling = Arc::new(Handling {
            style: self.style,
            printer: Arc::clone(&printer),
            watch: Arc::clone(&watch),
            unprintable,
            last_attempt,
        });
        let mut worker = tokio::spawn(inbox::run(Arc::clone(&inbox), handling, options, async {
            drop(stopped.await);
        }));
        let inspecting = inspector.map(|inspector| {
            let backend = Inspected {
                url: url.clone(),
                inbox: Arc::clone(&inbox),
                record: inspector.record(),
                forwarder: self.forwarder.clone(),
                secret_env: args.signing_secret_env.first().cloned(),
                client: secrets::client(self.global, self.settings).map_err(Failure::into_message),
            };
            tokio::spawn(inspector.serve(backend))
        });
        let mut unprinted = None;
        let mut ended = None;
        let stop = async {
            tokio::select! {
                () = stop_signal => {}
                Some(failure) = stop_printing.recv() => unprinted = Some(failure),
                result = &mut worker => ended = Some(result),
            }
        };
        let sink = Watched {
            inbox: Arc::clone(&inbox),
            watch: Arc::clone(&watch),
        };
        match self.verifier {
            Some(verifier) => {
                let receiver = Receiver::new(verifier, sink);
                server.serve(Answering { receiver, watch }, stop).await;
            }
            None => {
                let receiver = Receiver::new(dangerous::unsigned(), sink);
                server.serve(Answering { receiver, watch }, stop).await;
            }
        }
        if let Some(inspecting) = inspecting {
            inspecting.abort();
        }
        if let Some(ended) = ended {
            return Err(worker_ended(ended));
        }
        let forwards = self.forwarder.is_some();
        if !forwards && let Some(failure) = unprinted {
            // There is nobody to finish the rest for.
            return Err(failure);
        }
        let kept = Kept::of(&args.inbox);
        let rest = match kept {
            Kept::Elsewhere => Rest::Elsewhere,
            // What an earlier start has left may have to wait, too.
            Kept::InFile => Rest::NotDue,
            Kept::InMemory if forwards => Rest::NotDue,
            Kept::InMemory => Rest::Nothing,
        };
        let mut stop_worker = Some(stop_worker);
        let drained = tokio::time::timeout(DRAIN_TIME, async {
            // It has said by itself what is wrong.
            let _ = first_line.await;
            let left = tokio::select! {
                left = drain(inbox.as_ref(), rest) => left?,
                ended = &mut worker => return Err(worker_ended(ended)),
            };
            drop(stop_worker.take());
            // It has nothing to say that wasn't said when it happened.
            drop((&mut worker).await);
            Ok(left)
        });
        let result = match drained.await {
            Ok(left) => kept.left(left?),
            Err(_) => {
                let stuck = printer.waiting() > 0;
                drop(stop_worker.take());
                printer.give_up();
                // What it hasn't settled by then is handed over again, where it is kept.
                let _ = tokio::time::timeout(SETTLE_TIME, worker).await;
                let status = tokio::time::timeout(SETTLE_TIME, inbox.status()).await;
                let left = status.map_or(0, |status| status.map_or(0, |status| status.depth()));
                if stuck {
                    Err(kept.unprinted(left))
                } else if forwards {
                    kept.untaken(left)
                } else {
                    Err(Failure::failed(
                        "not all of what was accepted could be printed before the end",
                    ))
                }
            }
        };
        result.and(unprinted.map_or(Ok(()), Err))
    }
}

/// The socket of the endpoint.
async fn bind(args: &ListenArgs) -> Result<Server, Failure> {
    let server = Server::bind(args.addr, &args.path).await;
    server.map_err(|error| {
        // The operating system's own errors have a number.
        if error.kind() == io::ErrorKind::InvalidInput && error.raw_os_error().is_none() {
            return Failure::usage(format!("--path: {error}"));
        }
        Failure::failed(format!("{} can't be listened on: {error}", args.addr))
            .advise("choose another --addr; with port 0 a free one is taken")
    })
}

/// Waits for a line, and hands on why it wasn't written.
async fn report_unprinted(
    line: impl Future<Output = Result<(), Failure>>,
    unprintable: mpsc::Sender<Failure>,
) {
    if let Err(failure) = line.await {
        // One reason is enough.
        let _ = unprintable.try_send(failure);
    }
}

/// The worker ended although nobody has asked it to: without somebody's help nothing is handled any
/// more.
fn worker_ended(ended: Result<Result<(), InboxError>, JoinError>) -> Failure {
    match ended {
        Ok(Err(error)) => Failure::failed(with_causes(&error)),
        Ok(Ok(())) | Err(_) => Failure::failed("deliveries are no longer handled"),
    }
}

/// Where it listens.
#[derive(Serialize)]
struct FirstLine<'a> {
    listening: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    inspect: Option<String>,
}

/// What is done with each delivery.
struct Handling {
    style: Style,
    printer: Arc<Printer>,
    watch: Arc<Watch>,
    unprintable: mpsc::Sender<Failure>,
    last_attempt: u32,
}

impl inbox::Handler for Handling {
    /// A delivery counts as handled once the endpoint took it, where there is one, and its line is
    /// written. Where nothing can be written any more, the command ends.
    async fn handle(&self, job: Job) -> Result<(), inbox::Failure> {
        let mut attempt = None;
        if let Some(forwarder) = &self.watch.forwarder {
            let start = Instant::now();
            let answer = forwarder.attempt(&job.received, job.attempt).await;
            if !is_taken(&answer) {
                print_failed(self.style, &job, &answer, &forwarder.next(job.attempt));
                let reason = match answer.status {
                    Some(status) => format!("the endpoint answered {status}"),
                    None => "the endpoint did not answer".to_owned(),
                };
                let is_last = job.attempt >= self.last_attempt;
                self.watch.handled(&job.received, Some(answer), is_last);
                let wait = forwarder.wait(start.elapsed());
                return Err(inbox::Failure::retry(reason).after(wait));
            }
            attempt = Some(answer);
        }
        if let Err(failure) = print(&self.printer, self.style, &job, attempt.as_ref()).await {
            // One reason is enough.
            let _ = self.unprintable.try_send(failure);
            // What an endpoint took is done with, whether or not that can be said.
            if attempt.is_none() {
                let reason = "the delivery could not be written to standard output";
                let failure = inbox::Failure::retry(reason);
                // The next start hands it over at once.
                let is_end = self.printer.is_given_up();
                return Err(if is_end {
                    failure.after(Duration::ZERO)
                } else {
                    failure
                });
            }
        }
        self.watch.handled(&job.received, attempt, false);
        Ok(())
    }
}

/// What may be left in the inbox at the end.
#[derive(Clone, Copy, PartialEq)]
enum Rest {
    Nothing,
    /// What waits for its next attempt: nothing is being handled for a while then.
    NotDue,
    /// What somebody has taken, here or in another process.
    Elsewhere,
}

/// Waits until everything that was accepted is handled, or is what may be left. Returns how much
/// is left.
async fn drain<I: Inbox>(inbox: &I, rest: Rest) -> Result<u64, Failure> {
    let mut idle = 0;
    loop {
        let status = inbox.status().await;
        let status = status.map_err(|error| Failure::failed(with_causes(&error)))?;
        // The worker takes what is due at once.
        idle = if status.in_flight == 0 { idle + 1 } else { 0 };
        let is_rest = match rest {
            Rest::Nothing => false,
            Rest::NotDue => idle > IDLE_LOOKS,
            Rest::Elsewhere => status.waiting == 0,
        };
        if status.depth() == 0 || is_rest {
            return Ok(status.depth());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The verifier of the options; none for unsigned deliveries.
fn verifier(args: &ListenArgs) -> Result<Option<Verifier>, Failure> {
    let mut verifier: Option<Verifier> = None;
    for name in &args.signing_secret_env {
        let secret = signing_secret(name)?;
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
    if let Some(grace) = args.late_retry_grace {
        verifier = verifier.map(|verifier| verifier.late_retry_grace(grace));
    }
    Ok(verifier)
}

fn signing_secret(name: &str) -> Result<SigningSecret, Failure> {
    Variable::new("--signing-secret-env", name).signing_secret()
}

fn forwarder(args: &ListenArgs) -> Result<Option<Arc<Forwarder>>, Failure> {
    let Some(to) = &args.forward else {
        return Ok(None);
    };
    let to = reqwest::Url::parse(to)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| Failure::usage("--forward takes an http or https URL"))?;
    if !to.username().is_empty() || to.password().is_some() {
        return Err(Failure::usage(
            "--forward takes a URL without a name or a password: what is forwarded is shown with it",
        ));
    }
    if !args.allow_http && is_remote_http(to.as_str()) {
        return Err(Failure::usage(
            "a --forward to another machine is an https URL, since monday's tokens go there; --allow-http takes http, too",
        ));
    }
    let secret = args.signing_secret_env.first();
    let secret = secret.map(|name| signing_secret(name));
    let forwarder = Forwarder::new(
        to,
        args.retry_every,
        secret.transpose()?,
        args.audience.first().cloned(),
    )?;
    Ok(Some(Arc::new(forwarder)))
}

fn is_remote_http(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return true;
    };
    url.scheme() != "https" && !(url.scheme() == "http" && net::is_loopback(&url))
}
