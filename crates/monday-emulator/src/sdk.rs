//! Stand-ins for what the SDK's `testing` feature provides.
use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

#[derive(Clone)]
pub struct SigningSecret(String);
impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret")
    }
}
impl SigningSecret {
    pub fn new(text: impl Into<String>) -> Result<Self, std::convert::Infallible> {
        Ok(Self(text.into()))
    }
}
#[derive(Debug)]
pub struct BoardClaims {
    pub account_id: i64,
    pub user_id: i64,
    pub audience: String,
    pub issued_at: u64,
    pub expires_at: u64,
    pub short_lived_token: Option<String>,
}
pub fn sign_board_token(secret: &SigningSecret, claims: &BoardClaims) -> String {
    let b = |v: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(v);
    let head = b(br#"{"alg":"HS256","typ":"JWT"}"#);
    let body = b(json!({"accountId":claims.account_id,"userId":claims.user_id,"aud":claims.audience,"iat":claims.issued_at,"exp":claims.expires_at,"shortLivedToken":claims.short_lived_token}).to_string().as_bytes());
    let text = format!("{head}.{body}");
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(secret.0.as_bytes()) else {
        return text;
    };
    mac.update(text.as_bytes());
    format!("{text}.{}", b(&mac.finalize().into_bytes()))
}
pub fn sample(kind: &SubscriptionKind) -> Value {
    json!({"event":{"app":"monday","type":kind.as_str(),"triggerTime":"2026-01-01T00:00:00.000Z","subscriptionId":1,"userId":1,"triggerUuid":"0","boardId":1}})
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionKind(pub String);
impl SubscriptionKind {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
