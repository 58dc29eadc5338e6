//! Setting an emulator up.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use monday_webhooks::auth::{SecretError, SigningSecret};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::behaviour::Behaviour;
use crate::clock::Clock;
use crate::core::Core;
use crate::delivery::Engine;
use crate::emulator::Emulator;
use crate::graphql::monday_schema;
use crate::log::Log;
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
#[derive(Debug)]
#[must_use]
pub struct EmulatorBuilder {
    addr: SocketAddr,
    account_id: u64,
    personal_token: Option<Token>,
    app_token: Option<Token>,
    signing_secret: Option<SigningSecret>,
    boards: Option<Vec<Board>>,
    behaviour: Behaviour,
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
            account_id: ACCOUNT_ID,
            personal_token: None,
            app_token: None,
            signing_secret: None,
            boards: None,
            behaviour: Behaviour::default(),
            versions: Versions::default(),
            clock: Clock::real(),
        }
    }
}

impl EmulatorBuilder {
    /// Listens on `addr`; by default on a free port of loopback.
    pub fn addr(mut self, addr: SocketAddr) -> Self {
        self.addr = addr;
        self
    }

    /// The id of the emulated account.
    pub fn account_id(mut self, id: u64) -> Self {
        self.account_id = id;
        self
    }

    /// The text of the personal token; one is made up by default.
    pub fn personal_token(mut self, text: impl Into<String>) -> Self {
        self.personal_token = Some(Token::new(TokenKind::Personal, USER_ID, text));
        self
    }

    /// The text of the app's token; one is made up by default.
    pub fn app_token(mut self, text: impl Into<String>) -> Self {
        self.app_token = Some(Token::new(TokenKind::App, USER_ID, text));
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
        let listen = |source| StartError::Listen {
            addr: self.addr,
            source,
        };
        let listener = TcpListener::bind(self.addr).await.map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        let made_up = |kind| Token::new(kind, USER_ID, hex_id());
        let personal = self
            .personal_token
            .unwrap_or_else(|| made_up(TokenKind::Personal));
        let app = self.app_token.unwrap_or_else(|| made_up(TokenKind::App));
        let tokens = Tokens::default();
        tokens.insert(personal.clone());
        tokens.insert(app.clone());
        let core = Arc::new(Core {
            account_id: self.account_id,
            clock: self.clock,
            tokens,
            signing_secret,
            versions: self.versions,
            world: Mutex::new(World::new(
                self.boards.unwrap_or_else(|| vec![default_board()]),
            )),
            webhooks: Mutex::new(Webhooks::default()),
            deliveries: Engine::default(),
            requests: Requests::default(),
            log: Log::default(),
            http,
            runtime: tokio::runtime::Handle::current(),
            stop: watch::Sender::new(false),
            behaviour: Mutex::new(self.behaviour),
        });
        let served = tokio::spawn(server::serve(
            listener,
            routes::monday(core.clone()),
            core.stop.subscribe(),
        ));
        tokio::spawn(Engine::run_timers(core.clone()));
        Ok(Emulator::new(core, addr, personal, app, served))
    }
}
