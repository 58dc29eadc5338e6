//! What is known of a body that has no id of its own.

use std::fmt;

use sha2::{Digest, Sha256};

/// `sha256:<digest of the body>`.
pub(super) struct BodyKey<'a>(pub(super) &'a [u8]);

impl fmt::Display for BodyKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        let digest = Sha256::digest(self.0);
        digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
