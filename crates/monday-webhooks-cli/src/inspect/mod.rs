//! The inspector: a page that shows what arrives while it arrives.

mod api;
mod backend;
pub(crate) mod entry;
mod guard;
mod page;
pub(crate) mod record;
mod serve;
mod session;

use std::{net::SocketAddr, sync::Arc};

use tokio::net::TcpListener;

pub(crate) use self::{
    backend::{About, Answer, Backend},
    record::{Record, RecordLimits},
    session::Session,
};

use crate::{args::InspectArgs, failure::Failure, secrets::Variable};

/// An inspector that listens already.
#[derive(Debug)]
pub(crate) struct Inspector {
    listener: TcpListener,
    session: Option<Session>,
    record: Arc<Record>,
}

impl Inspector {
    /// Listens where the options say so. Beyond loopback only behind a token.
    pub(crate) async fn bind(args: &InspectArgs) -> Result<Option<Self>, Failure> {
        let Some(address) = args.inspect else {
            return Ok(None);
        };
        let token = match &args.inspect_token_env {
            Some(name) => {
                let variable = Variable::new("--inspect-token-env", name);
                Some((variable, variable.read()?))
            }
            None if address.ip().is_loopback() => None,
            None => {
                return Err(Failure::usage(
                    "an inspector that others can reach shows them customers' data: name the variable with a token for it by --inspect-token-env, or listen on 127.0.0.1",
                ));
            }
        };
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::failed(format!("{address} can't be listened on: {error}"))
                .advise("choose another --inspect; with port 0 a free one is taken")
        })?;
        let port = listener.local_addr().map_err(Failure::failed)?.port();
        let session = token.map(|(variable, token)| {
            Session::new(&token, port).map_err(|error| variable.refused(&error))
        });
        let session = session.transpose()?;
        Ok(Some(Self {
            listener,
            session,
            record: Arc::new(Record::new(RecordLimits::default())),
        }))
    }

    /// Where the page is.
    pub(crate) fn url(&self) -> Result<String, Failure> {
        let address: SocketAddr = self.listener.local_addr().map_err(Failure::failed)?;
        Ok(format!("http://{address}/"))
    }

    /// What it shows.
    pub(crate) fn record(&self) -> Arc<Record> {
        Arc::clone(&self.record)
    }

    /// Serves the page until the future is dropped.
    pub(crate) async fn serve(self, backend: impl Backend) {
        let router = api::router(self.record, self.session, Arc::new(backend));
        serve::serve(self.listener, router).await;
    }
}
