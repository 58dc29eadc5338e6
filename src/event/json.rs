//! The body of a request as JSON, as it comes and as it goes.

use std::borrow::Cow;

use serde::{
    Deserialize, Serialize, Serializer,
    de::{IntoDeserializer, value::BorrowedStrDeserializer},
    ser,
};
use serde_json::value::RawValue;

use super::{
    error::DeliveryError,
    scan::{Flaw, Scanner},
};

/// Reads a body that has to be a JSON object, and checks all of it. Of each member `member` is told
/// the name, and has to pass the value; a name that stands twice is told twice.
pub(super) fn object<'a>(
    body: &'a [u8],
    member: impl FnMut(Cow<'a, str>, &mut Scanner<'a>) -> Result<(), Flaw>,
) -> Result<(), DeliveryError> {
    let text = std::str::from_utf8(body).map_err(|_| DeliveryError::NotUtf8)?;
    let mut scanner = Scanner::new(text);
    let is_object = scanner.token() == b'{';
    let read = if is_object {
        scanner.object(member)
    } else {
        scanner.value()
    };
    match read.and_then(|_| scanner.end()) {
        Ok(()) if is_object => Ok(()),
        Ok(()) => Err(DeliveryError::NotAnObject),
        Err(flaw) => Err(refused(text, flaw)),
    }
}

/// Why a text is refused. That it isn't JSON at all counts most, and `serde_json` says where.
fn refused(text: &str, flaw: Flaw) -> DeliveryError {
    let form: Result<&RawValue, _> = serde_json::from_str(text);
    match (form, flaw) {
        (Err(error), _) => DeliveryError::NotJson {
            line: error.line(),
            column: error.column(),
        },
        // Never: what `serde_json` takes the scanner takes.
        (Ok(_), Flaw::NotJson) => DeliveryError::NotJson { line: 1, column: 0 },
        (Ok(_), Flaw::TooDeep) => DeliveryError::TooDeep,
        (Ok(_), Flaw::LoneSurrogate) => DeliveryError::LoneSurrogate,
        (Ok(_), Flaw::NumberOutOfRange) => DeliveryError::NumberOutOfRange,
    }
}

/// Reads a value from its text, which has been checked; not as an `Option`. Most are strings without
/// escapes and short numbers, which take no parser.
pub(super) fn read<'a, T: Deserialize<'a>>(raw: &'a str) -> Result<T, serde_json::Error> {
    let inside = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    if let Some(text) = inside.filter(|text| !text.contains('\\')) {
        T::deserialize(BorrowedStrDeserializer::new(text))
    } else if let Ok(number) = raw.parse::<u64>() {
        T::deserialize(number.into_deserializer())
    } else {
        serde_json::from_str(raw)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        event::{column_values::ColumnValues, object::Name, time::Time},
        id::{BoardId, GroupId, UserId},
    };

    /// The place of an error is that of `serde_json`, wherever the scanner stopped.
    #[test]
    fn a_form_that_is_wrong_counts_before_any_other_flaw() {
        for (text, column) in [("[\"\\ud800\",]", 11), ("[1e999", 6), ("[1e999] x", 9)] {
            let refused = object(text.as_bytes(), |_, value| value.value().map(drop));
            assert_eq!(
                refused,
                Err(DeliveryError::NotJson { line: 1, column }),
                "{text}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn a_value_is_read_as_serde_json_reads_it(
            text in prop_oneof![
                "true|false|\\{\\}|\\[1\\]|0|-0|[1-9][0-9]{0,20}|-[1-9][0-9]{0,20}",
                "-?[0-9]\\.[0-9]{1,3}(e[0-9])?",
                "\"([0-9]{0,20}|[a-z0-9é+-]{0,3}|\\\\u006[0-9]|\\\\\"|2026-10-12T08:15:42Z)\"",
            ]
        ) {
            macro_rules! same {
                ($($type:ty => $seen:expr),*) => {$(
                    let seen = $seen;
                    let (ours, theirs) = (read::<$type>(&text), serde_json::from_str::<$type>(&text));
                    prop_assert_eq!(ours.ok().map(seen), theirs.ok().map(seen), "{} {}", stringify!($type), text);
                )*};
            }
            same! {
                BoardId => |id| id,
                UserId => |id| id,
                GroupId => |id| id,
                String => |text| text,
                Box<str> => |text| text,
                Name<'_> => |Name(text)| text,
                bool => |is| is,
                u64 => |number| number,
                i64 => |number| number,
                f64 => f64::to_bits,
                Time => |Time(time)| time,
                ColumnValues => |values: ColumnValues| values.raw().get().to_owned()
            }
        }
    }
}
