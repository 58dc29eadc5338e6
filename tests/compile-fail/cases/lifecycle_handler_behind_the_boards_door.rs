//! The Signing Secret lets in no app lifecycle events.

use monday_webhooks::{
    LifecycleEvent, Receiver,
    auth::{SigningSecret, Verifier},
    receiver::Verified,
};

fn endpoint(secret: SigningSecret) {
    let _ = Receiver::new(Verifier::new(secret), async |_: Verified<LifecycleEvent>| {
        Ok::<(), std::io::Error>(())
    });
}

fn main() {}
