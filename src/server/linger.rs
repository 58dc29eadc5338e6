//! The end of a connection whose client is still sending.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much of what a client is still sending is read at the end of its connection, in bytes.
const MOST: usize = 4 * 1024 * 1024;

/// A stream that reads on for a while once it is shut down.
///
/// To close a socket with something unread is to reset it, and the reset can overtake the answer
/// that says why: that a body is too large, say. How long it may take is for whoever holds it to
/// limit.
pub(super) struct Linger<S> {
    stream: S,
    is_shut: bool,
    left: usize,
}

impl<S> Linger<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self {
            stream,
            is_shut: false,
            left: MOST,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Linger<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Linger<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.is_shut {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            this.is_shut = true;
        }
        let mut unread = [0; 4096];
        while this.left > 0 {
            let mut buffer = ReadBuf::new(&mut unread);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut buffer))?;
            match buffer.filled().len() {
                0 => break,
                length => this.left = this.left.saturating_sub(length),
            }
        }
        Poll::Ready(Ok(()))
    }
}
