//! What a handler gets: a message, and what is known of its sender.

use bytes::Bytes;

use crate::{
    auth::{LifecycleSender, Sender},
    event::{Delivery, DeliveryError, LifecycleEvent},
};

/// What an endpoint is for: the [`Delivery`] of a board webhook, or an app's [`LifecycleEvent`].
/// Sealed: monday has these two, each with a secret of its own.
pub trait Message: sealed::Sealed + Send + Sized + 'static {
    /// What the token of such a message says of its sender.
    type Sender: Send + 'static;

    #[doc(hidden)]
    fn parse(body: Bytes) -> Result<Self, DeliveryError>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::event::Delivery {}
    impl Sealed for crate::event::LifecycleEvent {}
}

impl Message for Delivery {
    type Sender = Sender;

    fn parse(body: Bytes) -> Result<Self, DeliveryError> {
        Self::parse(body)
    }
}

impl Message for LifecycleEvent {
    type Sender = LifecycleSender;

    fn parse(body: Bytes) -> Result<Self, DeliveryError> {
        Self::parse(body)
    }
}

/// A message whose token was found good. Nothing but verification makes one, and nothing changes
/// it.
///
/// It says that the sender holds a token that monday signed, for this endpoint where the verifier has
/// an [audience](crate::auth::Verifier::audience). The token doesn't sign the body.
#[derive(Debug, Clone)]
pub struct Verified<M: Message> {
    message: M,
    sender: M::Sender,
}

impl<M: Message> Verified<M> {
    pub(super) fn read(sender: M::Sender, body: Bytes) -> Result<Self, DeliveryError> {
        let message = M::parse(body)?;
        Ok(Self { message, sender })
    }

    /// The message.
    #[must_use]
    pub const fn message(&self) -> &M {
        &self.message
    }

    /// What the token says of the sender.
    #[must_use]
    pub const fn sender(&self) -> &M::Sender {
        &self.sender
    }

    /// The message alone. That it was verified isn't part of it.
    #[must_use]
    pub fn into_message(self) -> M {
        self.message
    }

    /// The message, and what the token says of the sender.
    #[must_use]
    pub fn into_parts(self) -> (M, M::Sender) {
        (self.message, self.sender)
    }
}

/// A delivery of which nobody knows who sent it.
#[derive(Debug, Clone)]
pub struct Unverified<M> {
    message: M,
}

impl<M: Message> Unverified<M> {
    pub(super) fn read(body: Bytes) -> Result<Self, DeliveryError> {
        let message = M::parse(body)?;
        Ok(Self { message })
    }

    /// The message.
    #[must_use]
    pub const fn message(&self) -> &M {
        &self.message
    }

    /// The message alone.
    #[must_use]
    pub fn into_message(self) -> M {
        self.message
    }
}
