//! The value of a column: kept as it came, typed where the shape is known.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::id::ItemId;

use super::view::View;

/// A column's value, exactly as monday sent it, with a typed view of the shapes that have been
/// observed. A view is `None` where the value has another shape; [`raw`](Self::raw) has any value.
///
/// Each field of a view is read by itself: one that monday leaves out, or that has another type than
/// observed, costs nothing but itself, unless the view says nothing without it. What third parties
/// report of a files column, `{"files":[…]}`, has no view: nobody says what a file looks like.
///
/// Two are equal to the letter: two texts of the same value may differ.
///
/// ```
/// use monday_webhooks::event::ColumnValue;
///
/// let value: ColumnValue = serde_json::from_str(r#"{"label":{"index":1,"text":"Done"}}"#)?;
/// let label = value.as_status().expect("a label");
/// assert_eq!((label.index, label.text.as_deref()), (1, Some("Done")));
/// assert!(value.as_date().is_none());
///
/// let cleared: ColumnValue = serde_json::from_str("{}")?;
/// assert!(cleared.is_cleared());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ColumnValue(Box<str>);

/// A label of a status column (`columnType` is `color`).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusLabel {
    /// The label's index in the column's settings.
    pub index: i64,
    /// The label's text, none for an empty label.
    pub text: Option<String>,
    /// The label's colour, as `#rrggbb`.
    pub color: Option<String>,
    /// The colour of the label's border, as `#rrggbb`.
    pub border: Option<String>,
    /// The colour's name, monday's `var_name`, such as `green-shadow`.
    pub var_name: Option<String>,
    /// Whether the label counts as done.
    pub is_done: Option<bool>,
    /// The update that came with the change.
    pub post_id: Option<i64>,
}

/// A date, with a time where it has one.
#[derive(Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhoneValue {
    /// The number.
    pub phone: String,
    /// The country, as ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

impl ColumnValue {
    /// The column value with this text, which has to be JSON.
    pub(super) fn new(raw: &str) -> Self {
        Self(raw.into())
    }

    /// The value as monday sent it, to the byte. It is read through anew.
    #[must_use]
    pub fn raw(&self) -> &RawValue {
        // It was found to be JSON when the value was made.
        serde_json::from_str(&self.0).unwrap_or(RawValue::NULL)
    }

    /// Whether the column was cleared: monday sends `{}` then, or null.
    #[must_use]
    pub fn is_cleared(&self) -> bool {
        let inside = self
            .0
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        &*self.0 == "null" || inside.is_some_and(|inside| inside.trim().is_empty())
    }

    /// When the value changed, as its own `changed_at` says. monday writes this time in more than
    /// one way: `2026-10-12T08:15:41.902Z` in a date, `2025-02-04 19:20:54 +0000` in links.
    #[must_use]
    pub fn changed_at(&self) -> Option<String> {
        self.view()?.get("changed_at")
    }

    /// The label of a status column.
    #[must_use]
    pub fn as_status(&self) -> Option<StatusLabel> {
        let view = self.view()?;
        let label = view.object("label")?;
        let style = label.object("style");
        let style = |name| style.as_ref().and_then(|style| style.get(name));
        Some(StatusLabel {
            index: label.get("index")?,
            text: label.get("text"),
            color: style("color"),
            border: style("border"),
            var_name: style("var_name"),
            is_done: label.get("is_done"),
            post_id: view.get("post_id"),
        })
    }

    /// The date of a date column.
    #[must_use]
    pub fn as_date(&self) -> Option<DateValue> {
        let view = self.view()?;
        Some(DateValue {
            date: view.get("date")?,
            time: view.get("time"),
            icon: view.get("icon"),
        })
    }

    /// The text of a text column.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        self.view()?.get("value")
    }

    /// The persons and teams of a people column; `None` also where one of them isn't known by its
    /// id and kind.
    #[must_use]
    pub fn as_people(&self) -> Option<Vec<Person>> {
        self.view()?.list("personsAndTeams", |person| {
            Some(Person {
                id: person.get("id")?,
                kind: person.get("kind")?,
            })
        })
    }

    /// The items that a subitems column or a board relation links to; `None` also where one of the
    /// links has no id.
    #[must_use]
    pub fn as_linked_items(&self) -> Option<Vec<ItemId>> {
        self.view()?
            .list("linkedPulseIds", |link| link.get("linkedPulseId"))
    }

    /// The state of a checkbox. Third parties report it as a boolean and as the text "true".
    #[must_use]
    pub fn as_checkbox(&self) -> Option<bool> {
        let view = self.view()?;
        let text = || view.get::<String>("checked")?.parse().ok();
        view.get("checked").or_else(text)
    }

    /// The number of a phone column, in the shape that third parties report.
    #[must_use]
    pub fn as_phone(&self) -> Option<PhoneValue> {
        let view = self.view()?;
        Some(PhoneValue {
            phone: view.get("phone")?,
            country: view.get("countryShortName"),
        })
    }

    /// Each view reads the value anew: most handlers look at one view of one value or at none.
    fn view(&self) -> Option<View<'_>> {
        View::of(&self.0)
    }
}

impl Serialize for ColumnValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ColumnValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self(raw.into()))
    }
}
