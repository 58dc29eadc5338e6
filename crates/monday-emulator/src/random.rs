//! Unique text for tokens, request ids and trigger ids. Not for real secrets: the emulator has none.

use std::hash::{BuildHasher, RandomState};

/// 32 hexadecimal digits, as in `triggerUuid`; different on every call.
pub(crate) fn hex_id() -> String {
    let word = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", word(), word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_32_hexadecimal_digits_and_no_two_are_equal() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| hex_id()).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            assert_eq!(id.len(), 32);
            assert!(id.bytes().all(|b| b.is_ascii_hexdigit()));
        }
    }
}
