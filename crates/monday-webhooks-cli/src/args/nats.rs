//! How to reach an inbox in NATS.

use std::path::PathBuf;

use clap::Args;

/// How to reach an inbox in NATS.
#[derive(Debug, Args)]
pub(crate) struct NatsArgs {
    /// Connect to NATS with this credentials file
    #[arg(long, value_name = "FILE", group = "nats_auth")]
    pub(crate) nats_creds: Option<PathBuf>,
    /// The same with the token in this variable
    #[arg(long, value_name = "VAR", group = "nats_auth")]
    pub(crate) nats_token_env: Option<String>,
    /// The same with an nkey's seed
    #[arg(long, value_name = "VAR", group = "nats_auth")]
    pub(crate) nats_nkey_env: Option<String>,
    /// The same as this user
    #[arg(
        long,
        value_name = "NAME",
        group = "nats_auth",
        requires = "nats_password_env"
    )]
    pub(crate) nats_user: Option<String>,
    /// With the password in this variable
    #[arg(long, value_name = "VAR", requires = "nats_user")]
    pub(crate) nats_password_env: Option<String>,
    /// Trust NATS by these certificates (PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) nats_ca: Option<PathBuf>,
    /// How many servers keep each delivery
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) nats_replicas: usize,
    /// A system user, to ask whether NATS syncs each write
    #[arg(long, value_name = "FILE")]
    pub(crate) nats_system_creds: Option<PathBuf>,
    /// Where it isn't known to: warn, require or declared
    #[arg(long, value_name = "DO", value_enum, hide_possible_values = true, default_value_t = NatsSync::Warn)]
    pub(crate) nats_sync: NatsSync,
}

// What is documented here would make a page of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum NatsSync {
    Warn,
    Require,
    Declared,
}
