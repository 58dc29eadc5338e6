//! How much a server takes on.

use std::time::Duration;

/// The limits of a [`Server`](super::Server). Each has a default that suits deliveries of monday's.
///
/// A connection holds at most `header_size` for a header that is on its way, and some 10 KiB of its
/// own. While the body comes in, the header is gone, and of a caller without a good token at most
/// 7 KiB are kept. With the defaults that is less than 32 MiB for 1,024 connections; what callers
/// with a good token may hold beside it is
/// [`receiver::Limits`](crate::receiver::Limits::in_flight_bytes).
///
/// A duration of more than a year counts as a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many connections are open at once, 1,024 by default. For one more the one gives way that
    /// has been sending its request, or been idle, for longest; where all of them wait for their
    /// answers, it is answered 503.
    pub connections: usize,
    /// How long a client may take to send a request's header, and how long a connection may be
    /// idle, 10 seconds by default.
    pub header_time: Duration,
    /// How long a client may take to send a request's body, 10 seconds by default.
    pub body_time: Duration,
    /// How long a request may take from the end of its header to its answer, 15 seconds by default:
    /// the body and the sink. After that the sink's future is dropped, and the answer is 503.
    pub request_time: Duration,
    /// How long a client may take to read a piece of an answer, and to take note of the end of its
    /// connection, 5 seconds by default.
    pub write_time: Duration,
    /// The longest header of a request, in bytes: 16 KiB by default, twice the longest token. Less
    /// than 8 KiB count as 8 KiB where the header comes in pieces.
    pub header_size: usize,
    /// How long a shutdown waits for what was accepted, 30 seconds by default: as long as a header,
    /// a request and its answer may take together. Connections that are left then are closed.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            request_time: Duration::from_secs(15),
            write_time: Duration::from_secs(5),
            header_size: 16 * 1024,
            drain_time: Duration::from_secs(30),
        }
    }
}

/// The longest time that counts: with much longer ones the clock's own arithmetic overflows.
const MAX_TIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Limits {
    /// The same within what timers can hold, so that "no limit" is one.
    pub(super) fn bounded(self) -> Self {
        Self {
            connections: self.connections,
            header_time: self.header_time.min(MAX_TIME),
            body_time: self.body_time.min(MAX_TIME),
            request_time: self.request_time.min(MAX_TIME),
            write_time: self.write_time.min(MAX_TIME),
            header_size: self.header_size,
            drain_time: self.drain_time.min(MAX_TIME),
        }
    }
}
