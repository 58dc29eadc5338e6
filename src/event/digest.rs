//! What is known of a body that has no id of its own.

use std::fmt;

use sha2::{Digest, Sha256};

/// `sha256:<digest of the body>`.
pub(super) fn digest_key(body: &[u8]) -> String {
    format!("sha256:{:x}", Hex(&Sha256::digest(body)))
}

struct Hex<'a>(&'a [u8]);

impl fmt::LowerHex for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
