//! Which of an app's two secrets it is has to be said.

use monday_webhooks::auth::Verifier;

fn main() {
    let _ = Verifier::new("the app's Signing Secret");
}
