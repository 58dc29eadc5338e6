//! Overrides: what a sample delivery is to say instead.

use std::str::FromStr;

use serde_json::{Map, Value};

/// A value and its place in a JSON document, written as `PATH=VALUE`.
///
/// The path's segments are separated by dots; a numeric one is an index where it meets an array.
/// The value is JSON where it parses as JSON, and a string where it doesn't.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Override {
    path: Vec<String>,
    value: Value,
}

/// Why an override can't be read, or not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OverrideError {
    #[error("an override is PATH=VALUE, such as event.pulseName=Hello")]
    NoValue,
    #[error("a segment of the path {0} is empty: segments are separated by single dots")]
    EmptySegment(String),
    #[error(
        "{0} is {1}, which holds nothing: override it whole, as in {0}='{{\"key\":\"value\"}}'"
    )]
    NoContainer(String, &'static str),
    #[error("{path} is an array of {length}: give an index up to {length} instead of {segment}")]
    NoIndex {
        path: String,
        length: usize,
        segment: String,
    },
}

impl FromStr for Override {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (path, value) = text.split_once('=').ok_or(OverrideError::NoValue)?;
        if path.is_empty() {
            return Err(OverrideError::NoValue);
        }
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return Err(OverrideError::EmptySegment(path.join(".")));
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        Ok(Self { path, value })
    }
}

impl Override {
    /// Puts the value into its place. Objects that are missing on the way are made, an array's
    /// next element can be added, and an error changes nothing.
    pub(crate) fn apply(&self, document: &mut Value) -> Result<(), OverrideError> {
        let Some((last, way)) = self.path.split_last() else {
            return Ok(());
        };
        self.check(document)?;
        let mut place = document;
        for segment in way {
            place = step(place, segment);
        }
        *step(place, last) = self.value.clone();
        Ok(())
    }

    /// Whether the way leads through what can hold something.
    fn check(&self, document: &Value) -> Result<(), OverrideError> {
        let mut place = document;
        for (depth, segment) in self.path.iter().enumerate() {
            let inner = match place {
                Value::Object(fields) => fields.get(segment),
                Value::Array(elements) => match index(segment) {
                    Some(index) if index <= elements.len() => elements.get(index),
                    _ => {
                        return Err(OverrideError::NoIndex {
                            path: self.path[..depth].join("."),
                            length: elements.len(),
                            segment: segment.clone(),
                        });
                    }
                },
                other => {
                    return Err(OverrideError::NoContainer(
                        self.path[..depth].join("."),
                        kind(other),
                    ));
                }
            };
            match inner {
                Some(inner) => place = inner,
                // From here on all is made.
                None => return Ok(()),
            }
        }
        Ok(())
    }
}

/// The place below this one, made where it is missing. The way was checked before, so what is
/// replaced by an object was made on the way, and an array is met with an index.
fn step<'a>(place: &'a mut Value, segment: &str) -> &'a mut Value {
    if !place.is_object() && !place.is_array() {
        *place = Map::new().into();
    }
    match (place, index(segment)) {
        (Value::Array(elements), Some(index)) => {
            if elements.len() <= index {
                elements.resize(index + 1, Value::Null);
            }
            &mut elements[index]
        }
        (place, _) => &mut place[segment],
    }
}

/// An index is written in one way.
fn index(segment: &str) -> Option<usize> {
    let index: usize = segment.parse().ok()?;
    (index.to_string() == segment).then_some(index)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};
    use serde_json::json;

    use super::*;

    fn with(overrides: &[&str]) -> Result<Value, OverrideError> {
        let mut document = json!({
            "event": {"pulseName": "A", "value": {"label": {"index": 1}}, "previousValue": null,
                "people": [{"id": 1}]},
        });
        for text in overrides {
            text.parse::<Override>()?.apply(&mut document)?;
        }
        Ok(document["event"].clone())
    }

    #[test]
    fn a_value_is_json_where_it_parses_as_json_and_a_string_otherwise() {
        let event = with(&[
            "event.pulseName=Hello, world = all",
            "event.value.label.index=3",
            "event.previousValue={\"label\":null}",
            "event.isRetry=true",
            "event.a=\"3\"",
            "event.b=",
            "event.c=01",
        ]);
        assert_eq!(
            event,
            Ok(json!({
                "pulseName": "Hello, world = all", "value": {"label": {"index": 3}},
                "previousValue": {"label": null}, "people": [{"id": 1}],
                "isRetry": true, "a": "3", "b": "", "c": "01",
            }))
        );
    }

    #[test]
    fn missing_objects_are_made_and_numbers_index_arrays() {
        let event = with(&[
            "event.people.0.id=7",
            "event.people.1.kind=team",
            "event.columnValues.0.x=1",
        ])
        .unwrap();
        assert_eq!(event["people"], json!([{"id": 7}, {"kind": "team"}]));
        assert_eq!(event["columnValues"], json!({"0": {"x": 1}}));
    }

    #[test]
    fn what_leads_nowhere_is_named() {
        for (text, says) in [
            ("event.pulseName", "PATH=VALUE"),
            ("=1", "PATH=VALUE"),
            ("event..x=1", "event..x"),
            ("event.pulseName.x=1", "event.pulseName is a string"),
            ("event.previousValue.x=1", "event.previousValue is null"),
            ("event.people.2=1", "event.people is an array of 1"),
            ("event.people.first=1", "event.people is an array of 1"),
            ("event.people.00=1", "event.people is an array of 1"),
        ] {
            let refused = with(&[text]).unwrap_err().to_string();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z0-9=. \"{}]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                collection::btree_map("[a-c0-2]", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    fn any_path() -> impl Strategy<Value = Vec<String>> {
        collection::vec("[a-c0-2]", 1..6)
    }

    /// What stands at a path.
    fn at<'a>(document: &'a Value, path: &[String]) -> Option<&'a Value> {
        path.iter()
            .try_fold(document, |place, segment| match place {
                Value::Array(elements) => elements.get(index(segment)?),
                place => place.get(segment),
            })
    }

    proptest! {
        #[test]
        fn an_override_is_found_where_it_was_put_or_changes_nothing(
            document in any_json(), path in any_path(), value in any_json(),
        ) {
            let text = format!("{}={value}", path.join("."));
            let made: Override = text.parse().unwrap();
            let mut changed = document.clone();
            match made.apply(&mut changed) {
                Ok(()) => prop_assert_eq!(at(&changed, &path), Some(&value)),
                Err(_) => prop_assert_eq!(changed, document),
            }
        }

        #[test]
        fn an_override_leaves_everything_else_as_it_was(
            document in any_json(), path in any_path(), other in any_path(), value in any_json(),
        ) {
            let made = Override { path: path.clone(), value };
            let mut changed = document.clone();
            let apart = path.iter().zip(&other).any(|(one, two)| one != two);
            if apart && made.apply(&mut changed).is_ok() && let Some(before) = at(&document, &other) {
                prop_assert_eq!(at(&changed, &other), Some(before));
            }
        }

        #[test]
        fn no_text_makes_an_override_panic(text in ".{0,40}", document in any_json()) {
            if let Ok(made) = text.parse::<Override>() {
                let _ = made.apply(&mut document.clone());
            }
        }
    }
}
