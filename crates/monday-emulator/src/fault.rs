//! Faults: calls that go wrong on purpose.

use std::sync::Mutex;
use std::time::Duration;

use crate::graphql::Outline;
use crate::sync::lock;

/// What goes wrong, with which calls, and how often.
///
/// It can be written as text, see [`Fault::from_str`](#impl-FromStr-for-Fault).
///
/// ```
/// use monday_emulator::{Effect, Fault};
///
/// let lost = Fault::new(Effect::Lost).on("create_webhook");
/// assert_eq!(lost.to_string(), "create_webhook:lost");
/// assert_eq!("create_webhook:lost".parse(), Ok(lost));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(crate) target: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) times: Option<u32>,
    pub(crate) skip: u32,
    pub(crate) retry_after: Option<u64>,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// It isn't executed; the answer has this status and no body.
    Status(u16),
    /// It isn't executed; the answer has this status and a page of HTML, as from a proxy.
    Html(u16),
    /// It isn't executed; the answer is an error with this code.
    Error {
        /// monday's code, e.g. `COMPLEXITY_BUDGET_EXHAUSTED`.
        code: String,
        /// The HTTP status, where it isn't the one that goes with the code.
        status: Option<u16>,
        /// `retry_in_seconds` in the error's `extensions`.
        retry_in_seconds: Option<u64>,
    },
    /// It isn't executed; the answer is an error in the form of before 2025.
    Legacy {
        /// monday's code, e.g. `ComplexityException`.
        code: String,
        /// The HTTP status, where it isn't the one that goes with the code.
        status: Option<u16>,
        /// N in the text "reset in N seconds".
        retry_in_seconds: Option<u64>,
    },
    /// It is executed at once, and answered after this time on the emulator's clock.
    Delay(Duration),
    /// It isn't executed; the connection is reset.
    Reset,
    /// It is executed; then the connection is reset in place of an answer.
    Lost,
    /// It is executed; the answer breaks off in the middle.
    Truncate,
    /// It isn't executed; each field is answered with null, without an error.
    Null,
    /// It isn't executed; `data` is null, without an error.
    NullData,
    /// It isn't executed; `data` is an empty array.
    EmptyData,
    /// It is executed; of the answer the last field is null, and there is an error about it.
    Partial,
}

impl Fault {
    /// This effect on the next call.
    #[must_use]
    pub fn new(effect: Effect) -> Self {
        Self {
            target: None,
            effect,
            times: Some(1),
            skip: 0,
            retry_after: None,
        }
    }

    /// Only on calls with an operation of this name, or that ask for this field at the root.
    #[must_use]
    pub fn on(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// On so many calls; 0 counts as 1.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times.max(1));
        self
    }

    /// On every call.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// So many calls go well first.
    #[must_use]
    pub fn skip(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// With the header `Retry-After`, where there is an answer.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn concerns(&self, call: &Outline) -> bool {
        self.target.as_ref().is_none_or(|target| {
            call.operation.as_ref() == Some(target) || call.fields.contains(target)
        })
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        lock(&self.0).push(fault);
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    pub(crate) fn all(&self) -> Vec<Fault> {
        lock(&self.0).clone()
    }

    /// The fault that a call meets: the first that concerns it and that has its calls behind it.
    pub(crate) fn take(&self, call: &Outline) -> Option<Fault> {
        let mut faults = lock(&self.0);
        let mut met = None;
        for (position, fault) in faults.iter_mut().enumerate() {
            if !fault.concerns(call) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
            } else {
                met = Some(position);
                break;
            }
        }
        let position = met?;
        let fault = faults[position].clone();
        match &mut faults[position].times {
            Some(left) if *left > 1 => *left -= 1,
            Some(_) => {
                faults.remove(position);
            }
            None => {}
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str, field: &str) -> Outline {
        Outline {
            operation: Some(operation.to_owned()),
            fields: vec![field.to_owned()],
            response_keys: vec![field.to_owned()],
        }
    }

    #[test]
    fn a_fault_is_met_by_the_calls_that_it_is_for_and_no_more_often() {
        let faults = Faults::default();
        faults.add(Fault::new(Effect::Reset).on("webhooks").skip(1).times(2));
        let list = call("List", "webhooks");
        assert_eq!(faults.take(&call("Me", "me")), None);
        let met: Vec<bool> = (0..4).map(|_| faults.take(&list).is_some()).collect();
        assert_eq!(met, [false, true, true, false]);
    }

    #[test]
    fn an_operation_is_found_by_its_name_too() {
        let faults = Faults::default();
        faults.add(Fault::new(Effect::Reset).on("List").always());
        for _ in 0..3 {
            assert!(faults.take(&call("List", "webhooks")).is_some());
        }
        faults.clear();
        assert_eq!(faults.take(&call("List", "webhooks")), None);
    }

    #[test]
    fn faults_follow_one_another_in_the_order_in_which_they_were_added() {
        let faults = Faults::default();
        faults.add(Fault::new(Effect::Reset));
        faults.add(Fault::new(Effect::Lost));
        let any = Outline::default();
        assert_eq!(faults.take(&any).unwrap().effect, Effect::Reset);
        assert_eq!(faults.take(&any).unwrap().effect, Effect::Lost);
        assert_eq!(faults.take(&any), None);
    }
}
