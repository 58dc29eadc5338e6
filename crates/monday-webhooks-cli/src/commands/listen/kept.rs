//! What is left in the inbox when the command ends, and what that means.

use super::DRAIN_TIME;
use crate::{args::InboxName, failure::Failure, output, printer::STUCK};

/// What becomes of deliveries that aren't handled at the end.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kept {
    /// They are lost.
    InMemory,
    InFile,
    /// Some of them may be at work in another process.
    Elsewhere,
}

impl Kept {
    pub(super) const fn of(inbox: &InboxName) -> Self {
        match inbox {
            InboxName::Memory => Self::InMemory,
            InboxName::Sqlite(_) => Self::InFile,
            InboxName::Nats(_) => Self::Elsewhere,
        }
    }

    /// So many are left that aren't due.
    pub(super) fn left(self, left: u64) -> Result<(), Failure> {
        match (self, left) {
            (_, 0) | (Self::Elsewhere, _) => Ok(()),
            (Self::InMemory, left) => Err(Failure::failed(format!(
                "the endpoint did not take {left} of the deliveries, and an inbox in memory ends here; {KEEP}"
            ))),
            (Self::InFile, left) => {
                let wait = plural(left, "waits", "wait");
                output::say(&format!("{wait} in the inbox for the next start"));
                Ok(())
            }
        }
    }

    /// The endpoint takes its time.
    pub(super) fn untaken(self, left: u64) -> Result<(), Failure> {
        if self != Self::InMemory {
            output::say("what the endpoint did not take yet waits in the inbox");
            return Ok(());
        }
        let seconds = DRAIN_TIME.as_secs();
        let lost = plural(left, "is", "are");
        Err(Failure::failed(format!(
            "the endpoint did not answer within {seconds} s: {lost} lost with the inbox in memory; {KEEP}"
        )))
    }

    /// Nobody reads the lines.
    pub(super) fn unprinted(self, left: u64) -> Failure {
        Failure::failed(match (self, left) {
            (_, 0) => format!("{STUCK}: not all lines could be written"),
            (Self::InMemory, left) => format!(
                "{STUCK}: {} not printed, and lost with the inbox in memory; {KEEP}",
                plural(left, "is", "are")
            ),
            (Self::InFile | Self::Elsewhere, left) => format!(
                "{STUCK}: {} in the inbox for the next start",
                plural(left, "waits", "wait")
            ),
        })
    }
}

/// How to lose nothing.
const KEEP: &str = "--inbox sqlite:PATH keeps them";

fn plural(number: u64, one: &str, several: &str) -> String {
    match number {
        1 => format!("a delivery {one}"),
        number => format!("{number} deliveries {several}"),
    }
}
