//! The connection.

use std::{sync::Arc, time::Duration};

use async_nats::{Client, ConnectOptions, Event};

use crate::inbox::InboxError;

use super::{NatsAuth, NatsOptions, api};

/// Between two tries to connect again.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Connects, and from then on connects again whenever the connection breaks.
pub(super) async fn connect(
    options: &NatsOptions,
    auth: &NatsAuth,
    connected: impl Fn() + Send + Sync + 'static,
) -> Result<Client, InboxError> {
    let connected = Arc::new(connected);
    let mut connect = ConnectOptions::new()
        .name("monday-webhooks")
        .connection_timeout(options.answer_time)
        .request_timeout(Some(options.answer_time))
        .reconnect_delay_callback(|tries| {
            Duration::from_millis(50)
                .saturating_mul(u32::try_from(tries).unwrap_or(u32::MAX))
                .min(LONGEST_WAIT)
        })
        .event_callback(move |event| {
            let connected = Arc::clone(&connected);
            async move {
                match event {
                    Event::Connected => connected(),
                    Event::Disconnected => tracing::warn!("the connection to NATS is lost"),
                    _ => {}
                }
            }
        })
        .require_tls(options.tls.required);
    if let Some(roots) = &options.tls.roots {
        connect = connect.add_root_certificates(roots.clone());
    }
    if let Some((certificate, key)) = &options.tls.certificate {
        connect = connect.add_client_certificate(certificate.clone(), key.clone());
    }
    let connect = auth.apply(connect).await.map_err(api::failed)?;
    let servers: Vec<String> = options.servers.iter().map(ToString::to_string).collect();
    connect.connect(servers).await.map_err(api::unconnected)
}
