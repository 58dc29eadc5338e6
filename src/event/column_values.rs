//! The column values that an item was created with.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;

use crate::id::ColumnId;

use super::{column_value::ColumnValue, object::Entries};

/// The values of several columns by the columns' ids, exactly as monday sent them.
///
/// ```
/// use monday_webhooks::event::ColumnValues;
///
/// let values: ColumnValues = serde_json::from_str(r#"{"text":{"value":"by hand"},"date4":null}"#)?;
/// let text = values.get("text").and_then(|value| value.as_text());
/// assert_eq!(text.as_deref(), Some("by hand"));
/// assert_eq!(values.to_vec().len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct ColumnValues(Box<RawValue>);

impl ColumnValues {
    /// The object as monday sent it, to the byte.
    #[must_use]
    pub fn raw(&self) -> &RawValue {
        &self.0
    }

    /// The value of a column; `None` where the item was created without one. Where a column
    /// stands twice the last value counts.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<ColumnValue> {
        let value = self.entries().last(column)?;
        Some(ColumnValue::new(value.get()))
    }

    /// All of them in monday's order. A column whose name can't be an id, which monday doesn't
    /// send, is only in [`raw`](Self::raw).
    #[must_use]
    pub fn to_vec(&self) -> Vec<(ColumnId, ColumnValue)> {
        self.entries()
            .0
            .into_iter()
            .filter_map(|(id, value)| {
                let id = ColumnId::new(id).ok()?;
                Some((id, ColumnValue::new(value.get())))
            })
            .collect()
    }

    /// Each view reads the object anew: most handlers look at none.
    fn entries(&self) -> Entries<'_> {
        // It was found to be an object when it was made.
        serde_json::from_str(self.0.get()).unwrap_or(Entries(Vec::new()))
    }
}

/// To the letter: two texts of the same values may differ.
impl PartialEq for ColumnValues {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for ColumnValues {}

impl<'de> Deserialize<'de> for ColumnValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('{') {
            Ok(Self(raw))
        } else {
            Err(de::Error::custom("column values are an object"))
        }
    }
}
