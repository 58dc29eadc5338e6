//! Tokens as monday makes them.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{
    auth::{ClientSecret, Profile, SigningSecret, sign},
    id::{AccountId, AppId, UserId},
    token::ApiToken,
};

/// How long monday's sample token lives, in seconds.
pub const TOKEN_LIFETIME: u64 = 300;

/// The claims of a board webhook's token.
#[derive(Debug, Clone)]
pub struct BoardClaims {
    /// The account.
    pub account_id: AccountId,
    /// The user that the webhook acts for.
    pub user_id: UserId,
    /// The URL that the webhook was created with.
    pub audience: String,
    /// In Unix seconds.
    pub issued_at: u64,
    /// In Unix seconds.
    pub expires_at: u64,
    /// The credential that monday sends along.
    pub short_lived_token: Option<ApiToken>,
}

impl BoardClaims {
    /// The account of [`new`](Self::new).
    pub const SAMPLE_ACCOUNT: AccountId = AccountId::new(17_654_321);
    /// The user of [`new`](Self::new).
    pub const SAMPLE_USER: UserId = UserId::new(51_234_567);

    /// Claims as monday would make them now, for the endpoint at this URL.
    #[must_use]
    pub fn new(audience: impl Into<String>) -> Self {
        let issued_at = unix_now();
        Self {
            account_id: Self::SAMPLE_ACCOUNT,
            user_id: Self::SAMPLE_USER,
            audience: audience.into(),
            issued_at,
            expires_at: issued_at + TOKEN_LIFETIME,
            short_lived_token: None,
        }
    }
}

/// The claims of an app lifecycle webhook's token.
#[derive(Debug, Clone)]
pub struct LifecycleClaims {
    /// The app.
    pub app_id: AppId,
    /// The account that installed the app.
    pub account_id: AccountId,
    /// The user that acted.
    pub user_id: UserId,
    /// The URL of the endpoint.
    pub audience: String,
    /// In Unix seconds.
    pub issued_at: u64,
    /// In Unix seconds.
    pub expires_at: u64,
}

impl LifecycleClaims {
    /// The app of [`new`](Self::new).
    pub const SAMPLE_APP: AppId = AppId::new(10_000_001);

    /// Claims as monday would make them now, for the endpoint at this URL, with the account and
    /// the user of [`BoardClaims`].
    #[must_use]
    pub fn new(audience: impl Into<String>) -> Self {
        let issued_at = unix_now();
        Self {
            app_id: Self::SAMPLE_APP,
            account_id: BoardClaims::SAMPLE_ACCOUNT,
            user_id: BoardClaims::SAMPLE_USER,
            audience: audience.into(),
            issued_at,
            expires_at: issued_at + TOKEN_LIFETIME,
        }
    }
}

fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// A token as monday makes it for the deliveries of a board webhook.
///
/// ```
/// use monday_webhooks::auth::SigningSecret;
/// use monday_webhooks::testing::{BoardClaims, sign_board_token};
///
/// // A token that is over, for a test of what an endpoint refuses.
/// let mut claims = BoardClaims::new("https://example.com/monday");
/// claims.expires_at = claims.issued_at - 60;
/// let token = sign_board_token(&SigningSecret::new("a secret of the test's")?, &claims);
/// # Ok::<(), monday_webhooks::auth::SecretError>(())
/// ```
#[must_use]
pub fn sign_board_token(secret: &SigningSecret, claims: &BoardClaims) -> String {
    let mut payload = json!({
        "accountId": claims.account_id,
        "userId": claims.user_id,
        "aud": claims.audience,
        "iat": claims.issued_at,
        "exp": claims.expires_at,
    });
    if let Some(token) = &claims.short_lived_token {
        payload["shortLivedToken"] = token.expose().into();
    }
    sign_claims(secret, &payload)
}

/// A token as monday makes it for an app lifecycle webhook.
#[must_use]
pub fn sign_lifecycle_token(secret: &ClientSecret, claims: &LifecycleClaims) -> String {
    let payload = json!({
        "dat": {
            "app_id": claims.app_id,
            "account_id": claims.account_id,
            "user_id": claims.user_id,
        },
        "aud": claims.audience,
        "iat": claims.issued_at,
        "exp": claims.expires_at,
    });
    sign_claims(secret, &payload)
}

/// A token with any claims, well signed: for tests of what a verifier has to refuse.
///
/// ```
/// use std::time::SystemTime;
///
/// use monday_webhooks::{auth::{AuthError, SigningSecret, Verifier}, testing::sign_claims};
/// use serde_json::json;
///
/// let secret = SigningSecret::new("a secret of the test's")?;
/// let token = sign_claims(&secret, &json!({"exp": "tomorrow"}));
/// let refused = Verifier::new(secret).verify(&token, SystemTime::now());
/// assert_eq!(refused.err(), Some(AuthError::ClaimType("exp")));
/// # Ok::<(), monday_webhooks::auth::SecretError>(())
/// ```
#[must_use]
pub fn sign_claims(secret: &impl Profile, claims: &Value) -> String {
    sign(secret, &claims.to_string())
}
