//! A field's arguments, read as what they are.

use std::collections::BTreeSet;
use std::sync::Mutex;

use apollo_compiler::response::{JsonMap, JsonValue};
use serde_json::Value;

use super::refusal::Refusal;
use crate::sync::lock;

/// The coerced arguments of one field, and which of them were read: what a caller passes and nobody
/// reads is marked in the response.
#[derive(Debug)]
pub(crate) struct Args<'a> {
    values: &'a JsonMap,
    read: Mutex<BTreeSet<&'static str>>,
}

impl<'a> Args<'a> {
    pub(crate) fn new(values: &'a JsonMap) -> Self {
        Self {
            values,
            read: Mutex::default(),
        }
    }

    /// Whether an argument of this name was read.
    pub(crate) fn was_read(&self, name: &str) -> bool {
        lock(&self.read).contains(name)
    }

    fn get(&self, name: &'static str) -> Option<&'a JsonValue> {
        lock(&self.read).insert(name);
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// A string, where it is given.
    pub(crate) fn text(&self, name: &'static str) -> Option<&'a str> {
        self.get(name).and_then(|value| value.as_str())
    }

    /// The id of a group or a column, which is text in spite of the type `ID`.
    pub(crate) fn name(&self, name: &'static str) -> Option<String> {
        let value = self.get(name)?;
        let text = value.as_str().map(str::to_owned);
        text.or_else(|| value.as_i64().map(|number| number.to_string()))
    }

    /// A boolean, where it is given.
    pub(crate) fn flag(&self, name: &'static str) -> Option<bool> {
        self.get(name).and_then(JsonValue::as_bool)
    }

    /// Any JSON, where it is given.
    pub(crate) fn json(&self, name: &'static str) -> Option<Value> {
        self.get(name)
            .and_then(|value| serde_json::to_value(value).ok())
    }

    /// An id, as a number or as its digits, where it is given.
    pub(crate) fn id(&self, name: &'static str) -> Result<Option<u64>, Refusal> {
        self.get(name).map(|value| read_id(name, value)).transpose()
    }

    /// Several ids, where they are given.
    pub(crate) fn ids(&self, name: &'static str) -> Result<Option<Vec<u64>>, Refusal> {
        let Some(values) = self.get(name).and_then(JsonValue::as_array) else {
            return Ok(None);
        };
        values
            .iter()
            .filter(|value| !value.is_null())
            .map(|value| read_id(name, value))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Several strings, where they are given.
    pub(crate) fn texts(&self, name: &'static str) -> Option<Vec<&'a str>> {
        let values = self.get(name)?.as_array()?;
        Some(values.iter().filter_map(JsonValue::as_str).collect())
    }

    /// A number of things, where it is given.
    pub(crate) fn count(&self, name: &'static str) -> Option<usize> {
        let count = self.get(name)?.as_u64()?;
        usize::try_from(count).ok()
    }

    /// The part of `all` that `limit` and `page` ask for; pages count from 1.
    pub(crate) fn page_of<T>(&self, all: impl Iterator<Item = T>) -> Vec<T> {
        let limit = self.count("limit").unwrap_or(25);
        let page = self.count("page").unwrap_or(1).max(1);
        all.skip(limit.saturating_mul(page - 1))
            .take(limit)
            .collect()
    }

    /// An id that the schema doesn't require but the operation does.
    pub(crate) fn required_id(&self, name: &'static str) -> Result<u64, Refusal> {
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
