//! Items and subitems.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;

/// Whether an item is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ItemState {
    /// It is.
    Active,
    /// It is in the archive.
    Archived,
    /// It is in the bin.
    Deleted,
}

impl ItemState {
    /// By the schema's `State`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
        }
    }
}

/// An item, or a subitem where it has a parent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Item {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its board; of a subitem, the subitems board.
    pub board_id: u64,
    /// Its group.
    pub group_id: String,
    /// Whether it is there.
    pub state: ItemState,
    /// Of a subitem, the item that it is below.
    pub parent: Option<u64>,
    /// The values that it has, by column id, as deliveries show them.
    pub values: BTreeMap<String, Value>,
    /// The user who made it.
    pub creator: u64,
    #[serde(skip)]
    pub(crate) created_at: Timestamp,
    #[serde(skip)]
    pub(crate) updated_at: Timestamp,
}

/// An update, or a reply where it has a parent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Update {
    /// Its id.
    pub id: u64,
    /// The item that it is about.
    pub item_id: u64,
    /// Of a reply, the update that it answers.
    pub parent: Option<u64>,
    /// What it says, as HTML.
    pub body: String,
    /// The user who wrote it.
    pub creator: u64,
    #[serde(skip)]
    pub(crate) created_at: Timestamp,
    #[serde(skip)]
    pub(crate) edited_at: Timestamp,
}

impl Update {
    /// What it says, without markup.
    #[must_use]
    pub fn text_body(&self) -> String {
        let mut text = String::with_capacity(self.body.len());
        let mut in_tag = false;
        for character in self.body.chars() {
            match character {
                '<' => in_tag = true,
                '>' if in_tag => in_tag = false,
                _ if in_tag => {}
                _ => text.push(character),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_text_of_an_update_has_no_markup() {
        let text = |body: &str| {
            Update {
                id: 1,
                item_id: 1,
                parent: None,
                body: body.to_owned(),
                creator: 1,
                created_at: Timestamp::ZERO,
                edited_at: Timestamp::ZERO,
            }
            .text_body()
        };
        assert_eq!(text("<p>Hello <b>you</b></p>"), "Hello you");
        assert_eq!(text("2 > 1"), "2 > 1");
        assert_eq!(text(""), "");
    }

    proptest! {
        #[test]
        fn the_text_of_an_update_is_what_stands_between_the_tags(
            words in proptest::collection::vec(("[^<>]{0,8}", "[^<>]{0,8}"), 0..6),
        ) {
            let body: String = words.iter().map(|(tag, text)| format!("<{tag}>{text}")).collect();
            let text: String = words.iter().map(|(_, text)| text.as_str()).collect();
            let update = Update {
                id: 1, item_id: 1, parent: None, body, creator: 1,
                created_at: Timestamp::ZERO, edited_at: Timestamp::ZERO,
            };
            prop_assert_eq!(update.text_body(), text);
        }
    }
}
