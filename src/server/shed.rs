//! Connections beyond the limit.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
};

const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 60\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// How long one may take to be told.
const LINGER: Duration = Duration::from_secs(1);

/// How many are told at once. The rest is closed without a word: telling must not become the load.
const AT_ONCE: usize = 256;

/// Answers connections beyond the limit with 503.
pub(super) struct Shed(Arc<Semaphore>);

impl Shed {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Answers without looking at what the client has to say.
    pub(super) fn turn_away(&self, stream: TcpStream) {
        let Ok(slot) = Arc::clone(&self.0).try_acquire_owned() else {
            return;
        };
        tokio::spawn(async move {
            // A client that doesn't take the answer has its connection closed all the same.
            let _ = tokio::time::timeout(LINGER, answer(stream)).await;
            drop(slot);
        });
    }
}

async fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(ANSWER).await?;
    stream.shutdown().await?;
    // To close with something unread is to reset, and a reset can overtake the answer.
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}
