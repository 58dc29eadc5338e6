//! For tests: what monday would send. A signer of tokens and a sample delivery of each of the 21
//! subscriptions.
//!
//! ```
//! use std::time::SystemTime;
//! use monday_webhooks::{
//!     Delivery, SubscriptionKind,
//!     auth::{SigningSecret, Verifier},
//!     testing::{BoardClaims, sample, sign_board_token},
//! };
//!
//! let secret = SigningSecret::new("the app's Signing Secret")?;
//! let token = sign_board_token(&secret, &BoardClaims::new("https://example.com/monday"));
//! let sender = Verifier::new(secret).verify(&token, SystemTime::now())?;
//! let delivery = Delivery::parse(sample(&SubscriptionKind::CreateItem).unwrap_or_default().to_string())?;
//! assert_eq!(sender.account_id, Some(BoardClaims::SAMPLE_ACCOUNT));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{
    collections::HashMap,
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use crate::{
    auth::{Profile, SigningSecret, sign},
    id::{AccountId, UserId},
    subscription::SubscriptionKind,
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
        let issued_at = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
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

/// A token as monday makes it for the deliveries of a board webhook.
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

/// A token with any claims, well signed: for tests of what a verifier has to refuse.
#[must_use]
pub fn sign_claims(secret: &impl Profile, claims: &Value) -> String {
    sign(secret, &claims.to_string())
}

/// A delivery as monday would send it for this subscription; `None` for an event that the schema
/// doesn't have.
#[must_use]
pub fn sample(subscription: &SubscriptionKind) -> Option<Value> {
    static SAMPLES: LazyLock<HashMap<String, Value>> =
        LazyLock::new(|| serde_json::from_str(include_str!("samples.json")).unwrap_or_default());
    SAMPLES.get(subscription.as_str()).cloned()
}
