//! Where a delivery that this process holds stands with the server.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_nats::Subject;

use super::generation::Generation;

/// How the server has handed a delivery out.
#[derive(Debug, Clone)]
pub(super) struct Handout {
    /// Where to say what became of it.
    pub(super) reply: Subject,
    /// How often the server has handed it out.
    pub(super) delivered: u32,
    /// By which stream and consumer.
    pub(super) generation: Generation,
}

/// How a delivery was handed out the last time. The server hands it out again when its lease has
/// run out, and whoever holds it here settles what was handed out last.
#[derive(Debug)]
pub(super) struct Place(Mutex<(Handout, Fate)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is this process's.
    Held,
    /// The server is being told to hand it out again.
    GivenBack,
    /// It was handed out anew, and has another place.
    Left,
}

impl Place {
    pub(super) const fn new(handout: Handout) -> Self {
        Self(Mutex::new((handout, Fate::Held)))
    }

    fn lock(&self) -> MutexGuard<'_, (Handout, Fate)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn handout(&self) -> Handout {
        self.lock().0.clone()
    }

    pub(super) fn is_of(&self, generation: &Generation) -> bool {
        self.lock().0.generation == *generation
    }

    /// Takes note of another handout. `false` where the delivery was given back: then that is what
    /// came of it, and is to be handed out.
    pub(super) fn renew(&self, handout: Handout) -> bool {
        let mut place = self.lock();
        if place.1 == Fate::Held {
            place.0 = handout;
            true
        } else {
            place.1 = Fate::Left;
            false
        }
    }

    /// The server is about to be told to hand it out again: from now on it may come again at any
    /// time, before the server's answer too.
    pub(super) fn give_back(&self) {
        self.change(Fate::GivenBack);
    }

    /// It is this process's after all.
    pub(super) fn hold(&self) {
        self.change(Fate::Held);
    }

    fn change(&self, fate: Fate) {
        let mut place = self.lock();
        if place.1 != Fate::Left {
            place.1 = fate;
        }
    }

    pub(super) fn is_left(&self) -> bool {
        self.lock().1 == Fate::Left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handout(delivered: u32) -> Handout {
        Handout {
            reply: format!("$JS.ACK.M.handler.{delivered}.1.1.1.0").into(),
            delivered,
            generation: Generation::default(),
        }
    }

    #[test]
    fn what_is_held_is_settled_by_the_last_handout() {
        let place = Place::new(handout(1));
        assert!(place.renew(handout(2)));
        assert_eq!(place.handout().reply, handout(2).reply);
        assert!(!place.is_left());
    }

    #[test]
    fn what_was_given_back_is_handed_out_once_and_left_for_good() {
        let place = Place::new(handout(1));
        place.give_back();
        assert!(!place.is_left());
        assert!(!place.renew(handout(2)));
        place.hold();
        place.give_back();
        assert!(place.is_left());

        let place = Place::new(handout(1));
        place.give_back();
        place.hold();
        assert!(place.renew(handout(2)), "it wasn't handed out meanwhile");
    }
}
