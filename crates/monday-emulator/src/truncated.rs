//! A response body that promises more than it sends.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The first half of a text, under the length of all of it.
#[derive(Debug)]
pub(crate) struct Truncated {
    length: u64,
    next: Next,
}

#[derive(Debug)]
enum Next {
    Send(Bytes),
    /// Give way once, so that what was sent leaves before the connection breaks.
    Wait,
    Break,
}

impl Truncated {
    /// The first half of `text`.
    pub(crate) fn of(text: String) -> Self {
        let bytes = Bytes::from(text);
        Self {
            length: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            next: Next::Send(bytes.slice(..bytes.len() / 2)),
        }
    }
}

impl Body for Truncated {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match std::mem::replace(&mut self.next, Next::Wait) {
            Next::Send(half) => Poll::Ready(Some(Ok(Frame::data(half)))),
            Next::Wait => {
                self.next = Next::Break;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Next::Break => {
                self.next = Next::Break;
                Poll::Ready(Some(Err(io::Error::other("cut short on purpose"))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
