//! Who may call.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Uri, header};

use crate::{
    auth::{AuthError, ClientSecret, LifecycleSender, Profile, Sender, SigningSecret, Verifier},
    event::{Delivery, DeliveryError, LifecycleEvent},
};

use super::{
    message::{Unverified, Verified},
    unsigned::Unsigned,
};

/// Who may call, and what they get to say. Sealed, so that nothing else makes a [`Verified`].
///
/// | door | message |
/// |---|---|
/// | [`Verifier<SigningSecret>`](Verifier) | [`Verified<Delivery>`](Verified) |
/// | [`Verifier<ClientSecret>`](Verifier) | [`Verified<LifecycleEvent>`](Verified) |
/// | [`dangerous::unsigned`](super::dangerous::unsigned()) | [`Unverified<Delivery>`](Unverified) |
#[diagnostic::on_unimplemented(
    message = "a receiver needs a secret, or the explicit word that it has none",
    label = "neither a `Verifier` nor `dangerous::unsigned()`",
    note = "`Verifier::new(SigningSecret::new(…)?)` lets in what monday signed for this app; `receiver::dangerous::unsigned()` lets in anybody"
)]
pub trait Door: sealed::Sealed + Send + Sync + 'static {
    /// What comes through this door.
    type Message: Send + 'static;

    #[doc(hidden)]
    type Pass: Send;

    /// Whether there is a door at all where the caller knocks.
    #[doc(hidden)]
    fn is_at(&self, uri: &Uri) -> bool;

    #[doc(hidden)]
    fn authenticate(&self, headers: &HeaderMap, now: SystemTime) -> Result<Self::Pass, AuthError>;

    #[doc(hidden)]
    fn read(&self, pass: Self::Pass, body: Bytes) -> Result<Self::Message, DeliveryError>;
}

mod sealed {
    use super::{Profile, Unsigned, Verifier};

    pub trait Sealed {}
    impl<P: Profile> Sealed for Verifier<P> {}
    impl Sealed for Unsigned {}
}

impl Door for Verifier<SigningSecret> {
    type Message = Verified<Delivery>;
    type Pass = Sender;

    fn is_at(&self, _: &Uri) -> bool {
        true
    }

    fn authenticate(&self, headers: &HeaderMap, now: SystemTime) -> Result<Sender, AuthError> {
        self.verify(authorization(headers)?, now)
    }

    fn read(&self, sender: Sender, body: Bytes) -> Result<Self::Message, DeliveryError> {
        Verified::read(sender, body)
    }
}

impl Door for Verifier<ClientSecret> {
    type Message = Verified<LifecycleEvent>;
    type Pass = LifecycleSender;

    fn is_at(&self, _: &Uri) -> bool {
        true
    }

    fn authenticate(
        &self,
        headers: &HeaderMap,
        now: SystemTime,
    ) -> Result<LifecycleSender, AuthError> {
        self.verify(authorization(headers)?, now)
    }

    fn read(&self, sender: LifecycleSender, body: Bytes) -> Result<Self::Message, DeliveryError> {
        Verified::read(sender, body)
    }
}

impl Door for Unsigned {
    type Message = Unverified<Delivery>;
    type Pass = ();

    fn is_at(&self, uri: &Uri) -> bool {
        Unsigned::is_at(self, uri.path())
    }

    fn authenticate(&self, _: &HeaderMap, _: SystemTime) -> Result<(), AuthError> {
        Ok(())
    }

    fn read(&self, (): (), body: Bytes) -> Result<Self::Message, DeliveryError> {
        Unverified::read(body)
    }
}

/// The one `Authorization` header that a request of monday's has.
fn authorization(headers: &HeaderMap) -> Result<&str, AuthError> {
    let mut values = headers.get_all(header::AUTHORIZATION).into_iter();
    let value = values.next().ok_or(AuthError::Missing)?;
    if values.next().is_some() {
        return Err(AuthError::Several);
    }
    value.to_str().map_err(|_| AuthError::Malformed)
}
