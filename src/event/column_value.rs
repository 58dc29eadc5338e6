//! The value of a column: kept as it came, typed where the shape is known.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::id::ItemId;

/// A column's value, exactly as monday sent it, with a typed view of the shapes that have been
/// observed. A view is `None` where the value has another shape; [`raw`](Self::raw) has any value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ColumnValue(Box<RawValue>);

/// A label of a status column (`columnType` is `color`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusLabel {
    /// The label's index in the column's settings.
    pub index: i64,
    /// The label's text, none for an empty label.
    pub text: Option<String>,
    /// The label's colour, as `#rrggbb`.
    pub color: Option<String>,
    /// Whether the label counts as done.
    pub is_done: Option<bool>,
    /// The update that came with the change.
    pub post_id: Option<i64>,
}

/// A date, with a time where it has one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct DateValue {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// The time of day.
    pub time: Option<String>,
    /// The icon's name.
    pub icon: Option<String>,
}

/// A person or a team in a people column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Person {
    /// The user's or the team's id.
    pub id: i64,
    /// Which of the two.
    pub kind: PersonKind,
}

/// What an entry of a people column names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PersonKind {
    /// A user.
    Person,
    /// A team.
    Team,
    /// Something else, by monday's name.
    #[serde(untagged)]
    Other(String),
}

/// A phone number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PhoneValue {
    /// The number.
    pub phone: String,
    /// The country, as ISO 3166-1 alpha-2.
    #[serde(rename = "countryShortName")]
    pub country: Option<String>,
}

impl ColumnValue {
    pub(super) const fn new(raw: Box<RawValue>) -> Self {
        Self(raw)
    }

    /// The value as monday sent it, to the byte.
    #[must_use]
    pub fn raw(&self) -> &RawValue {
        &self.0
    }

    /// Whether the column was cleared: monday sends `{}` then, or null.
    #[must_use]
    pub fn is_cleared(&self) -> bool {
        let inside = self
            .0
            .get()
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        self.0.get() == "null" || inside.is_some_and(|inside| inside.trim().is_empty())
    }

    /// When the value changed, as its own `changed_at` says. monday writes this time in more than
    /// one way: `2026-10-12T08:15:41.902Z` in a date, `2025-02-04 19:20:54 +0000` in links.
    #[must_use]
    pub fn changed_at(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Changed {
            changed_at: String,
        }
        self.read().map(|Changed { changed_at }| changed_at)
    }

    /// The label of a status column.
    #[must_use]
    pub fn as_status(&self) -> Option<StatusLabel> {
        #[derive(Deserialize)]
        struct Status {
            label: Label,
            post_id: Option<i64>,
        }
        #[derive(Deserialize)]
        struct Label {
            index: i64,
            text: Option<String>,
            style: Option<Style>,
            is_done: Option<bool>,
        }
        #[derive(Deserialize)]
        struct Style {
            color: Option<String>,
        }

        let Status { label, post_id } = self.read()?;
        Some(StatusLabel {
            index: label.index,
            text: label.text,
            color: label.style.and_then(|style| style.color),
            is_done: label.is_done,
            post_id,
        })
    }

    /// The date of a date column.
    #[must_use]
    pub fn as_date(&self) -> Option<DateValue> {
        self.read()
    }

    /// The text of a text column.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Text {
            value: String,
        }
        self.read().map(|Text { value }| value)
    }

    /// The persons and teams of a people column.
    #[must_use]
    pub fn as_people(&self) -> Option<Vec<Person>> {
        #[derive(Deserialize)]
        struct People {
            #[serde(rename = "personsAndTeams")]
            people: Vec<Person>,
        }
        self.read().map(|People { people }| people)
    }

    /// The items that a subitems column or a board relation links to.
    #[must_use]
    pub fn as_linked_items(&self) -> Option<Vec<ItemId>> {
        #[derive(Deserialize)]
        struct Links {
            #[serde(rename = "linkedPulseIds")]
            links: Vec<Link>,
        }
        #[derive(Deserialize)]
        struct Link {
            #[serde(rename = "linkedPulseId")]
            item: ItemId,
        }
        self.read()
            .map(|Links { links }| links.into_iter().map(|link| link.item).collect())
    }

    /// The state of a checkbox. Third parties report it as a boolean and as the text "true".
    #[must_use]
    pub fn as_checkbox(&self) -> Option<bool> {
        #[derive(Deserialize)]
        struct Checkbox {
            checked: Checked,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Checked {
            Plain(bool),
            Text(String),
        }
        match self.read::<Checkbox>()?.checked {
            Checked::Plain(checked) => Some(checked),
            Checked::Text(text) => text.parse().ok(),
        }
    }

    /// The number of a phone column, in the shape that third parties report.
    #[must_use]
    pub fn as_phone(&self) -> Option<PhoneValue> {
        self.read()
    }

    /// Each view reads the value anew: most handlers look at one view of one value or at none.
    fn read<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        let json = self.0.get();
        // serde would read a list as an object, too.
        json.starts_with('{')
            .then(|| serde_json::from_str(json).ok())?
    }
}
