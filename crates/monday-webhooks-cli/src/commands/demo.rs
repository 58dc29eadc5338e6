//! `demo`: the whole loop on loopback, with an emulator in monday's place.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use monday_emulator::{DEFAULT_BOARD_ID, Emulator, Events, LogEvent};
use monday_webhooks::{
    ApiToken, BoardId, Client, Delivery, Receiver, StatusValue, Subscription, SubscriptionKind,
    WebhookUrl, auth::Verifier, receiver::Verified, server::Server,
};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::{
    args::Global,
    failure::{Failure, with_causes},
    output,
};

const BOARD: BoardId = BoardId::new(DEFAULT_BOARD_ID);

/// How long a delivery on loopback may take before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(global: &Global) -> Result<(), Failure> {
    super::interruptible(super::NOTHING_CHANGED, demo(global))
}

async fn demo(global: &Global) -> Result<(), Failure> {
    let say = |step: Value, text: String| {
        if global.json {
            output::json(&step)
        } else {
            output::line(&text)
        }
    };
    let emulator = Emulator::start().await.map_err(failed)?;
    say(
        json!({"step": "emulate", "graphql": emulator.endpoint()}),
        format!("monday on loopback: {}", emulator.endpoint()),
    )?;
    let mut events = emulator.events();
    let mut endpoint = Endpoint::start(&emulator).await?;
    say(
        json!({"step": "listen", "listening": endpoint.url.as_str()}),
        format!("endpoint:           {}", endpoint.url.as_str()),
    )?;
    let token = ApiToken::app(emulator.app_token().expose()).map_err(failed)?;
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(token)
        .map_err(failed)?;
    let webhooks = client.webhooks();

    for kind in SubscriptionKind::ALL {
        let subscription = subscription(&kind)?;
        let config = subscription.config();
        let webhook = webhooks
            .create(BOARD, &endpoint.url, subscription)
            .await
            .map_err(failed)?;
        say(
            json!({"step": "subscribe", "subscription": kind, "config": config, "webhook_id": webhook.id.to_string()}),
            format!("{kind}\n  subscribed          webhook {}", webhook.id),
        )?;
        let answered = challenge_answered(&mut events).await?;
        say(
            json!({"step": "challenge", "subscription": kind, "answered": answered}),
            "  challenge answered".to_owned(),
        )?;
        emulator.emit(&kind, DEFAULT_BOARD_ID).await;
        let received = endpoint.next().await?;
        let delivery = &received.message;
        say(
            json!({
                "step": "deliver",
                "subscription": kind,
                "wire_type": delivery.wire_type(),
                "kind": delivery.kind().as_str(),
                "verified": true,
                "account_id": received.sender.account_id,
                "webhook_id": delivery.subscription_id().map(|id| id.to_string()),
            }),
            format!(
                "  delivery verified   arrived as {}, decoded as {}",
                delivery.wire_type().unwrap_or("nothing"),
                delivery.kind(),
            ),
        )?;
        let expected = delivery.subscription_id() == Some(webhook.id)
            && delivery.possible_subscriptions().contains(&kind)
            && delivery.problems().is_empty();
        if !expected {
            return Err(Failure::failed(format!(
                "the delivery for {kind} was not decoded as one"
            )));
        }
    }

    let listed = webhooks.list(BOARD).await.map_err(failed)?;
    say(
        json!({"step": "list", "count": listed.len()}),
        format!("listed {}", listed.len()),
    )?;
    for webhook in &listed {
        webhooks.delete(webhook.id).await.map_err(failed)?;
        if global.json {
            output::json(
                &json!({"step": "delete", "subscription": webhook.event, "webhook_id": webhook.id.to_string()}),
            )?;
        }
    }
    if !global.json {
        output::line(&format!("deleted {}", listed.len()))?;
    }
    let left = webhooks.list(BOARD).await.map_err(failed)?;
    say(
        json!({"step": "list", "count": left.len()}),
        format!("listed {}", left.len()),
    )?;
    endpoint.stop().await;
    emulator.stop().await;
    if listed.len() == SubscriptionKind::ALL.len() && left.is_empty() {
        Ok(())
    } else {
        Err(Failure::failed(
            "the board's webhooks are not those that were made",
        ))
    }
}

/// What the emulator says of the challenge that it sent last.
async fn challenge_answered(events: &mut Events) -> Result<bool, Failure> {
    loop {
        match events.next().await {
            Some(LogEvent::Challenge { echoed: true, .. }) => return Ok(true),
            Some(LogEvent::Challenge { .. }) | None => {
                return Err(Failure::failed("the challenge was not answered"));
            }
            Some(_) => {}
        }
    }
}

/// A receiver on a free port, for deliveries signed with the emulator's secret.
struct Endpoint {
    url: WebhookUrl,
    deliveries: mpsc::Receiver<Verified<Delivery>>,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<()>,
}

impl Endpoint {
    async fn start(emulator: &Emulator) -> Result<Self, Failure> {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = Server::bind(loopback, "/monday").await.map_err(failed)?;
        let address = server.local_addr().map_err(failed)?;
        let url = WebhookUrl::dangerous_http(format!("http://{address}/monday")).map_err(failed)?;
        let verifier = Verifier::new(emulator.signing_secret().clone()).audience(url.as_str());
        let (sender, deliveries) = mpsc::channel(1);
        let receiver = Receiver::new(verifier, move |delivery: Verified<Delivery>| {
            let sender = sender.clone();
            async move { sender.send(delivery).await }
        });
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.serve(receiver, async {
            // A sender that is gone means the same as one that speaks.
            let _ = stopped.await;
        }));
        Ok(Self {
            url,
            deliveries,
            stop,
            served,
        })
    }

    async fn next(&mut self) -> Result<Verified<Delivery>, Failure> {
        tokio::time::timeout(PATIENCE, self.deliveries.recv())
            .await
            .ok()
            .flatten()
            .ok_or_else(|| Failure::failed("a delivery did not arrive"))
    }

    async fn stop(self) {
        // A server that is gone has stopped already.
        let _ = self.stop.send(());
        let _ = self.served.await;
    }
}

fn subscription(kind: &SubscriptionKind) -> Result<Subscription, Failure> {
    Ok(match kind {
        SubscriptionKind::ChangeSpecificColumnValue => Subscription::ChangeSpecificColumnValue {
            column: "text7".parse().map_err(failed)?,
        },
        SubscriptionKind::ChangeStatusColumnValue => Subscription::ChangeStatusColumnValue {
            column: "status".parse().map_err(failed)?,
            value: StatusValue::Any,
        },
        SubscriptionKind::ItemMovedToSpecificGroup => Subscription::ItemMovedToSpecificGroup {
            group: "group_title".parse().map_err(failed)?,
        },
        kind => Subscription::from_parts(kind, None).map_err(failed)?,
    })
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` gives it
fn failed(error: impl std::error::Error) -> Failure {
    Failure::failed(with_causes(&error))
}
