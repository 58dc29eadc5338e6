//! A time limit that costs nothing where there is nothing to wait for.

use std::{future::Future, pin::pin, task::Poll, time::Duration};

/// The future's output, or `None` where it takes longer than that. Most are ready at once, and for
/// those the clock isn't even looked at.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let first = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
    if let Poll::Ready(output) = first.await {
        return Some(output);
    }
    Box::pin(tokio::time::timeout(limit, future)).await.ok()
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_takes_longer_is_given_up_at_the_limit() {
        let limit = Duration::from_secs(5);
        assert_eq!(within(limit, std::future::ready(1)).await, Some(1));
        for (takes, output) in [(4_999, Some(())), (5_001, None)] {
            let start = Instant::now();
            assert_eq!(
                within(limit, sleep(Duration::from_millis(takes))).await,
                output
            );
            let took = Duration::from_millis(takes).min(limit);
            assert_eq!(start.elapsed(), took);
        }
    }
}
