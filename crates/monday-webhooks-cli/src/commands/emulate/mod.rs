//! `emulate`: monday on this machine.

mod inspected;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::pin,
    time::Duration,
};

use monday_emulator::{Clock, Emulator};
use monday_webhooks::{ApiToken, auth::SigningSecret};
use serde::Serialize;

use crate::{
    args::{EmulateArgs, Global},
    failure::{Failure, with_causes},
    inspect::Inspector,
    output,
    printer::{Printer, STUCK},
    secrets::Variable,
    signals,
};

use self::inspected::{Inspected, Recorder};

/// Good for an emulator and nothing else, so they may stand here.
const PERSONAL_TOKEN: &str = "emulator-personal-token";
const APP_TOKEN: &str = "emulator-app-token";
const SIGNING_SECRET: &str = "emulator-signing-secret";

/// How long the end waits for a line that is being written.
const LINE_TIME: Duration = Duration::from_secs(5);

/// The first line.
#[derive(Serialize)]
struct Started<'a> {
    graphql: &'a str,
    control: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inspect: Option<String>,
}

pub(crate) fn run(_: &Global, args: &EmulateArgs) -> Result<(), Failure> {
    let is_open = !args.addr.ip().is_loopback();
    if is_open && (args.personal_token_env.is_none() || args.app_token_env.is_none()) {
        return Err(Failure::usage(
            "an emulator that others can reach sends requests wherever they say, and everybody knows its usual tokens: name variables with others by --personal-token-env and --app-token-env, or listen on 127.0.0.1",
        ));
    }
    // It asks nobody who they are.
    let control = if is_open {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        args.addr.ip()
    };
    let or_default = |option, name: &Option<String>, default: &str| match name {
        Some(name) => {
            let variable = Variable::new(option, name);
            let token = variable.read()?;
            ApiToken::new(token.as_str()).map_err(|error| variable.refused(&error))?;
            Ok(token)
        }
        None => Ok(default.to_owned()),
    };
    let secret = match args.signing_secret_env.as_deref() {
        Some(name) => Variable::new("--signing-secret-env", name).signing_secret()?,
        None => SigningSecret::new(SIGNING_SECRET).map_err(Failure::failed)?,
    };
    let mut builder = Emulator::builder()
        .addr(args.addr)
        .control_addr(SocketAddr::new(control, 0))
        .clock(Clock::scaled(args.time_scale))
        .personal_token(or_default(
            "--personal-token-env",
            &args.personal_token_env,
            PERSONAL_TOKEN,
        )?)
        .app_token(or_default(
            "--app-token-env",
            &args.app_token_env,
            APP_TOKEN,
        )?)
        .signing_secret(secret);
    for fault in &args.fault {
        builder = builder.fault(fault.clone());
    }
    super::block_on(async {
        let emulator = builder.start().await.map_err(|error| {
            Failure::failed(with_causes(&error))
                .advise("choose another --addr; with port 0 a free one is taken")
        })?;
        let mut events = emulator.events();
        let inspector = Inspector::bind(&args.inspect).await?;
        // Whoever reads the line may stop it at once.
        let stop_signal = signals::first();
        let printer = Printer::start()?;
        let first_line = printer.print(output::json_line(&Started {
            graphql: &emulator.endpoint(),
            control: emulator.control_endpoint().as_deref(),
            inspect: inspector.as_ref().map(Inspector::url).transpose()?,
        })?);
        // Apart from the printing, which a reader may hold up.
        let looking = inspector.map(|inspector| {
            let recorder = Recorder::new(emulator.handle(), inspector.record());
            let mut events = emulator.events();
            let recording = tokio::spawn(async move {
                while let Some(event) = events.next().await {
                    recorder.see(&event);
                }
            });
            let backend = Inspected {
                emulator: emulator.handle(),
                secret_env: args.signing_secret_env.clone(),
            };
            [recording, tokio::spawn(inspector.serve(backend))]
        });
        let mut print = pin!(async {
            first_line.await?;
            while let Some(event) = events.next().await {
                printer.print(output::json_line(&event)?).await?;
            }
            Ok(())
        });
        tokio::select! {
            printed = &mut print => printed?,
            () = stop_signal => {}
        }
        for task in looking.into_iter().flatten() {
            task.abort();
        }
        emulator.stop().await;
        // A line that writes nothing, after the one that is being written.
        let written = tokio::time::timeout(LINE_TIME, printer.print(String::new()));
        written.await.unwrap_or_else(|_| {
            Err(Failure::failed(format!(
                "{STUCK}: not all lines could be written"
            )))
        })
    })
}
