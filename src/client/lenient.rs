//! Values of a configuration, as people write them: a file has numbers, the environment only texts.
//! What is refused is never quoted: it may be a secret in the wrong place.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

pub(super) const BOOLEAN: &str = "true or false (or yes, no, on, off, 1, 0)";
pub(super) const NUMBER: &str = "a whole number";
pub(super) const SECONDS: &str =
    "a time: a number of seconds, or a text such as \"30s\" or \"2min\"";
pub(super) const TEXT: &str = "a text";

/// Reads a value by what it is.
struct Lenient<T> {
    expected: &'static str,
    from_text: fn(&str) -> Option<T>,
    from_integer: fn(u64) -> Option<T>,
    from_float: fn(f64) -> Option<T>,
    from_bool: fn(bool) -> Option<T>,
}

impl<T> Lenient<T> {
    fn new(expected: &'static str, from_text: fn(&str) -> Option<T>) -> Self {
        Self {
            expected,
            from_text,
            from_integer: |_| None,
            from_float: |_| None,
            from_bool: |_| None,
        }
    }

    fn check<E: de::Error>(&self, value: Option<T>) -> Result<Option<T>, E> {
        match value {
            Some(value) => Ok(Some(value)),
            None => Err(E::custom(format_args!("not {}", self.expected))),
        }
    }
}

impl<'de, T> Visitor<'de> for Lenient<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_none<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Option<T>, D::Error> {
        value.deserialize_any(self)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<T>, E> {
        self.check((self.from_text)(text))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Option<T>, E> {
        self.check((self.from_integer)(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Option<T>, E> {
        self.check(u64::try_from(number).ok().and_then(self.from_integer))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Option<T>, E> {
        self.check((self.from_float)(number))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Option<T>, E> {
        self.check((self.from_bool)(value))
    }
}

pub(super) fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    value.deserialize_any(Lenient::new(TEXT, |text| Some(text.to_owned())))
}

/// Names that differ in case alone are one header, and so they are all read in lower case.
pub(super) fn headers<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let given = Option::<BTreeMap<String, String>>::deserialize(value)?;
    let mut headers = BTreeMap::new();
    for (name, value) in given.unwrap_or_default() {
        if headers.insert(name.to_ascii_lowercase(), value).is_some() {
            return Err(de::Error::custom("a header is there twice"));
        }
    }
    Ok(headers)
}

pub(super) fn boolean<'de, D: Deserializer<'de>>(value: D) -> Result<Option<bool>, D::Error> {
    fn from_text(text: &str) -> Option<bool> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" | "y" | "t" => Some(true),
            "false" | "no" | "off" | "0" | "n" | "f" => Some(false),
            _ => None,
        }
    }

    value.deserialize_any(Lenient {
        from_integer: |number| match number {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        from_bool: Some,
        ..Lenient::new(BOOLEAN, from_text)
    })
}

pub(super) fn number<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u32>, D::Error> {
    value.deserialize_any(Lenient {
        from_integer: |number| u32::try_from(number).ok(),
        ..Lenient::new(NUMBER, |text| text.trim().parse().ok())
    })
}

pub(super) fn seconds<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Duration>, D::Error> {
    fn from_float(seconds: f64) -> Option<Duration> {
        Duration::try_from_secs_f64(seconds).ok()
    }

    fn from_text(text: &str) -> Option<Duration> {
        let text = text.trim();
        match text.parse() {
            Ok(seconds) => from_float(seconds),
            Err(_) => humantime::parse_duration(text).ok(),
        }
    }

    value.deserialize_any(Lenient {
        from_integer: |seconds| Some(Duration::from_secs(seconds)),
        from_float,
        ..Lenient::new(SECONDS, from_text)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn headers_are_read_by_their_names_in_lower_case() {
        let read = |value: Value| headers(value).map_err(|error| error.to_string());
        let one = BTreeMap::from([("x-key".to_owned(), "A".to_owned())]);
        assert_eq!(read(json!({"X-Key": "A"})), Ok(one));
        assert_eq!(read(Value::Null), Ok(BTreeMap::new()));
        let twice = read(json!({"X-Key": "hidden", "x-key": "hidden"}));
        assert_eq!(twice, Err("a header is there twice".to_owned()));
    }

    #[test]
    fn booleans_are_read_as_people_write_them() {
        let read = |value: Value| boolean(value).map_err(|error| error.to_string());
        for yes in [
            json!(true),
            json!("True"),
            json!("YES"),
            json!("on"),
            json!(" 1 "),
            json!(1),
        ] {
            assert_eq!(read(yes.clone()), Ok(Some(true)), "{yes}");
        }
        for no in [
            json!(false),
            json!("FALSE"),
            json!("no"),
            json!("Off"),
            json!("0"),
            json!(0),
        ] {
            assert_eq!(read(no.clone()), Ok(Some(false)), "{no}");
        }
        for other in [json!("hidden"), json!(""), json!(2), json!(0.5)] {
            let error = read(other).unwrap_err();
            assert_eq!(error, format!("not {BOOLEAN}"));
        }
        assert_eq!(read(Value::Null), Ok(None));
    }

    #[test]
    fn times_are_seconds_or_have_a_unit() {
        let read = |value: Value| seconds(value).map_err(|error| error.to_string());
        for (value, time) in [
            (json!(30), 30_000),
            (json!(0.5), 500),
            (json!("30"), 30_000),
            (json!("1.5"), 1_500),
            (json!("30s"), 30_000),
            (json!("2min"), 120_000),
            (json!("250ms"), 250),
        ] {
            assert_eq!(
                read(value.clone()),
                Ok(Some(Duration::from_millis(time))),
                "{value}"
            );
        }
        for other in [
            json!("hidden"),
            json!(-1),
            json!("-1"),
            json!("NaN"),
            json!(1e300),
            json!(true),
        ] {
            assert_eq!(read(other), Err(format!("not {SECONDS}")));
        }
    }

    #[test]
    fn numbers_are_whole_and_not_too_large() {
        let read = |value: Value| number(value).map_err(|error| error.to_string());
        assert_eq!(read(json!(4)), Ok(Some(4)));
        assert_eq!(read(json!(" 4 ")), Ok(Some(4)));
        for other in [
            json!(-1),
            json!(1.5),
            json!("four"),
            json!(5_000_000_000u64),
            json!(true),
        ] {
            assert_eq!(read(other), Err(format!("not {NUMBER}")));
        }
    }
}
