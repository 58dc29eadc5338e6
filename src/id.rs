//! Identifiers, one type for each thing monday names, so that a board's id can't stand where an item's is wanted.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text isn't an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// A numeric identifier has to be a whole number of at most 64 bits.
    #[error(
        "{what} is a whole number such as 1234567890, without signs, spaces or other characters"
    )]
    NotANumber {
        /// What the identifier would have named.
        what: &'static str,
    },
    /// A textual identifier has to have at least one character, and no control characters.
    #[error("{what} is a text such as \"{example}\": not empty, no control characters")]
    NotAName {
        /// What the identifier would have named.
        what: &'static str,
        /// An identifier of that kind.
        example: &'static str,
    },
}

/// The name under which serde_json has a number's text, where any crate of the program has its feature
/// `arbitrary_precision` on.
const PRECISE: &str = "$serde_json::private::Number";

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident($repr:ty), $what:literal) => {
        $(#[$doc])*
        ///
        /// It is read from a JSON number or from a string of digits, since monday sends both, and
        /// written as a number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($repr);

        impl $name {
            /// The identifier with this number.
            #[must_use]
            pub const fn new(number: $repr) -> Self {
                Self(number)
            }

            /// The number itself.
            #[must_use]
            pub const fn get(self) -> $repr {
                self.0
            }
        }

        impl From<$repr> for $name {
            fn from(number: $repr) -> Self {
                Self(number)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let plain = !text.starts_with('+');
                match text.parse() {
                    Ok(number) if plain => Ok(Self(number)),
                    _ => Err(IdError::NotANumber { what: $what }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl<'de> de::Visitor<'de> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!($what, ", as a number or a string of digits"))
                    }

                    fn visit_u64<E: de::Error>(self, number: u64) -> Result<$name, E> {
                        number
                            .try_into()
                            .map($name)
                            .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
                    }

                    fn visit_i64<E: de::Error>(self, number: i64) -> Result<$name, E> {
                        number
                            .try_into()
                            .map($name)
                            .map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }

                    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        match map.next_entry::<String, String>() {
                            Ok(Some((name, text))) if name == PRECISE => {
                                text.parse().map_err(de::Error::custom)
                            }
                            _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
                        }
                    }
                }

                deserializer.deserialize_any(Visitor)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier with this text.
            ///
            /// # Errors
            ///
            /// [`IdError::NotAName`] where the text is empty or has control characters in it.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                if text.is_empty() || text.chars().any(char::is_control) {
                    return Err(IdError::NotAName {
                        what: $what,
                        example: $example,
                    });
                }
                Ok(Self(text))
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    };
}

numeric_id! {
    /// A webhook: what `create_webhook` returns and a delivery calls `subscriptionId`.
    WebhookId(u64), "a webhook id"
}
numeric_id! {
    /// A board, also the hidden board that holds the subitems of another one.
    BoardId(u64), "a board id"
}
numeric_id! {
    /// An item or a subitem. monday's deliveries call items "pulses".
    ItemId(u64), "an item id"
}
numeric_id! {
    /// An update, or a reply to one.
    UpdateId(u64), "an update id"
}
numeric_id! {
    /// An account.
    AccountId(u64), "an account id"
}
numeric_id! {
    /// An app.
    AppId(u64), "an app id"
}
numeric_id! {
    /// A user. Automations act under negative ids.
    UserId(i64), "a user id"
}
text_id! {
    /// A column of a board.
    ColumnId, "a column id", "status"
}
text_id! {
    /// A group of a board.
    GroupId, "a group id", "topics"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_with_a_sign_a_space_or_a_letter_is_no_board_id() {
        for text in [
            "",
            "+5",
            "-5",
            " 5",
            "5 ",
            "0x5",
            "5.0",
            "abc",
            "18446744073709551616",
        ] {
            assert!(text.parse::<BoardId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn users_may_have_negative_ids_and_boards_may_not() {
        assert_eq!(
            serde_json::from_str::<UserId>("-4").unwrap(),
            UserId::new(-4)
        );
        assert!(serde_json::from_str::<BoardId>("-4").is_err());
        assert!(serde_json::from_str::<BoardId>("4.0").is_err());
    }

    #[test]
    fn a_column_id_is_never_empty() {
        assert!(ColumnId::new("").is_err());
        assert!(GroupId::new("a\nb").is_err());
        assert!(serde_json::from_str::<ColumnId>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn an_id_is_the_same_from_a_number_and_from_a_string(number: u64, user: i64) {
            let expected = ItemId::new(number);
            prop_assert_eq!(serde_json::from_str::<ItemId>(&number.to_string()).unwrap(), expected);
            prop_assert_eq!(serde_json::from_str::<ItemId>(&format!("\"{number}\"")).unwrap(), expected);
            prop_assert_eq!(serde_json::to_string(&expected).unwrap(), number.to_string());
            prop_assert_eq!(expected.to_string().parse::<ItemId>().unwrap(), expected);
            prop_assert_eq!(user.to_string().parse::<UserId>().unwrap(), UserId::new(user));
        }

        #[test]
        fn any_text_is_an_id_or_an_error(text in ".*") {
            let _ = text.parse::<WebhookId>();
            if let Ok(column) = ColumnId::new(text.as_str()) {
                prop_assert_eq!(column.as_str(), text);
            }
        }
    }
}
