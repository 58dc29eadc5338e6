//! Setting an emulator up.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use monday_webhooks::auth::{SecretError, SigningSecret};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::behaviour::Behaviour;
use crate::clock::Clock;
use crate::control;
use crate::core::Core;
use crate::delivery::Engine;
use crate::emulator::Emulator;
use crate::fault::{Fault, Faults};
use crate::graphql::{Cursors, monday_schema};
use crate::handle::Handle;
use crate::limits::{Limiter, Limits};
use crate::log::Log;
use crate::oauth::Oauth;
use crate::random::hex_id;
use crate::requests::Requests;
use crate::tokens::{Token, TokenKind, Tokens};
use crate::versions::Versions;
use crate::webhooks::Webhooks;
use crate::world::{Board, World, default_board};
use crate::{routes, server};

/// The account that is pretended to be there.
const ACCOUNT_ID: u64 = 5_000_001;

/// The user of the tokens that aren't given.
const USER_ID: u64 = 60_000_001;

/// Sets up an [`Emulator`]; from [`Emulator::builder`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use monday_emulator::{Board, Clock, Emulator, Limits};
///
/// let monday = Emulator::builder()
///     .boards([Board::new(42, "Orders").with_column("status", "Status", "status")])
///     .limits(Limits::basic())
///     .fault("create_webhook:lost".parse()?)
///     .clock(Clock::manual())
///     .start()
///     .await?;
/// assert_eq!(monday.boards()[0].name, "Orders");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use]
pub struct EmulatorBuilder {
    addr: SocketAddr,
    control_addr: Option<SocketAddr>,
    account_id: u64,
    user_id: u64,
    personal_token: Option<Secret>,
    app_token: Option<Secret>,
    client_secret: Option<Secret>,
    signing_secret: Option<SigningSecret>,
    boards: Option<Vec<Board>>,
    behaviour: Behaviour,
    limits: Limits,
    faults: Vec<Fault>,
    versions: Versions,
    clock: Clock,
}

/// Why an emulator didn't start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address can't be listened on.
    #[error("can't listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// There is no HTTP client to deliver with.
    #[error("can't set up the HTTP client that delivers")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A signing secret couldn't be made.
    #[error("can't make a signing secret")]
    Secret(#[source] SecretError),
    /// The vendored schema isn't valid.
    #[error("the vendored schema isn't valid: {0}")]
    Schema(&'static str),
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            addr: (Ipv4Addr::LOCALHOST, 0).into(),
            control_addr: None,
            account_id: ACCOUNT_ID,
            user_id: USER_ID,
            personal_token: None,
            app_token: None,
            client_secret: None,
            signing_secret: None,
            boards: None,
            behaviour: Behaviour::default(),
            limits: Limits::none(),
            faults: Vec::new(),
            versions: Versions::default(),
            clock: Clock::real(),
        }
    }
}

impl EmulatorBuilder {
    /// Listens on `addr`; by default on a free port of loopback, where it answers programs of this
    /// machine and no page in a browser.
    pub fn addr(mut self, addr: SocketAddr) -> Self {
        self.addr = addr;
        self
    }

    /// Serves the control API on `addr`, too; by default nowhere. It asks nobody who they are, so
    /// it belongs on loopback.
    ///
    #[doc = include_str!("control.md")]
    pub fn control_addr(mut self, addr: SocketAddr) -> Self {
        self.control_addr = Some(addr);
        self
    }

    /// The id of the emulated account.
    pub fn account_id(mut self, id: u64) -> Self {
        self.account_id = id;
        self
    }

    /// The id of the user who holds the tokens.
    pub fn user_id(mut self, id: u64) -> Self {
        self.user_id = id;
        self
    }

    /// The text of the personal token; one is made up by default.
    pub fn personal_token(mut self, text: impl Into<String>) -> Self {
        self.personal_token = Some(Secret(text.into()));
        self
    }

    /// The text of the app's token; one is made up by default.
    pub fn app_token(mut self, text: impl Into<String>) -> Self {
        self.app_token = Some(Secret(text.into()));
        self
    }

    /// The app's client secret, for OAuth; one is made up by default.
    pub fn client_secret(mut self, text: impl Into<String>) -> Self {
        self.client_secret = Some(Secret(text.into()));
        self
    }

    /// The app's signing secret; one is made up by default.
    pub fn signing_secret(mut self, secret: SigningSecret) -> Self {
        self.signing_secret = Some(secret);
        self
    }

    /// The boards that exist, in place of the default one.
    pub fn boards(mut self, boards: impl IntoIterator<Item = Board>) -> Self {
        self.boards = Some(boards.into_iter().collect());
        self
    }

    /// What to do where monday's documentation is silent.
    pub fn behaviour(mut self, behaviour: Behaviour) -> Self {
        self.behaviour = behaviour;
        self
    }

    /// Which limits are enforced; by default none.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Lets a call go wrong.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// The API versions that are alive.
    pub fn versions(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// The clock for retries, limits and expiry; by default the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Starts it on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StartError::Listen`] where the address isn't free; the others only on a broken machine or
    /// a broken build.
    pub async fn start(self) -> Result<Emulator, StartError> {
        monday_schema().map_err(StartError::Schema)?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| StartError::Client(error.into()))?;
        let signing_secret = match self.signing_secret {
            Some(secret) => secret,
            None => SigningSecret::new(hex_id()).map_err(StartError::Secret)?,
        };
        let (listener, addr) = listen(self.addr).await?;
        let control = match self.control_addr {
            Some(addr) => Some(listen(addr).await?),
            None => None,
        };
        let token = |kind, text: Option<Secret>| {
            let text = text.map_or_else(hex_id, |text| text.0);
            Token::new(kind, self.user_id, text)
        };
        let personal = token(TokenKind::Personal, self.personal_token);
        let app = token(TokenKind::App, self.app_token);
        let tokens = Tokens::default();
        tokens.insert(personal.clone());
        tokens.insert(app.clone());
        let client_secret = self.client_secret.map_or_else(hex_id, |secret| secret.0);
        let faults = Faults::default();
        for fault in self.faults {
            faults.add(fault);
        }
        let boards = self.boards.unwrap_or_else(|| vec![default_board()]);
        let core = Arc::new(Core {
            addr,
            control_addr: control.as_ref().map(|(_, addr)| *addr),
            account_id: self.account_id,
            user_id: self.user_id,
            personal,
            app,
            clock: self.clock,
            tokens,
            signing_secret,
            versions: self.versions,
            world: Mutex::new(World::new(boards)),
            cursors: Cursors::default(),
            webhooks: Mutex::new(Webhooks::default()),
            deliveries: Engine::default(),
            requests: Requests::default(),
            faults,
            limiter: Limiter::default(),
            limits: Mutex::new(self.limits),
            oauth: Oauth::new(hex_id(), client_secret),
            log: Log::default(),
            http,
            runtime: tokio::runtime::Handle::current(),
            stop: watch::Sender::new(false),
            behaviour: Mutex::new(self.behaviour),
        });
        let handle = Handle { core: core.clone() };
        let serve =
            |listener, router| tokio::spawn(server::serve(listener, router, core.stop.subscribe()));
        let mut served = vec![serve(listener, routes::monday(core.clone()))];
        if let Some((listener, addr)) = control {
            served.push(serve(listener, control::router(handle.clone(), addr)));
        }
        tokio::spawn(Engine::run_timers(core.clone()));
        Ok(Emulator::new(handle, served))
    }
}

async fn listen(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { addr, source };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    Ok((listener, addr))
}

/// Text that no debug output shows.
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
