//! The command line's words. Their meaning is in [`commands`](crate::commands).

mod listen;
mod nats;

use std::{
    net::{SocketAddr, ToSocketAddrs},
    num::NonZeroU32,
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use clap::{ArgGroup, ArgMatches, Args, Parser, Subcommand};
use clap_complete::Shell;
use monday_emulator::Fault;
use monday_webhooks::{
    BoardId, ColumnId, GroupId, SubscriptionKind, WebhookId,
    auth::MAX_LEEWAY,
    inbox::{DeadLetterId, NatsOptions},
};

use crate::overrides::Override;

pub(crate) use listen::{InspectArgs, ListenArgs};
pub(crate) use nats::{NatsArgs, NatsSync};

/// The whole life of monday.com webhooks: subscribe, listen, decode, and try all of it offline.
#[derive(Debug, Parser)]
#[command(
    name = "monday-webhooks",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    arg_required_else_help = false
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The heading of the options that every command takes.
const GLOBAL: &str = "Global options";

/// An event of the schema's.
fn event(name: &str) -> Result<SubscriptionKind, String> {
    name.parse()
        .map_err(|error| format!("{error}; `monday-webhooks events` lists them"))
}

/// The options that every command takes, before or after its name.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The API token's variable [default: MONDAY_API_TOKEN, then MONDAY_API_KEY]
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "VAR")]
    pub(crate) token_env: Option<String>,
    /// Call this endpoint: https, or http on loopback [default: MONDAY_API_URL, then monday's]
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Ask for this version of the API, such as 2026-10 [default: the schema's]
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "V")]
    pub(crate) api_version: Option<String>,
    /// Print JSON: one document, or one a line
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) json: bool,
    /// Say more on standard error; twice for still more
    #[arg(short, long, global = true, help_heading = GLOBAL, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Where the client's settings come from: an option before and after the name of every command but
/// `create`, after which the same word means the webhook's config. So clap can't have it as a global
/// one.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Settings {
    /// Read the client's settings from this TOML, YAML or JSON file; environment and options win
    /// over it. Before `create`, which has a --config of its own
    #[arg(id = "settings", long = "config", help_heading = GLOBAL, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

impl Settings {
    /// Those given last: after the command's name before those in front of it.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let inner = matches.subcommand().map(|(_, matches)| Self::of(matches));
        match inner {
            Some(inner) if inner.file.is_some() => inner,
            _ => Self {
                file: matches.try_get_one("settings").ok().flatten().cloned(),
            },
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the whole loop on this machine: emulator, all 21 subscriptions, signed deliveries
    Demo,
    /// List the 21 events with their config and what arrives for them
    Events,
    /// Create a webhook; the endpoint has to be up to answer monday's challenge
    Create(CreateArgs),
    /// List the webhooks of a board
    List(ListArgs),
    /// Delete a webhook
    Delete(DeleteArgs),
    /// Receive deliveries
    Listen(ListenArgs),
    /// Look after what an inbox holds, and its dead letters
    #[command(subcommand, arg_required_else_help = false)]
    Inbox(InboxCommand),
    /// Decode bodies of deliveries
    Decode(DecodeArgs),
    /// Check or make the tokens of deliveries
    #[command(subcommand, arg_required_else_help = false)]
    Token(TokenCommand),
    /// Send sample deliveries to an endpoint, as monday would
    Trigger(TriggerArgs),
    /// Run monday on this machine, with board 9876543210
    Emulate(EmulateArgs),
    /// Work with monday's GraphQL schema
    #[command(subcommand, arg_required_else_help = false)]
    Schema(SchemaCommand),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The board
    #[arg(long, value_name = "ID")]
    pub(crate) board: BoardId,
    /// The endpoint: https, at most 255 characters
    #[arg(long)]
    pub(crate) url: String,
    /// The event, by monday's name (see `monday-webhooks events`)
    #[arg(long, value_name = "NAME", value_parser = event)]
    pub(crate) event: SubscriptionKind,
    /// The column, for the two events that watch one
    #[arg(long, value_name = "ID")]
    pub(crate) column: Option<ColumnId>,
    /// The index of the status label to wait for
    #[arg(long, value_name = "N", conflicts_with = "any_status")]
    pub(crate) status_index: Option<u32>,
    /// Wait for any status label
    #[arg(long)]
    pub(crate) any_status: bool,
    /// The group, for item_moved_to_specific_group
    #[arg(long, value_name = "ID")]
    pub(crate) group: Option<GroupId>,
    /// The whole config instead, as monday takes it; the file with the client's settings is named
    /// before the command: monday-webhooks --config FILE create
    #[arg(long, value_name = "JSON", conflicts_with_all = ["column", "status_index", "any_status", "group"])]
    pub(crate) config: Option<String>,
    /// Take an http URL too: for an emulator on this machine
    #[arg(long)]
    pub(crate) allow_http: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The board
    #[arg(long, value_name = "ID")]
    pub(crate) board: BoardId,
    /// Only webhooks made by the token's own app
    #[arg(long)]
    pub(crate) app_only: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The webhook
    pub(crate) id: WebhookId,
    /// Don't mind if it isn't there
    #[arg(long)]
    pub(crate) missing_ok: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InboxCommand {
    /// Count what isn't handled, and the dead letters; also while `listen` runs
    Status(InboxArgs),
    /// List dead letters; also while `listen` runs
    Dead(DeadArgs),
    /// Hand dead letters over again, with their attempts counted anew
    Requeue(LettersArgs),
    /// Delete dead letters for good
    Purge(LettersArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InboxArgs {
    /// The inbox: sqlite:PATH or nats://HOST:PORT/STREAM
    #[arg(long, value_name = "INBOX")]
    pub(crate) inbox: InboxName,
    #[command(flatten)]
    pub(crate) nats: NatsArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DeadArgs {
    #[command(flatten)]
    pub(crate) inbox: InboxArgs,
    /// Only those after this one
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<DeadLetterId>,
    /// No more than this many
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["letters", "all"]))]
pub(crate) struct LettersArgs {
    #[command(flatten)]
    pub(crate) inbox: InboxArgs,
    /// All dead letters
    #[arg(long)]
    pub(crate) all: bool,
    /// The dead letters, by the ids that `inbox dead` gives
    #[arg(value_name = "ID")]
    pub(crate) letters: Vec<DeadLetterId>,
}

#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// The file, or - for standard input
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
    /// One body a line
    #[arg(long)]
    pub(crate) lines: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Check a token and print its claims
    Verify(VerifyArgs),
    /// Make a token for tests
    Sign(SignArgs),
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Check with the secret in this variable; several for a rotation
    #[arg(long, value_name = "VAR", required = true)]
    pub(crate) secret_env: Vec<String>,
    /// Take only tokens for this URL, or for another one given in the same way
    #[arg(long, value_name = "URL")]
    pub(crate) audience: Vec<String>,
    /// Check an app lifecycle token, with the app's Client Secret
    #[arg(long)]
    pub(crate) lifecycle: bool,
    /// How many seconds the clocks may be apart, at most 300
    #[arg(long, value_name = "S", default_value_t = 5, value_parser = clap::value_parser!(u64).range(..=MAX_LEEWAY.as_secs()))]
    pub(crate) leeway: u64,
    /// Check as at this time, in Unix seconds, instead of now
    #[arg(long, value_name = "UNIX")]
    pub(crate) now: Option<u64>,
    /// The token, or - for standard input
    pub(crate) token: String,
}

#[derive(Debug, Args)]
#[command(override_usage = "\
monday-webhooks token sign [OPTIONS] --secret-env <VAR> --account <N> --user <N>
                                  --audience <URL>")]
pub(crate) struct SignArgs {
    /// Sign with the secret in this variable
    #[arg(long, value_name = "VAR")]
    pub(crate) secret_env: String,
    /// The account
    #[arg(long, value_name = "N")]
    pub(crate) account: u64,
    /// The user
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) user: i64,
    /// The URL of the endpoint
    #[arg(long, value_name = "URL")]
    pub(crate) audience: String,
    /// How many seconds the token is good for
    #[arg(long, value_name = "S", default_value_t = 300)]
    pub(crate) ttl: u64,
}

#[derive(Debug, Args)]
pub(crate) struct TriggerArgs {
    /// The event that was subscribed to, by monday's name (see `monday-webhooks events`)
    #[arg(value_parser = event)]
    pub(crate) event: SubscriptionKind,
    /// The endpoint
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Sign the deliveries with the secret in this variable
    #[arg(long, value_name = "VAR")]
    pub(crate) signing_secret_env: Option<String>,
    /// How many to send
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: u32,
    /// Override a field of the sample, as in event.pulseName=Hello or event.value.label.index=3: the
    /// value is JSON, or else a string; several in turn
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<Override>,
}

/// What `--fault` takes, and where the control API explains itself.
const FAULTS: &str = "\
Faults:
  SPEC is [TARGET:]EFFECT[,OPTION]...
  TARGET  the operation or root field that fails, such as create_webhook; any without one
  EFFECT  status=CODE, html=CODE, error=NAME, legacy=NAME, delay=TIME (250ms, 2s), reset, lost,
          truncate, null, null-data, empty-data or partial
  OPTION  times=N or times=always (once by default), skip=N (calls before the first that fails),
          retry-after=SECONDS; with error and legacy also retry-in=SECONDS and http=CODE
  lost executes the call and cuts its answer off; reset cuts it off unexecuted.

GET / at the control URL, which the first line names, lists what it can be asked.";

#[derive(Debug, Args)]
#[command(after_help = FAULTS)]
pub(crate) struct EmulateArgs {
    /// The address to listen on, such as 127.0.0.1:8090
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
    pub(crate) addr: SocketAddr,
    /// Take the personal token in this variable [default: emulator-personal-token]
    #[arg(long, value_name = "VAR")]
    pub(crate) personal_token_env: Option<String>,
    /// Take the app token in this variable [default: emulator-app-token]
    #[arg(long, value_name = "VAR", requires = "signing_secret_env")]
    pub(crate) app_token_env: Option<String>,
    /// Sign with the secret in this variable [default: emulator-signing-secret]
    #[arg(long, value_name = "VAR", requires = "app_token_env")]
    pub(crate) signing_secret_env: Option<String>,
    /// Let its minutes pass so many times as fast: monday retries once a minute
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) time_scale: NonZeroU32,
    /// Fail in this way, such as create_webhook:status=503,times=2 (see below); several in turn
    #[arg(long, value_name = "SPEC")]
    pub(crate) fault: Vec<Fault>,
    #[command(flatten)]
    pub(crate) inspect: InspectArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Download monday's schema
    Fetch(FetchArgs),
    /// Turn a schema as monday serves it into canonical SDL
    Import(ImportArgs),
    /// List what changed between two schemas, graded by what it means for a client
    Diff(DiffArgs),
    /// Check a folder of operations against a schema
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file: an introspection result, or SDL
    pub(crate) file: PathBuf,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Keep the descriptions: they become docs of code that is generated from the schema
    #[arg(long)]
    pub(crate) keep_descriptions: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The old schema: an introspection result, or SDL
    pub(crate) old: PathBuf,
    /// The new schema
    pub(crate) new: PathBuf,
    /// Only what touches webhooks
    #[arg(long)]
    pub(crate) webhooks: bool,
    /// Say which of the operations in this folder each change touches
    #[arg(long, value_name = "DIR")]
    pub(crate) operations: Option<PathBuf>,
    /// Exit with 1 where there is a change of this grade, or a worse one; with --operations, where
    /// it touches one of them
    #[arg(long, value_name = "GRADE")]
    pub(crate) fail_on: Option<FailOn>,
}

/// A grade of a change.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum FailOn {
    Breaking,
    Dangerous,
    Safe,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The folder with the operations
    #[arg(long, value_name = "DIR", default_value = "queries")]
    pub(crate) operations: PathBuf,
    /// The schema: an introspection result, or SDL [default: the one this command was built with]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write a page for each command into this folder instead
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// An address to listen on, or the first one of a name. Where a name has addresses of both kinds it
/// is one of IPv4, by which most programs try first.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let named = text.rsplit_once(':');
    let named = named.filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if named.is_none() {
        return Err("an address is HOST:PORT, such as 127.0.0.1:8080".to_owned());
    }
    let found = text.to_socket_addrs();
    let found = found.map_err(|error| format!("the name has no address: {error}"))?;
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|address| !address.is_ipv4());
    let first = found.first().copied();
    first.ok_or_else(|| "the name has no address".to_owned())
}

/// A time to wait, which isn't none.
fn wait(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("there has to be some time between".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; a time is written as 500ms, 5s or 1m")),
    }
}

/// Where `listen` keeps deliveries.
#[derive(Debug, Clone)]
pub(crate) enum InboxName {
    Memory,
    Sqlite(PathBuf),
    Nats(Box<NatsOptions>),
}

impl FromStr for InboxName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("nats" | "tls", _)) => match NatsOptions::from_address(text) {
                Ok(options) => Ok(Self::Nats(Box::new(options))),
                Err(error) => Err(error.to_string()),
            },
            _ => Err("an inbox is memory, sqlite:PATH or nats://HOST:PORT/STREAM".to_owned()),
        }
    }
}
