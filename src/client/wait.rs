//! How long monday asks to wait, in whichever form it says so.
//!
//! A wait beyond what a [`Duration`] holds counts as the longest one, never as none: whoever is
//! told to wait that long must not come back at once.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};
use serde_json::Value;

/// The longest of several waits.
pub(super) fn longest(waits: impl IntoIterator<Item = Option<Duration>>) -> Option<Duration> {
    waits.into_iter().flatten().max()
}

/// A number of seconds in JSON, as a number or as a text.
pub(super) fn in_json(value: &Value) -> Option<Duration> {
    match value {
        Value::Number(number) => match number.as_u64() {
            Some(seconds) => Some(Duration::from_secs(seconds)),
            None => from_secs(number.as_f64()?),
        },
        Value::String(text) => in_text(text),
        _ => None,
    }
}

/// The wait in a message of monday's: "… reset in 3 seconds". The longest, where there are several.
pub(super) fn in_message(message: &str) -> Option<Duration> {
    let message = message.to_ascii_lowercase();
    let waits = ["reset in", "retry in"]
        .iter()
        .flat_map(|words| message.split(words).skip(1).map(amount));
    longest(waits)
}

/// The `Retry-After` headers: seconds, or a date, which is taken by the server's own clock where
/// the answer shows it.
pub(super) fn in_headers(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    let now = headers
        .get(header::DATE)
        .and_then(|text| date(text.to_str().ok()?))
        .unwrap_or(now);
    let waits = headers.get_all(header::RETRY_AFTER).iter().map(|value| {
        let text = value.to_str().ok()?.trim();
        match date(text) {
            Some(then) => Some(then.duration_since(now).unwrap_or_default()),
            // A proxy may join several headers with commas.
            None => longest(text.split(',').map(in_text)),
        }
    });
    longest(waits)
}

fn in_text(text: &str) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    from_secs(text.parse().ok()?)
}

fn from_secs(seconds: f64) -> Option<Duration> {
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// A number with or without a unit at the beginning of a text: "16s", "7.", "1.5 minutes".
fn amount(text: &str) -> Option<Duration> {
    let text = text.trim_start();
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let fraction = text.get(whole..)?.strip_prefix('.').map_or(0, digits);
    let length = whole + if fraction > 0 { fraction + 1 } else { 0 };
    let (number, unit) = text.split_at_checked(length)?;
    let number = in_text(number)?;
    let unit = unit
        .trim_start()
        .split(|end: char| !end.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    Some(match unit {
        "ms" | "msec" | "millisecond" | "milliseconds" => number / 1000,
        "m" | "min" | "mins" | "minute" | "minutes" => number.saturating_mul(60),
        "h" | "hour" | "hours" => number.saturating_mul(60 * 60),
        _ => number,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_message_says_its_wait_with_or_without_a_unit_and_a_full_stop() {
        for (message, wait) in [
            ("reset in 3 seconds", Some(SECOND * 3)),
            (
                "Complexity budget exhausted, Reset in 16s",
                Some(SECOND * 16),
            ),
            ("reset in 7.", Some(SECOND * 7)),
            ("reset in 7", Some(SECOND * 7)),
            ("reset in 2.5s.", Some(SECOND * 5 / 2)),
            ("reset in 500ms", Some(SECOND / 2)),
            ("reset in 2 minutes", Some(SECOND * 120)),
            ("reset in 3 seconds, or retry in 5 s", Some(SECOND * 5)),
            (
                "reset in 99999999999999999999 seconds",
                Some(Duration::from_secs(u64::MAX)),
            ),
            ("reset in a while", None),
            ("reset in -3 seconds", None),
            ("reset", None),
        ] {
            assert_eq!(in_message(message), wait, "{message}");
        }
    }

    #[test]
    fn a_wait_beyond_all_bounds_is_endless_rather_than_none() {
        assert_eq!(in_json(&json!(1e300)), Some(Duration::MAX));
        assert_eq!(in_json(&json!("1e300")), Some(Duration::MAX));
        let endless = in_headers(&headers(&["99999999999999999999"]), SystemTime::now());
        assert_eq!(endless, Some(Duration::from_secs(u64::MAX)));
        for none in [
            json!(-1),
            json!("soon"),
            json!("inf"),
            json!("NaN"),
            json!([1]),
        ] {
            assert_eq!(in_json(&none), None, "{none}");
        }
    }

    #[test]
    fn the_longest_of_several_headers_counts() {
        let wait = |values: &[&str]| in_headers(&headers(values), SystemTime::now());
        assert_eq!(wait(&["2", "30", "5"]), Some(SECOND * 30));
        assert_eq!(wait(&["2, 30"]), Some(SECOND * 30));
        assert_eq!(wait(&["soon", "4"]), Some(SECOND * 4));
        assert_eq!(wait(&["soon"]), None);
    }

    #[test]
    fn a_date_is_taken_by_the_servers_own_clock_or_else_by_ours() {
        let then = "Sun, 06 Nov 1994 08:49:37 GMT";
        let at = httpdate::parse_http_date(then).unwrap();
        let mut headers = headers(&[then]);
        assert_eq!(in_headers(&headers, at - SECOND * 9), Some(SECOND * 9));
        assert_eq!(in_headers(&headers, at + SECOND), Some(Duration::ZERO));
        let date = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:30 GMT");
        headers.insert(header::DATE, date);
        assert_eq!(in_headers(&headers, SystemTime::now()), Some(SECOND * 7));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", number in any::<f64>()) {
            let _ = in_message(&format!("reset in {text}"));
            let _ = in_json(&json!(text));
            let _ = in_json(&json!(number));
        }

        #[test]
        fn whole_seconds_are_read_exactly(seconds in any::<u64>()) {
            let wait = Some(Duration::from_secs(seconds));
            prop_assert_eq!(in_json(&json!(seconds)), wait);
            prop_assert_eq!(in_json(&json!(seconds.to_string())), wait);
            prop_assert_eq!(in_headers(&headers(&[&seconds.to_string()]), SystemTime::now()), wait);
            prop_assert_eq!(in_message(&format!("a, reset in {seconds} seconds")), wait);
        }
    }
}
