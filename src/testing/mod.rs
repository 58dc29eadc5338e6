//! For tests: what monday would send. A signer of tokens, signed requests, and a sample of each of
//! the 21 subscriptions and the 13 app lifecycle events.
//!
//! A test of a handler:
//!
//! ```
//! use monday_webhooks::{Delivery, SubscriptionKind, receiver::Verified, testing::verified};
//!
//! fn greeting(delivery: &Verified<Delivery>) -> String {
//!     format!("{} in account {:?}", delivery.message().kind(), delivery.sender().account_id)
//! }
//!
//! let delivery = verified(&SubscriptionKind::CreateItem).expect("an event of the schema");
//! assert_eq!(greeting(&delivery), "item_created in account Some(AccountId(17654321))");
//! ```
//!
//! A test of a whole endpoint, be it of tower, axum or anything else on `http`:
//!
//! ```
//! use monday_webhooks::{Delivery, Receiver, SubscriptionKind, receiver::Verified};
//! use monday_webhooks::{auth::{SigningSecret, Verifier}, testing::{sample, signed_request}};
//! use tower::ServiceExt;
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let secret = SigningSecret::new("a secret of the test's")?;
//! let endpoint = Receiver::new(Verifier::new(secret.clone()), async |_: Verified<Delivery>| Ok::<(), String>(()));
//! let body = sample(&SubscriptionKind::CreateItem).expect("an event of the schema");
//! let request = signed_request(&secret, "https://example.com/monday", body.to_string())?;
//! let answer = endpoint.oneshot(request.map(http_body_util::Full::new)).await?;
//! assert_eq!(answer.status(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![expect(
    clippy::indexing_slicing,
    reason = "to set a member of an object by its name adds it"
)]

mod claims;
mod requests;
mod samples;

pub use claims::{
    BoardClaims, LifecycleClaims, TOKEN_LIFETIME, sign_board_token, sign_claims,
    sign_lifecycle_token,
};
pub use requests::{challenge_request, signed_lifecycle_request, signed_request, verified};
pub use samples::{lifecycle_sample, sample};
