//! The delivery that is sent, decoded and kept: monday's sample of a status change.

use monday_webhooks::{
    SubscriptionKind,
    auth::SigningSecret,
    testing::{self, BoardClaims},
};

use crate::Outcome;

pub(crate) const SECRET: &str = "the-signing-secret-of-the-benchmark";
pub(crate) const AUDIENCE: &str = "https://example.com/monday";

/// What stands in the body in place of a number of its own.
const SLOT: &str = "00000000000000000000000000000000";

/// A body with another trigger for each delivery.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    template: Vec<u8>,
    slot: usize,
}

impl Bodies {
    /// Bodies of just so many bytes, and never less than the sample's own, about 900.
    pub(crate) fn new(length: usize) -> Outcome<Self> {
        let mut sample =
            testing::sample(&SubscriptionKind::ChangeStatusColumnValue).ok_or("no sample")?;
        sample["event"]["triggerUuid"] = SLOT.into();
        let missing = length.saturating_sub(sample.to_string().len());
        if missing > 0 {
            let name = sample["event"]["pulseName"].as_str().unwrap_or_default();
            sample["event"]["pulseName"] = (name.to_owned() + &"a".repeat(missing)).into();
        }
        let template = sample.to_string();
        let slot = template.find(SLOT).ok_or("no slot")?;
        Ok(Self {
            template: template.into_bytes(),
            slot,
        })
    }

    /// The body of delivery `number`.
    pub(crate) fn get(&self, number: u64) -> Vec<u8> {
        let mut body = self.template.clone();
        body[self.slot..self.slot + SLOT.len()]
            .copy_from_slice(format!("{number:032x}").as_bytes());
        body
    }
}

/// A good token, for an hour.
pub(crate) fn token() -> Outcome<String> {
    token_with(SECRET, |_| ())
}

pub(crate) fn token_with(secret: &str, change: impl FnOnce(&mut BoardClaims)) -> Outcome<String> {
    let mut claims = BoardClaims::new(AUDIENCE);
    claims.expires_at = claims.issued_at + 3600;
    change(&mut claims);
    Ok(testing::sign_board_token(
        &SigningSecret::new(secret)?,
        &claims,
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use monday_webhooks::Delivery;

    use super::*;

    #[test]
    fn bodies_are_as_long_as_asked_and_none_is_like_another() {
        for length in [0, 1024, 1024 * 1024] {
            let Ok(bodies) = Bodies::new(length) else {
                panic!("no bodies of {length} bytes");
            };
            let mut keys = HashSet::new();
            for number in [0, 1, 2, u64::MAX] {
                let body = bodies.get(number);
                assert!(length == 0 || body.len() == length, "{}", body.len());
                let delivery = Delivery::parse(body);
                assert!(delivery.is_ok_and(|delivery| keys.insert(delivery.dedupe_key())));
            }
        }
    }
}
