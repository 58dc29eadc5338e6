//! The order of the deliveries of one item.

use std::collections::HashMap;

use tokio::sync::oneshot::{self, error::TryRecvError};

use crate::{
    id::{AccountId, BoardId, ItemId},
    inbox::Received,
};

/// What a delivery is about, as far as order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    account: Option<AccountId>,
    target: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Target {
    Item(ItemId),
    Board(BoardId),
}

impl Subject {
    pub(super) fn of(received: &Received) -> Option<Self> {
        let delivery = &received.delivery;
        let target = delivery
            .item_id()
            .map(Target::Item)
            .or_else(|| delivery.board_id().map(Target::Board))?;
        Some(Self {
            account: received.account_id,
            target,
        })
    }
}

/// Who is the last in the line of each subject.
#[derive(Debug, Default)]
pub(super) struct Lines {
    last: HashMap<Subject, oneshot::Receiver<()>>,
    /// Lines that ended are cleared away when there are so many.
    clear_at: usize,
}

/// A place in a line. It is left by dropping it.
#[derive(Debug)]
pub(super) struct Place {
    before: Option<oneshot::Receiver<()>>,
    _left: Option<oneshot::Sender<()>>,
}

impl Lines {
    /// The place behind everybody who joined for the same subject before.
    pub(super) fn join(&mut self, subject: Subject) -> Place {
        if self.last.len() >= self.clear_at {
            self.last
                .retain(|_, last| !matches!(last.try_recv(), Err(TryRecvError::Closed)));
            self.clear_at = (2 * self.last.len()).max(64);
        }
        let (sender, receiver) = oneshot::channel();
        Place {
            before: self.last.insert(subject, receiver),
            _left: Some(sender),
        }
    }
}

impl Place {
    /// A place in no line: it is its turn at once.
    pub(super) const fn free() -> Self {
        Self {
            before: None,
            _left: None,
        }
    }

    /// Waits for its turn.
    pub(super) async fn turn(&mut self) {
        if let Some(before) = &mut self.before {
            // An error is what says that the one before has left.
            let _ = before.await;
            self.before = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject = Subject {
        account: None,
        target: Target::Item(ItemId::new(7)),
    };

    #[tokio::test]
    async fn a_turn_comes_when_everybody_before_has_left() {
        let mut lines = Lines::default();
        let mut first = lines.join(SUBJECT);
        let mut second = lines.join(SUBJECT);
        first.turn().await;
        {
            let mut turn = std::pin::pin!(second.turn());
            let polled = std::future::poll_fn(|context| {
                std::task::Poll::Ready(turn.as_mut().poll(context).is_ready())
            });
            assert!(!polled.await);
            drop(first);
            turn.await;
        }
        drop(second);
        lines.join(SUBJECT).turn().await;
    }

    #[test]
    fn lines_that_ended_are_cleared_away() {
        let mut lines = Lines::default();
        for item in 0..10_000 {
            drop(lines.join(Subject {
                account: None,
                target: Target::Item(ItemId::new(item)),
            }));
        }
        assert!(lines.last.len() <= 64);
    }
}
