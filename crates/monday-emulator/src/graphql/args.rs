//! A field's arguments, read as what they are.

use apollo_compiler::response::{JsonMap, JsonValue};
use serde_json::Value;

use super::refusal::Refusal;

/// The coerced arguments of one field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Args<'a>(pub(crate) &'a JsonMap);

impl<'a> Args<'a> {
    fn get(self, name: &str) -> Option<&'a JsonValue> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A string, where it is given.
    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(|value| value.as_str())
    }

    /// A boolean, where it is given.
    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        self.get(name).and_then(JsonValue::as_bool)
    }

    /// Any JSON, where it is given.
    pub(crate) fn json(self, name: &str) -> Option<Value> {
        self.get(name)
            .and_then(|value| serde_json::to_value(value).ok())
    }

    /// An id, as a number or as its digits, where it is given.
    pub(crate) fn id(self, name: &str) -> Result<Option<u64>, Refusal> {
        self.get(name).map(|value| read_id(name, value)).transpose()
    }

    /// An id that the schema doesn't require but the operation does.
    pub(crate) fn required_id(self, name: &str) -> Result<u64, Refusal> {
        self.id(name)?
            .ok_or_else(|| Refusal::invalid_argument(format!("{name} is missing")))
    }
}

fn read_id(name: &str, value: &JsonValue) -> Result<u64, Refusal> {
    value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .ok_or_else(|| Refusal::invalid_argument(format!("{name} must be a numeric id")))
}
