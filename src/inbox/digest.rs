//! What an inbox remembers of a dedupe key.

use std::fmt::{self, Write as _};

use sha2::{Digest, Sha256};

/// The first 128 bits of the SHA-256 of a dedupe key. Two keys with the same digest would cost a
/// delivery, and whoever knows the URL of an unsigned endpoint chooses keys, so the digest has to
/// be one that nobody finds collisions for.
pub(super) fn key_digest(key: &impl fmt::Display) -> u128 {
    let mut text = Digested(Sha256::new());
    // Neither a key nor a digest has an error to give.
    let _ = write!(text, "{key}");
    let digest = text.0.finalize();
    let first = digest.iter().take(16);
    first.fold(0, |digest, byte| digest << 8 | u128::from(*byte))
}

/// A text of which only the digest is kept.
struct Digested(Sha256);

impl fmt::Write for Digested {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{event::DedupeKey, event::Delivery};

    proptest! {
        /// Whatever the pieces in which it is written: the digests in a file stay good.
        #[test]
        fn a_key_has_the_digest_of_its_text(subscription: Option<u64>, uuid in "[0-9a-f]{0,40}") {
            let subscription = subscription.map_or("null".to_owned(), |id| id.to_string());
            let body = format!(r#"{{"event":{{"subscriptionId":{subscription},"triggerUuid":"{uuid}"}}}}"#);
            let delivery = Delivery::parse(body).unwrap();
            let whole = u128::from_be_bytes(
                Sha256::digest(delivery.dedupe_key())[..16].try_into().unwrap(),
            );
            prop_assert_eq!(key_digest(&DedupeKey(&delivery)), whole);
        }
    }
}
