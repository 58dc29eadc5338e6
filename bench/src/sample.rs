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
    /// Bodies of about so many bytes; the sample's own length is about 900.
    pub(crate) fn new(length: usize) -> Outcome<Self> {
        let mut sample =
            testing::sample(&SubscriptionKind::ChangeStatusColumnValue).ok_or("no sample")?;
        sample["event"]["triggerUuid"] = SLOT.into();
        let missing = length.saturating_sub(sample.to_string().len());
        if missing > 0 {
            sample["event"]["pulseName"] = "a".repeat(missing).into();
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
