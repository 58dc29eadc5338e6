//! Reaching an inbox in NATS.

use monday_webhooks::inbox::{
    NatsInbox, NatsOptions,
    nats::{NatsAuth, SyncCheck},
};

use crate::{
    args::{NatsArgs, NatsSync},
    failure::{Failure, with_causes},
    secrets::Variable,
};

/// Connects to the inbox of this address, as the options say.
pub(crate) async fn connect(options: &NatsOptions, args: &NatsArgs) -> Result<NatsInbox, Failure> {
    let mut options = options.clone();
    options.auth = auth(args)?;
    options.tls.roots.clone_from(&args.nats_ca);
    options.replicas = args.nats_replicas;
    options.system = args
        .nats_system_creds
        .as_ref()
        .map(NatsAuth::credentials_file);
    options.sync = match args.nats_sync {
        NatsSync::Warn => SyncCheck::Warn,
        NatsSync::Require => SyncCheck::Require,
        NatsSync::Declared => SyncCheck::Declared,
    };
    NatsInbox::connect(options)
        .await
        .map_err(|error| Failure::failed(with_causes(&error)))
}

/// The same for a command that only looks after an inbox: what a server does with its disk is no
/// matter then, and an inbox that isn't there isn't made.
pub(crate) async fn open(options: &NatsOptions, args: &NatsArgs) -> Result<NatsInbox, Failure> {
    let mut options = options.clone();
    options.auth = auth(args)?;
    options.tls.roots.clone_from(&args.nats_ca);
    options.sync = SyncCheck::Declared;
    NatsInbox::open(options)
        .await
        .map_err(|error| Failure::failed(with_causes(&error)))
}

fn auth(args: &NatsArgs) -> Result<NatsAuth, Failure> {
    Ok(if let Some(file) = &args.nats_creds {
        NatsAuth::credentials_file(file)
    } else if let Some(variable) = &args.nats_token_env {
        NatsAuth::token(Variable::new("--nats-token-env", variable).read()?)
    } else if let Some(variable) = &args.nats_nkey_env {
        NatsAuth::nkey(Variable::new("--nats-nkey-env", variable).read()?)
    } else if let (Some(user), Some(variable)) = (&args.nats_user, &args.nats_password_env) {
        NatsAuth::password(user, Variable::new("--nats-password-env", variable).read()?)
    } else {
        NatsAuth::none()
    })
}
