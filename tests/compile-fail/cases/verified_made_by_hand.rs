//! Only verification makes something verified.

use monday_webhooks::{Delivery, auth::Sender, receiver::Verified};

fn forge(sender: Sender, message: Delivery) -> Verified<Delivery> {
    Verified { sender, message }
}

fn main() {}
