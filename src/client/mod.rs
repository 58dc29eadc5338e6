//! The client of monday's GraphQL API: one transport, and the webhooks service on it.

mod answer;
mod budget;
mod build_error;
mod builder;
mod call;
#[cfg(feature = "cynic")]
mod code_first;
mod complaint;
mod config;
mod create_or_find;
mod deadline;
mod document;
mod environment;
mod error;
mod exchange;
mod headers;
mod http;
mod kind;
#[cfg(feature = "config")]
mod layer;
#[cfg(feature = "config")]
mod layers;
mod lenient;
mod limits;
pub mod oauth;
mod observe;
mod operation;
mod quota;
mod redact;
mod retry;
mod scope;
mod transport;
mod wait;
mod webhooks;
mod window;

use std::{fmt, sync::Arc, time::Duration};

use ::http::{HeaderMap, HeaderValue};

use crate::token::ApiToken;

use deadline::{Effort, Pause};
use quota::{Quota, Quotas};

pub use build_error::BuildError;
pub use builder::{ClientBuilder, DEFAULT_ENDPOINT};
pub use config::{ClientConfig, Plan};
pub use create_or_find::Creation;
pub use error::{Error, ErrorKind};
pub use headers::HeaderError;
#[cfg(feature = "config")]
pub use layer::LayerError;
#[cfg(feature = "config")]
pub use layers::ConfigLayers;
pub use limits::Limits;
pub use operation::{Operation, OperationKind};
pub use retry::RetryPolicy;
pub use scope::{Scope, ScopeError};
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
///
/// # In a synchronous program
///
/// A runtime of the current thread's is all that is needed. Keep it as long as the client, since
/// connections live in it:
///
/// ```
/// # use monday_emulator::{DEFAULT_BOARD_ID, Emulator};
/// use monday_webhooks::{ApiToken, BoardId, Client};
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// #   let monday = runtime.block_on(Emulator::start())?;
/// #   let (endpoint, token) = (monday.endpoint(), monday.app_token().expose());
/// #   let board = BoardId::new(DEFAULT_BOARD_ID);
///     let client = Client::builder().endpoint(endpoint).build(ApiToken::new(token)?)?;
///     let webhooks = runtime.block_on(client.webhooks().list(board))?;
///     println!("{} webhooks", webhooks.len());
///     Ok(())
/// }
/// ```
///
/// Not from within another runtime: a thread that runs futures can't be blocked by one. There call
/// it on a thread of its own, or simply `.await` it.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    authorization: Arc<Authorization>,
    headers: Arc<HeaderMap>,
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
    quotas: Quotas,
}

struct Authorization {
    token: ApiToken,
    header: HeaderValue,
    quota: Option<Arc<Quota>>,
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
    /// `MONDAY_API_VERSION`, and the other settings of [`ClientConfig`] from variables with their
    /// names: `MONDAY_REQUEST_TIMEOUT`, `MONDAY_CONNECT_TIMEOUT`, `MONDAY_MAX_RETRIES`,
    /// `MONDAY_MAX_WAIT`, `MONDAY_MAX_ELAPSED`, `MONDAY_PROXY`, `MONDAY_PROXY_USERNAME`,
    /// `MONDAY_PROXY_PASSWORD`, `MONDAY_PROXY_FROM_ENVIRONMENT`, `MONDAY_TOKEN_KIND`,
    /// `MONDAY_PLAN`, `MONDAY_CALLS_PER_MINUTE`, `MONDAY_CONCURRENT_CALLS` and
    /// `MONDAY_COMPLEXITY`. A variable that is empty counts as one that isn't set.
    ///
    /// # Errors
    ///
    /// [`BuildError`], which names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, BuildError> {
        ClientConfig::from_env()?.client()
    }

    /// A client with settings of one's own.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client for another token: it shares connections, settings, limits and headers, and
    /// costs no more than two allocations. Nothing is global: each value calls with its own token,
    /// however many do so at once.
    ///
    /// ```
    /// use monday_webhooks::{ApiToken, Client};
    ///
    /// let client = Client::new(ApiToken::app("ours")?)?;
    /// let customer = client.with_token(ApiToken::app("theirs")?);
    /// // `customer` calls with their token, and `client` with ours, as before.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_token(&self, token: ApiToken) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            authorization: Arc::new(Authorization::new(token, &self.shared.quotas)),
            headers: Arc::clone(&self.headers),
        }
    }

    /// The same client with one header more on each call. Scopes nest in one way: a header takes
    /// the place of one of the same name that an outer scope or the
    /// [builder](ClientBuilder::header) set, and all others stay. For a single call, make the call
    /// with the value that this returns.
    ///
    /// ```
    /// # use monday_webhooks::{ApiToken, Client};
    /// # let client = Client::new(ApiToken::new("token")?)?;
    /// let traced = client.with_header("x-trace", "4711")?;
    /// assert!(client.with_header("authorization", "a token").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`HeaderError`] for what is no header, and for those that the client sends itself.
    pub fn with_header(&self, name: &str, value: &str) -> Result<Self, HeaderError> {
        let mut headers = HeaderMap::clone(&self.headers);
        headers::set(&mut headers, name, value)?;
        Ok(Self {
            headers: Arc::new(headers),
            ..self.clone()
        })
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
        let reply = call::execute::<Q>(self, variables, &[], self.effort()).await?;
        Ok(reply.data)
    }

    /// How much a call that begins now may try.
    fn effort(&self) -> Effort {
        Effort::new(self.shared.retry)
    }
}

impl Authorization {
    fn new(token: ApiToken, quotas: &Quotas) -> Self {
        #[expect(
            clippy::unreachable,
            reason = "there is no token with another character"
        )]
        let mut header = HeaderValue::from_str(token.expose())
            .unwrap_or_else(|_| unreachable!("a token is visible ASCII"));
        header.set_sensitive(true);
        let quota = quotas.of(&token);
        Self {
            token,
            header,
            quota,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            // Its path and its query may have a gateway's key in them.
            .field(
                "endpoint",
                &self.shared.endpoint.origin().ascii_serialization(),
            )
            .field("api_version", &self.shared.api_version)
            .field("token", &self.authorization.token)
            .finish_non_exhaustive()
    }
}
