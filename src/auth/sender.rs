//! What a good token says of its sender.

use crate::{
    id::{AccountId, AppId, UserId},
    token::ApiToken,
};

use super::{AuthError, jwt::Object};

/// The sender of a board webhook's delivery, as its token says. A claim that is null counts as one
/// that isn't there.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sender {
    /// The account.
    pub account_id: Option<AccountId>,
    /// The user that the webhook acts for.
    pub user_id: Option<UserId>,
    /// The URLs that the token was minted for.
    pub audience: Vec<String>,
    /// When the token was issued, in Unix seconds.
    pub issued_at: Option<u64>,
    /// When the token expires, in Unix seconds. monday's sample lives 300 seconds.
    pub expires_at: u64,
    short_lived_token: Option<ApiToken>,
}

impl Sender {
    pub(super) fn read(claims: &Object<'_>, times: Times) -> Result<Self, AuthError> {
        let short_lived_token = claims
            .optional::<String>("shortLivedToken")?
            .map(ApiToken::app)
            .transpose()
            .map_err(|_| AuthError::ClaimType("shortLivedToken"))?;
        Ok(Self {
            account_id: claims.optional("accountId")?.map(AccountId::new),
            user_id: claims.optional("userId")?.map(UserId::new),
            audience: times.audience,
            issued_at: times.issued_at,
            expires_at: times.expires_at,
            short_lived_token,
        })
    }

    /// The credential for monday's API that came with the token, good for five minutes. Never
    /// log, store or forward it.
    ///
    /// ```no_run
    /// use monday_webhooks::{Client, Delivery, receiver::Verified};
    ///
    /// fn in_the_users_name(client: &Client, delivery: &Verified<Delivery>) -> Option<Client> {
    ///     let token = delivery.sender().short_lived_token()?;
    ///     Some(client.with_token(token.clone()))
    /// }
    /// ```
    #[must_use]
    pub const fn short_lived_token(&self) -> Option<&ApiToken> {
        self.short_lived_token.as_ref()
    }
}

/// The sender of an app lifecycle webhook, as its token's `dat` says. A claim that is null counts as
/// one that isn't there.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LifecycleSender {
    /// The app's Client ID.
    pub client_id: Option<String>,
    /// The app.
    pub app_id: Option<AppId>,
    /// The version of the app.
    pub app_version_id: Option<u64>,
    /// The account that installed the app.
    pub account_id: Option<AccountId>,
    /// The user that acted.
    pub user_id: Option<UserId>,
    /// The installation. It may be negative.
    pub install_id: Option<i64>,
    /// Whether the user is an administrator of the account.
    pub is_admin: Option<bool>,
    /// The URLs that the token was minted for.
    pub audience: Vec<String>,
    /// When the token was issued, in Unix seconds.
    pub issued_at: Option<u64>,
    /// When the token expires, in Unix seconds.
    pub expires_at: u64,
}

impl LifecycleSender {
    pub(super) fn read(dat: &Object<'_>, times: Times) -> Result<Self, AuthError> {
        Ok(Self {
            client_id: dat.optional("client_id")?,
            app_id: dat.optional("app_id")?.map(AppId::new),
            app_version_id: dat.optional("app_version_id")?,
            account_id: dat.optional("account_id")?.map(AccountId::new),
            user_id: dat.optional("user_id")?.map(UserId::new),
            install_id: dat.optional("install_id")?,
            is_admin: dat.optional("is_admin")?,
            audience: times.audience,
            issued_at: times.issued_at,
            expires_at: times.expires_at,
        })
    }
}

/// The claims that both profiles share, checked.
pub(super) struct Times {
    pub(super) audience: Vec<String>,
    pub(super) issued_at: Option<u64>,
    pub(super) expires_at: u64,
}
