//! The client of monday's GraphQL API: one transport, and the webhooks service on it.

mod answer;
mod builder;
mod call;
#[cfg(feature = "cynic")]
mod code_first;
mod complaint;
mod deadline;
mod error;
mod exchange;
mod kind;
mod operation;
mod redact;
mod retry;
mod transport;
mod wait;
mod webhooks;

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderValue;

use crate::token::ApiToken;

use deadline::{Deadline, Pause};

pub use builder::{BuildError, ClientBuilder, DEFAULT_ENDPOINT};
pub use error::{Error, ErrorKind};
pub use operation::{Operation, OperationKind};
pub use retry::RetryPolicy;
pub use transport::TransportCause;
pub use webhooks::{Webhook, WebhookConfig, Webhooks};

/// A client of monday's API.
///
/// Cloning is cheap, and clones share their connections. The token is a part of the value:
/// [`with_token`](Self::with_token) makes a client for somebody else, and leaves this one as it
/// is.
///
/// ```no_run
/// use monday_webhooks::{ApiToken, BoardId, Client, Subscription, WebhookUrl};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(ApiToken::new(std::env::var("MONDAY_API_TOKEN")?)?)?;
/// let url = WebhookUrl::new("https://example.com/monday")?;
/// let board = BoardId::new(1234567890);
/// let webhook = client.webhooks().create(board, &url, Subscription::CreateItem).await?;
/// println!("webhook {} for {}", webhook.id, webhook.event);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    authorization: Arc<Authorization>,
}

/// What all scopes of a client have in common.
struct Shared {
    http: reqwest::Client,
    endpoint: url::Url,
    /// Where none is set, each operation has its own.
    api_version: Option<HeaderValue>,
    request_timeout: Duration,
    retry: RetryPolicy,
    pause: Pause,
}

struct Authorization {
    token: ApiToken,
    header: HeaderValue,
}

impl Client {
    /// A client for monday itself, with the defaults of [`ClientBuilder`].
    ///
    /// # Errors
    ///
    /// [`BuildError`] where the TLS set-up of this machine doesn't work.
    pub fn new(token: ApiToken) -> Result<Self, BuildError> {
        Self::builder().build(token)
    }

    /// A client from the environment: the token from `MONDAY_API_TOKEN` or else
    /// `MONDAY_API_KEY`, the endpoint from `MONDAY_API_URL`, the version from
    /// `MONDAY_API_VERSION`.
    ///
    /// # Errors
    ///
    /// [`BuildError`], which names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, BuildError> {
        builder::from_env(|name| std::env::var_os(name))
    }

    /// A client with settings of one's own.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client for another token: it shares connections and settings.
    #[must_use]
    pub fn with_token(&self, token: ApiToken) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            authorization: Arc::new(Authorization::new(token)),
        }
    }

    /// The webhooks of boards.
    #[must_use]
    pub const fn webhooks(&self) -> Webhooks<'_> {
        Webhooks::new(self)
    }

    /// Runs an operation, and returns the data of its answer.
    ///
    /// A query is repeated after a failure that may pass, a mutation only where monday can't have
    /// carried it out.
    ///
    /// # Errors
    ///
    /// [`Error`] for whatever kept the operation from its data. An answer with errors and partial
    /// data is an error, too; [`Error::data`] has the part.
    pub async fn execute<Q: Operation>(
        &self,
        variables: Q::Variables,
    ) -> Result<Q::ResponseData, Error> {
        let reply = call::execute::<Q>(self, variables, &[], self.deadline()).await?;
        Ok(reply.data)
    }

    /// When a call that begins now has to be over.
    fn deadline(&self) -> Deadline {
        Deadline::after(self.shared.retry.max_elapsed)
    }
}

impl Authorization {
    fn new(token: ApiToken) -> Self {
        let mut header = HeaderValue::from_str(token.expose())
            .unwrap_or_else(|_| unreachable!("a token is visible ASCII"));
        header.set_sensitive(true);
        Self { token, header }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.shared.endpoint.as_str())
            .field("api_version", &self.shared.api_version)
            .field("token", &self.authorization.token)
            .finish_non_exhaustive()
    }
}
