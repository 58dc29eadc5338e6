//! The options of `listen`, and of the page that it shares with `emulate`.

use std::{net::SocketAddr, time::Duration};

use clap::{ArgGroup, Args};
use monday_webhooks::auth::MAX_GRACE;

use super::{InboxName, NatsArgs, address, wait};

/// A grace that is no longer than a verifier takes.
fn grace(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(grace) if grace <= MAX_GRACE => Ok(grace),
        Ok(_) => Err("it is at most 30m, for as long as monday retries".to_owned()),
        Err(error) => Err(format!("{error}; a time is written as 90s, 5m or 30m")),
    }
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("door").required(true).args(["signing_secret_env", "unsigned"]))]
pub(crate) struct ListenArgs {
    /// The address to listen on, such as 127.0.0.1:8080
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
    pub(crate) addr: SocketAddr,
    /// The path of the endpoint
    #[arg(long, default_value = "/")]
    pub(crate) path: String,
    /// Take what is signed with the secret in this variable, or several
    #[arg(long, value_name = "VAR")]
    pub(crate) signing_secret_env: Vec<String>,
    /// Take deliveries from anybody who knows the URL
    #[arg(long)]
    pub(crate) unsigned: bool,
    /// Take only tokens for this URL; several may be given
    #[arg(long, value_name = "URL", conflicts_with = "unsigned")]
    pub(crate) audience: Vec<String>,
    /// Take a token up to this long after it has expired, such as 30m: monday may retry with the
    /// first one
    #[arg(long, value_name = "TIME", conflicts_with = "unsigned", value_parser = grace)]
    pub(crate) late_retry_grace: Option<Duration>,
    /// Take http URLs on other machines for --audience and --forward
    #[arg(long)]
    pub(crate) allow_http: bool,
    /// Keep deliveries here until they are printed: memory, sqlite:PATH or nats://HOST:PORT/STREAM
    #[arg(long, value_name = "INBOX", default_value = "memory")]
    pub(crate) inbox: InboxName,
    #[command(flatten)]
    pub(crate) nats: NatsArgs,
    /// Hand deliveries on to this URL, as often as monday would: 31 times
    #[arg(long, value_name = "URL")]
    pub(crate) forward: Option<String>,
    /// The time between the attempts at the URL, such as 5s
    #[arg(long, value_name = "TIME", default_value = "1m", requires = "forward", value_parser = wait)]
    pub(crate) retry_every: Duration,
    #[command(flatten)]
    pub(crate) inspect: InspectArgs,
    /// Print the first line alone
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Whether there is an inspector, and who may look.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Serve a page that shows what arrives, such as at 127.0.0.1:9000
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
    pub(crate) inspect: Option<SocketAddr>,
    /// Ask for the token in this variable; needed beyond this machine
    #[arg(long, value_name = "VAR", requires = "inspect")]
    pub(crate) inspect_token_env: Option<String>,
}
