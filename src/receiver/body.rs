//! The reading of a body from whoever sends it.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::{challenge, refusal::Refusal};

/// The error of a body.
pub(crate) type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// How much of an announced body is reserved at once, in bytes. More grows as it comes.
const RESERVED: usize = 64 * 1024;

/// The length that a request announces, where it does.
pub(crate) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok())
}

/// Reads a body of at most `limit` bytes. A length that is announced is refused before a byte is
/// read, any other one as soon as the limit is passed, and every one where there is no `room` for
/// as many bytes more.
///
/// Of a caller without a good token no more is kept in memory than a challenge takes; the rest is
/// read for its length only, so that a body too large is answered alike for everybody. Such a body
/// comes back as `None`.
pub(crate) async fn collect<B>(
    announced: Option<u64>,
    body: B,
    limit: usize,
    is_known: bool,
    mut room: impl FnMut(usize) -> bool,
) -> Result<Option<Bytes>, Refusal>
where
    B: Body,
    B::Error: Into<BodyError>,
{
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(Refusal::TooLarge { limit });
    }
    let most = if is_known { limit } else { challenge::MAX_BODY };
    let reserved = match announced {
        Some(length) if is_known => RESERVED.min(usize::try_from(length).unwrap_or(RESERVED)),
        _ => 0,
    };
    if !room(reserved) {
        return Err(Refusal::Busy);
    }
    let mut body = std::pin::pin!(Limited::new(body, limit));
    let mut kept = Some(BytesMut::with_capacity(reserved));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Refusal::TooLarge { limit }
            } else {
                Refusal::Incomplete
            }
        })?;
        let Ok(data) = frame.into_data() else {
            continue; // Trailers say nothing.
        };
        kept = kept.filter(|kept| kept.len() + data.remaining() <= most);
        if let Some(kept) = &mut kept {
            // Of what was reserved it is there already.
            let room_left = reserved.saturating_sub(kept.len());
            if !room(data.remaining().saturating_sub(room_left)) {
                return Err(Refusal::Busy);
            }
            kept.put(data);
        }
    }
    Ok(kept.map(BytesMut::freeze))
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    /// How much memory is held for a body of a few bytes that announced so many.
    async fn reserved(announced: u64, is_known: bool) -> usize {
        let body = Full::new(Bytes::from("{}"));
        let kept = collect(Some(announced), body, 1 << 20, is_known, |_| true).await;
        let kept = kept.unwrap().unwrap().try_into_mut().unwrap();
        assert_eq!(kept, "{}");
        kept.capacity()
    }

    #[tokio::test]
    async fn what_is_reserved_needs_room_and_counts_once() {
        for (announced, length, needed) in [
            (Some(65_536), 65_536, 65_536),
            (Some(1 << 20), 1 << 20, 1 << 20),
            (Some(1_000), 10, 1_000),
            (None, 10, 10),
        ] {
            let ask = async |allowed: usize| {
                let body = Full::new(Bytes::from(vec![b' '; length]));
                let mut taken = 0;
                let room = |more: usize| {
                    taken += more;
                    taken <= allowed
                };
                collect(announced, body, 1 << 20, true, room).await
            };
            assert_eq!(ask(needed).await.unwrap().unwrap().len(), length);
            assert!(matches!(ask(needed - 1).await, Err(Refusal::Busy)));
        }
    }

    #[tokio::test]
    async fn an_announced_length_is_reserved_up_to_a_limit_and_only_for_who_has_a_good_token() {
        for announced in [1_000, 65_536] {
            let reserved = reserved(announced, true).await;
            assert_eq!(u64::try_from(reserved), Ok(announced));
        }
        assert_eq!(reserved(1 << 20, true).await, 65_536);
        for announced in [65_536, 1 << 20] {
            assert!(reserved(announced, false).await < 1_000);
        }
    }
}
