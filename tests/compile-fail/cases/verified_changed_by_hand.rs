//! What was verified stays as it was.

use monday_webhooks::{Delivery, auth::Sender, receiver::Verified};

fn forge(verified: &mut Verified<Delivery>, message: Delivery) {
    verified.message = message;
}

fn pass_off(verified: &mut Verified<Delivery>, sender: Sender) {
    verified.sender = sender;
}

fn main() {}
