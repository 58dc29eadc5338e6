//! Who is calling: monday's JWT in the `Authorization` header.
//!
//! Only webhooks that were created with an integration app's OAuth token are delivered with a
//! token (monday's webhooks reference). Board webhooks are signed with the app's Signing Secret,
//! app lifecycle webhooks with its Client Secret. The two secrets have types of their own, so
//! that a [`Verifier`] can't take one profile for the other.
//!
//! **The token doesn't sign the body.** It proves that the sender holds a token that monday signed,
//! for this endpoint where an [audience](Verifier::audience) is set, and nothing more.

mod error;
mod jwt;
mod secret;
mod sender;
mod verifier;

pub use error::AuthError;
#[cfg(feature = "testing")]
pub(crate) use jwt::sign;
pub use secret::{ClientSecret, SecretError, SigningSecret};
pub use sender::{LifecycleSender, Sender};
pub use verifier::{MAX_GRACE, MAX_LEEWAY, Profile, Verifier};
