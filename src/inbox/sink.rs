//! The inbox as the receiver's sink.

use std::{error::Error, sync::Arc};

use crate::{
    event::Delivery,
    receiver::{Refusal, Sink, Taken, Unverified, Verified},
};

use super::{Inbox, Received};

impl<I: Inbox> Sink<Verified<Delivery>> for Arc<I> {
    async fn take(&self, message: Verified<Delivery>) -> Result<Taken, Refusal> {
        take(self.as_ref(), message.into()).await
    }
}

impl<I: Inbox> Sink<Unverified<Delivery>> for Arc<I> {
    async fn take(&self, message: Unverified<Delivery>) -> Result<Taken, Refusal> {
        take(self.as_ref(), message.into()).await
    }
}

async fn take<I: Inbox>(inbox: &I, received: Received) -> Result<Taken, Refusal> {
    let taken = inbox.put(received).await;
    match &taken {
        Ok(Taken::New) => inbox.metrics().received(),
        Ok(Taken::Duplicate) => inbox.metrics().duplicate(),
        Err(error) => {
            inbox.metrics().refused(error);
            tracing::warn!(
                cause = error.source().map(tracing::field::display),
                "a delivery was not kept: {error}"
            );
        }
    }
    taken.map_err(|_| Refusal::Unavailable)
}
