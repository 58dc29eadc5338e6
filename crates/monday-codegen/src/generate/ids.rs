//! Decoding ids.

use proc_macro2::TokenStream;
use quote::quote;

/// A module that decodes ids into strings. GraphQL lets a server write an `ID` as text or as a
/// number, and monday does both.
pub(super) fn decode_ids(runtime: &TokenStream) -> TokenStream {
    quote! {
        mod __ids {
            use #runtime::serde::{Deserialize, Deserializer, de};

            /// Decodes ids, in lists and nullable too, from text or numbers.
            pub(super) fn decode<'de, D, T>(deserializer: D) -> Result<T, D::Error>
            where
                D: Deserializer<'de>,
                T: FromIds,
            {
                T::decode(deserializer)
            }

            pub(super) trait FromIds: Sized {
                fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
            }

            impl FromIds for String {
                fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_any(IdVisitor)
                }
            }

            impl<T: FromIds> FromIds for Option<T> {
                fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let ids = Option::<Ids<T>>::deserialize(deserializer)?;
                    Ok(ids.map(|ids| ids.0))
                }
            }

            impl<T: FromIds> FromIds for Vec<T> {
                fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let ids = Vec::<Ids<T>>::deserialize(deserializer)?;
                    Ok(ids.into_iter().map(|ids| ids.0).collect())
                }
            }

            struct Ids<T>(T);

            impl<'de, T: FromIds> Deserialize<'de> for Ids<T> {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    T::decode(deserializer).map(Self)
                }
            }

            struct IdVisitor;

            impl<'de> de::Visitor<'de> for IdVisitor {
                type Value = String;

                fn expecting(
                    &self,
                    formatter: &mut ::std::fmt::Formatter<'_>,
                ) -> ::std::fmt::Result {
                    formatter.write_str("an id as text or number")
                }

                fn visit_str<E: de::Error>(self, id: &str) -> Result<String, E> {
                    Ok(id.to_owned())
                }

                fn visit_string<E: de::Error>(self, id: String) -> Result<String, E> {
                    Ok(id)
                }

                fn visit_i64<E: de::Error>(self, id: i64) -> Result<String, E> {
                    Ok(id.to_string())
                }

                fn visit_u64<E: de::Error>(self, id: u64) -> Result<String, E> {
                    Ok(id.to_string())
                }

                // A number where serde_json's feature arbitrary_precision is on.
                fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
                    match map.next_entry::<String, String>() {
                        Ok(Some((name, id))) if name == "$serde_json::private::Number" => Ok(id),
                        _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
                    }
                }
            }
        }
    }
}
