//! `listen`: an endpoint that prints what it receives.

use std::{net::IpAddr, time::SystemTime};

use monday_webhooks::{
    AccountId, Delivery, Receiver,
    auth::Verifier,
    receiver::{Unverified, Verified, dangerous},
    server::Server,
};
use serde::Serialize;
use serde_json::{json, value::RawValue};

use crate::{
    args::{Global, ListenArgs},
    failure::Failure,
    output, secrets,
};

/// A delivery as it is printed.
#[derive(Serialize)]
struct Received<'a> {
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
    super::block_on(async {
        let server = Server::bind(args.addr, &args.path).await.map_err(|error| {
            Failure::failed(format!("{} can't be listened on: {error}", args.addr))
        })?;
        let address = server.local_addr().map_err(Failure::failed)?;
        output::json(&json!({"listening": format!("http://{address}{}", args.path)}))?;
        match verifier {
            Some(verifier) => {
                let receiver = Receiver::new(verifier, move |received: Verified<Delivery>| {
                    let printed = print(style, &received.message, true, received.sender.account_id);
                    std::future::ready(printed)
                });
                server.serve(receiver, super::stop_signal()).await;
            }
            None => {
                let receiver = Receiver::new(
                    dangerous::unsigned(),
                    move |received: Unverified<Delivery>| {
                        std::future::ready(print(style, &received.message, false, None))
                    },
                );
                server.serve(receiver, super::stop_signal()).await;
            }
        }
        Ok(())
    })
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

/// A delivery counts as kept once its line is written.
fn print(
    style: Style,
    delivery: &Delivery,
    verified: bool,
    account_id: Option<AccountId>,
) -> Result<(), NotWritten> {
    let received_at = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    let printed = match style {
        Style::Quiet => Ok(()),
        Style::Json => std::str::from_utf8(delivery.body())
            .map_err(Failure::failed)
            .and_then(output::compact)
            .and_then(|json| {
                output::json(&Received {
                    received_at,
                    verified,
                    account_id,
                    duplicate: false,
                    attempt: 1,
                    delivery: &json,
                })
            }),
        Style::Text => output::line(&format!(
            "{received_at}  {:<22} board {:<12} item {:<12} webhook {}{}",
            delivery.kind(),
            or_dash(delivery.board_id()),
            or_dash(delivery.item_id()),
            or_dash(delivery.subscription_id()),
            if verified { "" } else { "  (unverified)" },
        )),
    };
    printed.map_err(|_| NotWritten)
}

fn or_dash(id: Option<impl ToString>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}

#[derive(Debug, thiserror::Error)]
#[error("the delivery could not be written to standard output")]
struct NotWritten;
