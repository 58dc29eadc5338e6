//! What `serde_json` leaves unchecked in values that it keeps raw.
//!
//! A delivery is kept as it came, and its parts are read only when they are asked for. So that
//! whoever asks finds JSON that every reader accepts, the whole body is checked once on arrival.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, MapAccess, Visitor},
    ser,
};
use serde_json::value::RawValue;

use super::{error::DeliveryError, object::Name};

/// The deepest nesting that is taken: what `serde_json` itself reads by default.
pub(super) const MAX_DEPTH: usize = 127;

/// What is wrong with a body that has the form of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    TooDeep,
    LoneSurrogate,
    NumberOutOfRange,
}

/// Reads a body that has to be a JSON object, checks all of it, and finds the values by these
/// names. Where a name stands twice the last one counts.
pub(super) fn object<'a, const N: usize>(
    body: &'a [u8],
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N], DeliveryError> {
    let text = std::str::from_utf8(body).map_err(|_| DeliveryError::NotUtf8)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let found = Named(names)
        .deserialize(&mut deserializer)
        .and_then(|found| deserializer.end().map(|()| found));
    match found {
        Ok(found) => check(text).map(|()| found).map_err(refused),
        Err(error) => Err(why_not(text, &error)),
    }
}

/// Why a text isn't a JSON object that is taken, most of all.
fn why_not(text: &str, error: &serde_json::Error) -> DeliveryError {
    let raw: &RawValue = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(error) => return DeliveryError::not_json(&error),
    };
    match check(text) {
        Err(flaw) => refused(flaw),
        Ok(()) if !raw.get().starts_with('{') => DeliveryError::NotAnObject,
        Ok(()) => DeliveryError::not_json(error),
    }
}

const fn refused(flaw: Flaw) -> DeliveryError {
    match flaw {
        Flaw::TooDeep => DeliveryError::TooDeep,
        Flaw::LoneSurrogate => DeliveryError::LoneSurrogate,
        Flaw::NumberOutOfRange => DeliveryError::NumberOutOfRange,
    }
}

/// The values of an object by these names, and none of the others: a stranger's object can have
/// very many.
struct Named<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> DeserializeSeed<'de> for Named<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Named<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(Name(name)) = map.next_key()? {
            let value = map.next_value()?;
            if let Some(at) = self.0.iter().position(|wanted| *wanted == name) {
                found[at] = Some(value);
            }
        }
        Ok(found)
    }
}

/// Writes a body out as it came, without its line breaks: in JSON they stand between values only.
pub(super) fn serialize<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let text = std::str::from_utf8(body).map_err(ser::Error::custom)?;
    let line = if text.contains(['\n', '\r']) {
        Cow::Owned(text.replace(['\n', '\r'], ""))
    } else {
        Cow::Borrowed(text)
    };
    let raw: &RawValue = serde_json::from_str(&line).map_err(ser::Error::custom)?;
    raw.serialize(serializer)
}

/// Checks the depth, the escapes and the range of the fractional numbers of a JSON text.
///
/// Integers may have any number of digits. The text has to be JSON in form already.
pub(super) fn check(json: &str) -> Result<(), Flaw> {
    let bytes = json.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = skip_string(bytes, at + 1)?,
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Flaw::TooDeep);
                }
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'-' | b'0'..=b'9' => at = skip_number(json, at)?,
            _ => at += 1,
        }
    }
    Ok(())
}

/// From behind the opening quote to behind the closing one.
fn skip_string(bytes: &[u8], mut at: usize) -> Result<usize, Flaw> {
    while let Some(plain) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        at += plain;
        match bytes[at] {
            b'"' => return Ok(at + 1),
            _ => match code_unit(bytes, at) {
                None => at += 2,
                Some(0xD800..=0xDBFF) => match code_unit(bytes, at + 6) {
                    Some(0xDC00..=0xDFFF) => at += 12,
                    _ => return Err(Flaw::LoneSurrogate),
                },
                Some(0xDC00..=0xDFFF) => return Err(Flaw::LoneSurrogate),
                Some(_) => at += 6,
            },
        }
    }
    Ok(bytes.len())
}

/// The UTF-16 code unit of the `\uXXXX` that stands there, if one does.
fn code_unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

fn skip_number(json: &str, start: usize) -> Result<usize, Flaw> {
    let rest = &json[start..];
    let length = rest
        .bytes()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        .unwrap_or(rest.len());
    let number = &rest[..length];
    let fractional = number
        .bytes()
        .any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    if fractional && !number.parse::<f64>().is_ok_and(f64::is_finite) {
        return Err(Flaw::NumberOutOfRange);
    }
    Ok(start + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn the_limit_of_depth_is_that_of_serde_json() {
        assert_eq!(check(&nested(MAX_DEPTH)), Ok(()));
        assert!(serde_json::from_str::<Value>(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(check(&nested(MAX_DEPTH + 1)), Err(Flaw::TooDeep));
        assert!(serde_json::from_str::<Value>(&nested(MAX_DEPTH + 1)).is_err());
    }

    #[test]
    fn brackets_in_strings_have_no_depth() {
        assert_eq!(check(&format!("[{:?}]", "[\"".repeat(500))), Ok(()));
    }

    #[test]
    fn lone_surrogates_and_endless_numbers_are_found() {
        for lone in [
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\ud800\n""#,
            r#""\ud800\ud800""#,
            r#""a\uDFFFb""#,
        ] {
            assert_eq!(check(lone), Err(Flaw::LoneSurrogate), "{lone}");
        }
        assert_eq!(check(r#""\ud83d\ude00 \\ud800""#), Ok(()));
        for endless in ["1e999", "-1e999", "[1.5,2E400]"] {
            assert_eq!(check(endless), Err(Flaw::NumberOutOfRange), "{endless}");
        }
        assert_eq!(check(&"9".repeat(400)), Ok(()));
    }

    /// Text that is often JSON, and often just not.
    fn almost_json() -> impl Strategy<Value = String> {
        let atom = prop_oneof![
            Just("null".to_owned()),
            any::<i64>().prop_map(|number| number.to_string()),
            any::<f64>().prop_map(|number| number.to_string()),
            "-?[0-9]{1,3}(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
            "\"(\\\\u[dD][89abcdefABCDEF][0-9a-f]{2}|\\\\n|\\\\\\\\|\\\\\"|[a-z{\\[é])*\"",
        ];
        atom.prop_recursive(6, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|list| format!("[{}]", list.join(","))),
                prop::collection::vec(("\"[a-z]{0,3}\"", inner), 0..4).prop_map(|entries| {
                    let entries: Vec<_> = entries
                        .into_iter()
                        .map(|(name, value)| format!("{name} : {value}"))
                        .collect();
                    format!("{{{}}}", entries.join(" ,"))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]
        #[test]
        fn raw_and_checked_is_what_serde_json_reads(text in almost_json()) {
            let raw = serde_json::from_str::<&RawValue>(&text).is_ok();
            let read = serde_json::from_str::<Value>(&text).is_ok();
            prop_assert_eq!(raw && check(&text).is_ok(), read, "{}", text);
        }

        #[test]
        fn no_text_makes_the_check_panic(text in ".*") {
            let _ = check(&text);
        }
    }
}
