//! The rules of one endpoint: which secrets, which audience, how much leeway.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess},
};

use super::{
    AuthError, ClientSecret, SigningSecret,
    jwt::{self, Object},
    secret::Key,
    sender::{LifecycleSender, Sender, Times},
};

/// The longest grace for late retries: monday retries a delivery for 30 minutes.
pub const MAX_GRACE: Duration = Duration::from_secs(30 * 60);

/// The most that clocks may be apart: as long as a token of monday's lives.
pub const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);

const DEFAULT_LEEWAY: Duration = Duration::from_secs(5);

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::SigningSecret {}
    impl Sealed for super::ClientSecret {}
}

/// What an endpoint is for, told by the type of its secret: [`SigningSecret`] for board webhooks,
/// [`ClientSecret`] for app lifecycle webhooks. Sealed: monday has these two.
#[diagnostic::on_unimplemented(
    message = "a verifier needs to know which of the app's two secrets it is given",
    label = "neither a `SigningSecret` nor a `ClientSecret`",
    note = "`SigningSecret::new(…)?` for the webhooks of boards, `ClientSecret::new(…)?` for app lifecycle events"
)]
pub trait Profile: sealed::Sealed + Clone + Send + Sync + 'static {
    /// What a good token says of its sender.
    type Sender: Send + 'static;

    #[doc(hidden)]
    fn signer(&self) -> Signer<'_>;

    #[doc(hidden)]
    fn sender(claims: Claims<'_>) -> Result<Self::Sender, AuthError>;
}

#[doc(hidden)]
#[derive(Debug)]
pub struct Signer<'a>(pub(super) &'a Key);

#[doc(hidden)]
pub struct Claims<'a> {
    object: Object<'a>,
    times: Times,
}

impl fmt::Debug for Claims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims(..)")
    }
}

impl Profile for SigningSecret {
    type Sender = Sender;

    fn signer(&self) -> Signer<'_> {
        Signer(self.key())
    }

    fn sender(claims: Claims<'_>) -> Result<Sender, AuthError> {
        if claims.object.has("dat") {
            return Err(AuthError::Profile);
        }
        Sender::read(&claims.object, claims.times)
    }
}

impl Profile for ClientSecret {
    type Sender = LifecycleSender;

    fn signer(&self) -> Signer<'_> {
        Signer(self.key())
    }

    fn sender(claims: Claims<'_>) -> Result<LifecycleSender, AuthError> {
        let dat = claims.object.object("dat")?.ok_or(AuthError::Profile)?;
        LifecycleSender::read(&dat, claims.times)
    }
}

/// Checks the tokens of one endpoint.
///
/// ```
/// use monday_webhooks::auth::{SigningSecret, Verifier};
///
/// let verifier = Verifier::new(SigningSecret::new("the app's Signing Secret")?)
///     .audience("https://example.com/monday");
/// # Ok::<(), monday_webhooks::auth::SecretError>(())
/// ```
///
/// A secret of the one kind can't stand beside one of the other:
///
/// ```compile_fail
/// use monday_webhooks::auth::{ClientSecret, SigningSecret, Verifier};
///
/// let verifier = Verifier::new(SigningSecret::new("a")?).or_secret(ClientSecret::new("b")?);
/// # Ok::<(), monday_webhooks::auth::SecretError>(())
/// ```
///
/// With the app's Client Secret it is the verifier of lifecycle events, and neither takes the other's
/// tokens:
///
/// ```
/// use monday_webhooks::auth::{ClientSecret, Verifier};
///
/// let verifier = Verifier::new(ClientSecret::new("the app's Client Secret")?)
///     .audience("https://example.com/monday/lifecycle");
/// # Ok::<(), monday_webhooks::auth::SecretError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Verifier<P = SigningSecret> {
    secrets: Vec<P>,
    audiences: Vec<String>,
    ignores_query: bool,
    leeway: Duration,
    grace: Duration,
}

impl<P: Profile> Verifier<P> {
    /// Takes tokens signed with this secret, for any audience, with 5 seconds of leeway.
    ///
    /// **Set the [audience](Self::audience).** monday signs other tokens with the same secrets, and
    /// users can read them: with the Signing Secret the one that a user is sent to the app's
    /// authorization URL with, with the Client Secret that of a session of the app's view, which has
    /// no audience (monday's apps documentation). Without an audience these open the endpoint, too.
    #[must_use]
    pub fn new(secret: P) -> Self {
        Self {
            secrets: vec![secret],
            audiences: Vec::new(),
            ignores_query: false,
            leeway: DEFAULT_LEEWAY,
            grace: Duration::ZERO,
        }
    }

    /// Takes tokens signed with this secret too, for the time of a rotation.
    ///
    /// ```
    /// use std::time::SystemTime;
    ///
    /// use monday_webhooks::auth::{SigningSecret, Verifier};
    /// use monday_webhooks::testing::{BoardClaims, sign_board_token};
    ///
    /// let old = SigningSecret::new("the old secret")?;
    /// let token = sign_board_token(&old, &BoardClaims::new("https://example.com/monday"));
    /// let verifier = Verifier::new(SigningSecret::new("the new secret")?).or_secret(old);
    /// assert!(verifier.verify(&token, SystemTime::now()).is_ok());
    /// # Ok::<(), monday_webhooks::auth::SecretError>(())
    /// ```
    #[must_use]
    pub fn or_secret(mut self, secret: P) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Takes only tokens minted for this URL, or for another one given in the same way. Give the
    /// URL that the webhook was created with: it is compared to the letter.
    #[must_use]
    pub fn audience(mut self, url: impl Into<String>) -> Self {
        self.audiences.push(url.into());
        self
    }

    /// Compares audiences without their query strings. Whether monday keeps the query string of
    /// a webhook's URL in the token is not documented; by default it counts like the rest.
    #[must_use]
    pub const fn ignore_audience_query(mut self) -> Self {
        self.ignores_query = true;
        self
    }

    /// How far the clocks may be apart: a token is good while `now < exp + leeway`, and `nbf` and
    /// `iat` may lie as much in the future. A few seconds are enough for clocks that are kept in
    /// time, and more than [`MAX_LEEWAY`] counts as that; for late retries there is
    /// [`late_retry_grace`](Self::late_retry_grace).
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway.min(MAX_LEEWAY);
        self
    }

    /// Takes tokens for this much longer after they expired, at most [`MAX_GRACE`]. Off by
    /// default. monday retries for 30 minutes, its tokens live for 5, and whether a retry gets a
    /// token of its own is not documented; without a grace late retries could be lost, with one a
    /// stolen token is good for longer.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use monday_webhooks::auth::{AuthError, MAX_GRACE, SigningSecret, Verifier};
    /// use monday_webhooks::testing::{BoardClaims, TOKEN_LIFETIME, sign_board_token};
    ///
    /// let secret = SigningSecret::new("the app's Signing Secret")?;
    /// let token = sign_board_token(&secret, &BoardClaims::new("https://example.com/monday"));
    /// let later = SystemTime::now() + Duration::from_secs(TOKEN_LIFETIME + 20 * 60);
    ///
    /// let verifier = Verifier::new(secret);
    /// assert_eq!(verifier.verify(&token, later).err(), Some(AuthError::Expired));
    /// assert!(verifier.late_retry_grace(MAX_GRACE).verify(&token, later).is_ok());
    /// # Ok::<(), monday_webhooks::auth::SecretError>(())
    /// ```
    #[must_use]
    pub fn late_retry_grace(mut self, grace: Duration) -> Self {
        self.grace = grace.min(MAX_GRACE);
        self
    }

    /// Checks the value of an `Authorization` header: the bare token as monday sends it, or with
    /// `Bearer` in any case before it.
    ///
    /// How long a token may live is for whoever holds the secret to say: monday's sample lives for
    /// 300 seconds, and no expiry is too late. Of the claims `exp` has to be there. `exp`, `iat`,
    /// `nbf` and `aud` may not be null; the others may, as if they weren't there. A claim of another
    /// type is refused.
    ///
    /// ```
    /// use std::time::SystemTime;
    ///
    /// use monday_webhooks::auth::{AuthError, SigningSecret, Verifier};
    /// use monday_webhooks::testing::{BoardClaims, sign_board_token};
    ///
    /// let url = "https://example.com/monday";
    /// let secret = SigningSecret::new("the app's Signing Secret")?;
    /// let verifier = Verifier::new(secret.clone()).audience(url);
    ///
    /// let token = sign_board_token(&secret, &BoardClaims::new(url));
    /// let sender = verifier.verify(&token, SystemTime::now())?;
    /// assert_eq!(sender.account_id, Some(BoardClaims::SAMPLE_ACCOUNT));
    ///
    /// let other = sign_board_token(&secret, &BoardClaims::new("https://example.com/other"));
    /// let refused = verifier.verify(&other, SystemTime::now());
    /// assert_eq!(refused.err(), Some(AuthError::Audience));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AuthError`], which names the first rule that the token breaks.
    pub fn verify(&self, authorization: &str, now: SystemTime) -> Result<P::Sender, AuthError> {
        let token = strip_bearer(authorization);
        let claims = jwt::verify(token, self.secrets.iter().map(|secret| secret.signer().0))?;
        let object = Object::parse(&claims)?;
        let times = self.check(&object, since_1970(now))?;
        P::sender(Claims { object, times })
    }

    fn check(&self, claims: &Object<'_>, now: Duration) -> Result<Times, AuthError> {
        let expires_at: u64 = claims.get("exp")?.ok_or(AuthError::MissingClaim("exp"))?;
        let over = Duration::from_secs(expires_at)
            .saturating_add(self.leeway)
            .saturating_add(self.grace);
        if now >= over {
            return Err(AuthError::Expired);
        }
        let issued_at: Option<u64> = claims.get("iat")?;
        let not_before: Option<u64> = claims.get("nbf")?;
        let latest = now.saturating_add(self.leeway);
        for (name, time) in [("iat", issued_at), ("nbf", not_before)] {
            if time.is_some_and(|time| Duration::from_secs(time) > latest) {
                return Err(AuthError::NotYet(name));
            }
        }

        let audience = match claims.get("aud")? {
            None => Vec::new(),
            Some(Audience::One(url)) => vec![url],
            Some(Audience::Several(urls)) if urls.is_empty() => {
                return Err(AuthError::ClaimType("aud"));
            }
            Some(Audience::Several(urls)) => urls,
        };
        if !self.audiences.is_empty() {
            if audience.is_empty() {
                return Err(AuthError::MissingClaim("aud"));
            }
            if !audience.iter().any(|url| self.is_audience(url)) {
                return Err(AuthError::Audience);
            }
        }
        Ok(Times {
            audience,
            issued_at,
            expires_at,
        })
    }

    fn is_audience(&self, url: &str) -> bool {
        let counted = |url| {
            if self.ignores_query {
                without_query(url)
            } else {
                url
            }
        };
        let url = counted(url);
        self.audiences.iter().any(|own| counted(own) == url)
    }
}

enum Audience {
    One(String),
    Several(Vec<String>),
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Audience;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a URL or a list of URLs")
            }

            fn visit_str<E: de::Error>(self, url: &str) -> Result<Audience, E> {
                Ok(Audience::One(url.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut urls: A) -> Result<Audience, A::Error> {
                let mut several = Vec::new();
                while let Some(url) = urls.next_element()? {
                    several.push(url);
                }
                Ok(Audience::Several(several))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

fn strip_bearer(authorization: &str) -> &str {
    match authorization.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer ") => token,
        _ => authorization,
    }
}

fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}

/// A clock before 1970 is broken, and no token is good by a broken clock.
fn since_1970(now: SystemTime) -> Duration {
    now.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::MAX)
}
