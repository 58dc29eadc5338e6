//! Handing deliveries on to an endpoint, as monday would have sent them.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use monday_webhooks::{
    auth::SigningSecret,
    inbox::{Backoff, Received, WorkerOptions},
    testing::{self, BoardClaims, TOKEN_LIFETIME},
};
use reqwest::{
    Url,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};

use super::passed::{Arrived, Passed, Ticket};
use crate::{
    failure::{Failure, with_causes},
    inspect::entry::{Attempt, now},
    net,
};

/// monday tries once more each minute for 30 minutes (monday's webhooks reference).
const ATTEMPTS: u32 = 31;

/// How long the endpoint may take for its answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The most of an answer that is read, in bytes: enough for a token that stands at the end of what
/// is shown of it to be seen whole.
const MAX_READ: usize = 64 << 10;

/// Headers that are about one connection or one message, and not about the delivery.
const OWN: [HeaderName; 11] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// Hands deliveries on.
pub(super) struct Forwarder {
    http: reqwest::Client,
    to: Url,
    every: Duration,
    /// For tokens of our own, where monday's is gone or too old.
    secret: Option<SigningSecret>,
    audience: Option<String>,
    passed: Arc<Passed>,
}

impl Forwarder {
    pub(super) fn new(
        to: Url,
        every: Duration,
        secret: Option<SigningSecret>,
        audience: Option<String>,
    ) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT);
        Ok(Self {
            http: net::past_proxies(http, &to)
                .build()
                .map_err(|error| Failure::failed(with_causes(&error)))?,
            to,
            every,
            secret,
            audience,
            passed: Arc::default(),
        })
    }

    pub(super) fn to(&self) -> &str {
        self.to.as_str()
    }

    /// Attempts as monday makes them, in number and, by default, in time.
    pub(super) fn schedule(&self, options: &mut WorkerOptions) {
        let mut backoff = Backoff::default();
        backoff.first = self.every;
        backoff.factor = 1.0;
        backoff.cap = self.every;
        options.backoff = backoff;
        options.max_attempts = ATTEMPTS;
    }

    /// How long after an attempt that took this long the next one is: monday's minute is from one
    /// attempt to the next.
    pub(super) fn wait(&self, took: Duration) -> Duration {
        self.every.saturating_sub(took)
    }

    /// When the next attempt is, after this one has failed.
    pub(super) fn next(&self, attempt: u32) -> String {
        if attempt >= ATTEMPTS {
            return "given up".to_owned();
        }
        let every = humantime::format_duration(self.every);
        format!("again every {every} (attempt {attempt} of {ATTEMPTS})")
    }

    /// Remembers what came with a delivery, for its attempts.
    pub(super) fn arrived(&self, key: String, mut arrived: Arrived) -> Ticket {
        for name in OWN {
            arrived.headers.remove(name);
        }
        self.passed.keep(key, arrived)
    }

    /// One attempt of the count. Forgets what came with the delivery once that isn't needed.
    pub(super) async fn attempt(&self, received: &Received, number: u32) -> Attempt {
        let key = received.delivery.dedupe_key();
        let mut attempt = self.send(received, &key).await;
        attempt.number = Some(number);
        if is_taken(&attempt) || number >= ATTEMPTS {
            self.passed.forget(&key);
        }
        attempt
    }

    /// An attempt outside the count.
    pub(super) async fn replay(&self, received: &Received) -> Attempt {
        self.send(received, &received.delivery.dedupe_key()).await
    }

    async fn send(&self, received: &Received, key: &str) -> Attempt {
        let mut attempt = Attempt {
            number: None,
            at: now(),
            to: self.to.to_string(),
            status: None,
            error: None,
            millis: None,
            answer: String::new(),
        };
        let arrived = self.passed.get(key);
        let headers = self.headers(received, arrived.as_deref());
        let sent = headers.get(header::AUTHORIZATION).cloned();
        let request = self
            .http
            .post(self.to.clone())
            .headers(headers)
            .body(received.delivery.body().clone());
        let start = Instant::now();
        match request.send().await {
            Ok(answer) => {
                attempt.status = Some(answer.status().as_u16());
                let mut text = beginning(answer).await;
                // An endpoint may show what it was sent.
                if let Some(arrived) = &arrived {
                    text = arrived.redact(&text);
                }
                let token = sent.as_ref().and_then(|token| token.to_str().ok());
                if let Some(token) = token.filter(|token| !token.is_empty()) {
                    text = text.replace(token, "[redacted]");
                }
                attempt.answer = Attempt::answer_of(text.as_bytes());
            }
            Err(error) => attempt.error = Some(with_causes(&error.without_url())),
        }
        attempt.millis = u64::try_from(start.elapsed().as_millis()).ok();
        attempt
    }

    /// The headers that came with the delivery. Where its token is gone, after a restart, or has
    /// expired meanwhile, there is one of our own for the same account and user: monday's own
    /// tokens live for minutes too.
    fn headers(&self, received: &Received, arrived: Option<&Arrived>) -> HeaderMap {
        let mut headers = arrived.map_or_else(HeaderMap::new, |arrived| arrived.headers.clone());
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        let token = arrived.and_then(|arrived| arrived.token.as_ref());
        let seconds = unix_now();
        let is_good = token.is_some_and(|token| token.expires_at > seconds);
        if received.verified
            && !is_good
            && let Some(secret) = &self.secret
        {
            let audience = token.map(|token| token.audience.as_str());
            let audience = audience.or(self.audience.as_deref());
            let mut claims = BoardClaims::new(audience.unwrap_or(self.to.as_str()));
            claims.account_id = received.account_id.unwrap_or(claims.account_id);
            claims.user_id = received.user_id.unwrap_or(claims.user_id);
            claims.issued_at = seconds;
            claims.expires_at = seconds + TOKEN_LIFETIME;
            if let Ok(mut token) = HeaderValue::try_from(testing::sign_board_token(secret, &claims))
            {
                token.set_sensitive(true);
                headers.insert(header::AUTHORIZATION, token);
            }
        }
        headers
    }
}

/// The beginning of an answer's body. It is for show: what of it can't be had is left out.
async fn beginning(mut answer: reqwest::Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() > MAX_READ {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// Whether the endpoint took it. monday asks for 200; any other success counts here as well.
pub(super) fn is_taken(attempt: &Attempt) -> bool {
    attempt
        .status
        .is_some_and(|status| (200..300).contains(&status))
}

fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
