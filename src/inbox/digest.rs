//! What an inbox remembers of a dedupe key.

use sha2::{Digest, Sha256};

/// The first 128 bits of the SHA-256 of a dedupe key. Two keys with the same digest would cost a
/// delivery, and whoever knows the URL of an unsigned endpoint chooses keys, so the digest has to
/// be one that nobody finds collisions for.
pub(super) fn key_digest(key: &str) -> u128 {
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(key.as_bytes())[..16]);
    u128::from_be_bytes(digest)
}
