//! What comes unsigned is not verified.

use monday_webhooks::{
    Delivery, Receiver,
    receiver::{Verified, dangerous},
};

fn main() {
    let _ = Receiver::new(dangerous::unsigned(), async |_: Verified<Delivery>| {
        Ok::<(), std::io::Error>(())
    });
}
