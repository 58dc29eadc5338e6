//! Times as monday writes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, de};

use super::object::Name;

/// A time in RFC 3339 with any offset: deliveries have `Z` where lifecycle events have `+00:00`.
pub(super) struct Time(pub(super) SystemTime);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Name(text) = Name::deserialize(deserializer)?;
        time(&text)
            .map(Self)
            .ok_or_else(|| de::Error::custom("a time in RFC 3339"))
    }
}

fn time(text: &str) -> Option<SystemTime> {
    if text.ends_with('Z') {
        return humantime::parse_rfc3339(text).ok();
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let local = humantime::parse_rfc3339(&format!("{local}Z")).ok()?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let offset_size =
        Duration::from_secs(two_digits(hours, 23)? * 3600 + two_digits(minutes, 59)? * 60);
    let utc = match offset.as_bytes().first()? {
        b'+' => local.checked_sub(offset_size),
        b'-' => local.checked_add(offset_size),
        _ => None,
    };
    // As in UTC: a year of four digits, not before 1970.
    utc.filter(|utc| (UNIX_EPOCH..end_of_time()).contains(utc))
}

/// The year 10000.
fn end_of_time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(253_402_300_800)
}

fn two_digits(text: &str, most: u64) -> Option<u64> {
    let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| *number <= most)?;
    plain.then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_offset_is_taken_from_the_local_time() {
        let utc = time("2026-10-12T08:15:42.318Z").unwrap();
        assert_eq!(time("2026-10-12T08:15:42.318+00:00"), Some(utc));
        assert_eq!(time("2026-10-12T10:15:42.318+02:00"), Some(utc));
        assert_eq!(time("2026-10-12T03:45:42.318-04:30"), Some(utc));
        for other in [
            "",
            "Z",
            "2026-10-12",
            "2026-10-12T08:15:42",
            "2026-10-12T08:15:42+0000",
            "2026-10-12T08:15:42+24:00",
            "2026-10-12T08:15:42+00:60",
            "2026-10-12T08:15:42 00:00",
            "2026-10-12T08:15:42+ 0:00",
            "2026-10-12T08:15:42++1:00",
            "2026-10-12T08:15:4é+00:00",
            // Before and after all times that can be written down again.
            "1970-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert_eq!(time(other), None, "{other}");
        }
    }

    proptest! {
        /// Whatever is read can be written, as `to_cloudevent` does.
        #[test]
        fn a_time_that_is_read_can_be_written(
            year in prop_oneof![Just(1970), Just(9999), 1970_u32..=9999],
            (month, day, hour, sign) in prop_oneof![Just((1, 1, 0, '+')), Just((12, 31, 23, '-'))],
            offset in 0_u32..24,
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:30:00{sign}{offset:02}:31");
            if let Some(time) = time(&text) {
                let _ = humantime::format_rfc3339_millis(time).to_string();
            }
        }

        #[test]
        fn no_text_makes_the_reading_of_a_time_panic(text in "\\PC{0,40}", digits in "[0-9TZ:.+-]{0,32}") {
            let _ = (time(&text), time(&digits));
        }
    }
}
